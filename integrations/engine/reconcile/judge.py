"""Judges one document three ways: what the source says of it, what our trail wanted, and what stands in the target."""

from dataclasses import replace
from decimal import Decimal

from integrations.contracts import CompanionView, Facts, Money
from integrations.engine.compare import differences
from integrations.engine.reconcile.case import BOOKED, Case, or_else
from integrations.engine.reconcile.ledger import Standing
from integrations.engine.reconcile.report import ZERO, Difference, Heal, Kind, Tally
from integrations.engine.reconcile.trail import Trail
from integrations.models import SyncRecord

State = SyncRecord.State
_NAMES: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("amount", frozenset({"currency", "total"})),
    ("date", frozenset({"date", "posting_date"})),
    ("account", frozenset({"customer", "lines", "name"})),
    ("unapplied", frozenset({"applied", "open_amount"})),
)


def judge_case(tally: Tally, case: Case) -> None:
    """Count a record on every side where it is, and name what differs."""
    if case.document is not None and case.document.fault:
        _name(tally, case, "missing", f"{case.source_name}: {case.document.fault}", "Mend it there; report it to us.")
    elif case.is_stranger and not _belongs(case):
        _judge_stranger(tally, case)
    elif case.is_handed_on:
        _remark_handed_on(tally, case)
    elif case.is_due:
        _judge_due(tally, case)
    else:
        _judge_gone(tally, case)
    _check_beside(tally, case)


def _check_beside(tally: Tally, case: Case) -> None:
    """See that what was booked beside a document (reversals, write-offs, withheld taxes) stands as we booked it."""
    linked = {link.external_id for link in case.trail.links} | case.trail.taken_back if case.trail else set()
    further = {one.external_id: one for one in case.trail.further} if case.trail else {}
    for booked in case.trail.others if case.trail else ():
        held = case.others.get(booked.external_id)
        if (held is None or not held.counts) and booked.external_id in further:
            _name_gone(tally, case, further[booked.external_id], booked.facts.total)
        if held is None or not held.counts or booked.external_id in linked:
            continue
        for kind, told in _sorted_faults(booked.facts, held.found.facts).items():
            detail = f"{held.name}, booked for {case.label}: {told}"
            action = f"Correct {held.name} in {case.target_name}."
            _name(tally, case, kind, detail, action, amounts=(booked.facts.total, held.found.facts.total))


def _name_gone(tally: Tally, case: Case, one: CompanionView, total: Decimal | None) -> None:
    """Name a further document that was deleted or voided while its record stands."""
    if not case.stands:
        return
    held, target = case.others.get(one.external_id), case.target_name
    name = held.name if held else one.external_id
    part = "part of" if one.is_share else "what belongs to"
    detail = f"{name}, {part} {case.label}, {'was voided in' if held else 'stands no longer in'} {target}."
    action = f"Restore {name} in {target}, then read {case.label} again; or skip it here with the reason."
    _name(tally, case, "missing", detail, action, heal="read_again", amounts=(total, None), stands=held)


def _belongs(case: Case) -> bool:
    """Tell whether the source dates a record in the period, though its list did not show it."""
    return bool(case.document and case.document.day and case.start <= case.document.day <= case.end)


# Due in the ledger


def _judge_due(tally: Tally, case: Case) -> None:
    if not case.stands and (rule := _rule(case)):
        code, reason = rule
        amount, currency = _source_amount(case)
        tally.remark(code, case.flow.slug, currency, case.key, amount, reason)
        return
    if case.forerunner is not None and not case.stands:
        _name_held(tally, case, case.forerunner)
        return
    amount, currency = _source_amount(case)
    tally.count("source", case.flow.slug, currency, amount)
    if case.trail is not None and case.trail.link is not None and (case.stands or case.trail.state in BOOKED):
        tally.count("trail", case.flow.slug, case.trail.wanted.currency or currency, case.trail_amount(amount))
    if case.standing is None or not case.stands:
        _name_missing(tally, case)
        return
    facts = case.standing.found.facts
    tally.count("target", case.flow.slug, facts.currency or currency, case.ledger_amount(facts, amount))
    if case.standing.found.stage != "posted":
        reason = f"Stands in {case.target_name}, but is not posted or approved there yet."
        if case.standing.found.stage == "rejected":
            reason = f"Stands in {case.target_name}, but an approver rejected it there."
        tally.remark("awaiting_posting", case.flow.slug, currency, case.key, amount, reason)
    _compare(tally, case, case.standing)
    _check_replaced(tally, case)


