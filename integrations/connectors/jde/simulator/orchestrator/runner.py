"""Runs an orchestration: who may, in which format, what comes out, and all the ways it can fail."""

import random
from collections.abc import Callable
from typing import Any

from integrations.connectors.jde.simulator.answers import FORM_EXCEPTION, Refused, problem, stamp
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.refusal import ErpRefusal, by_the_books
from integrations.connectors.jde.simulator.orchestrator import ledger_steps, payables_steps
from integrations.connectors.jde.simulator.orchestrator.inputs import (
    JOB_QUEUES,
    BadInput,
    from_standard,
    is_standard,
    parse,
)
from integrations.connectors.jde.simulator.orchestrator.library import Imported, Library
from integrations.connectors.jde.simulator.orchestrator.run import Run
from integrations.connectors.jde.simulator.server import Call
from integrations.connectors.jde.simulator.sessions import Session
from integrations.sandbox.app import Json, Response
from integrations.sandbox.books import BooksRefusal

STEPS: dict[str, Callable[[Run], Json]] = {
    "MLC_SYS_PING": ledger_steps.ping,
    "MLC_GL_ADD_JE": ledger_steps.add_journal,
    "MLC_AB_UPSERT_CUSTOMER": ledger_steps.upsert_customer,
    "MLC_AP_ADD_VOUCHER": payables_steps.add_voucher,
    "MLC_AP_RECORD_PAYMENT": payables_steps.record_payment,
    "MLC_AP_SET_PAY_STATUS": payables_steps.set_pay_status,
    "MLC_AP_VOID_PAYMENT": payables_steps.void_payment,
    "MLC_AP_VOID_VOUCHER": payables_steps.void_voucher,
}
SERIAL = ("JDE__SINGLE", "JDE__USER_SINGLE")
LOSE_RESULT = ("JDE__USER_ASYNCH", "JDE__ASYNCH")


class Runner:
    """Runs the orchestrations of one library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._failures = 0

    def run(
        self, call: Call, session: Session, enterprise: Enterprise, name: str, raw: Json, blind_after: int | None
    ) -> Response:
        """Run an orchestration and answer; `blind_after` is what a run without the single queue may have missed."""
        imported = self._permitted(call, session, name)
        raw = self._in_format(call, imported, raw)
        queue = str(raw.get("jde__jobQueue", "JDE__DEFAULT"))
        if queue not in JOB_QUEUES:
            raise Refused(problem(400, f"Unknown jde__jobQueue {queue}.", call.now))
        try:
            inputs = parse(imported.design.inputs, raw)
        except BadInput as error:
            raise Refused(problem(call.server.options.missing_input_status, str(error), call.now)) from error
        if inputs["contractVersion"] != "1":
            raise Refused(self._abort(call, imported, "contractVersion must be 1.", None))
        failure = imported.failures.popleft() if imported.failures else ""
        if failure in ("abort", "abort_object"):
            text = "The orchestration was aborted in step FormRequest1."
            raise Refused(self._abort(call, imported, text, ErpRefusal("Abort", text), as_object="object" in failure))
        blind = None if queue in SERIAL else blind_after
        run = Run(enterprise=enterprise, user=session.user.name, inputs=inputs, blind_after=blind)
        try:
            outputs = STEPS[name](run)
        except ErpRefusal as refusal:
            if imported.continues_on_error:
                return Response.json(200, self._continued(call, refusal.text))
            raise Refused(self._abort(call, imported, refusal.text, refusal)) from refusal
        except BooksRefusal as refusal:
            raise Refused(self._abort(call, imported, refusal.message, by_the_books(refusal))) from refusal
        if failure == "commit_then_444":
            call.server.sessions.close(session)
        return self._answer(call, imported, outputs, failure, loses_result=queue in LOSE_RESULT)

    def _permitted(self, call: Call, session: Session, name: str) -> Imported:
        if not call.server.options.orchestrator_licensed:
            raise Refused(problem(403, "The Orchestrator is not licensed for this installation.", call.now))
        if not session.user.may_run:
            text = f"User {session.user.name} has no access to orchestration {name}."
            raise Refused(problem(403, text, call.now))
        found = self._library.visible(session.user, name)
        if found is None:
            text = f"Orchestration {name} could not be loaded."
            raise Refused(problem(call.server.options.unknown_orchestration_status, text, call.now, FORM_EXCEPTION))
        return found

    @staticmethod
    def _in_format(call: Call, imported: Imported, raw: Json) -> Json:
        wants_standard = imported.format == "JDE Standard"
        if is_standard(raw) != wants_standard or imported.format == "Oracle Cloud IoT":
            text = f"The input is not in the format {imported.format} of orchestration {imported.design.name}."
            raise Refused(problem(500, text, call.now, FORM_EXCEPTION))
        return from_standard(raw) if wants_standard else raw

    def _abort(
        self, call: Call, imported: Imported, text: str, refusal: ErpRefusal | None, *, as_object: bool | None = None
    ) -> Response:
        """Word an abort: a message of text, or the form's errors as an object, as some orchestrations have it."""
        self._failures += 1
        manner = call.server.options.message
        if as_object is None:
            as_object = manner == "object" or (manner == "mixed" and self._failures % 2 == 0)
        title = refusal.title if refusal else "Input Invalid"
        return problem(
            call.server.options.business_status,
            _form_errors(text, refusal) if as_object and refusal else f"{title}: {text}",
            call.now,
            FORM_EXCEPTION,
            status="ERROR",
            type="fs_P0911" if as_object else "serviceRequest",
            userDefinedErrorText=f"{imported.design.name} was not carried out.",
            jde__status="ERROR",
            jde__simpleMessage=f"{title}: {text}",
        )

    @staticmethod
    def _continued(call: Call, text: str) -> Json:
        entry = {
            "step": "FormRequest1",
            "message": text,
            "timeStamp": stamp(call.now),
            "userDefinedErrorText": "",
            "type": "formRequest",
        }
        return {"contractVersion": "1", "continuedOnError": [entry]}

    def _answer(self, call: Call, imported: Imported, outputs: Json, failure: str, *, loses_result: bool) -> Response:
        if failure == "commit_then_444":
            return problem(444, "Invalid Token", call.now, "Exception")
        if failure == "commit_then_500":
            return problem(500, "Internal Server Error", call.now)
        if failure == "html":
            return Response.text(502, "<html><body>502 Proxy Error</body></html>", "text/html")
        if loses_result:
            return Response.json(200, {})
        status = "ERROR" if failure == "status_error" else "SUCCESS"
        body = {**outputs, "jde__status": status, "jde__simpleMessage": imported.design.description[:60]}
        body |= {"jde__startTimestamp": stamp(call.now), "jde__endTimestamp": stamp(call.now)}
        body["jde__serverExecutionSeconds"] = 0.21
        if failure == "continued":
            body |= self._continued(call, "The next step failed and was passed over.")
        return Response.json(200, _disguised(body) if call.server.options.extra_fields else body)


def _form_errors(text: str, refusal: ErpRefusal) -> Json:
    error = {"CODE": "0002", "TITLE": refusal.title, "ERRORCONTROL": refusal.control, "DESC": text, "MOBILE": text}
    return {"fs_P0911_W0911A": {"errors": [error], "warnings": []}, "sysErrors": []}


def _disguised(body: Json) -> Json:
    """Mix the order of the members and add one that nobody asked for: neither may matter to a client."""
    members: list[tuple[str, Any]] = [*body.items(), ("orchestrationVersion", "v3")]
    random.Random(len(members)).shuffle(members)  # noqa: S311 - repeatable play, not secrets
    return dict(members)
