"""The simulator itself: which server is meant, which service, who asks, and where the answer comes from."""

from collections.abc import Callable, Mapping

from integrations.connectors.jde.simulator import config, discovery, login
from integrations.connectors.jde.simulator.answers import (
    FaultyVoice,
    Refused,
    not_found,
    object_of,
    problem,
    wrong_verb,
)
from integrations.connectors.jde.simulator.controls import Controls
from integrations.connectors.jde.simulator.erp import posting
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.setup import set_up
from integrations.connectors.jde.simulator.options import AisOptions
from integrations.connectors.jde.simulator.orchestrator import mischief
from integrations.connectors.jde.simulator.orchestrator.contract import ORCHESTRATIONS, READ
from integrations.connectors.jde.simulator.orchestrator.library import Library
from integrations.connectors.jde.simulator.orchestrator.runner import Runner
from integrations.connectors.jde.simulator.reading.service import DataService
from integrations.connectors.jde.simulator.request_log import RequestLog
from integrations.connectors.jde.simulator.server import AisServer, Call
from integrations.connectors.jde.simulator.servers import DEFAULT, PORT, SERVERS
from integrations.connectors.jde.simulator.sessions import Session
from integrations.connectors.jde.simulator.shown import shown_documents
from integrations.connectors.jde.simulator.users import ENVIRONMENTS, PRODUCTION, USERS
from integrations.sandbox.app import ControlCall, Json, Request, Response
from integrations.sandbox.world import World

SLUG = "jde"
SESSION_FAULTS = ("session_lost", "token_expired")
SIGN_IN = {"jde-login": login.request_token, "jde-validate-session": login.validate, "jde-logout": login.log_out}
ELSEWHERE = ("formservice", "appstack", "batchformservice", "bsfnservice", "file", "report", "poservice")


