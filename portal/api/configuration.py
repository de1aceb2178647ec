"""A sync's configuration as code: taken out, compared with what stands, taken over."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from integrations.engine.configuration import SCHEMA, Configuration, differences, export_sync, import_sync
from integrations.engine.configuration import read_configuration as read_file
from mappings.as_code import Line
from portal.api.access import caller_of, operation
from portal.api.problem import Refused
from portal.api.syncs import sync_or_404
from portal.api.values import Id
from portal.permissions import Ability

router = Router(tags=["Configuration"])
MEDIA_TYPE = "application/yaml"
_FILE: dict[str, Any] = {name: value for name, value in SCHEMA.items() if name != "$schema"}
_TAKES_FILE = {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": _FILE}}}}
_GIVES_FILE = {"responses": {200: {"description": "OK", "content": {MEDIA_TYPE: {"schema": _FILE}}}}}


class Change(Schema):
    """One thing that the file says otherwise."""

    where: str
    before: str
    after: str


class Changes(Schema):
    """What taking the file over changes, or changed."""

    taken_over: bool
    changes: list[Change] = Field(description="Empty: the sync is as the file says.")


@router.get("", **operation(Ability.CONFIGURE, {200: None}, 404, openapi_extra=_GIVES_FILE))
def export_configuration(request: HttpRequest, sync_id: Id) -> HttpResponse:
    """Give the configuration as it is published, as a YAML file; it holds no secret."""
    return HttpResponse(export_sync(sync_or_404(caller_of(request), sync_id)), content_type=MEDIA_TYPE)


@router.post("/compare", **operation(Ability.CONFIGURE, {200: Changes}, 404, 413, openapi_extra=_TAKES_FILE))
def compare_configuration(request: HttpRequest, sync_id: Id) -> Changes:
    """Tell what taking a file over would change; nothing is changed."""
    sync = sync_or_404(caller_of(request), sync_id)
    return _changes(differences(sync, _configuration(request)), taken_over=False)


@router.put("", **operation(Ability.CONFIGURE, {200: Changes}, 404, 409, 413, openapi_extra=_TAKES_FILE))
def import_configuration(
    request: HttpRequest,
    sync_id: Id,
    publishes: Annotated[bool, Query(description="false: what differs stays a draft until it is published.")] = True,
) -> Changes:
    """Take a file over, all of it or nothing. What is booked already stays as it is."""
    caller = caller_of(request)
    sync = sync_or_404(caller, sync_id)
    lines = import_sync(sync, _configuration(request), actor=caller.actor, publishes=publishes)
    return _changes(lines, taken_over=True)


def _configuration(request: HttpRequest) -> Configuration:
    try:
        text = request.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(422, "invalid", "The file is not UTF-8 text.") from error
    return read_file(text)


def _changes(lines: list[Line], *, taken_over: bool) -> Changes:
    changes = [Change(where=each.where, before=each.before, after=each.after) for each in lines]
    return Changes(taken_over=taken_over, changes=changes)
