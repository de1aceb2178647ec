"""What our own trail says about documents: records, links and what the attempts wanted to stand. Batched reads only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from audit.models import Attempt
from integrations import registry
from integrations.contracts import CompanionView, Draft, Facts
from integrations.engine.drafts import ERASED, load_draft, load_facts
from integrations.engine.store import view_of
from integrations.models import Companion, Link, Sync, SyncRecord
from integrations.money import from_json

_AT_ONCE = 1000
_FACTS = (
    "name", "customer", "currency", "total", "open_amount", "date", "posting_date", "lines", "applied",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A link: which document stands for which revision, and its facts as last read."""

    external_id: str
    reference: str
    revision: int
    source_version: str
    facts: Facts
    is_as_drafted: bool
    is_reversed: bool = False
    reversal_id: str = ""
    details_version: str = ""
    further: tuple[CompanionView, ...] = ()  # shares and companions booked with it, those taken back, too


@dataclass(slots=True, kw_only=True)
class Booked:
    """A document that attempts of ours booked or changed: what it must look like after the last of them."""

    external_id: str
    sink: str
    reference: str
    revision: int
    facts: Facts
    attempt_id: int  # the first: its draft made the document


@dataclass(slots=True, kw_only=True)
class Trail:
    """A record of ours: `links` newest revision first, `booked` by id in the target, `sent` without an answer."""

    record_id: int
    key: str
    state: str
    code: str
    reason: str
    label: str
    source_version: str
    amount: Decimal | None
    currency: str
    day: date | None
    links: list[Joined] = field(default_factory=list)
    booked: dict[str, Booked] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)  # all that attempts wrote into the target
    following: str = ""  # the operation that was to follow the last one that stands

    @property
    def link(self) -> Joined | None:
        """The newest link."""
        return self.links[0] if self.links else None

    @property
    def wanted(self) -> Facts:
        """What the newest linked document must look like."""
        if self.link is None:
            return Facts()
        made = self.booked.get(self.link.external_id)
        return made.facts if made is not None else self.link.facts

    @property
    def further(self) -> tuple[CompanionView, ...]:
        """What stands with the newest linked document, unless that is reversed."""
        if self.link is None or self.link.is_reversed:
            return ()
        return tuple(one for one in self.link.further if one.state == "standing")

    @property
    def taken_back(self) -> set[str]:
        """Ids of further documents that were taken out of the ledger again: what they are applied to has changed."""
        return {one.external_id for link in self.links for one in link.further if one.state == "reversed"}

    @property
    def shares(self) -> tuple[CompanionView, ...]:
        """Those of them that carry part of the record's own amount."""
        return tuple(one for one in self.further if one.is_share)

    def wanted_of(self, one: CompanionView) -> Facts:
        """Give what a further document must look like."""
        made = self.booked.get(one.external_id)
        return made.facts if made is not None else one.facts

    @property
    def beside(self) -> set[str]:
        """References of what was booked beside the documents that stand for it: write-offs, reversals."""
        return self.references - {link.reference for link in self.links}

    @property
    def others(self) -> list[Booked]:
        """Documents of this record that are not the one that stands for it: replaced ones, reversals, credits."""
        return [each for id, each in self.booked.items() if self.link is None or id != self.link.external_id]


def load_trails(sync: Sync, flow: str, keys: Iterable[str]) -> dict[str, Trail]:
    """Load what is known of these records of one flow, by key."""
    wanted, trails = sorted(set(keys)), dict[str, Trail]()
    for some in _chunks(wanted):
        part = {row.key: row for row in _records(sync, flow, some)}
        _add_links(sync, flow, part)
        _add_attempts(sync, part)
        trails |= part
    return trails


def _records(sync: Sync, flow: str, keys: Sequence[str]) -> Iterator[Trail]:
    rows = SyncRecord.objects.for_tenant(sync.tenant_id).filter(**_sides(sync), flow=flow, natural_key__in=keys)
    names = (
        "pk", "natural_key", "state", "code", "reason", "label", "source_version", "amount", "currency",
        "document_date",
    )  # fmt: skip
    for pk, key, state, code, reason, label, version, amount, currency, day in rows.values_list(*names):
        yield Trail(
            record_id=pk, key=key, state=state, code=code, reason=reason, label=label or key, source_version=version,
            amount=amount, currency=currency, day=day,
        )  # fmt: skip


def _add_links(sync: Sync, flow: str, trails: dict[str, Trail]) -> None:
    further = _further(sync, flow, trails)
    rows = _links(sync).filter(flow=flow, natural_key__in=list(trails)).order_by("-revision")
    for row in rows:
        if row.natural_key in trails:
            trails[row.natural_key].links.append(
                Joined(
                    external_id=row.external_id,
                    reference=row.reference,
                    revision=row.revision,
                    source_version=row.source_version,
                    facts=load_facts(row.facts),
                    is_as_drafted=row.is_as_drafted,
                    is_reversed=row.state == Link.State.REVERSED,
                    reversal_id=row.reversal_id,
                    details_version=row.details_version,
                    further=tuple(further.get((row.natural_key, row.revision), ())),
                )
            )


def _further(sync: Sync, flow: str, keys: Iterable[str]) -> dict[tuple[str, int], list[CompanionView]]:
    """Give what was booked beside the own documents of records, by key and revision."""
    found: defaultdict[tuple[str, int], list[CompanionView]] = defaultdict(list)
    rows = _companions(sync).filter(flow=flow, natural_key__in=list(keys))
    for row in rows.order_by("pk"):
        found[row.natural_key, row.revision].append(view_of(row))
    return found


