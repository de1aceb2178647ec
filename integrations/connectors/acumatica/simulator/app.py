"""The simulated Acumatica as the kit sees it: host, sign-in, routes, limits, faults, credentials, state."""

from collections.abc import Mapping
from urllib.parse import unquote

from integrations.connectors.acumatica.simulator import actions, reader, writer
from integrations.connectors.acumatica.simulator.answers import (
    SESSION_BUSY,
    Refused,
    http_error,
    not_found,
    refuse,
    server_error,
)
from integrations.connectors.acumatica.simulator.call import Call
from integrations.connectors.acumatica.simulator.contract import CUSTOM, ENDPOINTS, entities_of, find_entity
from integrations.connectors.acumatica.simulator.controls import Controls
from integrations.connectors.acumatica.simulator.identities import (
    BUILD,
    HOST,
    INSTANCE,
    TENANT,
    TENANTS,
    all_credentials,
)
from integrations.connectors.acumatica.simulator.limits import Limits, declined
from integrations.connectors.acumatica.simulator.options import Options
from integrations.connectors.acumatica.simulator.push import Push
from integrations.connectors.acumatica.simulator.seed import fill
from integrations.connectors.acumatica.simulator.sessions import Session, Sessions, set_cookies
from integrations.connectors.acumatica.simulator.signin import SignIn, unauthorized
from integrations.connectors.acumatica.simulator.state import describe
from integrations.connectors.acumatica.simulator.swagger import swagger
from integrations.connectors.acumatica.simulator.tenant import Tenant
from integrations.sandbox.app import ControlCall, Json, Request, Response
from integrations.sandbox.books import BooksRefusal
from integrations.sandbox.world import World

SLUG = "acumatica"
ENTITY_ROOT = f"{INSTANCE}/entity"
LOGIN, LOGOUT = f"{ENTITY_ROOT}/auth/login", f"{ENTITY_ROOT}/auth/logout"
IDENTITY = f"{INSTANCE}/identity/"
ERROR_PAGE = "/Acme/Frames/Error.aspx?exceptionID=1"


