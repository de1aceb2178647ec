"""Vendors: suppliers of JD Edwards, matched in BILL by name and tax id before one is made; updated in place."""

from typing import cast

from integrations.connectors.billcom.records import vendor_body
from integrations.connectors.jde.records import Address, Supplier
from integrations.contracts import (
    DELIVER,
    Context,
    Draft,
    Facts,
    LinkView,
    Mapped,
    Need,
    Record,
    SourceDocument,
    Value,
    Verdict,
)
from integrations.money import decimals
from integrations.pairs.jde_to_billcom.common import INCOMPLETE, digest, reference

BILL_DECIMALS = 2
_ONCE = ("billCurrency",)  # BILL pays a vendor's bills in its currency: it stays
_NEEDED = {"address line 1": "lines", "city": "city", "postal code": "postal_code", "country": "country"}


def supplier_of(record: Record) -> Supplier:
    """Give the record's body as what this stream holds."""
    return cast(Supplier, record.body)


def label(record: Record) -> str:
    """Give what people call it."""
    return f"Supplier {supplier_of(record).entry.name or record.key}"


def version(record: Record) -> str:
    """Digest what BILL is told of a supplier."""
    return digest(_fields(supplier_of(record)).values())


def verdict(record: Record, context: Context) -> Verdict:
    """Deliver suppliers whose address is whole: BILL takes no vendor without one."""
    supplier = supplier_of(record)
    lacking = [name for name, field in _NEEDED.items() if not getattr(supplier.entry.address, field)]
    if not supplier.entry.name:
        lacking.insert(0, "name")
    if lacking:
        told = f"Supplier {record.key} has no {', '.join(lacking)} in JD Edwards (P01012), and BILL needs it."
        return Verdict(action="later", code=INCOMPLETE, reason=told)
    if supplier.currency and decimals(supplier.currency) > BILL_DECIMALS:
        told = f"Supplier {record.key} invoices in {supplier.currency}, which has more decimals than BILL takes."
        return Verdict(action="skip", code="too_many_decimals", reason=told)
    return DELIVER


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A supplier needs nothing before it."""
    return ()


def source(record: Record, context: Context) -> SourceDocument:
    """Show a supplier to the mapping."""
    return SourceDocument(header=_fields(supplier_of(record)))


def _fields(supplier: Supplier) -> dict[str, Value]:
    entry = supplier.entry
    return {
        "number": str(entry.number),
        "name": entry.name,
        "tax_id": entry.tax_id,
        "email": entry.email,
        "currency": supplier.currency,
        "terms": supplier.terms,
        "search_type": entry.search_type,
        "is_payment_held": supplier.is_payment_held,
        **_address(entry.address),
    }


def _address(address: Address) -> dict[str, Value]:
    lines = (*address.lines, "", "")
    return {
        "address.line1": lines[0],
        "address.line2": ", ".join(line for line in address.lines[1:] if line),
        "address.city": address.city,
        "address.state": address.state,
        "address.postal_code": address.postal_code,
        "address.country": address.country,
    }


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Create the vendor, or bring it up to date."""
    link = context.links.get(("vendors", record.key))
    body = vendor_body({name: value for name, value in mapped.header.items() if not link or name not in _ONCE})
    name = body.get("name")
    made = Draft(
        flow="vendors",
        key=record.key,
        sink="vendors",
        reference=reference(context, "VEN", record.key),
        payload=body,
        facts=Facts(name=None if name is None else str(name)),
    )
    return (_update(made, link, context),) if link else (made,)


def _update(made: Draft, link: LinkView, context: Context) -> Draft:
    return Draft(
        flow=made.flow,
        key=made.key,
        sink=made.sink,
        reference=made.reference,
        payload=made.payload,
        facts=made.facts,
        operation="update",
        external_id=link.external_id,
        revision=context.revision,
    )