def _rule(case: Case) -> tuple[str, str] | None:
    """Give the rule by which a document that its source wants is not posted."""
    trail, document = case.trail, case.document
    if trail is not None and trail.state == State.DELIVERED and not (trail.links or trail.booked or trail.sent):
        return "told_by_others", _REASONS["told_by_others"]
    if trail is not None and trail.state == State.SKIPPED and document and trail.source_version == document.version:
        return trail.code, rule_of(trail)
    is_kept_out = trail is None or (
        trail.state == State.SKIPPED and not trail.link
    )  # else somebody asked for it: a backfill took it up
    if is_kept_out and case.begins and document and document.day and document.day < case.begins:
        return "before_start_date", _REASONS["before_start_date"]
    return None


def rule_of(trail: Trail) -> str:
    """Give the rule by which a record was skipped: in words, a person's own where one decided."""
    reason = trail.reason if trail.code in _BY_HAND else trail.code.replace("_", " ")
    return _REASONS.get(trail.code, reason)


_BY_HAND = ("skipped_by_hand", "undone")
_REASONS = {
    "before_start_date": "Dated before the sync's start date.",
    "filtered": "Left out by a filter under Mappings.",
    "told_by_others": "Needs no document of its own: others stand for it, as receipts for the invoice of their order.",
    "parent_skipped": "Belongs to a document that is not posted.",
}


def _name_missing(tally: Tally, case: Case) -> None:
    trail, target = case.trail, case.target_name
    standing = case.standing
    heal: Heal = "replay"
    left = ", ".join(name for one in (trail.further if trail else ()) if (name := case.standing_name(one)))
    if left:  # posted anew they would stand twice
        detail = f"{case.label} stands no longer in {target}, but {left}, booked with it, does."
        action, heal = f"Void {left} in {target} and reconcile again: then it can be posted anew from here.", ""
    elif standing is not None and standing.found.stage == "voided":
        detail = f"{case.label} stands in {target} as {standing.name}, but it was voided there."
        action = f"Restore {standing.name} in {target} and read it again, or have {case.label} posted anew."
        heal = "post_anew"
    elif standing is not None:
        detail = f"{case.label} was reversed in {target}, though {case.source_name} has it as due."
        action, heal = f"Have {case.label} posted anew from here, or skip it with a reason.", "post_anew"
    elif trail is not None and trail.link is not None:
        detail = f"{case.label} was booked in {target} as {trail.link.external_id} and stands there no longer."
        action, heal = f"Restore it in {target}, or have it posted anew from here.", "post_anew"
    elif trail is None:
        detail, heal = f"{case.label} has not been read from {case.source_name} yet.", "run"
        action = "Run the sync: it is read and posted."
    else:
        detail = trail.reason or f"{case.label} is {State(trail.state).label.lower()}."
        action = "Mend the cause named under Problems, then replay it." if trail.state == State.PARKED else "Replay it."
    _name(tally, case, "missing", detail, action, heal=heal)


def _name_held(tally: Tally, case: Case, forerunner: Trail) -> None:
    """Name what is to take over an earlier record's document and cannot: it is counted once, by the earlier one."""
    trail, held, target = case.trail, case.held_by, case.target_name
    name = held.name if held else forerunner.link.external_id if forerunner.link else ""
    detail = f"{case.label} belongs to {forerunner.label}, whose document in {target}, {name}, counts for both."
    heal: Heal = "replay"
    if trail is None:
        action, heal = "Run the sync: it is read, and takes that document over where it may.", "run"
    elif trail.state == State.PARKED:
        detail = f"{detail} It is held for a person: {trail.reason}"
        action = f"Skip it with that reason if {name} covers it; else mend the cause under Problems, then replay it."
        heal = ""
    else:
        detail, action = f"{detail} {trail.reason or State(trail.state).label}", "Replay it."
    amounts = (case.money.amount if case.money else None, held.found.facts.total if held and held.counts else None)
    _name(tally, case, "held", detail, action, heal=heal, amounts=amounts, stands=held)


def _compare(tally: Tally, case: Case, standing: Standing) -> None:
    faults = _faults(case, standing)
    if not faults:
        return
    if _is_accepted(case, standing):
        amount, currency = _source_amount(case)
        reason = case.trail.reason if case.trail else ""
        tally.remark("accepted", case.flow.slug, currency, case.key, amount, reason)
        return
    for kind, detail in faults.items():
        _name(tally, case, kind, detail, *_advice(case, kind, standing))


