"""What the sandbox sells: item families, items and item prices, or plans and addons on Product Catalog 1.0."""

from dataclasses import dataclass

from integrations.connectors.chargebee.simulator.arithmetic import ZERO_DECIMAL
from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json

CURRENCIES = ("USD", "EUR", "GBP", "JPY", "KWD")
_LEVEL = {"USD": 100, "EUR": 95, "GBP": 80, "JPY": 150, "KWD": 31}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ware:
    """One item; the price is in cents of a US dollar, the accounting detail as far as someone filled it in."""

    id: str
    name: str
    kind: str
    price: int
    family: str = "core"
    model: str = "flat_fee"
    months: int = 1
    status: str = "active"
    sku: str = ""
    gl: str = ""
    categories: tuple[str, ...] = ()
    metered: bool = False
    decimals: str = ""


WARES = (
    Ware(id="basic", name="Basic", kind="plan", price=2900, sku="BAS-M", gl="4000", categories=("SaaS", "Self-serve")),
    Ware(id="team", name="Team", kind="plan", price=990, model="per_unit", sku="TEAM", gl="4000", categories=("SaaS",)),
    Ware(id="enterprise", name="Enterprise “Unlimited”", kind="plan", price=125000, sku="ENT-M", gl="4010",
         categories=("SaaS", "Field", "EMEA", "P1")),
    Ware(id="free", name="Free", kind="plan", price=0),
    Ware(id="legacy-2019", name="Legacy (2019)", kind="plan", price=1900, status="archived", gl="4900"),
    Ware(id="support", name="Premium support", kind="addon", price=4900, family="services", sku="SUP", gl="4100"),
    Ware(id="api-calls", name="API calls", kind="addon", price=10, model="tiered"),
    Ware(id="storage", name="Storage, GB", kind="addon", price=45, model="per_unit", decimals="0.4455", sku="GB",
         gl="4120"),
    Ware(id="usage", name="Metered minutes", kind="addon", price=3, model="per_unit", gl="4130", metered=True),
    Ware(id="beta-addon", name="Beta add-on", kind="addon", price=100, status="deleted"),
    Ware(id="setup-fee", name="Set-up fee", kind="charge", price=15000, family="services", sku="SETUP", gl="4200"),
    Ware(id="workshop", name='Workshop "Crème brûlée"', kind="charge", price=80000, family="services",
         model="per_unit"),
)  # fmt: skip
FAMILIES = {"core": "Core product", "services": "Services & success"}
STOCKED_DAYS = 40


def price_in(currency: str, cents: int) -> int:
    """Price a US dollar amount in a currency's minor units."""
    amount = cents * _LEVEL[currency] // 100
    return amount if currency not in ZERO_DECIMAL or not cents else max(amount, 1)


def price_id(ware_id: str, currency: str, catalog: str) -> str:
    """Name the price of an item in a currency: an item price, or a plan or addon on the older catalogue."""
    ware = next(one for one in WARES if one.id == ware_id)
    term = "" if ware.kind == "charge" else "-Monthly"
    return f"{ware_id}-{currency}{term}" if catalog == "v2" else f"{ware_id}-{currency.lower()}"


def stock(site: Site) -> None:
    """Put currencies and catalogue on a site."""
    for at, code in enumerate(CURRENCIES):
        site.add_plain("currencies", _currency(code, at, site.setup.base_currency))
    if site.setup.catalog == "v1":
        for ware in WARES:
            _stock_classic(site, ware)
        return
    for family, name in FAMILIES.items():
        row = {"id": family, "object": "item_family", "name": name, "status": "active", "channel": "web"}
        site.emit("item_family_created", item_family=site.add("item_families", row))
    for ware in WARES:
        site.emit("item_created", item=site.add("items", _item(ware, site.now_s())))
        for currency in CURRENCIES:
            site.emit(
                "item_price_created", item_price=site.add("item_prices", _item_price(ware, currency, site.now_s()))
            )


