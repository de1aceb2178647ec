"""How Finance & Operations words its answers: the error envelope, the route-level 404, infolog messages."""

from integrations.sandbox.app import Json, Pairs, Response

JSON_MINIMAL = "application/json; odata.metadata=minimal"
TYPED: Pairs = (("Content-Type", JSON_MINIMAL), ("OData-Version", "4.0"))
WRITE_EXCEPTION = "Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataWriteException"
QUERY_EXCEPTION = "Microsoft.OData.Core.ODataException"
ACTION_EXCEPTION = "System.InvalidOperationException"
P3P = (("P3P", 'CP="CAO PSA OUR"'),)


class Refused(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    """The request ends here, with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def envelope(status: int, message: str, kind: str, headers: Pairs = ()) -> Response:
    """Answer with the error envelope; the reason stands in `innererror.message` alone."""
    inner: Json = {"message": message, "type": kind, "stacktrace": f"   at {kind.rpartition('.')[0]}.Throw()"}
    body = {"error": {"code": "", "message": "An error has occurred.", "innererror": inner}}
    return Response.json(status, body, (*TYPED, *headers))


def bad_query(message: str, status: int = 400) -> Refused:
    """Refuse a query, a property or a literal that the entity does not have."""
    return Refused(envelope(status, message, QUERY_EXCEPTION))


def write_failed(aot: str, reasons: tuple[str, ...], field: str = "", status: int = 400) -> Refused:
    """Refuse a write as the infolog does: reasons first, then the technical entry that names the field."""
    last = (
        f"validateField failed on field '{aot}.{field}'." if field else f"validateWrite failed on data source '{aot}'."
    )
    entries = "; ".join(f"Warning: {reason}" for reason in (*reasons, last))
    text = f"Write failed for table row of type '{aot}'. Infolog: {entries}"
    return Refused(envelope(status, text, WRITE_EXCEPTION))


def no_route(url: str) -> Refused:
    """Refuse an address that no route matches: capital M, no `error` object."""
    message = f"No HTTP resource was found that matches the request URI '{url}'."
    return Refused(Response.json(404, {"Message": message}, TYPED))


def no_row(set_name: str, *, is_empty: bool) -> Refused:
    """Refuse a well-formed key without a row."""
    if is_empty:
        return Refused(Response.empty(404))
    return Refused(envelope(404, f"Resource not found for the segment '{set_name}'.", QUERY_EXCEPTION))


def denied() -> Refused:
    """Refuse a caller without a good token; the body tells nothing."""
    challenge = ("WWW-Authenticate", 'Bearer authorization_uri="https://login.windows.net/common/oauth2/authorize"')
    return Refused(Response.empty(401, (challenge, *P3P)))


def throttled(wait_s: int | None) -> Response:
    """Answer 429 as resource-based protection does; the hint repeats the seconds."""
    seconds = f" Retry after {wait_s} seconds." if wait_s is not None else ""
    words = f"This request was throttled because the server is experiencing high resource utilization.{seconds}"
    hint: Pairs = (("Retry-After", str(wait_s)),) if wait_s is not None else ()
    return Response.json(429, {"Message": words}, (*TYPED, *hint))
