"""The simulated Finance & Operations as the kit sees it: hosts, tokens, conflicts, faults, credentials, state."""

from collections import Counter
from collections.abc import Mapping

from integrations.connectors.dynamics365.simulator import posting
from integrations.connectors.dynamics365.simulator.answers import Refused, denied, envelope, throttled
from integrations.connectors.dynamics365.simulator.api import DATA, Api, Caller
from integrations.connectors.dynamics365.simulator.controls import Controls
from integrations.connectors.dynamics365.simulator.directory import CLIENT_ID, HOST, SECRET, TENANT, Directory
from integrations.connectors.dynamics365.simulator.entra import LOGIN_HOST, Entra
from integrations.connectors.dynamics365.simulator.events import Events
from integrations.connectors.dynamics365.simulator.rules.shapes import SHAPES
from integrations.connectors.dynamics365.simulator.seed import seed
from integrations.connectors.dynamics365.simulator.site import ServiceUser, Site
from integrations.connectors.dynamics365.simulator.state import describe
from integrations.sandbox.app import ControlCall, Json, Request, Response, Simulator
from integrations.sandbox.world import World

SLUG = "dynamics365"
DEFAULT_WAIT_S = 10
WRITING = ("POST", "PATCH", "PUT", "DELETE")

Journal = tuple[str, str]


class Dynamics:
    """One environment of Finance & Operations."""

    slug = SLUG
    port_offset = 6

    def __init__(self, world: World, directory: Directory) -> None:
        self._clock = world.clock
        self._faults = world.faults(SLUG)
        self._directory = directory
        self._events = Events(world.clock, self._faults, world.seed)
        self._busy: Counter[Journal] = Counter()
        self._colliding: set[int] = set()
        self._fill()

    def _fill(self) -> None:
        self._site = Site(self._clock, self._faults, self._events)
        seed(self._site)
        self._api = Api(self._site)

    @property
    def site(self) -> Site:
        """The environment behind the API, for tests that look into its books."""
        return self._site

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if not request.is_bare_address and request.host != HOST:
            return Response.text(404, "<html><body><h1>404 Not Found</h1></body></html>", "text/html")
        try:
            caller = Caller(self._user(request), _origin(request))
        except Refused as refused:
            return refused.response
        response = self._api.answer(request, caller, in_conflict=self._collides(request))
        trace = request.headers.get("x-ms-client-request-id")
        own = (("ms-dyn-aid", trace or self._directory.uuid()), ("server-timing", "dur=7"))
        return Response(response.status, (*response.headers, *own), response.body)

    def _collides(self, request: Request) -> bool:
        options = self._site.options
        if options.conflicts_next > 0 and _journal_of(request) is not None:
            options.conflicts_next -= 1
            return True
        return id(request) in self._colliding

    def _user(self, request: Request) -> ServiceUser:
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        if self._faults.hit("token_expired", request) or self._faults.hit("session_lost", request):
            self._directory.forget([text])
        token = self._directory.tokens.get(text)
        if kind.lower() != "bearer" or token is None or token.expires_at <= self._clock.epoch_s():
            raise denied()
        if token.audience != f"https://{HOST}" or token.tenant != TENANT or not token.has_principal:
            raise denied()
        user = self._site.users.get(token.client_id)
        if user is None:
            raise denied()
        return user

    # What the kit asks

    def enter(self, request: Request) -> Response | None:
        """Note a line as it arrives: another one of its journal under way makes them collide on the header."""
        journal = _journal_of(request)
        if journal is not None:
            if self._busy[journal]:
                self._colliding.add(id(request))
            self._busy[journal] += 1
        return None

    def leave(self, request: Request) -> None:
        """Note that a request has ended."""
        journal = _journal_of(request)
        if journal is not None:
            self._busy[journal] -= 1
            if not self._busy[journal]:
                del self._busy[journal]
        self._colliding.discard(id(request))

    def fault_answer(self, kind: str, request: Request, value_s: float | None) -> Response | None:
        """Word throttling and server faults as Finance & Operations does."""
        if kind == "rate_limit":
            return throttled(max(1, round(DEFAULT_WAIT_S if value_s is None else value_s)))
        if kind == "rate_limit_no_hint":
            return throttled(None)
        if kind == "server_error":
            return envelope(500, "An unexpected error has occurred.", "System.Exception")
        return None

    def credentials(self) -> Json:
        """Give what a customer would type; it opens this sandbox alone."""
        return {
            "environment_url": f"https://{HOST}",
            "tenant_id": TENANT,
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "legal_entity": "usmf",
            "general_journal": "CBInv",
            "payment_journal": "CBPay",
            "login_host": LOGIN_HOST,
        }

    def hosts(self) -> tuple[str, ...]:
        """Name the environment's host."""
        return (HOST,)

    def state(self) -> Json:
        """Give what is booked and what waits."""
        return describe(self._site)

    def is_write(self, request: Request) -> bool:
        """Tell whether a request changes a record: all but reads, and custom services too."""
        return request.method in WRITING and request.path.startswith((DATA, "/api/"))

    def tick(self) -> None:
        """Post what waits, every 30 s of the clock."""
        posting.tick(self._site)

    def reset(self) -> None:
        """Return to a new environment; the sandbox's credentials stay good."""
        self._events.reset()
        self._busy.clear()
        self._colliding.clear()
        self._fill()

    def controls(self) -> Mapping[str, ControlCall]:
        """Give the environment's own control calls."""
        return Controls(self._site).calls()

    async def background(self) -> None:
        """Send business events."""
        await self._events.run()


def build(world: World) -> tuple[Simulator, ...]:
    """Build Finance & Operations and the Entra ID that it trusts for a sandbox world."""
    directory = Directory(world.clock, world.seed)
    return Dynamics(world, directory), Entra(directory, world.clock)


def _origin(request: Request) -> str:
    return f"http://{request.headers.get('host', '')}" if request.is_bare_address else f"https://{request.host}"


def _journal_of(request: Request) -> Journal | None:
    """Give the journal that a new line goes into, or None."""
    if request.method != "POST" or request.path.removeprefix(DATA) not in SHAPES:
        return None
    try:
        body = request.json()
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    return str(body.get("dataAreaId", "")).lower(), str(body.get("JournalBatchNumber", ""))
