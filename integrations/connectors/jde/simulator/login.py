"""Signing in and out: token requests, their refusals, and who a call's token, Basic header or inline password is."""

import base64

from integrations.connectors.jde.simulator.answers import LOGIN_EXCEPTION, Refused, object_of, problem
from integrations.connectors.jde.simulator.server import AisServer, Call, address_of, device_of
from integrations.connectors.jde.simulator.sessions import Session
from integrations.connectors.jde.simulator.users import USERS, JdeUser
from integrations.sandbox.app import Json, Pairs, Response

FAILURE = (
    "Error: Authorization Failure: sign-in was refused by the HTML Server "
    "https://jas01.internal.corp.example:8443/jde. Invalid user ID or password."
)
NOT_ALLOWED = "The Allowed Hosts of the HTML Server do not include this AIS Server."


def request_token(call: Call) -> Response:
    """Answer a token request; the body may be missing where headers carry the credentials."""
    _require_allowed(call)
    body = object_of(call.request, call.now, may_be_empty=bool(call.request.headers.get("authorization")))
    session = sign_in(call, body)
    return Response.json(200, _described(call.server, session), _cookies(session))


def validate(call: Call) -> Response:
    """Answer whether a token is alive; only 200 means yes."""
    body = object_of(call.request, call.now, may_be_empty=True)
    session = _named(call, body)
    if session is None:
        return problem(call.server.options.dead_validate_status, "Invalid Token", call.now, "Exception")
    if body.get("touch") is True:
        call.server.sessions.touch(session)
    return Response.json(200, {"isValidSession": True})


def log_out(call: Call) -> Response:
    """End a session; the token is required in the body (or the header, on the orchestrator's path)."""
    body = object_of(call.request, call.now, may_be_empty="orchestrator" in call.path)
    if not body.get("token") and "orchestrator" not in call.path:
        return problem(400, "The token is required.", call.now)
    session = _named(call, body)
    if session is None:
        return problem(444, "Invalid Token", call.now, "Exception")
    call.server.sessions.close(session)
    return Response.json(200, {})


def authenticate(call: Call, body: Json, *, dead_status: int) -> Session:
    """Give the session of a call: by token, or a passing one by Basic header or inline password."""
    token = _token(call, body)
    if token:
        session = _bound(call, body, token)
        if session is not None:
            call.server.sessions.touch(session)
            return session
        alive = call.server.sessions.alive(token, call.node) is not None
        status = call.server.options.device_status if alive else dead_status
        raise Refused(problem(status, "Invalid Token", call.now, "Exception"))
    if call.request.headers.get("authorization") or body.get("username"):
        session = sign_in(call, body)
        call.server.sessions.close(session)  # stateless: made for this call alone
        return session
    raise Refused(problem(403, FAILURE, call.now, LOGIN_EXCEPTION))


def sign_in(call: Call, body: Json) -> Session:
    """Open a session; refuses as the AIS server does, which does not say what exactly was wrong."""
    server, headers = call.server, call.request.headers
    if not server.options.jas_up:
        raise Refused(problem(500, "Unable to connect to the HTML Server.", call.now))
    user = _user(call, body)
    environment = str(body.get("environment") or headers.get("jde-ais-auth-environment") or "")
    role = str(body.get("role") or headers.get("jde-ais-auth-role") or "")
    device = str(body.get("deviceName") or headers.get("jde-ais-auth-device") or "")
    environment = environment or server.options.default_environment
    if environment not in user.environments or (role or user.roles[0]) not in user.roles:
        raise Refused(problem(403, FAILURE, call.now, LOGIN_EXCEPTION))
    address = address_of(call.request)
    return server.sessions.open(user, role or user.roles[0], environment, device, address, call.node)


def _require_allowed(call: Call) -> None:
    if not call.server.options.allowed_hosts_ok:
        raise Refused(problem(405, NOT_ALLOWED, call.now))


def _user(call: Call, body: Json) -> JdeUser:
    """Find the user behind name and password; too many wrong passwords disable the profile (F98OWSEC)."""
    server, options = call.server, call.server.options
    basic = _basic(call)
    allowed = options.allow_basic if basic else options.allow_user_password
    name, password = basic or (str(body.get("username", "")), str(body.get("password", "")))
    user = USERS.get(name.upper())
    failed = server.failed_sign_ins.get(name.upper(), 0)
    is_shut = user is None or user.is_locked or user.is_expired or failed >= options.sign_in_attempts
    if user is None or is_shut or not allowed or password != user.password:
        if allowed and user is not None and password != user.password:
            server.failed_sign_ins[name.upper()] = failed + 1
        raise Refused(problem(403, FAILURE, call.now, LOGIN_EXCEPTION))
    server.failed_sign_ins.pop(user.name, None)
    return user


def _basic(call: Call) -> tuple[str, str] | None:
    scheme, _, encoded = call.request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return None
    try:
        name, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (name, password) if scheme.lower() == "basic" else ("", "")


def _token(call: Call, body: Json) -> str:
    request = call.request
    found = request.headers.get("jde-ais-auth") or body.get("token") or request.param("$token")
    return str(found or (request.param("token") if call.path.endswith("/next") else "") or "")


def _named(call: Call, body: Json) -> Session | None:
    token = str(body.get("token") or call.request.headers.get("jde-ais-auth") or "")
    return _bound(call, body, token)


def _bound(call: Call, body: Json, token: str) -> Session | None:
    """Give the live session of a token if the caller is the device it is bound to."""
    session = call.server.sessions.alive(token, call.node)
    if session is None:
        return None
    named = str(body.get("deviceName") or call.request.param("$device") or "")
    return session if device_of(call.request, session) or (session.device and named == session.device) else None


def _cookies(session: Session) -> Pairs:
    marker = session.token[3:19].encode().hex()
    return (("Set-Cookie", f"JSESSIONID={marker}!node{session.node}; Path=/; HttpOnly"),)


def _described(server: AisServer, session: Session) -> Json:
    user = session.user
    return {
        "username": user.name,
        "environment": session.environment,
        "role": session.role,
        "jasserver": "https://jas01.internal.corp.example:8443",
        "userInfo": {
            "token": session.token,
            "langPref": "E",
            "locale": "en",
            "dateFormat": user.date_format,
            "dateSeperator": user.separator,
            "simpleDateFormat": user.simple_date,
            "timeFormat": "24",
            "decimalFormat": user.decimal,
            "addressNumber": 90_017,
            "alphaName": "Integration User",
            "appsRelease": "E920",
            "country": " ",
            "username": user.name,
            "longUserId": " ",
            "timeZoneOffset": "UTC-06:00" if user.zone == "America/Chicago" else "UTC+01:00",
            "dstRuleKey": "USA",
            "dstRule": {"dstSavings": 3_600_000},
        },
        "userAuthorized": True,
        "version": server.options.version,
        "aisSessionCookie": f"node{session.node}",
    }
