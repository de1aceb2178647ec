"""The simulated NetSuite as the kit sees it: hosts, sign-in, routes, faults, credentials, state."""

import re
from collections.abc import Mapping

from integrations.connectors.netsuite.simulator.answers import ERROR_TYPE, Refused, problem, refuse, wrong_url
from integrations.connectors.netsuite.simulator.controls import Controls, describe
from integrations.connectors.netsuite.simulator.record_api import Call, RecordApi, server_fault, writes
from integrations.connectors.netsuite.simulator.records.types import WRITABLE
from integrations.connectors.netsuite.simulator.roles import KNOWN, WORKBOOK, Role
from integrations.connectors.netsuite.simulator.seed import seed
from integrations.connectors.netsuite.simulator.signin import TOKEN_PATH, SignIn
from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.suiteql.run import run
from integrations.connectors.netsuite.simulator.suiteql.shadow import Shadow
from integrations.connectors.netsuite.simulator.suiteql.sql import Access
from integrations.connectors.netsuite.simulator.views import RECORDS
from integrations.sandbox.app import ControlCall, Json, Request, Response
from integrations.sandbox.world import World

ACCOUNT = "7654321_SB1"
HOST = "7654321-sb1"
SUITEQL_PATH = "/services/rest/query/v1/suiteql"
SYSTEM = "/services/rest/system/v1/"
LAG_S = 60.0

_HOST = re.compile(r"([a-z0-9-]+)\.(suitetalk|restlets)\.api\.netsuite\.com")