def _faults(case: Case, standing: Standing) -> dict[Kind, str]:
    """Name what differs, once per kind; lines that differ with the total are the same fault."""
    found: dict[Kind, str] = {}
    facts = standing.found.facts
    if case.money is not None and not _same_money(case, case.money, facts) and not _is_told_of_shares(case, facts):
        found["amount"] = (
            f"{case.money.amount} {case.money.currency} in {case.source_name}, "
            f"{case.ledger_amount(facts, case.money.amount)} {facts.currency} in {case.target_name}."
        )
    for kind, told in _sorted_faults(case.trail.wanted if case.trail else Facts(), facts).items():
        found.setdefault(kind, told)
    if not found and case.version_changed:
        found[_changed_kind(case, facts)] = f"{case.label} changed in {case.source_name} after it was posted."
    return found


_WITH_TOTAL = frozenset({"total", "currency", "lines", "open_amount", "applied"})


def _sorted_faults(wanted: Facts, stands: Facts) -> dict[Kind, str]:
    """Sort what differs by kind; lines that changed with the total are no fault of their own."""
    said = {each.field: str(each) for each in differences(_as_far_as_told(wanted, stands), stands)}
    is_amount = "total" in said or "currency" in said
    found: dict[Kind, str] = {}
    for kind, names in _NAMES:
        coded = {name for name, _ in stands.dimensions} if kind == "account" else set()
        told = [text for name, text in said.items() if name in names or name in coded]
        if told and not (kind == "account" and is_amount and said.keys() <= _WITH_TOTAL):
            found[kind] = "; ".join(told) + "."
    return found


def _as_far_as_told(wanted: Facts, stands: Facts) -> Facts:
    """Leave out accounts and dimensions of which a listing tells nothing: some show them of a single document only."""
    told = {name for name, _ in stands.dimensions}
    return replace(wanted, dimensions=tuple(each for each in wanted.dimensions if each[0] in told))


def _changed_kind(case: Case, facts: Facts) -> Kind:
    day = case.document.day if case.document else None
    wanted = case.trail.wanted.date if case.trail else None
    return "date" if day and facts.date and day not in (facts.date, wanted) else "account"


def _is_told_of_shares(case: Case, facts: Facts) -> bool:
    """Tell whether the own document is as sent: the shares that are not are named for themselves."""
    wanted = case.trail.wanted if case.trail else Facts()
    is_own_right = (facts.total, facts.currency) == (wanted.total, wanted.currency)
    return bool(case.shares) and is_own_right and not (case.version_changed or case.is_partial)


def _same_money(case: Case, money: Money, facts: Facts) -> bool:
    is_same_currency = facts.currency is None or facts.currency == money.currency
    return is_same_currency and case.ledger_amount(facts, money.amount) == money.amount


def _is_accepted(case: Case, standing: Standing) -> bool:
    """Tell whether a person took the document as it stands: it is as last read, though not as drafted."""
    trail = case.trail
    if trail is None or trail.link is None or not trail.link.is_as_drafted:
        return False
    if trail.state != State.DELIVERED or not trail.reason:  # whoever accepts says why
        return False
    stands = standing.found.facts
    return not case.version_changed and not differences(_as_far_as_told(trail.link.facts, stands), stands)


def _advice(case: Case, kind: Kind, standing: Standing) -> tuple[str, Heal]:
    name, target = standing.name, case.target_name
    if case.version_changed:
        return (
            f"Correct {name} in {target} as {case.source_name} has it now, or replay it to see what holds it.",
            "replay",
        )
    if case.is_partial and case.trail is not None:
        return f"{case.trail.reason} Mend that, then replay it: the rest of it is booked.".strip(), "replay"
    if case.trail is None or case.trail.link is None:
        return "Run the sync: what was sent without an answer is settled.", "run"
    if kind == "unapplied":
        return f"Apply {name} in {target} as {case.source_name} has it, then read it again.", "read_again"
    return f"Correct {name} in {target}, then read it again; or accept it with a reason.", "read_again"


def _check_replaced(tally: Tally, case: Case) -> None:
    """See that a document of an earlier revision was taken out of the ledger when it was posted anew."""
    trail = case.trail
    if trail is None or len(trail.links) < 2:
        return
    for link in trail.links[1:]:
        held = case.others.get(link.external_id)
        if held is not None and held.counts and not case.is_reversed(link):
            amount, currency = or_else(held.found.facts.total, ZERO), held.found.facts.currency or ""
            tally.count("target", case.flow.slug, currency, amount)
            amounts = (case.money.amount if case.money else None, amount)
            detail = f"{held.name} was replaced by {case.standing.name if case.standing else ''} and still stands."
            _name(tally, case, "duplicate", detail, f"Reverse {held.name} in {case.target_name}.", amounts=amounts)


