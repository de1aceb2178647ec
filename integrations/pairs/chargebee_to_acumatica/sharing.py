"""Payments and refunds over several customers: a document per customer, since Acumatica applies within one only."""

from dataclasses import replace
from decimal import Decimal

from integrations.connectors.acumatica.records import Kind
from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Context, Draft, LinkView, Record
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_acumatica.common import apply, linked, reference

Part = lifecycle.payments.Part
Share = lifecycle.payments.Share


def shares(record: Record, context: Context) -> tuple[Share, ...]:
    """Share a payment out. Raises RejectedError where what was booked before a halt holds the cash of another share."""
    found = lifecycle.payments.shares(record, context)
    if late := lifecycle.payments.split_since(record, found, context):
        parts = lifecycle.payments.parts(context.links[("payments", record.key)])
        raise _cash_would_move(record, late.customer, late.amount, parts)
    return found


def as_share(made: Draft, context: Context) -> Draft:
    """Let a payment's or refund's draft make the document of one customer's part, under a reference of its own."""
    customer = str(made.facts.customer)
    kind: Kind = "TXN" if made.flow == "payments" else "RFD"
    return replace(
        made,
        operation=f"create-share:{customer}",
        reference=reference(context, kind, made.key, made.revision, customer),
        makes="share",
    )


def reapplied(record: Record, context: Context) -> tuple[Draft, ...]:
    """Draft the applications of a standing payment as Chargebee has them now, each to its customer's own document.

    Raises RejectedError where a customer's invoices would take more cash than its document has: none moves between
    documents.
    """
    link = context.links[("payments", record.key)]
    parts = lifecycle.payments.parts(link)
    wanted = {share.customer: share for share in lifecycle.payments.shares(record, context) if share.applied}
    for customer, share in wanted.items():
        part, used = lifecycle.payments.part_of(link, customer), share.amount - share.rest
        if part is None or (part.facts.total is not None and used > part.facts.total):
            raise _cash_would_move(record, customer, used, parts)
    return tuple(_applied(record, part, wanted.get(str(part.facts.customer)), link, context) for part in parts)


def _applied(record: Record, part: Part, share: Share | None, link: LinkView, context: Context) -> Draft:
    wanted = linked(share.applied, "invoices", context) if share else ()
    about = lifecycle.common.digest((link.details_version, wanted))[:12]
    standing = Draft(
        flow="payments",
        key=record.key,
        sink="payments",
        external_id=part.external_id,
        revision=context.revision,
        reference=part.reference,
        payload={},
        facts=replace(part.facts, name=None, open_amount=None, exchange_rate=None),
        makes=part.makes,
    )
    return apply(standing, wanted, f"{part.facts.customer}:{about}" if part.makes == "share" else about)


def _cash_would_move(record: Record, customer: str, used: Decimal, parts: tuple[Part, ...]) -> RejectedError:
    stands = ", ".join(f"{one.facts.total} of {one.facts.customer} as {one.external_id}" for one in parts)
    return RejectedError(
        f"{lifecycle.payments.label_of(record)} pays {used} of invoices of {customer} now, and stands in Acumatica "
        f"with {stands}: cash would move between customers, and no document there does that. Undo the record here, "
        "which voids what stands, and post it anew; or move the amount between the customers in Acumatica, then skip "
        "the change here with the reason.",
        code="payment_over_customers",
        field="customer",
    )
