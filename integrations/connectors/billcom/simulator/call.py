"""One call to the API with all that its rule needs, and the usual answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.connectors.billcom.simulator.answers import Problem, Refused, refuse
from integrations.connectors.billcom.simulator.faulty import bend
from integrations.connectors.billcom.simulator.filters import Listing
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.pages import list_page
from integrations.connectors.billcom.simulator.schema import Shape, body_of, read
from integrations.connectors.billcom.simulator.sessions import Session, Sessions
from integrations.connectors.billcom.simulator.store import Record, Version
from integrations.connectors.billcom.simulator.webhooks import Webhooks
from integrations.sandbox.app import Json, Request, Response

View = Callable[[Org, Record, Version], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A signed-in request; `ids` are the variable parts of its path."""

    org: Org
    session: Session
    sessions: Sessions
    webhooks: Webhooks
    request: Request
    ids: tuple[str, ...] = ()

    def body(self, shape: Shape, *, partial: bool = False) -> Json:
        """Read the body as an object of this shape."""
        return read(body_of(self.request), shape, self.org.switches, partial=partial)

    def rows(self) -> list[Any]:
        """Read the body as a list, for the bulk endpoints."""
        rows: list[Any] = body_of(self.request, list)
        return rows

    def bent(self, values: Json, lines: str = "") -> Json:
        """Give values as the faults let them be stored."""
        return bend(self.org.faults, self.request, values, lines)


Handler = Callable[[Call], Response]


def plain(_: Org, record: Record, version: Version) -> Json:
    """Show a record as it is stored."""
    return record.view(version)


def created(body: Any) -> Response:
    """Answer a create."""
    return Response.json(201, body)


def done(body: Any) -> Response:
    """Answer anything else."""
    return Response.json(200, body)


def listed(call: Call, listing: Listing, view: View = plain) -> Response:
    """Answer a list with one page."""
    rows, tokens = list_page(call.org, call.request, listing)
    return done({"results": [view(call.org, record, version) for record, version in rows], **tokens})


def change_all(
    rows: Sequence[Any], most: int, change: Callable[[Any], Record], undo: Callable[[Record], None]
) -> list[Record]:
    """Do a bulk call whole or not at all: the siblings of a refused row are rolled back and say so."""
    if not rows:
        refuse("BDC_1117", "The request holds no records.")
    if len(rows) > most:
        refuse("BDC_1119", f"At most {most} records per request.", "size", len(rows))
    changed: list[Record] = []
    for at, row in enumerate(rows):
        try:
            changed.append(change(row))
        except Refused as refused:
            for record in reversed(changed):
                undo(record)
            raise Refused([*refused.problems, *_rolled_back(len(rows), at)]) from refused
    return changed


def _rolled_back(count: int, culprit: int) -> list[Problem]:
    return [
        Problem("BDC_1246", f"[{at}]: rolled back because another record of this request failed", f"[{at}]")
        for at in range(count)
        if at != culprit
    ]


REFERENCES: Mapping[str, str] = {
    "chartOfAccountId": "chartOfAccount",
    "accountingClassId": "accountingClass",
    "departmentId": "department",
    "locationId": "location",
    "itemId": "item",
    "employeeId": "employee",
    "jobId": "job",
    "customerId": "customer",
}


def reference_problems(org: Org, kind: str, id: str, path: str) -> list[Problem]:
    """Tell what is wrong with an id in a body: it must exist and not be archived."""
    found = org.store.get(kind, id)
    if found is None:
        return [Problem("BDC_1143", f"{path}: no {kind} exists with id {id}", path, id)]
    if found.archived:
        return [Problem("BDC_1143", f"{path}: {kind} {id} is archived", path, id)]
    return []


def classification_problems(org: Org, values: Json, prefix: str) -> list[Problem]:
    """Tell what is wrong with a `classifications` object."""
    return [
        problem
        for name, id in values.get("classifications", {}).items()
        if id
        for problem in reference_problems(org, REFERENCES[name], id, f"{prefix}classifications.{name}")
    ]
