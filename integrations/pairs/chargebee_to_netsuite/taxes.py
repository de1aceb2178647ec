"""Tax by the tenant's choice: lines of its own, details imposed on SuiteTax, or computed by NetSuite and compared."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from integrations.connectors.chargebee.records import CreditNote, Invoice, LineTax
from integrations.connectors.netsuite.records import sublist, tax_detail
from integrations.contracts import Context, Record, Reference, SourceDocument, Value
from integrations.errors import MappingError, MissingReferenceError

TAX_LINE, SUITETAX, NETSUITE = "tax_line", "suitetax", "netsuite"
DETAIL = "tax_detail"  # the kind of the source lines that become details
NO_ITEM = "-"  # what the item row gives for those: they are no lines in NetSuite
ZERO = Decimal(0)
_CODE = "tax_code"

Source = Callable[[Record, Context], SourceDocument]
Lines = Sequence[Mapping[str, Value]]


def strategy(context: Context) -> str:
    """Give how tax is posted."""
    return context.policy("", "tax", TAX_LINE)


def by_strategy(source: Source) -> Source:
    """Show a document's tax to the mapping as the policy wants it posted."""

    def shown(record: Record, context: Context) -> SourceDocument:
        document, chosen = source(record, context), strategy(context)
        if chosen == TAX_LINE:
            return document
        kept = [line for line in document.lines if line["kind"] != "tax"]
        if chosen == NETSUITE:
            return SourceDocument(header=document.header, lines=tuple(kept))
        named = [_named(line, at, record.body) for at, line in enumerate(kept)]
        details = [_detail_line(tax) for tax in imposed(record.body)]
        return SourceDocument(header=document.header, lines=(*named, *details))

    return shown


def imposed(document: Invoice | CreditNote) -> tuple[LineTax, ...]:
    """Give the taxes that become details: those with an amount."""
    return tuple(tax for tax in document.line_item_taxes if tax.tax_amount)


def split(lines: Lines) -> tuple[list[Mapping[str, Value]], list[Mapping[str, Value]]]:
    """Part the mapped lines into those of the document and those that become tax details."""
    return [one for one in lines if one.get("item") != NO_ITEM], [one for one in lines if one.get("item") == NO_ITEM]


def expected_tax(document: Invoice | CreditNote, context: Context) -> Decimal:
    """Give the tax that the lines do not show and the total has: imposed, or to be computed by NetSuite."""
    if strategy(context) == TAX_LINE:
        return ZERO
    return sum((tax.tax_amount for tax in document.line_item_taxes), ZERO)


def details(
    document: Invoice | CreditNote, mapped: Lines, context: Context
) -> tuple[dict[str, Value], list[Reference]]:
    """Give the tax part of a payload and the tax codes it uses. Raises MappingError where one is not mapped."""
    if strategy(context) != SUITETAX:
        return {}, []
    taxes = imposed(document)
    if len(taxes) != len(mapped):
        raise MappingError(
            f"{document.id} has {len(taxes)} taxes, but the mapping gives {len(mapped)}: its line filters must leave "
            "lines of kind tax_detail alone. See Mappings > line filters.",
            field="taxCode",
        )
    rows, used = list[Mapping[str, Value]](), list[Reference]()
    for tax, line in zip(taxes, mapped, strict=True):
        code, tax_type = _code(str(line.get("taxCode") or ""), tax, context)
        name = _name(tax.line_item_id, document)
        rows.append(tax_detail(name, tax_type, code, tax.taxable_amount, tax.tax_rate, tax.tax_amount))
        used.append(Reference(kind=_CODE, code=code, field="taxCode"))
    return {"taxDetailsOverride": True, "taxDetails": sublist(rows)}, used


def _code(wanted: str, tax: LineTax, context: Context) -> tuple[str, str]:
    entry = context.references.get((_CODE, wanted))
    if entry is None:
        raise MissingReferenceError(
            f"NetSuite has no tax code “{wanted}” for the tax “{tax.tax_name}”. Choose one under Mappings > Tax codes.",
            field="taxCode",
            value=f"{_CODE} {wanted}",
        )
    return entry.code, entry.details.get("type", "")


def _named(line: Mapping[str, Value], at: int, document: Invoice | CreditNote) -> Mapping[str, Value]:
    """Name the lines that taxes refer to; the document's items come first, in their own order."""
    return {**line, "tax_reference": f"L{at + 1}"} if at < len(document.line_items) else line


def _name(line_id: str, document: Invoice | CreditNote) -> str:
    return f"L{[line.id for line in document.line_items].index(line_id) + 1}"


def _detail_line(tax: LineTax) -> Mapping[str, Value]:
    return {
        "kind": DETAIL,
        "code": tax.tax_name,
        "amount": tax.tax_amount,
        "description": tax.tax_name,
        "tax_name": tax.tax_name,
        "tax_rate": tax.tax_rate,
        "tax_jurisdiction": tax.tax_juris_code,
    }
