"""What the reconciliation screen shows: periods, the matrix of kinds and currencies, differences, open balances."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from integrations.engine.reconcile.heal import WORDS
from integrations.engine.reconcile.report import Difference, Line, PeriodReport, TieOut
from integrations.engine.reconcile.signing import explanation_of, reports_of
from integrations.models import Check, Reconciliation, Sync
from portal.models import Tenant
from portal.queries.tie_outs import OpenBalance, OpenDifference, OpenTotal, open_balances, open_differences, open_totals
from portal.ui import Tab
from portal.words import duration

PERIODS_SHOWN = 24


def reconciliations_of(tenant: Tenant, sync: Sync | None = None) -> QuerySet[Reconciliation]:
    """List a company's reconciliations, latest period first, without their long reports."""
    rows: QuerySet[Reconciliation] = Reconciliation.objects.for_tenant(tenant).select_related("sync")
    rows = rows.filter(sync=sync) if sync is not None else rows
    return rows.defer("report", "tie_out", "marks").order_by("-end", "-id")


def latest_of(tenant: Tenant, sync: Sync) -> list[Reconciliation]:
    """Give the newest reconciliation of each of a sync's last periods."""
    newest: dict[tuple[date, date], Reconciliation] = {}
    for each in reconciliations_of(tenant, sync)[: PERIODS_SHOWN * 4]:
        newest.setdefault((each.start, each.end), each)
    return list(newest.values())[:PERIODS_SHOWN]


def unreconciled_of(tenant: Tenant) -> QuerySet[Reconciliation]:
    """List what needs a person: open reports that do not tie, and signed ones that something landed in.

    What was signed off anew since is settled.
    """
    rows = reconciliations_of(tenant)
    newer = Reconciliation.objects.for_tenant(tenant).filter(
        sync=OuterRef("sync"), start=OuterRef("start"), end=OuterRef("end"), pk__gt=OuterRef("pk")
    )
    signed_anew = Q(state=Reconciliation.State.STALE) & Exists(newer.filter(state=Reconciliation.State.SIGNED))
    return rows.filter(Q(state=Reconciliation.State.STALE) | Q(state=Reconciliation.State.OPEN, ok=False)).exclude(
        signed_anew
    )


def standing_of(held: Reconciliation) -> str:
    """Give how a reconciliation stands, one of `portal.states.RECONCILIATIONS`: an open one ties or differs."""
    if held.state != Reconciliation.State.OPEN:
        return str(held.state)
    return "ties" if held.ok else "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A reconciliation that was asked for: how far it is, or why it failed."""

    check: Check
    period: tuple[date, date]
    step: str
    number: int
    of: int
    took: str

    @property
    def is_under_way(self) -> bool:
        """Tell whether a worker has it, or soon has."""
        return self.check.state in (Check.State.ASKED, Check.State.RUNNING)


def asked_of(tenant: Tenant) -> list[Asked]:
    """Give what was asked for last of each sync and is under way, failed of late, or could not tie out."""
    rows = Check.objects.for_tenant(tenant).filter(
        kind=Check.Kind.RECONCILIATION, asked_at__gt=timezone.now() - timedelta(days=1)
    )
    newest = rows.select_related("sync").order_by("sync_id", "-id").distinct("sync_id")
    return [_asked(each) for each in newest if each.state != Check.State.DONE or each.report.get("not_tied_out")]


