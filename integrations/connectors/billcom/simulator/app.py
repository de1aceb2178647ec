"""The simulated BILL as the kit sees it: environments, sign-in, routes, limits, faults, credentials, state."""

from collections.abc import Mapping

from integrations.connectors.billcom.simulator.answers import Problem, Refused, answer, refuse
from integrations.connectors.billcom.simulator.call import Call
from integrations.connectors.billcom.simulator.controls import Controls
from integrations.connectors.billcom.simulator.identities import (
    DEFAULT_ORG,
    GATEWAYS,
    MESSAGES,
    ORGS,
    STAGE,
    all_credentials,
)
from integrations.connectors.billcom.simulator.limits import Lane, Limits, too_many_in_flight
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.routes import AP, EVENTS
from integrations.connectors.billcom.simulator.schema import body_of
from integrations.connectors.billcom.simulator.seed import fill
from integrations.connectors.billcom.simulator.sessions import Session, Sessions, check_dev_key
from integrations.connectors.billcom.simulator.state import describe
from integrations.connectors.billcom.simulator.subscriptions import idempotent_key
from integrations.connectors.billcom.simulator.switches import Switches
from integrations.connectors.billcom.simulator.timers import run_due
from integrations.connectors.billcom.simulator.webhooks import Webhooks
from integrations.sandbox.app import ControlCall, Json, Request, Response
from integrations.sandbox.books import BooksRefusal
from integrations.sandbox.world import World

SLUG = "billcom"
AP_ROOT, EVENTS_ROOT = "/connect/", "/connect-events/"
LOGIN, HEALTH = "/connect/v3/login", "/connect/v3/health"
NO_RECORDS = ("/connect/v3/login", "/connect/v3/logout", "/connect/v3/mfa/")
HEALTHY = {"appId": "connect", "appEnv": "sandbox", "appVersion": "1.0.0", "bdcRegion": "us"}
_ENVIRONMENTS = {host: environment for environment, host in GATEWAYS.items()}


