"""Problems: list, one of them, retry, skip with a reason, assign."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from integrations.models import Problem
from portal.api.access import Caller, caller_of, operation
from portal.api.problem import Refused
from portal.api.values import Asked, Id, Money, Number, Page, Paged, Reason, ShortText, money, page_of
from portal.assignments import assign, members_of
from portal.causes import cause_of
from portal.held import retry_held, skip_all_held
from portal.models import User
from portal.permissions import Ability
from portal.queries.causes import Name, assignees, name_of

router = Router(tags=["Problems"])


class ProblemShown(Schema):
    """One cause that holds records up."""

    id: int
    sync: int
    code: str
    field: str
    value: str
    title: str
    message: str
    cause: str
    who: str = Field(description="Who must act.")
    next_step: str
    records: int
    money: list[Money] = Field(description="What it holds up, by currency.")
    assignee: str = Field(description="The e-mail address of who takes care of it; empty where nobody does.")
    first_seen: datetime
    last_seen: datetime
    healed_at: datetime | None


class ProblemQuery(Paged):
    """Which problems."""

    sync: Number | None = None
    code: ShortText = ""
    healed: bool = Field(False, description="Those that are healed instead of the open ones.")


class Skip(Schema):
    """Why records are given up."""

    reason: Reason


class Assignment(Schema):
    """Who takes care of it."""

    assignee: ShortText = Field(description="The e-mail address of a member; empty: nobody.")


@router.get("", **operation(Ability.VIEW, {200: Page[ProblemShown]}))
def list_problems(request: HttpRequest, wanted: Annotated[ProblemQuery, Query()]) -> Page[ProblemShown]:
    """List what holds records up, newest first."""
    rows = _problems(caller_of(request)).filter(healed_at__isnull=not wanted.healed)
    rows = rows.filter(sync_id=wanted.sync) if wanted.sync else rows
    rows = rows.filter(code=wanted.code) if wanted.code else rows
    return page_of(request, rows, wanted, _shown)


@router.get("/{problem_id}", **operation(Ability.VIEW, {200: ProblemShown}, 404))
def get_problem(request: HttpRequest, problem_id: Id) -> ProblemShown:
    """Give one problem."""
    return _shown([problem_or_404(caller_of(request), problem_id)])[0]


@router.post("/{problem_id}/retry", **operation(Ability.OPERATE, {202: Asked}, 404, 409))
def retry_problem(request: HttpRequest, problem_id: Id) -> Status[Asked]:
    """Have all records of a cause tried again; what is not mended comes back."""
    caller = caller_of(request)
    number = retry_held(problem_or_404(caller, problem_id), actor=caller.actor)
    return Status(202, Asked(message="They are tried again as soon as a worker is free.", number=number))


@router.post("/{problem_id}/skip", **operation(Ability.OPERATE, {200: Asked}, 400, 404, 409))
def skip_problem(request: HttpRequest, problem_id: Id, given: Skip) -> Asked:
    """Give up what a cause holds up, for one reason: at most 200 parked records at once."""
    caller = caller_of(request)
    number, refusal = skip_all_held(problem_or_404(caller, problem_id), reason=given.reason, actor=caller.actor)
    if refusal is not None and not number:
        raise refusal
    if not number:
        raise Refused(409, "nothing_to_skip", "Nothing here can be skipped: only parked records can.")
    return Asked(message="They are not posted, for the reason you gave.", number=number)


@router.post("/{problem_id}/assign", **operation(Ability.OPERATE, {200: ProblemShown}, 400, 404))
def assign_problem(request: HttpRequest, problem_id: Id, given: Assignment) -> ProblemShown:
    """Give a cause to a member of the company, or to nobody."""
    caller = caller_of(request)
    problem = problem_or_404(caller, problem_id)
    wanted = given.assignee.strip().lower()
    to = next((user for user in members_of(problem) if user.email == wanted), None)
    if wanted and to is None:
        raise Refused(404, "no_member", "Nobody who may take care of it has this address.", field="assignee")
    assign(problem, to=to, actor=caller.actor)
    return _shown([problem])[0]


def problem_or_404(caller: Caller, problem_id: int) -> Problem:
    """Give a problem of the caller's company, healed or not."""
    return get_object_or_404(_problems(caller), pk=problem_id)


def _problems(caller: Caller) -> QuerySet[Problem]:
    rows: QuerySet[Problem] = Problem.objects.for_tenant(caller.tenant)
    return rows.select_related("tenant", "sync__source", "sync__target")


def _shown(rows: list[Problem]) -> list[ProblemShown]:
    owners = assignees(rows[0].tenant, [row.sync_id for row in rows]) if rows else {}
    return [_show(row, owners) for row in rows]


def _show(problem: Problem, owners: dict[Name, User]) -> ProblemShown:
    cause = cause_of(problem.code, problem.sync.target, problem.sync.source)
    owner = owners.get(name_of(problem))
    return ProblemShown(
        id=problem.pk,
        sync=problem.sync_id,
        code=problem.code,
        field=problem.field,
        value=problem.value,
        title=cause.title,
        message=problem.message,
        cause=cause.cause,
        who=cause.who,
        next_step=cause.fix,
        records=problem.records,
        money=[money(Decimal(amount), currency) for currency, amount in problem.money.items()],
        assignee=owner.email if owner else "",
        first_seen=problem.first_seen,
        last_seen=problem.last_seen,
        healed_at=problem.healed_at,
    )