def _asked(check: Check) -> Asked:
    said = check.report
    return Asked(
        check=check,
        period=(date.fromisoformat(check.params["start"]), date.fromisoformat(check.params["end"])),
        step=said.get("step", "Waits for a worker"),
        number=said.get("number", 0),
        of=said.get("of", 2),
        took=duration(check.asked_at, check.made_at),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One kind in one currency, with the differences behind it."""

    line: Line
    differences: int
    records_url: str = ""

    @property
    def agrees(self) -> bool:
        """Tell whether all sides say the same and nothing is named."""
        return self.line.agrees and not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """A difference as it is shown: what the engine can do about it, or why it is explained."""

    difference: Difference
    healing: str  # what healing it does; empty where only a person can
    explained_by: str = ""
    reason: str = ""

    @property
    def amount(self) -> Decimal:
        """Give the target less the source, an absent side counting as zero."""
        return (self.difference.target or Decimal(0)) - (self.difference.source or Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A reconciliation ready to be shown."""

    reconciliation: Reconciliation
    report: PeriodReport
    tie_out: TieOut | None
    matrix: tuple[MatrixRow, ...]
    differences: tuple[DifferenceRow, ...]
    balances: tuple[OpenBalance, ...]
    open_totals: tuple[OpenTotal, ...]
    open_differences: tuple[OpenDifference, ...]
    not_tied_out: str = ""  # why, where that was asked for

    @property
    def may_be_signed(self) -> bool:
        """Tell whether nothing stands in the way of signing it off."""
        return self.reconciliation.state == Reconciliation.State.OPEN and self.reconciliation.ok


def shown(tenant: Tenant, reconciliation_id: int) -> Shown:
    """Give one reconciliation of a company. Raises Reconciliation.DoesNotExist."""
    held = (
        Reconciliation.objects.for_tenant(tenant)
        .select_related("sync__source", "sync__target")
        .get(pk=reconciliation_id)
    )
    report, tie_out = reports_of(held)
    owed = open_balances(held.sync, tie_out) if tie_out else ()
    return Shown(
        reconciliation=held,
        report=report,
        tie_out=tie_out,
        matrix=tuple(_matrix(held, report)),
        differences=tuple(_difference(held, each) for each in report.differences),
        balances=owed,
        open_totals=open_totals(owed),
        open_differences=open_differences(tie_out, held.marks, _named(report)) if tie_out else (),
        not_tied_out=_why_not_tied_out(held) if tie_out is None else "",
    )


def _named(report: PeriodReport) -> dict[int, list[str]]:
    """Give the kinds of the differences that name each record."""
    named: defaultdict[int, list[str]] = defaultdict(list)
    for each in report.differences:
        if each.record_id:
            named[each.record_id].append(each.kind)
    return dict(named)


def _why_not_tied_out(held: Reconciliation) -> str:
    """Give the reason that its last making told; nothing where it was not asked for, or made long ago."""
    made = Check.objects.for_tenant(held.tenant_id).filter(
        sync=held.sync, kind=Check.Kind.RECONCILIATION, report__reconciliation=held.pk
    )
    told = made.order_by("-id").values_list("report", flat=True).first() or {}
    return str(told.get("not_tied_out", ""))


def chosen(report: PeriodReport, names: Sequence[str]) -> list[Difference]:
    """Give the differences that a person ticked."""
    wanted = set(names)
    return [each for each in report.differences if each.name in wanted]


def narrowed(rows: Sequence[DifferenceRow], kind: str, currency: str) -> list[DifferenceRow]:
    """Keep the differences of one kind of document, in one currency."""
    kept = [row for row in rows if not kind or row.difference.flow == kind]
    return [row for row in kept if not currency or row.difference.currency == currency]


def flow_tabs(found: Shown, kind: str, currency: str) -> tuple[Tab, ...]:
    """Give the views of the differences: all, and each kind and currency that has some."""
    if not found.differences:
        return ()
    whole = Tab(label="All", url="?#differences", is_current=not kind and not currency, count=len(found.differences))
    some = [
        Tab(
            label=f"{row.line.label} {row.line.currency}",
            url=f"?{urlencode({'kind': row.line.kind, 'currency': row.line.currency})}#differences",
            is_current=(kind, currency) == (row.line.kind, row.line.currency),
            count=row.differences,
        )
        for row in found.matrix
        if row.differences
    ]
    return (whole, *some)


def _matrix(held: Reconciliation, report: PeriodReport) -> list[MatrixRow]:
    behind: dict[tuple[str, str], int] = {}
    for each in report.differences:
        behind[(each.flow, each.currency)] = behind.get((each.flow, each.currency), 0) + 1
    return [
        MatrixRow(
            line=line, differences=behind.get((line.kind, line.currency), 0), records_url=_records_url(held, line)
        )
        for line in report.lines
    ]


def _records_url(held: Reconciliation, line: Line) -> str:
    among = {
        "sync": held.sync_id, "flow": line.kind, "currency": line.currency, "from": held.start, "to": held.end,
    }  # fmt: skip
    return f"{reverse('record_list')}?{urlencode(among)}"


def _difference(held: Reconciliation, each: Difference) -> DifferenceRow:
    mark = explanation_of(each, held.marks)
    healing = WORDS[each.heal] if each.heal else ""
    return DifferenceRow(
        difference=each, healing=healing, explained_by=mark.get("by", ""), reason=mark.get("reason", "")
    )
