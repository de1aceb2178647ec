"""What the flows of this pair share: references written into NetSuite, posting periods, rates and lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.records import CreditNote, Invoice, Transaction, lifecycle
from integrations.connectors.netsuite.records import ACCOUNT, DIMENSIONS, Kind, external_id
from integrations.contracts import Context, LineFact, Reference, Value
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_netsuite.references import own_items, resolve, used
from integrations.pairs.chargebee_to_netsuite.taxes import expected_tax
from integrations.periods import KIND, posting_day

Values = dict[str, Value]


def reference(context: Context, kind: Kind, key: str, revision: int = 1) -> str:
    """Give our reference in NetSuite: `CB-<site>-INV-<number>`, with the revision when above 1."""
    return external_id(f"CB-{lifecycle.common.site(context)}", kind, key, revision)


def reversal_reference(context: Context, kind: Kind, key: str, revision: int = 1) -> str:
    """Give the reference of a document's reversal: `CB-<site>-INV-<number>-REV`."""
    return reference(context, kind, f"{key}-REV", revision)


def share_key(key: str, customer: str) -> str:
    """Name a customer's share of a payment or refund: by the customer, as the order may be another the next time."""
    return f"{key}-OF-{customer}"


def numbered_apart(header: Mapping[str, Value], customer: str) -> Values:
    """Give a share a number of its own where one is mapped: NetSuite may refuse a number that is taken."""
    number = header.get("tranId")
    return {**header, "tranId": f"{number}-{customer}"} if number else dict(header)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """When a document is booked: the date it will show, and what its header says beside the mapping."""

    day: date
    header: Values


def posting(flow: str, day: date, label: str, context: Context, memo: Value = None) -> Posting:
    """Give when a document is booked, in the period that takes it. Raises ClosedPeriodError by policy.

    NetSuite keeps the period apart, so the document keeps its date, unless the policy `moved_dates` says that the
    account allows no date outside its posting period: then the date moves and the memo keeps the wanted one.
    """
    policy = context.policy(flow, "closed_periods", "hold")
    on = posting_day(day, context.references, "ar", policy, label, not_before=context.not_before)
    if on == day:
        return Posting(day=day, header={})
    period = _period_of(on, context)
    if not period or context.policy(flow, "moved_dates", "period") == "date":
        return Posting(day=on, header={"tranDate": on, "memo": f"{memo or label} (dated {day})"})
    return Posting(day=day, header={"postingPeriod": period})


def _period_of(on: date, context: Context) -> str:
    for (kind, _), entry in context.references.items():
        if kind == KIND and entry.details["start"] <= on.isoformat() <= entry.details["end"]:
            return entry.code
    return ""


def rate(document: Invoice | CreditNote | Transaction, context: Context) -> Values:
    """Give the exchange rate where the policy sends Chargebee's: base units for one unit of the document's currency."""
    stated = lifecycle.common.stated_rate(document, context)
    return {} if stated is None else {"exchangeRate": stated}


def sales_lines(
    sink: str, mapped: Sequence[Mapping[str, Value]], document: Invoice | CreditNote, context: Context
) -> tuple[list[Values], list[Reference]]:
    """Give lines with ids for names, and what they use. Raises RejectedError unless they make the document's total."""
    own = own_items(context)
    lines = [resolve(sink, _exact(line), context, is_line=True, own=own) for line in mapped]
    made = sum((amount_of(line) for line in lines), expected_tax(document, context))
    if made != document.total:
        raise RejectedError(
            f"The mapped lines make {made}, but Chargebee's total is {document.total} {document.currency_code}. "
            "Look at the line rows under Mappings.",
            code="totals_disagree",
            field="amount",
            value=document.id,
        )
    return lines, [each for line in lines for each in used(sink, line, is_line=True, own=own)]


def line_facts(lines: Sequence[Mapping[str, Value]]) -> tuple[LineFact, ...]:
    """Say what stands in the target once these lines do."""
    return tuple(
        LineFact(account=str(line["item"]), amount=amount_of(line), dimensions=dimensions_of(line)) for line in lines
    )


def dimensions_of(values: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    """Give the department, class, location and account that resolved values state."""
    return tuple((name, str(values[name])) for name in (*DIMENSIONS, ACCOUNT) if values.get(name))


def amount_of(line: Mapping[str, Value]) -> Decimal:
    """Give a line's amount."""
    amount = line.get("amount")
    return amount if isinstance(amount, Decimal) else Decimal(0)


def _exact(line: Mapping[str, Value]) -> Values:
    """Give quantity and rate that make the amount: the amount counts, tiers and many decimals do not multiply."""
    amount, quantity = amount_of(line), line.get("quantity")
    if isinstance(quantity, Decimal) and quantity and (rate := amount / quantity) == rate.quantize(Decimal("0.01")):
        return {**line, "rate": rate}
    return {**line, "quantity": Decimal(1), "rate": amount}
