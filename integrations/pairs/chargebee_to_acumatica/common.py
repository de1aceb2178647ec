"""What the flows of this pair share: how they post, references, periods, applications, follow-up operations."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

from integrations.connectors.acumatica.records import BEFORE_REVERSAL, REVERSES, Kind, Screen, apply_to
from integrations.connectors.acumatica.records import reference as reference_of
from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import (
    Application,
    Context,
    Draft,
    Facts,
    LinkView,
    Module,
    Record,
    Reference,
    Standing,
    Value,
)
from integrations.errors import RejectedError
from integrations.periods import KIND, posting_day

Values = dict[str, Value]
Applications = tuple[Application, ...]
Mode = Literal["documents", "sales_invoices", "journals"]
DOCUMENTS: Mode = "documents"
SALES_INVOICES: Mode = "sales_invoices"
JOURNALS: Mode = "journals"
_PERIODS = ("PostPeriod", "custom.Document.FinPeriodID", "custom.Document.AdjFinPeriodID")
BATCH = "GL/"  # what the ids of journals begin with


def mode(label: str, context: Context, parents: Iterable[tuple[str, str]] = ()) -> Mode:
    """Give how a document is posted: as the documents that it settles were, else by policy `posting_mode`.

    Raises RejectedError where it settles documents and journals at once.
    """
    links = [context.links.get(parent) for parent in parents]
    kinds = {is_journal(link) for link in links if link}
    if len(kinds) > 1:
        raise RejectedError(
            f"{label} settles documents of receivables and journals at once: how documents are posted was changed in "
            "between. Enter it by hand in Acumatica, then skip it here with the reason.",
            code="posted_in_two_modes",
            field="posting_mode",
        )
    wanted = context.policy("", "posting_mode", DOCUMENTS)
    if kinds:
        return JOURNALS if kinds.pop() else SALES_INVOICES if wanted == SALES_INVOICES else DOCUMENTS
    return JOURNALS if wanted == JOURNALS else SALES_INVOICES if wanted == SALES_INVOICES else DOCUMENTS


def module_of(link: LinkView | None, policies: Mapping[str, str]) -> Module:
    """Give the module that a document is posted in: as it stands, else by policy `posting_mode`."""
    is_one = is_journal(link) if link else policies.get("posting_mode") == JOURNALS
    return "gl" if is_one else "ar"


def is_journal(link: LinkView) -> bool:
    """Tell whether a record stands as a batch of the general ledger."""
    return link.external_id.startswith(BATCH)


def screen(posting: Mode) -> Screen:
    """Give the screen that a mode writes invoices and memos on."""
    return "SalesInvoice" if posting == SALES_INVOICES else "Invoice"


def reference(context: Context, kind: Kind, key: str, revision: int = 1, part: str = "") -> str:
    """Give our reference in Acumatica: `CB-<site>-INV-<number>`."""
    return reference_of(f"CB-{lifecycle.common.site(context)}", kind, key, revision, part)


def at_rate_of(external_id: str, currency: str | None, context: Context) -> dict[str, Value]:
    """Give the mark that a reversal shares the exchange rate of this document; none in every branch's own currency."""
    branches = (one for (kind, _), one in context.references.items() if kind == "branch")
    bases = {base for one in branches if (base := one.details.get("currency"))} or {context.target.base_currency}
    return {} if bases == {currency} else {REVERSES: external_id}


def posted_on(flow: str, day: date, label: str, context: Context, module: Module = "ar") -> date:
    """Give the day whose period the document is posted in. Raises ClosedPeriodError by policy."""
    policy = context.policy(flow, "closed_periods", "hold")
    return posting_day(day, context.references, module, policy, label, not_before=context.not_before)


def period(name: str, day: date, posting: date, context: Context) -> Values:
    """Give the posting period (MMYYYY) where it must not be the date's own: the document keeps its date."""
    if posting == day:
        return {}
    entries = (entry for (kind, _), entry in context.references.items() if kind == KIND)
    held = (one for one in entries if one.details["start"] <= posting.isoformat() <= one.details["end"])
    return {name: next((one.code for one in held), f"{posting:%m%Y}")}


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
    """Draft the release of a document that the operation before makes; in the posting period that it is to have.

    One that was made earlier, and whose period was closed before its release, gets that period by it.
    """
    operation = f"release:{about}" if about else "release"
    kept = {name: value for name, value in made.payload.items() if name in (REVERSES, *_PERIODS)}
    payload = {**_screen(made), **kept}
    return replace(made, operation=operation, payload=payload, references=(), facts=_released(made.facts))


def released_first(standing: Standing) -> tuple[Draft, ...]:
    """Draft the release of what was made and not released yet: only what is in the books can be taken back there."""
    link = standing.link
    waiting = {} if link.is_posted else {link.reference: (link.external_id, BEFORE_REVERSAL)}
    for one in link.companions:
        if one.is_share and not one.is_posted:
            waiting[one.reference] = (one.external_id, f"{BEFORE_REVERSAL}:{one.facts.customer}")
    created = [one.draft for one in standing.booked if one.draft.operation.startswith("create")]
    return tuple(_release_first(made, *waiting[made.reference]) for made in created if made.reference in waiting)


def _release_first(made: Draft, external_id: str, about: str) -> Draft:
    facts = Facts(customer=made.facts.customer, currency=made.facts.currency, total=made.facts.total)
    return release(replace(made, external_id=external_id, facts=facts), about)


def apply(made: Draft, applied: Applications, about: str = "") -> Draft:
    """Draft the application of a released document; `Facts.applied` is the whole of it."""
    operation = f"apply:{about}" if about else "apply"
    facts = replace(_released(made.facts), applied=applied)
    return replace(
        made, operation=operation, payload={**_screen(made), **apply_to(applied)}, references=(), facts=facts
    )


def credit_of_other(record: Record, link: LinkView, rows: lifecycle.common.Applied) -> RejectedError:
    """Say that a credit memo settles invoices of other customers, and how that is booked."""
    told = ", ".join(f"{amount} to {key}" for key, amount in rows)
    return RejectedError(
        f"{lifecycle.credit_notes.label_of(record)} stands in Acumatica as {link.external_id} and is applied to "
        f"invoices of other customers in Chargebee ({told}). Acumatica applies within one customer, and what was "
        "issued to one is not booked on another. Enter there an invoice of that amount for the note's customer and a "
        "credit memo for the other, both over one clearing account, and apply the note to the one and the memo to "
        "the other; then skip this change here with the reason.",
        code="credit_over_customers",
        field="allocations",
        value=record.key,
    )


def _screen(made: Draft) -> Values:
    named = made.payload.get("screen")
    return {"screen": named} if named else {}


def _released(facts: Facts) -> Facts:
    """Leave out what a release cannot change; applications may get lost by it, so they stay."""
    return replace(facts, lines=None, posting_date=None)