_ATTEMPTS = """
SELECT a.record_id, a.id, a.revision, a.reference, a.external_id, a.outcome,
       COALESCE(draft.told ->> 'sink', ''), COALESCE(draft.told ->> 'facts', '{}'),
       COALESCE(draft.told ->> 'writes_back', 'false') = 'true', COALESCE(draft.told ->> 'then', '')
FROM audit_attempt a CROSS JOIN LATERAL (SELECT audit_read_draft(a.draft) AS told OFFSET 0) AS draft
WHERE a.tenant_id = %s AND a.record_id = ANY(%s)
  AND a.outcome IN ('delivered', 'linked', 'different', 'unknown', 'open')
ORDER BY a.record_id, a.id
"""


def _add_attempts(sync: Sync, trails: dict[str, Trail]) -> None:
    by_id = {trail.record_id: trail for trail in trails.values()}
    with connection.cursor() as cursor:
        cursor.execute(_ATTEMPTS, [sync.tenant_id, list(by_id)])
        for row in cursor.fetchall():
            record_id, attempt_id, revision, reference, external_id, outcome, sink, facts, is_back, then = row
            trail = by_id[record_id]
            if is_back:  # it stands in the system that was read from
                continue
            trail.references.add(reference)
            if outcome in (Attempt.Outcome.UNKNOWN, Attempt.Outcome.OPEN):
                trail.sent.add(reference)
            else:
                trail.following = then
                made = Booked(
                    external_id=external_id,
                    sink=sink,
                    reference=reference,
                    revision=revision,
                    facts=load_facts(from_json(facts)),
                    attempt_id=attempt_id,
                )
                _merge(trail, made)


def _merge(trail: Trail, made: Booked) -> None:
    """Let what a later operation says override what the earlier ones said."""
    before = trail.booked.get(made.external_id)
    if before is not None:
        said = {name: value for name in _FACTS if (value := getattr(made.facts, name)) is not None}
        made.facts, made.attempt_id = replace(before.facts, **said), before.attempt_id
    trail.booked[made.external_id] = made


def load_drafts(sync: Sync, attempt_ids: Iterable[int]) -> dict[int, Draft]:
    """Load the drafts of attempts, to read back what they booked."""
    drafts: dict[int, Draft] = {}
    for some in _chunks(sorted(set(attempt_ids))):
        drafts |= {row.pk: _draft_of(row) for row in Attempt.objects.for_tenant(sync.tenant_id).filter(pk__in=some)}
    return drafts


def _draft_of(attempt: Attempt) -> Draft:
    """Read an attempt's draft; where nothing of it is left, say what the attempt itself knows."""
    try:
        return load_draft(attempt.draft)[0]
    except (ValueError, KeyError, TypeError, AttributeError):
        return Draft(
            flow=attempt.flow,
            key=attempt.natural_key,
            sink="",
            operation=attempt.operation,
            revision=attempt.revision,
            reference=attempt.reference,
            external_id=attempt.external_id,
            payload={ERASED: True},
            facts=Facts(),
        )


def owners(sync: Sync, external_ids: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Give (flow, key) of the records that documents of the target stand for, or reverse, linked last first."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for some in _chunks(sorted(set(external_ids))):
        for name in ("external_id", "reversal_id"):
            rows = _links(sync).filter(**{f"{name}__in": some}).values_list(name, "flow", "natural_key")
            for external_id, flow, key in rows.order_by("-pk"):
                found[external_id].append((flow, key))
        further = _companions(sync).filter(external_id__in=some).values_list("external_id", "flow", "natural_key")
        for external_id, flow, key in further.order_by("-pk"):
            found[external_id].append((flow, key))
    return dict(found)


def owners_beside(sync: Sync, references: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Give (flow, key) of the records beside whose documents we booked something under these references."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for some in _chunks(sorted(set(references))):
        rows = Attempt.objects.for_tenant(sync.tenant_id).filter(~Q(operation="create"), reference__in=some)
        ours = SyncRecord.objects.for_tenant(sync.tenant_id).filter(**_sides(sync)).values("pk")
        for reference, flow, key in rows.filter(record_id__in=ours).values_list("reference", "flow", "natural_key"):
            found[reference].append((flow, key))
    return dict(found)


def linked_ids(sync: Sync, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Give the newest id in the target of records named by (flow, key)."""
    by_flow: defaultdict[str, set[str]] = defaultdict(set)
    for flow, key in names:
        by_flow[flow].add(key)
    found: dict[tuple[str, str], str] = {}
    for flow, keys in by_flow.items():
        for some in _chunks(sorted(keys)):
            rows = _links(sync).filter(flow=flow, natural_key__in=some).order_by("revision")
            found |= {(flow, key): id for key, id in rows.values_list("natural_key", "external_id")}
    return found


def party_names(sync: Sync, ids: Iterable[str]) -> dict[str, str]:
    """Give the names of customers and vendors, by their ids in the target; one query."""
    flows = [flow.slug for flow in registry.pair(sync.pair).flows if not flow.is_document]
    links = _links(sync).filter(flow__in=flows, external_id__in={each for each in ids if each})
    return {id: name for id, name in links.values_list("external_id", "facts__name") if name}


def _links(sync: Sync) -> QuerySet[Link]:
    return Link.objects.for_tenant(sync.tenant_id).filter(**_sides(sync))


def _companions(sync: Sync) -> QuerySet[Companion]:
    return Companion.objects.for_tenant(sync.tenant_id).filter(**_sides(sync))


def _sides(sync: Sync) -> dict[str, str]:
    return {"source_identity": sync.source_identity, "target_identity": sync.target_identity}


def _chunks(values: Sequence[Any]) -> Iterator[list[Any]]:
    return (list(values[start : start + _AT_ONCE]) for start in range(0, len(values), _AT_ONCE))
