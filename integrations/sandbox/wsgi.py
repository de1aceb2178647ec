"""A system of the world as a WSGI app, for `httpx.WSGITransport` and without a socket."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import httpx

from integrations.sandbox.app import Request, Response
from integrations.sandbox.control import Control

if TYPE_CHECKING:
    from integrations.sandbox.world import World

CONTROL = "control"


def wsgi_app(world: "World", slug: str) -> WSGIApplication:
    """Make a WSGI app of one system, or of the control API with the slug "control".

    Faults hold as far as WSGI can: a cut connection raises `httpx.ReadError`, delays are not waited for.
    """
    control = Control(world)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = _request(environ)
        world.tick()
        response = control.handle(request) if slug == CONTROL else _perform(world, slug, request)
        start_response(f"{response.status} Sandbox", list(response.headers))
        return [b"" if request.method == "HEAD" else response.body]

    return answer


def _perform(world: "World", slug: str, request: Request) -> Response:
    response = world.perform(slug, request, world.plan(slug, request))
    if response is None:
        raise httpx.ReadError("The sandbox cut the connection.")
    return response


def _request(environ: WSGIEnvironment) -> Request:
    headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(key):
            headers[key.replace("_", "-").lower()] = environ[key]
    headers.setdefault("host", environ.get("SERVER_NAME", ""))
    length = environ.get("CONTENT_LENGTH")
    body = cast(Any, environ["wsgi.input"]).read(*([int(length)] if length else []))
    raw_path = environ.get("RAW_PATH") or quote(environ.get("PATH_INFO", "/").encode("latin-1"))
    query = environ.get("QUERY_STRING", "")
    return Request.make(environ["REQUEST_METHOD"], f"{raw_path}?{query}" if query else raw_path, headers, body)