def change_price(site: Site, key: str, price: int) -> Json:
    """Change what an item price costs from now on."""
    made = site.change("item_prices", key, price=price)
    site.emit("item_price_updated", item_price=made)
    return made


def _currency(code: str, at: int, base: str) -> Json:
    made = {"id": f"cur_{at + 1}", "object": "currency", "currency_code": code, "enabled": True}
    if code == base:
        return {**made, "is_base_currency": True}
    return {**made, "is_base_currency": False, "forex_type": "manual" if code == "KWD" else "auto",
            **({"manual_exchange_rate": "3.2514"} if code == "KWD" else {})}  # fmt: skip


def _item(ware: Ware, now_s: int) -> Json:
    made: Json = {
        "id": ware.id,
        "object": "item",
        "name": ware.name,
        "external_name": ware.name,
        "status": ware.status,
        "item_family_id": ware.family,
        "type": ware.kind,
        "metered": ware.metered,
        "is_shippable": False,
        "is_giftable": False,
        "item_applicability": "all",
        "enabled_for_checkout": True,
        "enabled_in_portal": True,
        "channel": "web",
        "deleted": ware.status == "deleted",
    }
    if ware.model == "per_unit":
        made["unit"] = "GB" if ware.id == "storage" else "seat"
    if ware.status == "archived":
        made["archived_at"] = now_s
    return made


def _item_price(ware: Ware, currency: str, now_s: int) -> Json:
    made: Json = {
        "id": price_id(ware.id, currency, "v2"),
        "object": "item_price",
        "name": f"{ware.name} {currency}",
        "external_name": ware.name,
        "item_id": ware.id,
        "item_family_id": ware.family,
        "item_type": ware.kind,
        "status": ware.status,
        "pricing_model": ware.model,
        "currency_code": currency,
        "free_quantity": 0,
        "is_taxable": True,
        "channel": "web",
        "created_at": now_s,
        "deleted": ware.status == "deleted",
    }
    if ware.kind != "charge":
        made |= {"period": ware.months, "period_unit": "month"}
    if ware.model == "tiered":
        made["tiers"] = tiers(currency)
    else:
        made["price"] = price_in(currency, ware.price)
    detail = _accounting(ware)
    return {**made, "accounting_detail": {"object": "accounting_detail", **detail}} if detail else made


def tiers(currency: str) -> list[Json]:
    """Give the tiers of API calls: free up to 100, then cheaper by volume."""
    steps = ((1, 100, 0), (101, 1000, price_in(currency, 10)), (1001, None, price_in(currency, 6)))
    return [
        {"object": "tier", "starting_unit": start, **({"ending_unit": end} if end else {}), "price": price}
        for start, end, price in steps
    ]


def _stock_classic(site: Site, ware: Ware) -> None:
    kind = "plan" if ware.kind == "plan" else "addon"
    for currency in CURRENCIES:
        made: Json = {
            "id": price_id(ware.id, currency, "v1"),
            "object": kind,
            "name": f"{ware.name} {currency}",
            "price": price_in(currency, ware.price),
            "currency_code": currency,
            "status": ware.status,
            "pricing_model": "per_unit" if ware.model == "tiered" else ware.model,
            "charge_model": "per_unit" if ware.model == "tiered" else ware.model,
            "taxable": True,
            "channel": "web",
            "deleted": ware.status == "deleted",
            **_accounting(ware),
        }
        if kind == "plan":
            made |= {"period": 1, "period_unit": "month", "setup_cost": price_in(currency, 5000)}
        else:
            made |= {"charge_type": "non_recurring" if ware.kind == "charge" else "recurring"}
        site.emit(f"{kind}_created", **{kind: site.add(f"{kind}s", made)})


def _accounting(ware: Ware) -> Json:
    detail = {"sku": ware.sku, "accounting_code": ware.gl}
    detail |= {f"accounting_category{at}": name for at, name in enumerate(ware.categories, 1)}
    return {name: value for name, value in detail.items() if value}
