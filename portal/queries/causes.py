"""What holds records up, one entry per cause: grouped, sorted by the money, with the period at risk and who has it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max, Min, QuerySet
from django.urls import reverse

from integrations.models import Problem, Sync, SyncRecord
from mappings.models import ValueMap
from portal.causes import Cause, cause_of, side_of
from portal.models import CauseAssignment, CauseComment, Tenant, User
from portal.queries.syncs import trials_under_way

MOST_PROBLEMS = 2000
# Each document has a problem of its own, because the value names it: people want one cause.
KEYS_JOINED_BY = " | "  # as value maps name what they lack
PER_DOCUMENT = frozenset(
    {
        "different",
        "applied_otherwise",
        "found_but_different",
        "possible_duplicate",
        "duplicate_in_target",
        "deleted_in_target",
        "rejected_in_target",
        "payment_over_customers",
        "credit_over_customers",
        "withheld_tax_changed",
        "waits_too_long",
    }
)
WAITING = frozenset({"waits_too_long"})
# Only for sorting: how many units make about as much as one dollar. No amount is ever converted.
_PER_DOLLAR: dict[str, int] = {
    "JPY": 150, "KRW": 1400, "IDR": 16000, "VND": 25000, "HUF": 370, "CLP": 950, "ISK": 140, "COP": 4200, "CZK": 23,
    "INR": 85, "THB": 35, "PHP": 57, "TWD": 32, "RUB": 90, "TRY": 34, "MXN": 18, "ZAR": 18, "NOK": 11, "SEK": 11,
    "DKK": 7, "CNY": 7, "HKD": 8, "UYU": 42, "CRC": 520, "UGX": 3700, "NGN": 1600, "PKR": 280, "KES": 130,
}  # fmt: skip

Name = tuple[int, str, str, str]  # sync, code, field, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A cause and all that it holds up. `problems` are its rows, newest first."""

    problems: tuple[Problem, ...]
    cause: Cause
    records: int
    money: Mapping[str, str]
    first_seen: datetime
    last_seen: datetime

    @property
    def problem(self) -> Problem:
        """Give the newest row, which names the cause's page."""
        return self.problems[0]

    @property
    def sync(self) -> Sync:
        """Give the sync it holds up."""
        return self.problem.sync

    @property
    def code(self) -> str:
        """Give the code."""
        return self.problem.code

    @property
    def message(self) -> str:
        """Give what was said of the newest record."""
        return self.problem.message

    @property
    def title(self) -> str:
        """Say the cause in a line, with the value where that is what people know it by."""
        value = "" if self.code in PER_DOCUMENT else self.value
        return f"{self.cause.title}: {value}" if value else self.cause.title

    @property
    def value(self) -> str:
        """Give the value that is at fault; the keys of a value map one after the other, an empty one in words."""
        keys = self.problem.value.split(KEYS_JOINED_BY)
        return self.problem.value if len(keys) == 1 else ", ".join(key.strip() or "none" for key in keys)

    @property
    def url(self) -> str:
        """Lead to the cause's page."""
        return reverse("problem_detail", args=[self.problem.pk])

    @property
    def name(self) -> Name:
        """Give what assignments and comments know the cause by."""
        return name_of(self.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Where a cause is mended, one click away."""

    label: str
    url: str
    ability: str = "view"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days of the documents that a cause holds up."""

    first: date | None = None
    last: date | None = None
    flow: str = ""

    @property
    def text(self) -> str:
        """Name the months: “October 2026” or “Sep to Nov 2026”."""
        if self.first is None or self.last is None:
            return ""
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return f"{self.first:%B %Y}"
        start = f"{self.first:%b}" if self.first.year == self.last.year else f"{self.first:%b %Y}"
        return f"{start} to {self.last:%b %Y}"


def name_of(problem: Problem) -> Name:
    """Give what assignments and comments know a problem's cause by."""
    return problem.sync_id, problem.code, problem.field, "" if problem.code in PER_DOCUMENT else problem.value


def open_problems(tenant: Tenant) -> QuerySet[Problem]:
    """List a company's open problems with their syncs."""
    problems: QuerySet[Problem] = Problem.objects.for_tenant(tenant).filter(healed_at=None)
    return problems.select_related("sync__source", "sync__target")


def held_up(tenant: Tenant, sync_id: str = "") -> list[Held]:
    """Give the open causes, the most money first; one query, at most the 2,000 newest problems.

    What a proof under way holds up is its own page's: it is left out unless its sync is asked for.
    """
    problems = open_problems(tenant)
    if sync_id.isascii() and sync_id.isdigit():
        problems = problems.filter(sync_id=int(sync_id))
    else:
        problems = problems.exclude(sync__in=trials_under_way(tenant).values("pk"))
    grouped: defaultdict[Name, list[Problem]] = defaultdict(list)
    for problem in problems.order_by("-last_seen", "-id")[:MOST_PROBLEMS]:
        grouped[name_of(problem)].append(problem)
    return sorted((held_of(rows) for rows in grouped.values()), key=_weight, reverse=True)


def held_of(problems: Sequence[Problem]) -> Held:
    """Add a cause's problems up."""
    newest = problems[0]
    money: defaultdict[str, Decimal] = defaultdict(Decimal)
    for problem in problems:
        for currency, text in problem.money.items():
            money[currency] += Decimal(text)
    return Held(
        problems=tuple(problems),
        cause=cause_of(newest.code, newest.sync.target, newest.sync.source),
        records=sum(problem.records for problem in problems),
        money={currency: f"{amount:f}" for currency, amount in money.items()},
        first_seen=min(problem.first_seen for problem in problems),
        last_seen=max(problem.last_seen for problem in problems),
    )


def _weight(held: Held) -> tuple[Decimal, int, int]:
    worth = sum((abs(Decimal(text)) / _PER_DOLLAR.get(code, 1) for code, text in held.money.items()), Decimal(0))
    return worth, held.records, held.problem.pk


def siblings(problem: Problem) -> list[Problem]:
    """Give the open problems of the same cause, this one first."""
    if problem.code not in PER_DOCUMENT:
        return [problem]
    rows = open_problems_like(problem).exclude(pk=problem.pk).order_by("-last_seen", "-id")
    return [problem, *rows[:MOST_PROBLEMS]]


def open_problems_like(problem: Problem) -> QuerySet[Problem]:
    """List the open problems of a company that share code and field with this one, in its sync."""
    rows: QuerySet[Problem] = Problem.objects.for_tenant(problem.tenant_id).filter(healed_at=None)
    same = rows.filter(sync_id=problem.sync_id, code=problem.code, field=problem.field)
    return same.select_related("sync__source", "sync__target")


def spans(tenant: Tenant, held: Iterable[Held]) -> dict[Name, Span]:
    """Give the days at risk of causes, by name; one query."""
    names = {problem.pk: each.name for each in held for problem in each.problems}
    rows = SyncRecord.objects.for_tenant(tenant).filter(problem_id__in=names).values("problem_id")
    found: dict[Name, Span] = {}
    for row in rows.annotate(first=Min("document_date"), last=Max("document_date"), kind=Min("flow")):
        name = names[row["problem_id"]]
        found[name] = _widened(found.get(name, Span()), row["first"], row["last"], row["kind"])
    return found


def _widened(span: Span, first: date | None, last: date | None, flow: str) -> Span:
    return Span(
        first=min((day for day in (span.first, first) if day), default=None),
        last=max((day for day in (span.last, last) if day), default=None),
        flow=span.flow or flow,
    )


# Who has it, and what was said


def assignees(tenant: Tenant, sync_ids: Iterable[int]) -> dict[Name, User]:
    """Give who takes care of which cause; one query."""
    rows = CauseAssignment.objects.for_tenant(tenant).filter(sync_id__in=set(sync_ids)).select_related("assignee")
    return {(row.sync_id, row.code, row.field, row.value): row.assignee for row in rows}


def comments_of(problem: Problem) -> list[CauseComment]:
    """Give what was written about a cause, oldest first."""
    sync_id, code, field, value = name_of(problem)
    rows = CauseComment.objects.for_tenant(problem.tenant_id)
    return list(rows.filter(sync_id=sync_id, code=code, field=field, value=value).order_by("id")[:200])


# The fix


def value_maps_of(tenant: Tenant, sync_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Give (label, name) of the value maps of syncs; one query."""
    rows = ValueMap.objects.for_tenant(tenant).filter(sync_id__in=set(sync_ids))
    found: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for sync_id, label, name in rows.values_list("sync_id", "label", "name"):
        found[sync_id].append((label, name))
    return dict(found)


def fix_of(held: Held, span: Span, maps: Sequence[tuple[str, str]]) -> Fix | None:
    """Lead to where a cause is mended: the value map that lacks an entry, the mapping, the connection."""
    if held.cause.place == "mappings":
        place = held.message.rpartition("Mappings > ")[2].strip(". ").lower()
        name = next((name for label, name in maps if place and label.lower() == place), "")
        if name:
            return Fix(label="Add the entry", url=reverse("value_map", args=[held.sync.pk, name]))
        if span.flow:
            return Fix(label="Open the mapping", url=reverse("mapping_detail", args=[held.sync.pk, span.flow]))
    if held.cause.place == "connection":
        side = side_of(held.code, held.sync.target, held.sync.source)
        return Fix(label="Open the connection", url=reverse("connection_detail", args=[side.pk]))
    return None


def matching(rows: Sequence[Held], owners: Mapping[Name, User], *, mine: User | None, who: str) -> list[Held]:
    """Keep the causes that one person has, or that a kind of person must mend."""
    kept = [each for each in rows if mine is None or owners.get(each.name) == mine]
    return [each for each in kept if not who or each.cause.who == who]
