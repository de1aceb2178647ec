"""What all transactions share: customer, subsidiary, currency, rate, dates, period, numbers, dimensions."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from integrations.connectors.netsuite.simulator.answers import bad_value, please_enter, user_error
from integrations.connectors.netsuite.simulator.schema import RecordType
from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.store import Stored, Values
from integrations.sandbox.books import Currency, Document, Entry, Period, to_base

DIMENSIONS = (("class", "classification"), ("department", "department"), ("location", "location"))
PREFIXES = {
    "invoice": "INV",
    "creditMemo": "CM",
    "customerPayment": "PYMT",
    "customerRefund": "RFND",
    "customerDeposit": "CD",
    "depositApplication": "DA",
    "journalEntry": "JE",
}
KINDS = {
    "invoice": "invoice",
    "creditMemo": "credit_note",
    "customerPayment": "payment",
    "customerRefund": "refund",
    "customerDeposit": "deposit",
    "depositApplication": "deposit_application",
    "journalEntry": "journal",
}


@dataclass(slots=True, kw_only=True)
class Change:
    """A record about to be written: as it stands (None when new), as it will stand, and what the body named.

    `credits` says what other credits or deposits pay beside it, per source and invoice; `deposits` what each deposit
    gives; `imposed` is an amount that no line states.
    """

    type: RecordType
    id: str
    current: Stored | None
    fields: Values
    sent: frozenset[str] = frozenset()
    applied: dict[str, Decimal] = field(default_factory=dict)
    document: Document | None = None
    is_held: bool = False
    credits: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    deposits: dict[str, Decimal] = field(default_factory=dict)
    imposed: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a transaction's rules work with, defaults filled in."""

    party: str
    subsidiary: str
    currency: Currency
    base: Currency
    rate: Decimal
    day: date
    posting_date: date


def settle_header(site: Site, change: Change, party_field: str | None) -> Header:
    """Fill in and check what all transactions share; `party_field` names the customer's property."""
    fields = change.fields
    party = fields.get(party_field) if party_field else None
    if party_field and party is None:
        please_enter([change.type.fields[party_field].label])
    customer = site.fields_of("customer", party)
    subsidiary = _subsidiary(site, change, customer)
    currency = _currency(site, change, customer, subsidiary)
    fields.setdefault("tranDate", site.today())
    period = _period(site, fields)
    fields["postingPeriod"] = period.id
    base = site.base_currency(subsidiary)
    rate = _rate(site, fields, currency, base)
    _numbers(site, change)
    check_dimensions(site, fields, subsidiary, "")
    _require_by_form(site, change)
    day = fields["tranDate"]
    return Header(
        party=party or "",
        subsidiary=subsidiary,
        currency=currency,
        base=base,
        rate=rate,
        day=day,
        posting_date=day if period.holds(day) else period.start,
    )


def document_of(
    change: Change, header: Header, entries: list[Entry], total: Decimal, applicable: Decimal, side: str, fx: str | None
) -> Document:
    """Make the books' document; `fx` is the account for realised exchange differences."""
    fields = change.fields
    fields["total"] = total
    return Document(
        id=change.id,
        kind=KINDS[change.type.name],
        record=change.type.name,
        reference=fields.get("externalId", ""),
        number=fields.get("tranId", ""),
        party=header.party,
        company=header.subsidiary,
        currency=header.currency.code,
        rate=header.rate,
        total=total,
        applicable=applicable,
        side="debit" if side == "debit" else "credit" if side == "credit" else "",
        date=header.day,
        posting_date=header.posting_date,
        due_date=fields.get("dueDate"),
        memo=fields.get("memo", ""),
        entries=to_base(entries, header.rate, header.base, fx),
    )


def check_dimensions(site: Site, fields: Values, subsidiary: str, path: str) -> None:
    """Refuse a department, class or location that the subsidiary does not share."""
    for name, target in DIMENSIONS:
        value = fields.get(name)
        if value is not None and not site.within(site.fields_of(target, value), subsidiary):
            bad_value(value, f"{path}{name}")


def receivable(site: Site, fields: Values, name: str, customer_id: str) -> str:
    """Give the receivables account of a transaction: sent, else the customer's, else the account's default."""
    account = fields.get(name) or site.fields_of("customer", customer_id).get("receivablesAccount")
    account = account or site.accounts["receivable"]
    if site.account_type(account) != "AcctRec":
        bad_value(account, name)
    fields[name] = account
    return str(account)


def _subsidiary(site: Site, change: Change, customer: Values) -> str:
    fields = change.fields
    subsidiary = fields.get("subsidiary") or customer.get("subsidiary")
    if subsidiary is None:
        please_enter(["Subsidiary"])
    if customer and subsidiary != customer.get("subsidiary"):
        bad_value(subsidiary, "subsidiary")
    fields["subsidiary"] = subsidiary
    return str(subsidiary)


def _currency(site: Site, change: Change, customer: Values, subsidiary: str) -> Currency:
    fields = change.fields
    own = customer.get("currency") or site.fields_of("subsidiary", subsidiary)["currency"]
    chosen = fields.setdefault("currency", own)
    if customer and chosen != own and all(row["currency"] != chosen for row in customer.get("currencyList", ())):
        bad_value(chosen, "currency")
    return site.currency(str(chosen))


def _period(site: Site, fields: Values) -> Period:
    periods = site.books.periods
    natural = periods.of(fields["tranDate"])
    wanted = fields.get("postingPeriod")
    chosen = periods.get(wanted) if wanted else natural
    if chosen is None:
        user_error(
            f"The transaction date {fields['tranDate']} you specified is not within the date range of your accounting "
            "periods."
        )
    if chosen is not natural and not site.options.allow_date_outside_period:
        user_error(f"The transaction date {fields['tranDate']} is outside the posting period {chosen.name}.")
    return chosen


def _rate(site: Site, fields: Values, currency: Currency, base: Currency) -> Decimal:
    rate = fields.get("exchangeRate")
    if currency is base:
        if rate not in (None, 1):
            bad_value(rate, "exchangeRate")
        rate = Decimal(1)
    elif rate is None:
        rate = site.rate(currency, base, fields["tranDate"])
    elif rate <= 0:
        bad_value(rate, "exchangeRate")
    fields["exchangeRate"] = rate
    return Decimal(rate)


def _numbers(site: Site, change: Change) -> None:
    fields, name = change.fields, change.type.name
    if change.current is None:
        fields["transactionNumber"] = f"{PREFIXES[name]}{site.store.count('transaction') + 1000}"
        if not fields.get("tranId") or not site.options.allow_override:
            fields["tranId"] = f"{PREFIXES[name]}{site.store.count(name) + 1000}"
        fields["source"] = "restWebServices"
    elif not site.options.allow_override:
        fields["tranId"] = change.current.fields["tranId"]


def _require_by_form(site: Site, change: Change) -> None:
    wanted = site.options.mandatory.get(change.type.name)
    if not wanted:
        return
    missing = []
    for path in wanted:
        first, _, second = path.partition(".")
        if second and any(second not in line for line in change.fields.get(first, [])):
            missing.append(change.type.fields[first].fields[second].label)
        elif not second and first not in change.fields:
            missing.append(change.type.fields[first].label)
    if missing:
        please_enter(missing)