# Not due in the ledger (any more)


def _remark_handed_on(tally: Tally, case: Case) -> None:
    reason = f"What was booked for it in {case.target_name} stands for a later document of {case.source_name} now."
    amount, currency = _source_amount(case)
    tally.remark("handed_on", case.flow.slug, currency, case.key, amount, reason)


def _remark_awaited(tally: Tally, case: Case) -> None:
    """Say what the source shows in the period and the ledger does not have yet, by rule."""
    if case.document is None or not case.document.awaits:
        return
    amount, currency = _source_amount(case)
    why = case.document.awaits.replace("_", " ")
    if amount:
        reason = f"Not posted in {case.target_name} yet, by rule: {why}."
        tally.remark("not_yet", case.flow.slug, currency, case.key, amount, reason)


def _judge_gone(tally: Tally, case: Case) -> None:
    if case.standing is None or not case.standing.counts:
        _remark_awaited(tally, case)
        return
    facts = case.standing.found.facts
    amount, currency = or_else(facts.total, ZERO), facts.currency or ""
    if not case.stands:
        reason = f"No longer due in {case.source_name}: it stands in {case.target_name} with its reversal."
        tally.remark("reversed", case.flow.slug, currency, case.key, amount, reason)
        return
    tally.count("trail", case.flow.slug, currency, amount)
    tally.count("target", case.flow.slug, currency, amount)
    link, name, target = case.link, case.standing.name, case.target_name
    if link is not None and link.is_reversed:
        detail = f"{case.label} was reversed in {target} by {link.reversal_id}, which stands there no longer."
        action = f"Restore {link.reversal_id} in {target}, or reverse {name} there again."
    else:
        detail = f"{case.label} is not due in {case.source_name} (any more), but stands in {target}."
        action = f"Replay it: the policy for voids decides; or reverse {name} in {target}."
    _name(tally, case, "extra", detail, action, heal="replay", amounts=(None, amount))


def _judge_stranger(tally: Tally, case: Case) -> None:
    """A document dated in the period whose source is dated elsewhere: posted on another day by rule, or moved."""
    if case.standing is None or not case.standing.counts:
        return
    facts = case.standing.found.facts
    amount, currency = or_else(facts.total, ZERO), facts.currency or ""
    if case.document is None:
        _judge_gone(tally, case)
    elif facts.date is None or not case.start <= facts.date <= case.end:
        return  # another document of this record made it known
    elif not case.version_changed and case.trail is not None and facts.date == case.trail.wanted.date:
        reason = f"Dated in another period in {case.source_name}, posted here as the policy for closed periods says."
        tally.remark("moved", case.flow.slug, currency, case.key, amount, reason)
    else:
        detail = f"{case.label} is dated {case.document.day} in {case.source_name}, {facts.date} in {case.target_name}."
        _name(tally, case, "date", detail, *_advice(case, "date", case.standing))


# The difference itself


def _name(
    tally: Tally,
    case: Case,
    kind: Kind,
    detail: str,
    action: str,
    heal: Heal = "",
    amounts: tuple[Decimal | None, Decimal | None] | None = None,
    stands: Standing | None = None,
) -> None:
    """Name a difference; `amounts` of source and target, and what `stands`, where they are not the document's own."""
    stands = stands or case.standing
    source, target = amounts or (case.money.amount if case.money else None, _standing_total(case))
    tally.differences.append(
        Difference(
            kind=kind,
            flow=case.flow.slug,
            id=case.key,
            label=case.label,
            currency=_source_amount(case)[1],
            source=source,
            target=target,
            detail=detail,
            action=action,
            heal=heal if heal != "replay" or case.trail else "run",
            record_id=case.trail.record_id if case.trail else 0,
            external_id=stands.found.external_id if stands else "",
            number=stands.name if stands else "",
            day=case.document.day if case.document else None,
        )
    )


def _standing_total(case: Case) -> Decimal | None:
    if not case.stands or case.standing is None:
        return None
    facts = case.standing.found.facts
    return case.ledger_amount(facts, case.money.amount) if case.money else facts.total


def _source_amount(case: Case) -> tuple[Decimal, str]:
    if case.money is not None:
        return case.money.amount, case.money.currency
    trail = case.trail
    return (trail.amount or ZERO, trail.currency) if trail else (ZERO, "")
