"""Invoices: one NetSuite invoice each, lines, discounts, taxes and rounding as lines whose sum is Chargebee's total."""

from collections.abc import Mapping
from decimal import Decimal

from integrations.connectors.chargebee.records import Invoice, lifecycle
from integrations.connectors.netsuite.records import body
from integrations.contracts import Context, Draft, Facts, LineFact, Mapped, Need, Record, Value
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_netsuite.common import reference
from integrations.pairs.chargebee_to_netsuite.references import own_items, resolve, used


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """An invoice needs its customer and the items of its lines."""
    return (*lifecycle.invoices.needs(record, context), *lifecycle.invoices.item_needs(record))


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the NetSuite invoice. Raises RejectedError when its lines do not make Chargebee's total."""
    invoice = lifecycle.invoices.invoice_of(record)
    customer = context.links[("customers", invoice.customer_id)].external_id
    header = resolve("invoices", {**mapped.header, "entity": customer, "toBeEmailed": False}, context)
    own = own_items(context)
    lines = [resolve("invoices", _exact(line), context, is_line=True, own=own) for line in mapped.lines]
    _check_sum(invoice, lines)
    return (
        Draft(
            flow="invoices",
            key=invoice.id,
            sink="invoices",
            revision=context.revision,
            reference=reference(context, "INV", invoice.id, context.revision),
            payload=body("invoices", header, lines),
            facts=Facts(
                customer=customer,
                currency=invoice.currency_code,
                total=invoice.total,
                date=lifecycle.common.day(invoice.date, context),
                lines=tuple(LineFact(account=str(line["item"]), amount=_amount(line)) for line in lines),
            ),
            references=(
                *used("invoices", header),
                *(each for line in lines for each in used("invoices", line, is_line=True, own=own)),
            ),
        ),
    )


def _exact(line: Mapping[str, Value]) -> dict[str, Value]:
    """Give quantity and rate that make the amount: the amount counts, tiers and many decimals do not multiply."""
    amount, quantity = _amount(line), line.get("quantity")
    if isinstance(quantity, Decimal) and quantity and (rate := amount / quantity) == rate.quantize(Decimal("0.01")):
        return {**line, "rate": rate}
    return {**line, "quantity": Decimal(1), "rate": amount}


def _amount(line: Mapping[str, Value]) -> Decimal:
    amount = line.get("amount")
    return amount if isinstance(amount, Decimal) else Decimal(0)


def _check_sum(invoice: Invoice, lines: list[dict[str, Value]]) -> None:
    made = sum((_amount(line) for line in lines), Decimal(0))
    if made != invoice.total:
        raise RejectedError(
            f"The mapped lines make {made}, but Chargebee's total is {invoice.total} {invoice.currency_code}. "
            "Look at the line rows under Mappings > Invoices.",
            code="totals_disagree",
            field="amount",
            value=invoice.id,
        )