class Acumatica:
    """One site with two tenants; a bare address reaches it too."""

    slug = SLUG
    port_offset = 5

    def __init__(self, world: World) -> None:
        self._faults = world.faults(SLUG)
        self._clock = world.clock
        self._seed = world.seed
        self.options = Options()
        self._sessions = Sessions(self._clock, self.options)
        self._signin = SignIn(self._clock, self.options, self._sessions)
        self._fill()

    def _fill(self) -> None:
        self.push = Push(self._clock, self._faults, self._seed)
        self._limits = Limits(self._clock, self.options)
        self._operations = actions.Operations()
        self.tenants = {
            name: Tenant(name, self._clock, self.options, self._faults, self.push, self._seed) for name in TENANTS
        }
        for tenant in self.tenants.values():
            fill(tenant)
        self._controls = Controls(self.tenants, self.options, self._signin, self._sessions, self.push)

    @property
    def tenant(self) -> Tenant:
        """The tenant that the credentials open, for tests that look into its books."""
        return self.tenants[TENANT]

    def reset(self) -> None:
        """Return to a new site: the sandbox's credentials and tokens stay good, sessions end."""
        self.options.change(Options().shown())
        self._sessions.close_all()
        self._fill()

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        try:
            return self._answer(request)
        except Refused as refused:
            return refused.response
        except BooksRefusal as refusal:
            return http_error(500, "An error has occurred.", refusal.message, "PX.Data.PXException")

    def _answer(self, request: Request) -> Response:
        if not request.is_bare_address and request.host != HOST:
            return Response.text(404, "<html><body><h1>Not Found</h1></body></html>", "text/html")
        path = request.path.rstrip("/")
        if request.method == "POST" and "content-length" not in request.headers and not request.body:
            return Response.text(411, "<html><body><h2>HTTP Error 411. The request must be chunked or have a content "
                                 "length.</h2></body></html>", "text/html")  # fmt: skip
        if path.lower().startswith(IDENTITY.lower()):
            return self._identity(request, path[len(IDENTITY) :].lower())
        low = path.lower()
        if low == ENTITY_ROOT.lower():
            return self._endpoints(request)
        if low == LOGIN.lower():
            return self._signin.log_in(request) if request.method == "POST" else not_found(request.path)
        if not low.startswith(ENTITY_ROOT.lower() + "/"):
            return Response.text(404, "<html><body><h1>Not Found</h1></body></html>", "text/html")
        session, is_new = self._signed_in(request)
        if low == LOGOUT.lower():
            self._sessions.close(session)
            return Response.empty(204)
        response = self._entity(request, session)
        if is_new:
            return Response(response.status, (*response.headers, *set_cookies(session, request)), response.body)
        return response

    def _identity(self, request: Request, path: str) -> Response:
        if path == ".well-known/openid-configuration":
            return Response.json(200, self._signin.discovery(_origin(request)))
        if path == "connect/token" and request.method == "POST":
            return self._signin.token(request)
        if path == "connect/authorize":
            return self._signin.authorize(request)
        return Response.text(404, "<html><body><h1>Not Found</h1></body></html>", "text/html")

    def _endpoints(self, request: Request) -> Response:
        """The list is open to all, but shows a tenant's own endpoints only to those signed in."""
        try:
            self._signed_in(request)
            shown = list(ENDPOINTS)
        except Refused:
            shown = [one for one in ENDPOINTS if one != CUSTOM]
        rows = [
            {"name": name, "version": version, "href": f"{ENTITY_ROOT}/{name}/{version}/"} for name, version in shown
        ]
        if self.options.endpoint_list == "array":
            return Response.json(200, rows)
        version = {"acumaticaBuildVersion": BUILD, "databaseVersion": BUILD}
        return Response.json(200, {"version": version, "endpoints": rows})

    def _signed_in(self, request: Request) -> tuple[Session, bool]:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            if self._faults.hit("token_expired", request):
                self._signin.expire(value)
            session, is_new = self._signin.session_of_token(value, request)
        else:
            found, is_new = self._sessions.of_cookie(request), False
            if found is None:
                unauthorized()
            session = found
        if self._faults.hit("session_lost", request):
            self._sessions.close(session)
            unauthorized()
        return session, is_new

    def _entity(self, request: Request, session: Session) -> Response:
        parts = [unquote(part) for part in request.raw_path[len(ENTITY_ROOT) :].strip("/").split("/")]
        entities = entities_of(parts[0], parts[1]) if len(parts) > 2 else None
        if entities is None:
            not_found(request.path)
        root = f"{ENTITY_ROOT}/{parts[0]}/{parts[1]}"
        if self.options.strike("html_redirects"):
            return Response.text(
                302, "<html><body>Object moved</body></html>", "text/html", (("Location", ERROR_PAGE),)
            )
        if parts[2] == "swagger.json":
            return Response.json(200, swagger(parts[0], parts[1], entities, _origin(request) + root))
        if parts[2] == "files" and request.method == "PUT" and len(parts) == 7:
            return Response.empty(204)  # what is attached is not kept
        entity = find_entity(entities, parts[2])
        if entity is None:
            not_found(request.path)
        if entity.screen in session.user.forbidden or self._is_off(entity.name):
            refuse(403, f"You have insufficient rights to access the object ({entity.screen}).")
        call = Call(
            request=request,
            tenant=self.tenants[session.tenant],
            session=session,
            root=root,
            entity=entity,
            entities=entities,
            rest=tuple(part for part in parts[3:] if part),
        )
        return self._route(call)

    def _is_off(self, entity: str) -> bool:
        return entity == "Subaccount" and not self.options.subaccounts_on

    def _route(self, call: Call) -> Response:
        method, rest = call.request.method, call.rest
        if method == "GET" and len(rest) == 3 and rest[1].lower() == "status":
            return self._operations.status(call, rest[2])
        if self._operations.is_busy(call.session, call.entity.screen):
            server_error(SESSION_BUSY)
        if method == "GET":
            return reader.get(call)
        if method == "PUT" and not rest:
            return writer.put(call)
        if method == "PATCH" and not rest:
            return writer.patch(call)
        if method == "DELETE" and rest:
            return writer.delete(call)
        if method == "POST" and len(rest) == 1:
            return self._operations.start(call, rest[0])
        if method == "POST" and not rest:
            return writer.not_creatable(call)
        return http_error(405, f"The requested resource does not support http method '{method}'.")

    # What the kit asks

    def enter(self, request: Request) -> Response | None:
        """Let a request in unless the queue is full."""
        return self._limits.enter(request)

    def leave(self, request: Request) -> None:
        """Take note that a request has ended."""
        self._limits.leave()

    def pace_s(self, request: Request) -> float:
        """Give how long a request waits for the licence's number per minute."""
        return self._limits.pace_s(request)

    def fault_answer(self, kind: str, request: Request, value_s: float | None) -> Response | None:
        """Word throttling and system faults as Acumatica does."""
        if kind == "server_error":
            return http_error(500, "An error has occurred.", "Error: An unexpected error has occurred.")
        if kind == "rate_limit":
            return declined(self.options, 1 if value_s is None else value_s)
        return declined(self.options) if kind == "rate_limit_no_hint" else None

    def credentials(self) -> Json:
        """Give credentials that only open this sandbox."""
        return all_credentials()

    def hosts(self) -> tuple[str, ...]:
        """Name the site's host."""
        return (HOST,)

    def state(self) -> Json:
        """Give what is booked in the tenant of the credentials, and in the other one."""
        return describe(self.tenants)

    def is_write(self, request: Request) -> bool:
        """Tell writes by their method; signing in and out writes no record."""
        low = request.path.lower()
        if "/entity/auth/" in low or low.startswith(IDENTITY.lower()):
            return False
        return request.method not in ("GET", "HEAD")

    def tick(self) -> None:
        """End operations that have run long enough."""
        self._operations.tick(self._clock.now().timestamp())

    def controls(self) -> Mapping[str, ControlCall]:
        """Give the site's own control calls."""
        return self._controls.calls()

    async def background(self) -> None:
        """Send push notifications until cancelled."""
        await self.push.run()


def build(world: World) -> Acumatica:
    """Build the simulator for a sandbox world."""
    return Acumatica(world)


def _origin(request: Request) -> str:
    host = request.headers.get("host", "").strip().lower()
    return f"http://{host}" if request.is_bare_address else f"https://{request.host}"
