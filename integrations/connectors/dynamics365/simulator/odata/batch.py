"""`$batch`: multipart requests in and multipart answers out; a changeset is all or nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from integrations.connectors.dynamics365.simulator.answers import bad_query
from integrations.sandbox.app import Request, Response

LIMIT = 5_000

_BOUNDARY = re.compile(r'multipart/mixed\s*;.*boundary="?([^";]+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One operation with its Content-ID."""

    id: str
    request: Request


@dataclass(frozen=True, slots=True)
class Group:
    """Operations of one changeset, or a single read."""

    parts: tuple[Part, ...]
    is_changeset: bool


def groups_of(request: Request) -> list[Group]:
    """Read a batch; refuses what is not multipart or too long."""
    boundary = _boundary(request.headers.get("content-type", ""))
    groups = [_group(headers, body, request) for headers, body in _sections(request.body, boundary)]
    if sum(len(group.parts) for group in groups) > LIMIT:
        raise bad_query(f"A batch may hold {LIMIT} operations.")
    return groups


def answer(groups: list[Group], perform: Callable[[Group], list[Response]]) -> Response:
    """Run the groups one after the other and write their answers."""
    lines: list[bytes] = []
    for number, group in enumerate(groups):
        responses = perform(group)
        lines.append(b"--batchresponse_1")
        if not group.is_changeset or len(responses) != len(group.parts):
            lines += [_written(response, "") for response in responses]
            continue
        lines.append(f"Content-Type: multipart/mixed; boundary=changesetresponse_{number}\r\n".encode())
        for part, response in zip(group.parts, responses, strict=True):
            lines += [f"--changesetresponse_{number}".encode(), _written(response, part.id)]
        lines.append(f"--changesetresponse_{number}--".encode())
    lines.append(b"--batchresponse_1--\r\n")
    headers = (("Content-Type", "multipart/mixed; boundary=batchresponse_1"), ("OData-Version", "4.0"))
    return Response(200, headers, b"\r\n".join(lines))


def _written(response: Response, id: str) -> bytes:
    head = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    head += [f"Content-ID: {id}"] if id else []
    head += ["", f"HTTP/1.1 {response.status} {'OK' if response.status < 400 else 'Error'}"]
    head += [f"{name}: {value}" for name, value in response.headers]
    return "\r\n".join([*head, "", ""]).encode() + response.body


def _boundary(content_type: str) -> str:
    match = _BOUNDARY.match(content_type)
    if match is None:
        raise bad_query("The content type of a batch must be multipart/mixed with a boundary.")
    return match[1]


def _sections(body: bytes, boundary: str) -> list[tuple[dict[str, str], bytes]]:
    parts = body.replace(b"\r\n", b"\n").split(f"--{boundary}".encode())
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise bad_query("The batch is not closed by its boundary.")
    return [_section(part.lstrip(b"\n")) for part in parts[1:-1]]


def _section(text: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = text.partition(b"\n\n")
    headers = {}
    for line in head.decode("latin-1").split("\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers, body


def _group(headers: dict[str, str], body: bytes, outer: Request) -> Group:
    if headers.get("content-type", "").lower().startswith("multipart/mixed"):
        inner = _sections(body, _boundary(headers["content-type"]))
        return Group(tuple(_part(one, text, outer) for one, text in inner), True)
    return Group((_part(headers, body, outer),), False)


def _part(headers: dict[str, str], body: bytes, outer: Request) -> Part:
    if headers.get("content-type", "").lower() != "application/http":
        raise bad_query("A part of a batch must be application/http.")
    head, _, content = body.partition(b"\n\n")
    line, *rest = head.decode("latin-1").strip().split("\n")
    words = line.split(" ")
    if len(words) != 3:
        raise bad_query(f"Invalid request line '{line}' in a batch.")
    own = {"host": outer.headers.get("host", ""), "authorization": outer.headers.get("authorization", "")}
    for row in rest:
        name, _, value = row.partition(":")
        if name.strip().lower() != "authorization":
            own[name.strip().lower()] = value.strip()
    target = words[1]
    if "://" in target:
        target = "/" + target.partition("://")[2].partition("/")[2]
    elif not target.startswith("/"):
        target = f"/data/{target}"
    return Part(headers.get("content-id", ""), Request.make(words[0], target, own, content.strip()))