class NetSuite:
    """One sandbox account of NetSuite."""

    slug = "netsuite"
    port_offset = 4

    def __init__(self, world: World) -> None:
        self._faults = world.faults(self.slug)
        self._clock = world.clock
        self._in_flight = 0
        self._site = Site(world.clock)
        self._signin = SignIn(self._site, ACCOUNT)
        self._fill()

    def _fill(self) -> None:
        seed(self._site)
        self._shadow = Shadow(self._site)
        self._records = RecordApi(self._site, self._faults)
        self._controls = Controls(self._site, self._signin)

    def reset(self) -> None:
        """Return to a new account; the sandbox's own credentials stay good."""
        self._site = Site(self._clock)
        self._signin.restart(self._site)
        self._fill()

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        try:
            return self._answer(request)
        except Refused as refused:
            return refused.response

    def _answer(self, request: Request) -> Response:
        account = HOST if request.is_bare_address else _account_of(request.host)
        if account is None:
            return Response.text(404, "<html><body><h1>Not Found</h1></body></html>", "text/html")
        if request.path == TOKEN_PATH:
            return self._token(request, account)
        if account != HOST:
            self._signin.invalid_login(account.upper().replace("-", "_"))
        self._lose_sessions(request)
        role = self._signin.role_of(request)
        origin = _origin(request)
        if request.path.startswith(RECORDS):
            return self._records.answer(Call(request, role, origin))
        if request.path == SUITEQL_PATH:
            return self._query(request, role, origin)
        if request.path.startswith(SYSTEM):
            return self._system(request, role)
        raise wrong_url()

    def _token(self, request: Request, account: str) -> Response:
        if request.method != "POST":
            return Response.json(405, {"error": "invalid_request"}, (("Allow", "POST"),))
        addressed = ACCOUNT if account == HOST else account.upper().replace("-", "_")
        urls = [f"https://{HOST}.{service}.api.netsuite.com{TOKEN_PATH}" for service in ("suitetalk", "restlets")]
        return self._signin.give_token(request, addressed, (*urls, _origin(request) + TOKEN_PATH))

    def _lose_sessions(self, request: Request) -> None:
        if self._faults.hit("token_expired", request) or self._faults.hit("session_lost", request):
            value = request.headers.get("authorization", "").partition(" ")[2]
            self._signin.tokens.pop(value, None)

    def _query(self, request: Request, role: Role, origin: str) -> Response:
        if request.method != "POST":
            return problem(405, "METHOD_NOT_ALLOWED", f"Method {request.method} is not allowed.")
        if not self._site.options.analytics or not role.may(WORKBOOK, "edit"):
            refuse(403, "INSUFFICIENT_PERMISSION", f"Permission Violation: You need the '{WORKBOOK}' permission.")
        lag = self._faults.standing("search_lag")
        lag_s = 0.0 if lag is None else LAG_S if lag.value_s is None else lag.value_s
        return Response.json(200, run(self._site, self._shadow, _access(role), request, origin + SUITEQL_PATH, lag_s))

    def _system(self, request: Request, role: Role) -> Response:
        name = request.path[len(SYSTEM) :]
        if request.method != "GET" or name not in ("serverTime", "governanceLimits"):
            raise wrong_url()
        if name == "serverTime":
            return Response.json(200, {"serverTime": self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")})
        if not role.is_administrator:
            refuse(403, "INSUFFICIENT_PERMISSION", "Permission Violation: only administrators see these limits.")
        limit = self._site.options.concurrency_limit
        return Response.json(200, {"accountConcurrencyLimit": limit, "accountUnallocatedConcurrencyLimit": limit})

    # What the kit asks

    def enter(self, request: Request) -> Response | None:
        """Let a request in unless the account has its number of requests in flight."""
        if self._in_flight >= self._site.options.concurrency_limit:
            return self._throttled(is_broken=self._site.options.broken_throttle_body)
        self._in_flight += 1
        return None

    def leave(self, request: Request) -> None:
        """Take note that a request has ended."""
        self._in_flight -= 1

    def fault_answer(self, kind: str, request: Request, value_s: float | None) -> Response | None:
        """Word throttling and system faults as NetSuite does; its own sample of a 429 is broken JSON."""
        if kind == "server_error":
            return server_fault()
        if kind == "rate_limit":
            answer = self._throttled(is_broken=False)
            hint = ("Retry-After", str(round(1 if value_s is None else value_s)))
            return Response(answer.status, (*answer.headers, hint), answer.body)
        return self._throttled(is_broken=True) if kind == "rate_limit_no_hint" else None

    @staticmethod
    def _throttled(*, is_broken: bool) -> Response:
        detail = "Concurrent request limit exceeded. Request blocked."
        if not is_broken:
            return problem(429, "CONCURRENCY_LIMIT_EXCEEDED", detail)
        text = (
            '{"type":"https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.1","title":"Bad Request","status":429 '
            f'"o:errorDetails":[{{"detail":"{detail}","o:errorCode":"CONCURRENCY_LIMIT_EXCEEDED"}}]}}'
        )
        return Response.text(429, text, ERROR_TYPE[1])

    def credentials(self) -> Json:
        """Give credentials that only open this sandbox."""
        return {
            "account_id": ACCOUNT,
            "client_id": self._signin.default.client_id,
            "certificate_id": self._signin.default.id,
            "private_key_pem": self._signin.private_key,
            "algorithm": self._signin.default.algorithms[0],
        }

    def hosts(self) -> tuple[str, ...]:
        """Name the account's hosts."""
        return tuple(f"{HOST}.{service}.api.netsuite.com" for service in ("suitetalk", "restlets"))

    def state(self) -> Json:
        """Give what is booked."""
        return describe(self._site)

    def is_write(self, request: Request) -> bool:
        """Tell whether a request changes a record."""
        return writes(request)

    def tick(self) -> None:
        """Nothing in NetSuite waits for the clock here."""

    def controls(self) -> Mapping[str, ControlCall]:
        """Give the account's own control calls."""
        return self._controls.calls()

    @property
    def site(self) -> Site:
        """The account behind the API, for tests that look into its books."""
        return self._site


def build(world: World) -> NetSuite:
    """Build the simulator for a sandbox world."""
    return NetSuite(world)


def _account_of(host: str) -> str | None:
    match = _HOST.fullmatch(host)
    return match.group(1) if match else None


def _origin(request: Request) -> str:
    host = request.headers.get("host", "").strip().lower()
    return f"http://{host}" if request.is_bare_address else f"https://{request.host}"


def _access(role: Role) -> Access:
    """Tell what a role sees in SuiteQL: rows it may not see are missing without a word."""
    codes = tuple(one.code for one in WRITABLE if one.code and role.may(one.permission))
    everything = len(codes) == sum(1 for one in WRITABLE if one.code)
    return Access(frozenset(name for name in KNOWN if role.may(name)), None if everything else codes)
