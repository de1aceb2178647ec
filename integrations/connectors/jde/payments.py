"""Reads payments (F0413) and what they paid (F0414); amounts in the payment's own currency, never signed."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.client import Client
from integrations.connectors.jde.query import Query, any_of
from integrations.connectors.jde.reader import batches, rows
from integrations.connectors.jde.records import DocumentKey, PaidItem, Payment, payment_key

HEADERS = tuple("PYID DCTM DOCM PYE DMTJ PAAP CRCD GLBA VDGJ UPMJ UPMT".split())  # noqa: SIM905
DETAILS = tuple(
    "PYID RC5 DCTM KCO DCT DOC SFX SFXE PAAP PFAP ADSA CDSA CRRM RMK POST".split()  # noqa: SIM905
)
VOIDING = "PO"  # matching type of the rows that take a payment back
POSTED = ("D", "P")


def read_payments(client: Client, ids: Sequence[int]) -> Iterator[tuple[Payment, bool]]:
    """Read payments by payment id, each with whether it is posted."""
    for part in batches(sorted(set(ids))):
        headers = rows(client, Query(table="F0413", columns=HEADERS, either=any_of("PYID", part)), "PYID")
        details = list(rows(client, Query(table="F0414", columns=DETAILS, either=any_of("PYID", part)), "PYID"))
        for header in headers:
            own = [row for row in details if row.whole("PYID") == header.whole("PYID") and row.text("DCTM") != VOIDING]
            yield payment_of(header, own), bool(own) and all(row.text("POST") in POSTED for row in own)


def payment_of(header: Row, details: Iterable[Row]) -> Payment:
    """Read one payment."""
    paid = sorted(details, key=lambda row: row.whole("RC5"))
    return Payment(
        key=payment_key(header.whole("PYID"), header.text("DCTM")),
        payment_id=header.whole("PYID"),
        number=header.whole("DOCM"),
        payee=header.whole("PYE"),
        payment_date=header.day("DMTJ"),
        amount=abs(header.amount("PAAP")),
        currency=header.text("CRCD"),
        bank_account=header.text("GLBA"),
        void_date=header.day("VDGJ"),
        remark=next((row.text("RMK") for row in paid if row.text("RMK")), ""),
        items=tuple(map(_item, paid)),
    )


def voucher_key(row: Row) -> DocumentKey:
    """Give the voucher that a detail paid."""
    return DocumentKey(row.text("DCT"), row.whole("DOC"), row.text("KCO"))


def paid_of(row: Row) -> Decimal:
    """Give what a detail took off its voucher, the discount taken included; never signed."""
    item = _item(row)
    return item.amount + item.discount


def _item(row: Row) -> PaidItem:
    is_foreign = row.text("CRRM") == "F"
    return PaidItem(
        voucher=str(voucher_key(row)),
        item=row.text("SFX"),
        extension=row.whole("SFXE"),
        amount=abs(row.amount("PFAP" if is_foreign else "PAAP")),
        discount=abs(row.amount("CDSA" if is_foreign else "ADSA")),
    )
