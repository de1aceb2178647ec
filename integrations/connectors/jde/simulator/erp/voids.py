"""Voids: a payment taken back reopens what it paid; a voucher taken back gets an opposite entry (PE)."""

from copy import copy
from datetime import date
from decimal import Decimal

from integrations.connectors.jde.simulator.erp import batches
from integrations.connectors.jde.simulator.erp.accounts import require_open_period
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.ledger import ZERO
from integrations.connectors.jde.simulator.erp.payments import MANUAL
from integrations.connectors.jde.simulator.erp.refusal import refuse
from integrations.connectors.jde.simulator.erp.vouchers import BATCH_TYPE
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.books import Document, Entry

MONEY_COLUMNS = ("AG", "AAP", "ADSC", "ADSA", "STAM", "ATXA", "ACR", "FAP", "CTAM", "PAAP", "PFAP", "CDSA", "AA")


def void_payment(
    enterprise: Enterprise, payment: Row, on: date, day: date, remark: str, user: str
) -> tuple[int, list[str]]:
    """Void a payment: its vouchers are open again with the status that the constants say. Gives batch and warnings."""
    if payment["VDGJ"] is not None:
        refuse("Payment Already Voided", f"Payment {payment['PYID']} was voided on {payment['VDGJ']}.", "paymentId")
    original = enterprise.books.get(f"PN-{payment['PYID']}")
    warnings = require_open_period(enterprise, day, original.company, "ap")
    document = _opposite(original, f"PO-{payment['PYID']}", "void_payment", "PO", remark, on, day)
    enterprise.books.add(document, hold=True)
    batch = batches.open_batch(enterprise, MANUAL, user, document.id, document.total)
    enterprise.store["F0413"].change(payment, user, "P0413M", VDGJ=day)
    details = enterprise.store["F0414"].find(PYID=payment["PYID"])
    for at, detail in enumerate(details, len(details) + 1):
        values = {**_negated(detail), "RC5": at, "DCTM": "PO", "RMK": remark, "POST": ""}
        enterprise.store["F0414"].add(user, "P0413M", **_unstamped(values))
        _reopen(enterprise, detail, user)
    return batch, warnings


def void_voucher(
    enterprise: Enterprise, items: list[Row], day: date, reference: str, user: str
) -> tuple[int, list[str]]:
    """Void a voucher whose pay items are all open in full. Gives batch and warnings."""
    first = items[0]
    name = f"{first['DCT']} {first['DOC']} {first['KCO']}"
    if first["VOD"] == "V":
        refuse("Voucher Already Voided", f"{name} is voided.", "documentNumber")
    if any(item["AAP"] != item["AG"] for item in items):
        refuse("Voucher Has Payments", f"{name} is paid or partly paid: void its payments first.", "documentNumber")
    warnings = require_open_period(enterprise, day, first["KCO"], "ap")
    original = enterprise.books.get(f"{first['DCT']}-{first['DOC']}-{first['KCO']}")
    key = f"PE-{first['DOC']}-{first['KCO']}"
    document = _opposite(original, key, "void_bill", "PE", reference, day, day)
    enterprise.books.add(document, hold=True)
    batch = batches.open_batch(enterprise, BATCH_TYPE, user, document.id, -original.total)
    table = enterprise.store["F0411"]
    for item in items:
        values = {**_negated(item), "DCT": "PE", "SFXE": 1, "DGJ": day, "VR01": reference, "AAP": ZERO, "PST": "P",
                  "VOD": "V", "POST": "", "ICU": batch, **enterprise.period_columns(day, first["KCO"])}  # fmt: skip
        values |= {"FAP": ZERO} if item["CRRM"] == "F" else {}
        table.add(user, "P0411", **_unstamped(values))
        closed = {"AAP": ZERO, "PST": "P", "VOD": "V"} | ({"FAP": ZERO} if item["CRRM"] == "F" else {})
        table.change(item, user, "P0411", **closed)
    _oppose_ledger(enterprise, first, day, reference, batch, user)
    return batch, warnings


def _reopen(enterprise: Enterprise, detail: Row, user: str) -> None:
    table = enterprise.store["F0411"]
    item = table.find(DOC=detail["DOC"], DCT=detail["DCT"], KCO=detail["KCO"], SFX=detail["SFX"], SFXE=0)[0]
    changes = {"AAP": item["AAP"] + detail["PAAP"] + detail["ADSA"], "PST": enterprise.options.void_pay_status}
    if item["CRRM"] == "F":
        changes["FAP"] = item["FAP"] + detail["PFAP"] + detail["CDSA"]
    table.change(item, user, "P0413M", **changes)


def _oppose_ledger(enterprise: Enterprise, item: Row, day: date, reference: str, batch: int, user: str) -> None:
    table = enterprise.store["F0911"]
    for row in table.find(DOC=item["DOC"], DCT=item["DCT"], KCO=item["KCO"]):
        values = {**_negated(row), "DCT": "PE", "DGJ": day, "EXR": reference, "POST": "", "ICU": batch,
                  **enterprise.period_columns(day, row["KCO"])}  # fmt: skip
        table.add(user, "P0411", **_unstamped(values))


def _opposite(original: Document, key: str, kind: str, record: str, reference: str, on: date, day: date) -> Document:
    return Document(
        id=key,
        kind=kind,
        record=record,
        reference=reference,
        number=original.number,
        party=original.party,
        company=original.company,
        currency=original.currency,
        rate=original.rate,
        total=-original.total,
        applicable=original.applicable,
        side="credit" if original.side == "debit" else "debit",
        date=on,
        posting_date=day,
        status="unposted",
        entries=[_swapped(entry) for entry in original.entries],
    )


def _swapped(entry: Entry) -> Entry:
    other = copy(entry)
    other.debit, other.credit = entry.credit, entry.debit
    other.base_debit, other.base_credit = entry.base_credit, entry.base_debit
    return other


def _negated(row: Row) -> dict[str, object]:
    return {
        name: -value if name in MONEY_COLUMNS and isinstance(value, Decimal | int) else value
        for name, value in row.values.items()
    }


def _unstamped(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name not in ("USER", "PID", "JOBN", "UPMJ", "UPMT")}
