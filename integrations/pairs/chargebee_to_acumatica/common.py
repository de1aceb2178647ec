"""What the flows of this pair share: references, posting periods, applications, the follow-up operations."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.acumatica.records import Kind, apply_to
from integrations.connectors.acumatica.records import reference as reference_of
from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Application, Context, Draft, Facts, Module, Reference, Value
from integrations.errors import RejectedError
from integrations.periods import posting_day

Values = dict[str, Value]
Applications = tuple[Application, ...]
JOURNALS, SALES_INVOICES = "journals", "sales_invoices"


def mode(context: Context) -> str:
    """Give how documents are posted: documents (default), sales_invoices, journals."""
    return context.policy("", "posting_mode", "documents")


def reference(context: Context, kind: Kind, key: str, revision: int = 1, part: str = "") -> str:
    """Give our reference in Acumatica: `CB-<site>-INV-<number>`."""
    return reference_of(f"CB-{lifecycle.common.site(context)}", kind, key, revision, part)


def posted_on(flow: str, day: date, label: str, context: Context, module: Module = "ar") -> date:
    """Give the day whose period the document is posted in. Raises ClosedPeriodError by policy."""
    return posting_day(day, context.references, module, context.policy(flow, "closed_periods", "hold"), label)


def period(name: str, day: date, posting: date) -> Values:
    """Give the posting period (MMYYYY) where it must not be the date's own: the document keeps its date."""
    return {} if posting == day else {name: f"{posting:%m%Y}"}


def used(values: Mapping[str, Value], kinds: Mapping[str, str]) -> tuple[Reference, ...]:
    """Name the reference data that values use, so that it is checked before the call."""
    return tuple(
        Reference(kind=kind, code=str(values[name]), field=name) for name, kind in kinds.items() if values.get(name)
    )


def linked(rows: Iterable[tuple[str, Decimal]], flow: str, context: Context) -> Applications:
    """Give what stands in Acumatica of the documents named; what does not stand yet is applied once it does."""
    found = [(context.links.get((flow, key)), amount) for key, amount in rows]
    return tuple(Application(external_id=link.external_id, amount=amount) for link, amount in found if link)


def release(made: Draft, about: str = "") -> Draft:
    """Draft the release of a document that the operation before makes."""
    operation = f"release:{about}" if about else "release"
    return replace(made, operation=operation, payload=_screen(made), references=(), facts=_released(made.facts))


def apply(made: Draft, applied: Applications, about: str = "") -> Draft:
    """Draft the application of a released document; `Facts.applied` is the whole of it."""
    operation = f"apply:{about}" if about else "apply"
    facts = replace(_released(made.facts), applied=applied)
    return replace(
        made, operation=operation, payload={**_screen(made), **apply_to(applied)}, references=(), facts=facts
    )


def over_customers(label: str) -> RejectedError:
    """Say that Acumatica applies within one customer only."""
    return RejectedError(
        f"{label} settles invoices of more than one customer; Acumatica applies a document to one customer's invoices "
        "only. Split it in Chargebee, or apply it by hand in Acumatica and accept it here with the reason.",
        code="payment_over_customers",
        field="customer",
    )


def _screen(made: Draft) -> Values:
    screen = made.payload.get("screen")
    return {"screen": screen} if screen else {}


def _released(facts: Facts) -> Facts:
    return replace(facts, lines=None, applied=None, posting_date=None)
