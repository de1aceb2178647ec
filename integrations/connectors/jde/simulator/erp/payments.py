"""Payments of vouchers (F0413, F0414): by hand or by the payment run; they close pay items when they are entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.connectors.jde.simulator.erp import batches
from integrations.connectors.jde.simulator.erp.accounts import require_open_period, require_postable
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.ledger import ZERO
from integrations.connectors.jde.simulator.erp.payment_entries import Applied, allocate, document_entries
from integrations.connectors.jde.simulator.erp.refusal import refuse
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json
from integrations.sandbox.books import Document

MANUAL = "M"
CLOSED = "P"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment to be entered: what it pays, from which account, on which days."""

    payee: int
    number: int | None
    on: date
    day: date
    bank: Row
    currency: str
    applied: Sequence[Applied]
    remark: str = ""
    instrument: str = "C"


def enter(enterprise: Enterprise, payment: Payment, user: str) -> tuple[Document, int, list[str]]:
    """Check and enter a payment, which closes what it pays at once; gives the document, its batch and the warnings."""
    warnings = require_possible(enterprise, payment.bank, payment.day, payment.currency, payment.number)
    _require_items(payment, payment.bank["CO"])
    number = enterprise.next_number("DOCM") if payment.number is None else payment.number
    payment_id = enterprise.next_number("PYID")
    rate = enterprise.rate(payment.currency, payment.bank["CO"], payment.on)
    document = _document(enterprise, payment, payment_id, number, rate)
    enterprise.books.add(document, hold=True)
    batch = batches.open_batch(enterprise, MANUAL, user, document.id, document.total)
    enterprise.store["F0413"].add(
        user, "P0413M", PYID=payment_id, DCTM="PN", DOCM=number, PYE=payment.payee, DMTJ=payment.on,
        VLDT=payment.on, PAAP=document.total, CRCD=payment.currency, CRRM="D" if rate == 1 else "F",
        GLBA=payment.bank["AID"], PYIN=payment.instrument, ICU=batch, ICUT=MANUAL, DICJ=enterprise.clock.today(),
        TORG=user,
    )  # fmt: skip
    for at, applied in enumerate(payment.applied, 1):
        _detail(enterprise, payment, payment_id, at, applied, user)
        close_item(enterprise, applied, user)
    enterprise.notes[document.id] = {"allocations": allocate(payment.applied)}
    return document, batch, warnings


def require_possible(enterprise: Enterprise, bank: Row, day: date, currency: str, number: int | None) -> list[str]:
    """Refuse what can be seen before the vouchers are: period, bank account, a payment number used; gives warnings."""
    warnings = require_open_period(enterprise, day, bank["CO"], "ap")
    require_postable(enterprise, bank, company=bank["CO"], currency=currency)
    found = enterprise.store["F0413"].find(DOCM=number) if number is not None else []
    if any(row["GLBA"] == bank["AID"] for row in found):
        text = f"Payment {number} of this bank account was entered before."
        refuse("Payment Number Already Used", text, "paymentNumber")
    return warnings


def close_item(enterprise: Enterprise, applied: Applied, user: str) -> None:
    """Take a payment off a pay item; paid in full it gets status P."""
    item = applied.item
    changes: Json = {"AAP": item["AAP"] - base_part(enterprise, item, applied.reduces)}
    if item["CRRM"] == "F":
        changes["FAP"] = item["FAP"] - applied.reduces
    if applied.open == applied.reduces:
        changes["PST"] = CLOSED
    enterprise.store["F0411"].change(item, user, "P0413M", **changes)


def base_part(enterprise: Enterprise, item: Row, amount: Decimal) -> Decimal:
    """Give the company's amount behind an amount in the item's currency: at the rate of the voucher."""
    if item["CRRM"] != "F":
        return amount
    if amount == item["FAP"]:
        return Decimal(item["AAP"])
    return enterprise.base_currency(item["CO"]).round(item["AG"] * amount / item["ACR"])


def _require_items(payment: Payment, company: str) -> None:
    if not payment.applied:
        refuse("Payment Has No Pay Items", "A payment needs vouchers to pay.", "applyTo")
    keys = [(one.item["KCO"], one.item["DCT"], one.item["DOC"], one.item["SFX"]) for one in payment.applied]
    if len(set(keys)) != len(keys):
        refuse("Pay Item Selected Twice", "Each pay item can be paid only once by one payment.", "applyTo")
    for one in payment.applied:
        _require_item(payment, one, company)
    if sum((one.amount for one in payment.applied), ZERO) < 0:
        refuse("Payment Is Negative", "Debit memos exceed the vouchers that are paid.", "applyTo")


def _require_item(payment: Payment, one: Applied, company: str) -> None:
    name = f"{one.item['DCT']} {one.item['DOC']} {one.item['KCO']} {one.item['SFX']}"
    if one.item["PYE"] != payment.payee:
        refuse("Payee Does Not Match", f"{name} is payable to {one.item['PYE']}, not {payment.payee}.", "payee")
    if one.item["CRCD"] != payment.currency:
        refuse("Currency Code Invalid", f"{name} is in {one.item['CRCD']}, not {payment.currency}.", "currencyCode")
    if one.item["CO"] != company:
        refuse("Company Does Not Match", f"{name} belongs to company {one.item['CO']}, not {company}.", "applyTo")
    if one.item["VOD"] == "V" or one.item["PST"] in (CLOSED, "#"):
        refuse("Pay Item Not Open", f"{name} has pay status {one.item['PST']}.", "applyTo")
    if not one.reduces or abs(one.reduces) > abs(one.open) or (one.reduces > 0) != (one.open > 0):
        refuse("Payment Exceeds Open Amount", f"{name} is open for {one.open}, not {one.reduces}.", "amount")


def _document(enterprise: Enterprise, payment: Payment, payment_id: int, number: int, rate: Decimal) -> Document:
    total = sum((one.amount for one in payment.applied), ZERO)
    discount = sum((one.discount for one in payment.applied), ZERO)
    parts = [(one, base_part(enterprise, one.item, one.reduces)) for one in payment.applied]
    return Document(
        id=f"PN-{payment_id}",
        kind="payment",
        record="PN",
        reference=payment.remark,
        number=str(number),
        party=str(payment.payee),
        company=payment.bank["CO"],
        currency=payment.currency,
        rate=rate,
        total=total,
        applicable=total + discount,
        side="debit",
        date=payment.on,
        posting_date=payment.day,
        status="unposted",
        entries=document_entries(enterprise, payment.bank, parts, total, discount, rate),
    )


def _detail(enterprise: Enterprise, payment: Payment, payment_id: int, at: int, applied: Applied, user: str) -> None:
    item = applied.item
    base = base_part(enterprise, item, applied.reduces)
    discount = base_part(enterprise, item, applied.discount)
    foreign = {"PFAP": applied.amount, "CDSA": applied.discount} if item["CRRM"] == "F" else {}
    enterprise.store["F0414"].add(
        user, "P0413M", PYID=payment_id, RC5=at, DCTM="PN", KCO=item["KCO"], DCT=item["DCT"], DOC=item["DOC"],
        SFX=item["SFX"], SFXE=item["SFXE"], PAAP=base - discount, ADSA=discount, CRRM=item["CRRM"], CRCD=item["CRCD"],
        CRR=item["CRR"], BCRC=item["BCRC"], GLC=item["GLC"], AN8=item["AN8"], CO=item["CO"], PO=item["PO"],
        RMK=payment.remark, **foreign, **enterprise.period_columns(payment.day, payment.bank["CO"]),
    )  # fmt: skip