class JdeSimulator:
    """Several AIS servers before one ERP; a bare address reaches the default one."""

    slug = SLUG
    port_offset = 2

    def __init__(self, world: World) -> None:
        self._world = world
        self.seed = world.seed
        self._faults = world.faults(SLUG)
        self._voice = FaultyVoice()
        self._start()

    def _start(self) -> None:
        clock = self._world.clock
        self.servers = {host: AisServer(host, clock, AisOptions(**changes)) for host, (_, changes) in SERVERS.items()}
        self.enterprises = {name: Enterprise(name, clock) for name in ENVIRONMENTS}
        for enterprise in self.enterprises.values():
            set_up(enterprise)
        self.library = Library()
        self.requests = RequestLog()
        self.posts_by_itself = True
        self._posted_s = clock.now().timestamp()
        self._in_flight: dict[int, int] = {}
        self._data = DataService(self._faults)
        self._runner = Runner(self.library)

    @property
    def enterprise(self) -> Enterprise:
        """The production environment, which the control API acts on."""
        return self.enterprises[PRODUCTION]

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        server = self.server_of(request)
        if server is None:
            return not_found()
        try:
            response = self._route(server, request)
        except Refused as refused:
            response = refused.response
        self.requests.note(request, response)
        return response

    def server_of(self, request: Request) -> AisServer | None:
        """Find the server a request is for; None for a host that the sandbox does not have."""
        return self.servers[DEFAULT] if request.is_bare_address else self.servers.get(request.host)

    def enter(self, request: Request) -> Response | None:
        """Note a run of an orchestration as it arrives, with what stood in the tables then."""
        if self.is_write(request):
            self._in_flight[id(request)] = self.enterprise.store.newest
        return None

    def leave(self, request: Request) -> None:
        """Note that a run has ended."""
        self._in_flight.pop(id(request), None)

    def credentials(self) -> Json:
        """Give the form values of the default server and the integration user; beside them all users and servers."""
        user = USERS["MLCONN"]
        return {
            "base_url": f"https://{DEFAULT}:{PORT}/jderest",
            "username": user.name,
            "password": user.password,
            "environment": PRODUCTION,
            "role": user.roles[0],
            "device_name": "ml-connector-sandbox",
            "users": [{"username": one.name, "password": one.password, "is": one.meaning} for one in USERS.values()],
            "servers": [
                {"base_url": f"https://{host}:{PORT}", "is": meaning} for host, (meaning, _) in SERVERS.items()
            ],
        }

    def hosts(self) -> tuple[str, ...]:
        """Name the host of every server."""
        return tuple(SERVERS)

    def state(self) -> Json:
        """Give parties, purchase orders and the documents of the books of the production environment."""
        return {"documents": shown_documents(self.enterprise)}

    def is_write(self, request: Request) -> bool:
        """Tell runs of orchestrations that write: GET runs them too."""
        _, found, name = request.path.partition("/orchestrator/")
        return bool(found) and name not in SIGN_IN and (name not in ORCHESTRATIONS or ORCHESTRATIONS[name].kind != READ)

    def tick(self) -> None:
        """Post the batches that wait, every 30 s of the sandbox clock."""
        now_s = self._world.clock.now().timestamp()
        if self.posts_by_itself and now_s - self._posted_s >= posting.EVERY_S:
            self._posted_s = now_s
            for enterprise in self.enterprises.values():
                posting.post(enterprise)

    def reset(self) -> None:
        """Forget sessions, documents and switches; the set-up stands anew."""
        self._start()

    def controls(self) -> Mapping[str, ControlCall]:
        """Offer the control calls of this system."""
        return Controls(self).calls()

    def fault_answer(self, kind: str, request: Request, value_s: float | None) -> Response | None:
        """Word a fault as AIS or the proxy before it does."""
        return self._voice.answer(kind, self._world.clock.now())

    def _route(self, server: AisServer, request: Request) -> Response:
        root = server.options.root + "/"
        if not request.path.startswith(root):
            return not_found()
        parts = request.path[len(root) :].split("/")
        version = {"v2": 2, "v3": 3}.get(parts[0], 1)
        if version > 1:
            parts = parts[1:]
        has = {1: True, 2: server.options.has_v2, 3: server.options.has_v3}[version]
        if not has or not parts or not parts[0]:
            return not_found()
        call = Call(server=server, request=request, path="/".join(parts), version=version, node=server.node_of(request))
        return self._serve(call, parts[0], "/".join(parts[1:]))

    def _serve(self, call: Call, service: str, rest: str) -> Response:
        if service == "orchestrator" and rest and "/" not in rest:
            return self._orchestrator(call, rest)
        if service.startswith("open-api-catalog") and call.version > 1:
            return self._get_only(call, lambda session: discovery.catalogue(call, self.library, session, rest))
        if call.version == 3:
            return not_found()
        if service == "defaultconfig" and not rest:
            verbs = ("GET", "POST") if call.server.options.defaultconfig_post else ("GET",)
            return config.default_config(call) if call.request.method in verbs else wrong_verb()
        if service == "tokenrequest":
            return self._token(call, rest)
        if service == "dataservice":
            return self._read(call, rest)
        if service == "discover" and "/" not in rest:
            return self._get_only(call, lambda session: discovery.discover(self.library, session, rest))
        if service in ELSEWHERE:
            return problem(500, f"The service {service} is not offered by this sandbox.", call.now)
        return not_found()

    def _token(self, call: Call, rest: str) -> Response:
        services = {"": login.request_token, "validate": login.validate, "logout": login.log_out}
        if rest not in services:
            return not_found()
        return services[rest](call) if call.request.method == "POST" else wrong_verb()

    def _get_only(self, call: Call, answer: Callable[[Session], Response]) -> Response:
        if call.request.method != "GET":
            return wrong_verb()
        return answer(self._authenticate(call, {}, 444 if "catalog" not in call.path else self._dead_read(call)))

    def _read(self, call: Call, rest: str) -> Response:
        kind, _, target = rest.partition("/")
        method = call.request.method
        if not rest:
            if method != "POST":
                return wrong_verb()
            body = object_of(call.request, call.now)
            session = self._authenticate(call, body, self._dead_read(call))
            return self._data.post(call, session, self.enterprises[session.environment])
        if call.version == 1 or kind not in ("next", "table", "view") or (kind == "next") == bool(target):
            return not_found()
        if method != "GET" and not (kind == "next" and method == "POST"):
            return wrong_verb()
        session = self._authenticate(call, {}, self._dead_read(call))
        if kind == "next":
            return self._data.next(call, session)
        return self._data.get(call, session, self.enterprises[session.environment], kind, target)

    def _orchestrator(self, call: Call, name: str) -> Response:
        method = call.request.method
        if method not in ("GET", "POST"):
            return wrong_verb()
        if name in SIGN_IN:
            return SIGN_IN[name](call)
        if method == "POST" and call.version > 1:
            _require_json_wanted(call)
        raw = dict(call.request.query) if method == "GET" else object_of(call.request, call.now)
        session = self._authenticate(call, {} if method == "GET" else raw, 444)
        raw = self._mistaken(call.request, name, raw)
        blind_after = self._in_flight.get(id(call.request))
        return self._runner.run(call, session, self.enterprises[session.environment], name, raw, blind_after)

    def _authenticate(self, call: Call, body: Json, dead_status: int) -> Session:
        token = call.request.headers.get("jde-ais-auth")
        if token and any(self._faults.hit(kind, call.request) for kind in SESSION_FAULTS):
            call.server.sessions.by_token.pop(token, None)
        return login.authenticate(call, body, dead_status=dead_status)

    @staticmethod
    def _dead_read(call: Call) -> int:
        return call.server.options.dead_read_status

    def _mistaken(self, request: Request, name: str, raw: Json) -> Json:
        """Let a planted fault change what the orchestration is given."""
        if rule := self._faults.hit("write_altered", request):
            raw = mischief.alter(raw, rule)
        if rule := self._faults.hit("write_dropped_field", request):
            raw = mischief.drop(name, raw, rule)
        return raw


def _require_json_wanted(call: Call) -> None:
    accepted = call.request.headers.get("accept", "*/*")
    if not any(kind in accepted for kind in ("application/json", "application/*", "*/*")):
        raise Refused(problem(406, f"Not acceptable: {accepted}", call.now))
