"""Reads the rows of the payables ledger (F0411) as vouchers; amounts in the voucher's own currency."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.records import DocumentKey, PayItem, SupplierInvoice

COLUMNS = tuple(
    "KCO DOC DCT SFX SFXE AN8 PYE DIVJ DGJ DDJ VINV CO CRRM CRCD CRR AG AAP ADSC STAM CTAM ACR FAP PST PTC PO PDCT "  # noqa: SIM905
    "PKCO RMK VR01 VOD POST UPMJ UPMT".split()
)
VOID_TYPE = "PE"
POSTED = "D"


def vouchers_of(found: Iterable[Row]) -> Iterator[SupplierInvoice]:
    """Put pay items together to vouchers. Raises ContractError for a row that cannot be read."""
    groups: dict[DocumentKey, list[Row]] = {}
    for row in found:
        groups.setdefault(key_of(row), []).append(row)
    for key, items in groups.items():
        yield voucher_of(str(key), items)


def key_of(row: Row) -> DocumentKey:
    """Give the document key of a pay item."""
    return DocumentKey(row.text("DCT"), row.whole("DOC"), row.text("KCO"))


def voucher_of(key: str, found: Sequence[Row]) -> SupplierInvoice:
    """Read one voucher of its pay items, in their order."""
    ordered = sorted(found, key=lambda row: (row.text("SFX"), row.whole("SFXE")))
    first = ordered[0]
    items = tuple(map(_item, ordered))
    return SupplierInvoice(
        key=key,
        supplier=first.whole("AN8"),
        payee=first.whole("PYE") or first.whole("AN8"),
        invoice_number=first.text("VINV"),
        invoice_date=first.day("DIVJ"),
        gl_date=first.day("DGJ"),
        company=first.text("CO"),
        currency=first.text("CRCD"),
        exchange_rate=first.amount("CRR"),
        gross=sum((item.gross for item in items), Decimal(0)),
        open=sum((item.open for item in items), Decimal(0)),
        tax=sum((_own(row, "CTAM", "STAM") for row in ordered), Decimal(0)),
        remark=first.text("RMK"),
        reference=first.text("VR01"),
        terms=first.text("PTC"),
        order="-".join(first.text(name) for name in ("PDCT", "PO", "PKCO")) if first.text("PO") else "",
        is_voided=all(row.text("VOD") == "V" for row in ordered),
        is_posted=all(row.text("POST") == POSTED for row in ordered),
        items=items,
    )


def _item(row: Row) -> PayItem:
    return PayItem(
        item=row.text("SFX"),
        extension=row.whole("SFXE"),
        due_date=row.day("DDJ"),
        gross=_own(row, "ACR", "AG"),
        open=_own(row, "FAP", "AAP"),
        discount=row.amount("ADSC"),
        pay_status=row.text("PST"),
    )


def _own(row: Row, foreign: str, domestic: str) -> Decimal:
    """Give an amount in the row's own currency: currency mode F keeps it in a column of its own."""
    return row.amount(foreign if row.text("CRRM") == "F" else domestic)
