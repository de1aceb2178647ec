"""The data service: browses, counts, batches, aggregations and their next pages."""

from integrations.connectors.jde.simulator.answers import Refused, dotted_stamp, expired_result_set, object_of, problem
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.reading import pages
from integrations.connectors.jde.simulator.reading.aggregate import aggregate
from integrations.connectors.jde.simulator.reading.browse import Browse, Viewer, matching, read_request
from integrations.connectors.jde.simulator.reading.literals import Formats
from integrations.connectors.jde.simulator.reading.query import BadQuery
from integrations.connectors.jde.simulator.reading.render import GRID, form, grid
from integrations.connectors.jde.simulator.reading.simple import full_request
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.connectors.jde.simulator.server import Call
from integrations.connectors.jde.simulator.sessions import Session
from integrations.sandbox.app import Json, Response
from integrations.sandbox.faults import Faults

SEARCH_LAG_S = 60.0
LAGS = ("search_lag", "index_lag")


class DataService:
    """Answers reads of one world's environments."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def post(self, call: Call, session: Session, enterprise: Enterprise) -> Response:
        """Answer `POST /dataservice`."""
        body = object_of(call.request, call.now)
        if str(body.get("batchDataRequest", "")).lower() == "true":
            parts = body.get("dataRequests") or []
            answer: Json = {}
            for at, part in enumerate(parts):
                answer |= self._one(call, session, enterprise, part, f"fs_{at}_DATABROWSE_")
            return Response.json(200, self._envelope(call, answer, "BATCH"))
        answer = self._one(call, session, enterprise, body, "fs_DATABROWSE_")
        if next(iter(answer), "").startswith("ds_"):
            return Response.json(200, answer)
        return Response.json(200, self._envelope(call, answer, f"DATABROWSE_{body.get('targetName')}"))

    def get(self, call: Call, session: Session, enterprise: Enterprise, kind: str, target: str) -> Response:
        """Answer the simple GET form, which has no next pages."""
        try:
            body = full_request(call.request, target, kind)
        except BadQuery as error:
            return problem(500, str(error), call.now)
        answer = self._one(call, session, enterprise, body, "fs_DATABROWSE_")
        return Response.json(200, self._envelope(call, answer, f"DATABROWSE_{target}"))

    def next(self, call: Call, session: Session) -> Response:
        """Answer the next page of the session's result set."""
        cursor = session.cursor
        now_s = call.now.timestamp()
        if cursor is None or cursor.rid != call.request.param("rid") or cursor.dies_s < now_s:
            return expired_result_set()
        cursor.dies_s = now_s + call.server.options.result_set_timeout_s
        page, cursor.rows = cursor.rows[: cursor.size], cursor.rows[cursor.size :]
        cursor.state += 1
        shown = grid(cursor.schema, page, cursor.aliases, cursor.output, more=bool(cursor.rows))
        answer = {f"fs_DATABROWSE_{cursor.target}": form(cursor.schema, cursor.target, shown)}
        if cursor.rows:
            answer |= pages.links(call, session, cursor)
        return Response.json(200, self._envelope(call, answer, f"DATABROWSE_{cursor.target}", cursor.rid))

    def _one(self, call: Call, session: Session, enterprise: Enterprise, body: Json, prefix: str) -> Json:
        formats = Formats(
            simple_date=session.user.simple_date,
            decimal=session.user.decimal,
            user=session.user.name,
            today=enterprise.clock.today(),
        )
        try:
            if not isinstance(body, dict):
                raise BadQuery("A data request must be an object.")
            browse = read_request(body, formats, GRID if call.version > 1 else "VERSION1")
            self._require_permission(call, session, browse)
            rows = matching(enterprise.store, browse, self._viewer(session, enterprise))
            kind = str(body.get("dataServiceType") or "BROWSE")
            if kind == "BROWSE":
                return self._browse(call, session, browse, rows, body, prefix)
            if kind == "COUNT":
                return {f"ds_{browse.target}": {"count": len(rows)}}
            if kind == "AGGREGATION" and not body.get("having"):
                spec = body.get("aggregation") or {}
                zone, decimals = enterprise.clock.zone, enterprise.decimals_of
                return {f"ds_{browse.target}": {"output": aggregate(browse, rows, spec, zone, decimals)}}
            raise BadQuery(f"{kind} with these parts is not offered by this sandbox.")
        except BadQuery as error:
            raise Refused(problem(500, str(error), call.now)) from error

    def _browse(
        self,
        call: Call,
        session: Session,
        browse: Browse,
        rows: list[Row],
        body: Json,
        prefix: str,
    ) -> Json:
        options = call.server.options
        if not options.browse_orders:
            rows = sorted(rows, key=lambda row: row.number)
        if str(body.get("formServiceDemo", "")).lower() == "true":
            rows = []
        size = min(browse.size or options.fetch_limit, options.fetch_limit)
        page, rest = rows[:size], rows[size:]
        shown = grid(browse.schema, page, browse.aliases, browse.output, more=bool(rest))
        answer: Json = {prefix + browse.target: form(browse.schema, browse.target, shown)}
        if rest and browse.pages and call.version > 1:
            session.cursor = pages.cursor(browse, rest, size, call)
            answer |= pages.links(call, session, session.cursor)
        return answer

    def _viewer(self, session: Session, enterprise: Enterprise) -> Viewer:
        lags = [rule for kind in LAGS if (rule := self._faults.standing(kind))]
        lag_s = max((SEARCH_LAG_S if rule.value_s is None else rule.value_s for rule in lags), default=0.0)
        return Viewer(role=session.role, now_s=enterprise.clock.epoch_s(), lag_s=lag_s)

    @staticmethod
    def _require_permission(call: Call, session: Session, browse: Browse) -> None:
        if browse.schema.name in session.user.denied:
            text = f"User {session.user.name} has no authority to read {browse.schema.name}."
            raise Refused(problem(500, text, call.now))

    @staticmethod
    def _envelope(call: Call, answer: Json, app: str, rid: str = "") -> Json:
        return {
            **answer,
            "stackId": 1,
            "stateId": 1,
            "rid": rid or pages.new_rid(),
            "currentApp": app,
            "timeStamp": dotted_stamp(call.now),
            "sysErrors": [],
        }
