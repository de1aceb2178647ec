"""Applications of payments that stand: what may still be marked, and what F&O or its people settle."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.dynamics365.records import APPLY
from integrations.contracts import Application, Context, Draft, Mapped, Record
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_dynamics365 import cash
from integrations.pairs.chargebee_to_dynamics365.common import is_ledger_mode
from integrations.pairs.chargebee_to_dynamics365.settling import cash_would_move, marks

_BY_HAND = "d365_settle_by_hand"
Part = lifecycle.payments.Part


def amend_payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Settle what Chargebee applied since, each customer's invoices by that customer's own line.

    Once a payment is posted, F&O settles it by itself or by hand. Policy `late_settlement`: target (default) or ask.
    An application that moved to another invoice is always asked. Raises RejectedError where a customer's invoices
    would take more cash than its line has: none moves between customers. In ledger mode nothing is marked, only what
    exchange rates leave is booked.
    """
    if is_ledger_mode(context):
        return cash.amend_payment(record, mapped, context)
    link = context.links[("payments", record.key)]
    parts = lifecycle.payments.parts(link)
    wanted = {share.customer: share.applied for share in lifecycle.payments.shares(record, context) if share.applied}
    for customer, rows in wanted.items():
        part, used = lifecycle.payments.part_of(link, customer), sum((amount for _, amount in rows), Decimal(0))
        if part is None or (part.facts.total is not None and used > part.facts.total):
            raise cash_would_move(record, customer, used, parts)
    found = (_amended(record, part, wanted.get(str(part.facts.customer), ()), context) for part in parts)
    return tuple(draft for draft in found if draft is not None)


def _amended(record: Record, part: Part, rows: lifecycle.common.Applied, context: Context) -> Draft | None:
    wanted = dict(marks(rows, "invoices", context))
    stands = {one.external_id: one.amount for one in part.facts.applied or ()}
    if not wanted or wanted == stands:
        return None
    if any(amount > wanted.get(number, 0) for number, amount in stands.items()):
        raise _by_hand(f"Payment {record.key} settles {_told(stands)} in F&O, but {_told(wanted)} in Chargebee.")
    is_whole = len(wanted) == 1 and sum(wanted.values()) == part.facts.total
    can_mark = is_whole and not _is_posted(record, part, context) and not stands
    if not can_mark and context.policy("payments", "late_settlement", "target") == "target":
        return None
    number = next(iter(wanted))
    about = number if is_whole else lifecycle.common.digest(sorted(wanted.items()))[:12]
    applied = tuple(Application(external_id=one, amount=amount) for one, amount in wanted.items())
    return Draft(
        flow="payments",
        key=record.key,
        sink="payment_journals",
        operation=f"{APPLY}:{about}",
        external_id=part.external_id,
        revision=context.revision,
        reference=part.reference,
        payload={"MarkedInvoice": number if is_whole else "", "SettledAmount": sum(wanted.values())},
        facts=replace(part.facts, name=None, open_amount=None, lines=None, applied=applied),
        makes=part.makes,
    )


def _is_posted(record: Record, part: Part, context: Context) -> bool:
    link = context.links[("payments", record.key)]
    return {link.external_id: link.is_posted, **{one.external_id: one.is_posted for one in link.companions}}[
        part.external_id
    ]


def _told(applied: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{amount} of {number}" for number, amount in applied.items()) or "nothing"


def _by_hand(told: str) -> RejectedError:
    return RejectedError(
        f"{told} F&O has no public call that undoes a settlement: change it there under Accounts receivable > "
        "Customers > All customers > Collect > Settle transactions, then accept it here with the reason.",
        code=_BY_HAND,
        field="applied",
    )
