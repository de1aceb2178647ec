"""What a payment, credit memo or refund is applied to: rows to write, facts to read back, changes of both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal, TypeAlias

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.netsuite.records import Kind, application, sublist, unapplication
from integrations.contracts import Application, Context, Draft, Record, Value
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_netsuite.common import reference

Applications = tuple[Application, ...]
Applying: TypeAlias = Literal["payments", "credit_notes"]
_WRITTEN: Mapping[Applying, tuple[Kind, str]] = {
    "payments": ("TXN", "payments"),
    "credit_notes": ("CN", "credit_memos"),
}


def linked(rows: Iterable[tuple[str, Decimal]], flow: str, context: Context) -> Applications:
    """Give what stands in NetSuite of the documents named; what does not stand yet is applied once it does."""
    found = [(context.links.get((flow, key)), amount) for key, amount in rows]
    return tuple(Application(external_id=link.external_id, amount=amount) for link, amount in found if link)


def apply_rows(applied: Applications) -> dict[str, Value]:
    """Give the sublist that applies a new document; none where it stays open."""
    return {"apply": sublist([application(one.external_id, one.amount) for one in applied])} if applied else {}


def reapply(
    record: Record, part: lifecycle.payments.Part, wanted: Applications, flow: Applying, context: Context
) -> Draft:
    """Draft the change of a standing document's applications: taken back where none is wanted, set where one is."""
    kind, sink = _WRITTEN[flow]
    kept = {one.external_id for one in wanted}
    gone = [one.external_id for one in part.facts.applied or () if one.external_id not in kept]
    rows = [*map(unapplication, gone), *(application(one.external_id, one.amount) for one in wanted)]
    if part.makes == "link":
        _require_one_customer(record, part, flow, context)
    change = lifecycle.common.digest((context.links[(flow, record.key)].details_version, wanted))[:12]
    return Draft(
        flow=flow,
        key=record.key,
        sink=sink,
        operation=f"apply:{change}" if part.makes == "link" else f"apply:{part.facts.customer}:{change}",
        external_id=part.external_id,
        revision=context.revision,
        reference=part.reference or reference(context, kind, record.key, context.revision),
        payload={"autoApply": False, "apply": sublist(rows)},
        facts=replace(
            part.facts, name=None, open_amount=None, posting_date=None, dimensions=(), lines=None, applied=wanted
        ),
        makes=part.makes,
    )


def _require_one_customer(record: Record, part: lifecycle.payments.Part, flow: Applying, context: Context) -> None:
    """Raise RejectedError where a document that stands alone is to be applied to another customer's invoices."""
    if len(lifecycle.payments.parts(context.links[(flow, record.key)])) > 1:
        return
    applied = lifecycle.payments.applied if flow == "payments" else lifecycle.credit_notes.applied
    invoices = [context.links.get(("invoices", key)) for key, _ in applied(record)]
    others = {one.facts.customer for one in invoices if one and one.facts.customer} - {part.facts.customer}
    if others:
        raise other_customer(record.key)


def moves_cash(
    record: Record,
    customer: str,
    wanted: Decimal,
    part: lifecycle.payments.Part | None,
    parts: Sequence[lifecycle.payments.Part],
) -> RejectedError:
    """Say that cash would have to move from one customer to another, and how that is done."""
    stands = ", ".join(f"{one.facts.total} on customer {one.facts.customer} ({one.external_id})" for one in parts)
    there = f"only {part.facts.total} of it stands there" if part else "nothing of it stands there"
    return RejectedError(
        f"Payment {record.key} settles {wanted} of invoices of NetSuite customer {customer}, but {there}: it stands as "
        f"{stands}. NetSuite applies a payment within one customer, and cash that stands is never moved silently. In "
        "NetSuite refund what is too much on the one customer, enter a payment over the same account for the other, "
        f"apply that, then skip this change of payment {record.key} here with the reason.",
        code="payment_over_customers",
        field="customer",
        value=record.key,
    )


def other_customer(key: str) -> RejectedError:
    """Say that NetSuite applies within one customer only."""
    return RejectedError(
        f"{key} stands on one customer in NetSuite and settles invoices of another; NetSuite applies a document to its "
        "own customer's invoices only. In NetSuite refund it on the one customer and enter it for the other, apply "
        "that, then skip this change here with the reason.",
        code="payment_over_customers",
        field="customer",
        value=key,
    )


def credit_of_other(record: Record, memo: lifecycle.payments.Part, rows: lifecycle.common.Applied) -> RejectedError:
    """Say that a credit memo pays invoices of other customers, and how that is booked."""
    told = ", ".join(f"{amount} to {key}" for key, amount in rows)
    return RejectedError(
        f"Credit note {record.key} stands in NetSuite as {memo.external_id} and is applied to invoices of other "
        f"customers in Chargebee ({told}). NetSuite applies within one customer, and what was issued to one is not "
        "booked on another. Enter there an invoice of that amount for the note's customer and a credit memo for the "
        "other, both over one clearing item, and apply the note to the one and the memo to the other; then skip this "
        "change here with the reason.",
        code="credit_over_customers",
        field="allocations",
        value=record.key,
    )
