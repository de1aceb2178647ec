"""The proof in steps: choose, book, compare, check what is owed, reverse everything, check that nothing is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from integrations import registry
from integrations.contracts import Flow
from integrations.engine.clock import SystemClock
from integrations.engine.rehearsal.foreseeing import Name
from integrations.engine.rehearsal.ground import open_ground
from integrations.engine.rehearsal.stored import ask
from integrations.engine.trial import life
from integrations.engine.trial.balances import (
    Balances,
    change_beside,
    change_of,
    expected_change,
    moved,
    read_balances,
)
from integrations.engine.trial.choosing import KINDS, Chosen, choose
from integrations.errors import ConfigurationError
from integrations.models import Check, Link, Sync, SyncRecord

_State = Literal["todo", "running", "done", "failed", "left_out"]
STEPS: Final[Mapping[str, str]] = {
    "choose": "Choose real documents",
    "book": "Book them in the target",
    "compare": "Read back what stands there",
    "balances": "Check what customers owe",
    "reverse": "Reverse everything",
    "zero": "Check that nothing is left",
}
_BOOK_S = 200.0
_REVERSE_S = 180.0
_POST_S = 120.0  # some targets post a reversal only a while after it was booked
_LOOK_EVERY_S = 5.0


@dataclass(slots=True)
class _Report:
    """What is shown while the proof goes on, and kept afterwards."""

    check: Check
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: list[dict[str, Any]] = field(default_factory=list)
    owed: list[dict[str, Any]] = field(default_factory=list)
    trial: int | None = None

    def tell(self, slug: str, state: _State, said: str = "") -> None:
        """Say how far a step is; seen at once by whoever looks."""
        self.steps[slug] = {"slug": slug, "label": STEPS[slug], "state": state, "said": said}
        self.save()

    def save(self) -> None:
        """Write what is known so far."""
        self.check.report = self.content()
        self.check.save(update_fields=["report"])

    def content(self) -> dict[str, Any]:
        """Give the report as JSON values."""
        todo = {slug: {"slug": slug, "label": label, "state": "todo", "said": ""} for slug, label in STEPS.items()}
        steps = [self.steps.get(slug, one) for slug, one in todo.items()]
        ok = all(one["state"] in ("done", "left_out") for one in steps)
        return {"ok": ok, "steps": steps, "documents": self.documents, "owed": self.owed, "trial": self.trial}


def ask_for_proof(sync: Sync, *, actor: str) -> Check:
    """Have a worker prove a sync in its target. Raises ConfigurationError for a live target, with the reason."""
    life.refuse_live(sync)
    life.refuse_unmapped(sync)
    return ask(sync, Check.Kind.TRIAL, actor=actor)


def prove_in_target(sync: Sync, check: Check) -> None:
    """Book a few documents, check the balances, reverse all of it. What an earlier trial left is reversed first.

    Books and reverses through the engine, under a sync of the trial's own. Raises ConfigurationError for a live target.
    """
    life.refuse_live(sync)
    report = _Report(check=check)
    _clear(sync, check)
    chosen = _choose(sync, report)
    if not chosen.works:
        return
    before = read_balances(sync)
    trial = life.make_trial(sync, list(chosen.works), actor=check.asked_by, number=check.pk)
    report.trial = trial.pk
    try:
        booked = _book(trial, chosen, report)
        _check_balances(trial, sync, chosen, booked, before, report)
    finally:
        _reverse(trial, check, report)
    _check_zero(trial, sync, before, report)


def _clear(sync: Sync, check: Check) -> None:
    """Reverse what an earlier trial left standing, and remove it."""
    for left in Sync.objects.for_tenant(sync.tenant_id).filter(trial_of=sync):
        left.state = Sync.State.ACTIVE  # a person may have paused it, or a system stopped it
        left.save(update_fields=["state"])
        life.reverse(left, actor=check.asked_by, seconds=_REVERSE_S)
        if not life.remove(left):
            raise ConfigurationError(
                f"{left.name} still has documents that could not be reversed. Open it under Syncs, see what holds them "
                "up, and try again.",
                code="trial_left",
            )


def _choose(sync: Sync, report: _Report) -> Chosen:
    report.tell("choose", "running")
    with open_ground(sync) as ground:
        sync.source_identity = f"{sync.source.fingerprint}#trial"  # nothing is linked there: all is seen as new
        chosen = choose(ground)
    sync.refresh_from_db()
    report.documents = [_shown(sync, name, chosen) for name in chosen.works]
    if not chosen.works:
        report.tell("choose", "failed", "The source has no invoice of the last year that could be booked.")
        return chosen
    lacking = f" Not there in the last year: {', '.join(chosen.lacking)}." if chosen.lacking else ""
    if len(chosen.currencies) == 1:
        lacking += " There is only one currency."
    of_kind = [_numbered(number, _flow(sync, kind)) for kind in KINDS if (number := _number(chosen, kind))]
    report.tell("choose", "done", f"{', '.join(of_kind)} in {' and '.join(chosen.currencies)}.{lacking}")
    return chosen


def _number(chosen: Chosen, kind: str) -> int:
    return sum(flow == kind for flow, _ in chosen.works)


def _numbered(number: int, flow: Flow) -> str:
    label = flow.label.lower()
    return f"{number} {label if number != 1 else label.removesuffix('s')}"


def _flow(sync: Sync, slug: str) -> Flow:
    return registry.pair(sync.pair).flow(slug)


def _shown(sync: Sync, name: Name, chosen: Chosen) -> dict[str, Any]:
    work, flow = chosen.works[name], _flow(sync, name[0])
    return {
        "flow": flow.slug,
        "kind": flow.label,
        "key": work.key,
        "label": work.label or work.key,
        "amount": str(work.money.amount) if work.money else "",
        "currency": work.money.currency if work.money else "",
        "is_document": flow.is_document,
        "external_id": "",
        "state": "todo",
        "said": "",
    }


def _book(trial: Sync, chosen: Chosen, report: _Report) -> list[Name]:
    report.tell("book", "running", "Customers first, then what they were billed, then what they paid.")
    life.run_to_rest(trial, seconds=_BOOK_S)
    records = {(one.flow, one.natural_key): one for one in trial.records.all()}
    booked = _note_booked(trial, records, report)
    held = [records[name] for name in chosen.works if name in records and name not in booked]
    if held:
        said = f"{len(booked)} of {len(chosen.works)} stand. " + " ".join(_why(one) for one in held[:3])
        report.tell("book", "failed", said)
    else:
        report.tell("book", "done", f"All {len(booked)} stand.")
    different = [one for one in records.values() if one.state == SyncRecord.State.DIFFERENT]
    if different:
        report.tell("compare", "failed", different[0].reason)
    elif booked:
        report.tell("compare", "done", "Customer, currency, total, date, lines and applications are as drafted.")
    else:
        report.tell("compare", "failed", "There is nothing to compare.")
    return booked


def _why(record: SyncRecord) -> str:
    return record.reason or f"{record} is {record.get_state_display().lower()}."


def _note_booked(trial: Sync, records: Mapping[Name, SyncRecord], report: _Report) -> list[Name]:
    ids = {(link.flow, link.natural_key): link for link in life.links_of(trial)}
    booked = []
    for shown in report.documents:
        name = (shown["flow"], shown["key"])
        record, link = records.get(name), ids.get(name)
        if link is not None:
            shown["external_id"] = link.external_id
        if record is not None:
            shown["state"], shown["said"] = record.state, record.reason
        if record is not None and record.state in (SyncRecord.State.DELIVERED, SyncRecord.State.DIFFERENT):
            booked.append(name)
    return booked


def _check_balances(
    trial: Sync, sync: Sync, chosen: Chosen, booked: Sequence[Name], before: Balances | None, report: _Report
) -> None:
    report.tell("balances", "running")
    now = read_balances(sync) if before is not None else None
    if before is None or now is None:
        report.tell("balances", "left_out", "The target cannot tell what is open; each document was read back alone.")
        return
    wanted, found = expected_change(chosen.works, booked), change_of(before, now)
    beside = change_beside(chosen.works, registry.pair(sync.pair).flows, life.companions_of(trial))
    wanted |= {code: wanted.get(code, Decimal(0)) + amount for code, amount in beside.items()}
    report.owed = [
        {"currency": code, "wanted": str(wanted.get(code, Decimal(0))), "found": str(found.get(code, Decimal(0)))}
        for code in sorted({*wanted, *(code for code, amount in found.items() if amount)})
    ]
    if all(Decimal(row["wanted"]) == Decimal(row["found"]) for row in report.owed):
        report.tell("balances", "done", "What customers owe there changed by exactly what was booked.")
    else:
        report.tell("balances", "failed", "What customers owe there did not change by what was booked: see below.")


def _reverse(trial: Sync, check: Check, report: _Report) -> None:
    report.tell("reverse", "running", "What is applied to a document goes first.")
    trial.refresh_from_db()
    if not life.standing_of(trial).exists():
        report.tell("reverse", "left_out", "Nothing was booked.")
        return
    if trial.state != Sync.State.ACTIVE:
        report.tell("reverse", "failed", f"{trial.name} was stopped: {trial.stop_reason or 'by a person.'}")
        return
    life.reverse(trial, actor=check.asked_by, seconds=_REVERSE_S)
    links = {(link.flow, link.natural_key): link for link in life.links_of(trial)}
    for shown in report.documents:
        link = links.get((shown["flow"], shown["key"]))
        if shown["is_document"] and link is not None and link.state == Link.State.REVERSED:
            shown["state"], shown["said"] = "reversed", link.reversal_id and f"By {link.reversal_id}."
    left = life.standing_of(trial).count()
    if left:
        why = [record.reason for record in trial.records.exclude(reason="").order_by("-changed_at")[:1]]
        report.tell("reverse", "failed", " ".join([f"{left} could not be reversed yet.", *why]))
    else:
        report.tell("reverse", "done", "Each by a document of its own, or voided, as the target does it.")


def _moved_since(
    sync: Sync, before: Balances | None, seconds: float
) -> tuple[Balances | None, list[tuple[str, str, Decimal]]]:
    """Read the balances until they are what they were, or it has taken too long; give what is not."""
    clock = SystemClock()
    ends = clock.monotonic() + seconds
    while before is not None:
        after = read_balances(sync)
        left = moved(before, after) if after is not None else []
        if not left or clock.monotonic() >= ends:
            return after, left
        clock.wait(_LOOK_EVERY_S)
    return None, []


def _check_zero(trial: Sync, sync: Sync, before: Balances | None, report: _Report) -> None:
    report.tell("zero", "running", "Until the reversals are posted, too.")
    after, left = _moved_since(sync, before, _POST_S if not life.standing_of(trial).exists() else 0.0)
    if left:
        customer, currency, amount = left[0]
        said = f"Customer {customer} owes {amount} {currency} more than before." if amount > 0 else ""
        said = said or f"Customer {customer} owes {-amount} {currency} less than before."
        report.tell("zero", "failed", said)
    elif not life.remove(trial):
        report.tell("zero", "failed", f"Documents of {trial.name} still stand: open it under Syncs.")
    else:
        report.trial = None
        told = "Every balance is what it was before." if after is not None else "Every document is reversed."
        report.tell("zero", "done", f"{told} The new customers and items stay; the sync will use them.")
