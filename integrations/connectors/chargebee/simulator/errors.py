"""Error answers as Chargebee words them: JSON of its own, and the HTML of the edge before it."""

from integrations.sandbox.app import Json, Pairs, Request, Response

TYPES = {
    400: "invalid_request",
    409: "invalid_request",
    422: "invalid_request",
    429: "operation_failed",
    500: "operation_failed",
    503: "operation_failed",
}
GATEWAYS = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}


def error(status: int, code: str, message: str, *, param: str = "", kind: str = "", headers: Pairs = ()) -> Response:
    """Answer with an error body; where the documentation leaves `type` open (401, 403, 404, 405) it is absent."""
    body: Json = {"message": message}
    kind = kind or TYPES.get(status, "")
    if kind:
        body["type"] = kind
    body["api_error_code"] = code
    if param:
        body["param"] = param
    body |= {"error_code": code, "error_msg": message, "http_status_code": status}
    return Response.json(status, body, headers)


def wrong_param(name: str, reason: str) -> Response:
    """Refuse one parameter."""
    return error(400, "param_wrong_value", f"{name} : {reason}", param=name)


def not_found(what: str) -> Response:
    """Say that an id or a path is unknown."""
    return error(404, "resource_not_found", f"{what} not found")


def throttled(retry_after_s: int | None) -> Response:
    """Refuse for the request limit; the hint may be missing."""
    headers = () if retry_after_s is None else (("Retry-After", str(retry_after_s)),)
    return error(429, "api_request_limit_exceeded", "Sorry, you have exceeded the API request limit.", headers=headers)


def blocked(message: str, legacy_code: str) -> Response:
    """Refuse what the site or the operation is closed for; the legacy code tells which."""
    body = {"message": message, "api_error_code": "request_blocked", "error_code": legacy_code,
            "error_msg": message, "http_status_code": 403}  # fmt: skip
    return Response.json(403, body)


def unauthenticated() -> Response:
    """Refuse a key that is missing, malformed, unknown, or of another site."""
    return error(401, "api_authentication_failed", "Sorry, authentication failed. Invalid api key")


class FaultyVoice:
    """Words the kit's fault kinds; server errors take turns through what the vendor documents."""

    def __init__(self) -> None:
        self._turn = 0

    def answer(self, kind: str, request: Request, value_s: float | None) -> Response | None:
        """Answer for a fault kind of the kit."""
        self._turn += 1
        if kind == "rate_limit":
            return throttled(round(1 if value_s is None else value_s))
        if kind == "rate_limit_no_hint":
            return throttled(None)
        if kind == "gateway_html":
            return _gateway(list(GATEWAYS)[self._turn % 3])
        return self._server_error() if kind == "server_error" else None

    def _server_error(self) -> Response:
        status, code, kind = _SERVER_ERRORS[self._turn % len(_SERVER_ERRORS)]
        return error(status, code, "Sorry, something went wrong. Please try again.", kind=kind)


def _gateway(status: int) -> Response:
    words = f"{status} {GATEWAYS[status]}"
    page = f"<html>\r\n<head><title>{words}</title></head>\r\n<body><center><h1>{words}</h1></center></body>\r\n</html>"
    return Response.text(status, page, "text/html")


_SERVER_ERRORS = (
    (500, "internal_error", "operation_failed"),
    (503, "internal_temporary_error", "operation_failed"),
    (503, "db_connection_failure", "invalid_request"),
)