class BillCom:
    """Both environments of BILL with their organizations; a bare address reaches the sandbox one."""

    slug = SLUG
    port_offset = 3

    def __init__(self, world: World) -> None:
        self._faults = world.faults(SLUG)
        self._clock = world.clock
        self._seed = world.seed
        self.reset()

    def reset(self) -> None:
        """Return to new organizations; the sandbox's credentials stay good, sessions end."""
        self.switches = Switches()
        self.webhooks = Webhooks(self._clock, self.switches, self._faults, self._seed)
        self._limits = Limits(self._clock, self.switches)
        self._sessions = Sessions(self._clock, self.switches, self._limits, self._seed)
        self._creating: set[tuple[str, str]] = set()
        self.orgs = {
            setup.id: Org(setup, self._clock, self.switches, self._faults, self.webhooks, self._seed) for setup in ORGS
        }
        for org in self.orgs.values():
            fill(org)
        self._controls = Controls(self.orgs, self.switches, self._sessions, self._limits, self.webhooks)

    @property
    def org(self) -> Org:
        """The default organization, for tests that look into its books."""
        return self.orgs[DEFAULT_ORG]

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        try:
            return self._answer(request)
        except Refused as refused:
            return answer(refused.problems, self._clock.now(), self.switches.statuses)
        except BooksRefusal as refusal:
            return self._word(Problem("BDC_1002", f"An unknown error occurred: {refusal.message}"))

    def _answer(self, request: Request) -> Response:
        environment = STAGE if request.is_bare_address else _ENVIRONMENTS.get(request.host)
        if environment is None or not request.path.startswith((AP_ROOT, EVENTS_ROOT)):
            return Response.text(404, "<html><body><h1>404 Not Found</h1></body></html>", "text/html")
        if request.path == HEALTH and request.method == "GET":
            return Response.json(200, HEALTHY)
        if request.path == LOGIN and request.method == "POST":
            return Response.json(200, self._sessions.login(environment, body_of(request)))
        routes, root = (AP, AP_ROOT) if request.path.startswith(AP_ROOT) else (EVENTS, EVENTS_ROOT)
        session = self._signed_in(request, environment, is_strict=routes is EVENTS)
        version, _, path = request.path[len(root) :].partition("/")
        if version != "v3":
            refuse("BDC_1121", f"No such endpoint: {request.method} {request.path}")
        handler, right, ids = routes.find(request.method, path)
        if right and right not in session.user.rights:
            refuse("BDC_1145", "The user does not have permission for this operation.")
        org = self.orgs[session.org_id]
        call = Call(org=org, session=session, sessions=self._sessions, webhooks=self.webhooks, request=request, ids=ids)
        response = handler(call)
        if response.status < 300 and self.is_write(request) and self.switches.strike("fail_after_commit"):
            refuse("BDC_1001", "A system error occurred.")
        return response

    def _signed_in(self, request: Request, environment: str, *, is_strict: bool) -> Session:
        """Check both headers of a call; the webhook host tells missing ones (400) from wrong ones (401)."""
        dev_key, session_id = request.headers.get("devkey", ""), request.headers.get("sessionid", "")
        for name, value in (("devKey", dev_key), ("sessionId", session_id)):
            if is_strict and not value:
                refuse("BDC_1108", f"{name}: the header is missing", name)
        check_dev_key(dev_key, environment)
        self._limits.count_call(dev_key)
        known = self._sessions.known(session_id)
        if known and self._faults.hit("session_lost", request):
            known.has_ended = True
        if known and self._faults.hit("token_expired", request):
            known.has_ended = True
            refuse("BDC_1361", "Session has expired.")
        session = self._sessions.use(session_id, dev_key)
        if session.org_id in self._sessions.locked:
            refuse("BDC_1107", MESSAGES["BDC_1107"])
        return session

    # What the kit asks

    def enter(self, request: Request) -> Response | None:
        """Let a call in, unless as many as allowed are in flight, or its idempotent key is being worked on."""
        lane = self._lane(request)
        if lane is not None and not self._limits.enter(lane):
            return self._word(too_many_in_flight(self.switches.in_flight))
        creating = self._creating_key(request)
        if creating in self._creating:
            text = "A request with this X-Idempotent-Key is being processed."
            return self._word(Problem("BDC_1322", text, "X-Idempotent-Key", creating[1], 429))
        if creating[1]:
            self._creating.add(creating)
        return None

    def leave(self, request: Request) -> None:
        """Take note that a call has ended."""
        lane = self._lane(request)
        if lane is not None:
            self._limits.leave(lane)
        self._creating.discard(self._creating_key(request))

    def fault_answer(self, kind: str, request: Request, value_s: float | None) -> Response | None:
        """Word throttling and server errors as BILL does: never with a hint, and with 429 only on the webhook host."""
        if kind in ("rate_limit", "rate_limit_no_hint"):
            problem = too_many_in_flight(self.switches.in_flight)
            is_events = request.path.startswith(EVENTS_ROOT)
            return self._word(Problem(problem.code, problem.message, status=429) if is_events else problem)
        if kind == "server_error":
            return self._word(Problem("BDC_1001", "A system error occurred."))
        return None

    def credentials(self) -> Json:
        """Give credentials that only open this sandbox."""
        return all_credentials()

    def hosts(self) -> tuple[str, ...]:
        """Name BILL's gateways."""
        return tuple(GATEWAYS.values())

    def state(self) -> Json:
        """Give what stands in all organizations."""
        return describe(self.orgs.values())

    def is_write(self, request: Request) -> bool:
        """Tell writes by their method; signing in and MFA write no record."""
        return request.method not in ("GET", "HEAD") and not request.path.startswith(NO_RECORDS)

    def tick(self) -> None:
        """Let payments, cancellations and voids come through."""
        for org in self.orgs.values():
            if org.timers:
                run_due(org)

    def controls(self) -> Mapping[str, ControlCall]:
        """Give BILL's own control calls."""
        return self._controls.calls()

    async def background(self) -> None:
        """Send webhooks until cancelled."""
        await self.webhooks.run()

    def _lane(self, request: Request) -> Lane | None:
        """Give what a call is counted under while in flight: developer key and organization."""
        if not request.path.startswith(AP_ROOT):
            return None
        session = self._sessions.known(request.headers.get("sessionid", ""))
        return (request.headers.get("devkey", ""), session.org_id) if session else None

    def _creating_key(self, request: Request) -> tuple[str, str]:
        if request.method != "POST" or not request.path.startswith(EVENTS_ROOT):
            return "", ""
        return request.headers.get("sessionid", ""), idempotent_key(request)

    def _word(self, problem: Problem) -> Response:
        return answer([problem], self._clock.now(), self.switches.statuses)
