"""What a payment, credit memo or refund is applied to: rows to write, facts to read back, changes of both."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.netsuite.records import application, sublist, unapplication
from integrations.contracts import Application, Context, Draft, LinkView, Record, Value
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_netsuite.common import reference

Applications = tuple[Application, ...]


def linked(rows: Iterable[tuple[str, Decimal]], flow: str, context: Context) -> Applications:
    """Give what stands in NetSuite of the documents named; what does not stand yet is applied once it does."""
    found = [(context.links.get((flow, key)), amount) for key, amount in rows]
    return tuple(Application(external_id=link.external_id, amount=amount) for link, amount in found if link)


def apply_rows(applied: Applications) -> dict[str, Value]:
    """Give the sublist that applies a new document; none where it stays open."""
    return {"apply": sublist([application(one.external_id, one.amount) for one in applied])} if applied else {}


def reapply(
    record: Record, wanted: Applications, kind: Literal["CN", "TXN"], flow: str, sink: str, context: Context
) -> Draft:
    """Draft the change of a standing document's applications: taken back where none is wanted, set where one is."""
    link = context.links[(flow, record.key)]
    kept = {one.external_id for one in wanted}
    gone = [one.external_id for one in link.facts.applied or () if one.external_id not in kept]
    rows = [*map(unapplication, gone), *(application(one.external_id, one.amount) for one in wanted)]
    _require_one_customer(record, link, flow, context)
    change = lifecycle.common.digest((link.details_version, wanted))[:12]
    return Draft(
        flow=flow,
        key=record.key,
        sink=sink,
        operation=f"apply:{change}",
        external_id=link.external_id,
        revision=context.revision,
        reference=link.reference or reference(context, kind, record.key, context.revision),
        payload={"autoApply": False, "apply": sublist(rows)},
        facts=replace(link.facts, name=None, open_amount=None, posting_date=None, lines=None, applied=wanted),
    )


def _require_one_customer(record: Record, link: LinkView, flow: str, context: Context) -> None:
    applied = lifecycle.payments.applied if flow == "payments" else lifecycle.credit_notes.applied
    invoices = [context.links.get(("invoices", key)) for key, _ in applied(record)]
    others = {one.facts.customer for one in invoices if one and one.facts.customer} - {link.facts.customer}
    if others:
        raise other_customer(record.key)


def other_customer(key: str) -> RejectedError:
    """Say that NetSuite applies within one customer only."""
    return RejectedError(
        f"{key} settles invoices of more than one customer; NetSuite applies a document to one customer's invoices "
        "only. Split it in Chargebee, or apply it by hand in NetSuite and accept it here with the reason.",
        code="payment_over_customers",
        field="customer",
        value=key,
    )
