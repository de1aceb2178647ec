"""Actions: what each does to its record, run as operations that are polled, one at a time per screen and session."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from integrations.connectors.acumatica.simulator.answers import Refused, http_error, no_entity, not_found, refuse
from integrations.connectors.acumatica.simulator.body import BodyReader, json_of
from integrations.connectors.acumatica.simulator.call import Call
from integrations.connectors.acumatica.simulator.releasing import Failed, hold, release, unhold, void
from integrations.connectors.acumatica.simulator.sessions import Session
from integrations.connectors.acumatica.simulator.store import Record
from integrations.connectors.acumatica.simulator.tenant import Tenant
from integrations.connectors.acumatica.simulator.writer import CONCURRENT, locate
from integrations.sandbox.app import Response
from integrations.sandbox.books import BooksRefusal

NULL_REFERENCE = "Object reference not set to an instance of an object."
Effect = Callable[[Tenant, Record], None]
EFFECTS: dict[tuple[str, str], Effect] = {
    ("Invoice", "ReleaseInvoice"): release,
    ("SalesInvoice", "ReleaseSalesInvoice"): release,
    ("Payment", "ReleasePayment"): release,
    ("Payment", "VoidPayment"): void,
    ("JournalTransaction", "ReleaseJournalTransaction"): release,
    **{(entity, "Release"): release for entity in ("Invoice", "SalesInvoice", "Payment", "JournalTransaction")},
    **{(entity, "ReleaseFromHold"): unhold for entity in ("Invoice", "SalesInvoice", "Payment", "JournalTransaction")},
    **{(entity, "PutOnHold"): hold for entity in ("Invoice", "SalesInvoice", "Payment", "JournalTransaction")},
    ("Payment", "VoidCheck"): void,
}
SYNCHRONOUS = (hold, unhold)


@dataclass(slots=True, kw_only=True)
class Operation:
    """One long-running operation; it ends after some polls or some time, whichever comes first."""

    id: str
    screen: str
    session: Session
    tenant: Tenant
    record_id: str
    entity: str
    action: str
    started: float
    on: date
    polls: int = 0
    is_done: bool = False
    error: Response | None = None


class Operations:
    """All operations of the site."""

    def __init__(self) -> None:
        self._by_id: dict[str, Operation] = {}
        self._running: list[Operation] = []

    def start(self, call: Call, action: str) -> Response:
        """Answer a POST of an action: 202 with the place to ask, or 204 when nothing is left to wait for."""
        effect = EFFECTS.get((call.entity.name, action))
        if effect is None:
            not_found(call.request.path)
        record = _named(call)
        if call.tenant.options.strike("silent_actions"):
            return Response.empty(204, (("Location", f"{call.root}/{call.entity.name}"),))
        one = Operation(
            id=call.tenant.uuid(),
            screen=call.entity.screen,
            session=call.session,
            tenant=call.tenant,
            record_id=record.id,
            entity=call.entity.name,
            action=action,
            started=call.tenant.clock.now().timestamp(),
            on=call.business_date(),
        )
        if effect in SYNCHRONOUS:
            _finish(one)
            return one.error or Response.empty(204)
        self._by_id[one.id] = one
        self._running.append(one)
        place = f"{call.root}/{call.entity.name}/{action}/status/{one.id}"
        return Response.empty(202, (("Location", place),))

    def status(self, call: Call, id: str) -> Response:
        """Answer a poll: 202 while it runs, 204 at its end, the error if it failed."""
        one = self._by_id.get(id.lower())
        if one is None or one.session is not call.session:
            refuse(404, "The operation cannot be found.")
        if not one.is_done:
            one.polls += 1
            if one.polls > one.tenant.options.operation_polls:
                self._end(one)
        if not one.is_done:
            return Response.empty(202, (("Location", call.request.raw_path),))
        return one.error or Response.empty(204)

    def tick(self, now: float) -> None:
        """End what has run long enough."""
        for one in list(self._running):
            if now - one.started >= one.tenant.options.operation_s:
                self._end(one)

    def is_busy(self, session: Session, screen: str) -> bool:
        """Tell whether a session has an operation under way on a screen."""
        return any(one.session is session and one.screen == screen for one in self._running)

    def _end(self, one: Operation) -> None:
        _finish(one)
        self._running.remove(one)


def _finish(one: Operation) -> None:
    one.is_done = True
    record = one.tenant.store.by_id(one.record_id)
    if record is None:
        one.error = http_error(500, "An error has occurred.", "The record has been deleted.")
        return
    if one.tenant.options.strike("concurrency_conflicts"):
        one.error = http_error(500, "An error has occurred.", CONCURRENT, "PX.Data.PXLockViolationException")
        return
    if one.entity == "Invoice" and record.origin == "SO" and not record.is_released:
        one.error = http_error(500, "An error has occurred.", NULL_REFERENCE, "System.NullReferenceException")
        return
    try:
        effect = EFFECTS[one.entity, one.action]
        if effect is void:
            void(one.tenant, record, one.on)
        else:
            effect(one.tenant, record)
    except Failed as failure:
        one.error = http_error(500, "An error has occurred.", str(failure))
    except BooksRefusal as refusal:
        one.error = http_error(500, "An error has occurred.", refusal.message)
    except Refused as refused:
        one.error = refused.response


def _named(call: Call) -> Record:
    """Find the record that an action's body names."""
    body = json_of(call.request)
    if not isinstance(body, dict) or not isinstance(body.get("entity"), dict):
        refuse(400, "The request is invalid.", modelState={"entity": ["The entity must be specified."]})
    tenant = call.tenant
    sent = BodyReader(call.entity, tenant.offset, tenant.lint, refuses_unknown=False).read(body["entity"])
    record = locate(call, sent)
    if record is None and call.entity.name == "Invoice":
        record = tenant.find("ar", sent.values.get("DocType") or "Invoice", sent.values.get("RefNbr") or "")
    if record is None:
        no_entity()
    return record
