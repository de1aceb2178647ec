"""Taxes on sales: SuiteTax details imposed by the caller, computed ones, or legacy tax codes (vendor file, 4.7)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.connectors.netsuite.simulator.answers import bad_content, bad_value
from integrations.connectors.netsuite.simulator.records.header import Change, Header
from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.store import Values

TAXABLE = "1"
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax amount and the account it is owed on."""

    code: str
    account: str
    amount: Decimal


def taxes_of(site: Site, change: Change, header: Header) -> list[Tax]:
    """Work out the taxes of a sale and write them into its fields."""
    engine = site.options.tax_engine
    if engine == "suitetax":
        return _suitetax(site, change, header)
    change.fields.pop("taxDetails", None)
    return _legacy(site, change, header) if engine == "legacy" else []


def _suitetax(site: Site, change: Change, header: Header) -> list[Tax]:
    fields = change.fields
    if fields.get("taxDetailsOverride"):
        details = fields.get("taxDetails", [])
        _check_details(site, fields, details)
    else:
        details = fields["taxDetails"] = _computed(site, fields, header)
    found = []
    for detail in details:
        detail["taxAmount"] = header.currency.round(detail.get("taxAmount", Decimal(0)))
        found.append(_tax(site, detail["taxCode"], detail["taxAmount"]))
    return found


def _tax(site: Site, code: str, amount: Decimal) -> Tax:
    return Tax(code, site.fields_of("salesTaxItem", code)["taxAccount"], amount)


def _check_details(site: Site, fields: Values, details: list[dict[str, Any]]) -> None:
    references = [line.get("taxDetailsReference") for line in fields["item"]]
    for at, detail in enumerate(details):
        path = f"taxDetails.items[{at}]"
        reference = (detail.get("taxDetailsReference") or {}).get("id")
        if reference is None or references.count(reference) != 1:
            bad_value(reference, f"{path}.taxDetailsReference")
        for name in ("taxCode", "taxType", "taxAmount"):
            if name not in detail:
                bad_content(f"Please enter a value for {name}.", f"{path}.{name}")
        if site.fields_of("salesTaxItem", detail["taxCode"]).get("taxType") != detail["taxType"]:
            bad_value(detail["taxType"], f"{path}.taxType")


def _computed(site: Site, fields: Values, header: Header) -> list[dict[str, Any]]:
    """Compute one tax per taxable line, by the country of the customer's billing address."""
    code = site.country_tax.get(_country(site, header.party))
    if code is None:
        return []
    rate = site.fields_of("salesTaxItem", code)["rate"]
    tax_type = site.fields_of("salesTaxItem", code)["taxType"]
    details = []
    for line in fields["item"]:
        if site.item(line["item"]).fields.get("taxSchedule") != TAXABLE:
            continue
        reference = line.setdefault("taxDetailsReference", f"auto_{line['line']}")
        amount = header.currency.round(line["amount"] * rate / HUNDRED)
        details.append(
            {
                "taxDetailsReference": {"id": reference},
                "taxType": tax_type,
                "taxCode": code,
                "taxBasis": line["amount"],
                "taxRate": rate,
                "taxAmount": amount,
            }
        )
    return details


def _country(site: Site, customer_id: str) -> str | None:
    book = site.fields_of("customer", customer_id).get("addressBook", [])
    chosen = next((line for line in book if line.get("defaultBilling")), book[0] if book else {})
    country = chosen.get("addressBookAddress", {}).get("country")
    return str(country) if country else None


def _legacy(site: Site, change: Change, header: Header) -> list[Tax]:
    found = []
    for line in change.fields["item"]:
        code = line.get("taxCode") or change.fields.get("taxItem")
        if code is None or line.get("isTaxable") is False:
            continue
        rate = line["taxRate1"] = site.fields_of("salesTaxItem", code)["rate"]
        line["tax1Amt"] = header.currency.round(line["amount"] * rate / HUNDRED)
        found.append(_tax(site, code, line["tax1Amt"]))
    return found


def net_of(site: Site, fields: Values, line: dict[str, Any], gross: Decimal) -> Decimal:
    """Give a line's net amount when its gross amount was sent, unrounded."""
    reference = line.get("taxDetailsReference")
    if fields.get("taxDetailsOverride"):
        details = fields.get("taxDetails", [])
        own = [one for one in details if (one.get("taxDetailsReference") or {}).get("id") == reference]
        return gross - sum((one.get("taxAmount", Decimal(0)) for one in own), Decimal(0))
    rate = site.fields_of("salesTaxItem", line.get("taxCode")).get("rate", Decimal(0))
    return Decimal(gross * HUNDRED / (HUNDRED + rate))
