"""HTTP/1.1 on asyncio streams: read one request, write one answer; nothing of systems here."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from integrations.sandbox.app import Request, Response

BODY_LIMIT = 32 * 1024 * 1024
BODILESS = (204, 304)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request could not be read; the connection ends after it."""

    status: int
    reason: str


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | Refusal | None:
    """Read one request; None when the caller has closed."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        return Refusal(431, "The request's headers are too large.")
    except asyncio.IncompleteReadError:
        return None
    lines = head[:-4].decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return Refusal(400, "This is not an HTTP/1.1 request.")
    headers = {":version": words[2]}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if "expect" in headers:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await _read_body(reader, headers)
    if isinstance(body, Refusal):
        return body
    return Request.make(words[0], _origin_form(words[1]), headers, body)


def keeps_alive(request: Request) -> bool:
    """Tell whether the connection stays open after this request."""
    wish = request.headers.get("connection", "").lower()
    return wish == "keep-alive" if request.headers.get(":version") == "HTTP/1.0" else wish != "close"


def encode(response: Response, method: str, *, keep: bool, date: str = "") -> bytes:
    """Write an answer as bytes, dated unless it has a date of its own; HEAD, 204 and 304 carry no body."""
    lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    if date and response.header("date") is None:
        lines.append(f"Date: {date}")
    if response.status not in BODILESS:
        lines.append(f"Content-Length: {len(response.body)}")
    lines.append("Connection: keep-alive\r\n\r\n" if keep else "Connection: close\r\n\r\n")
    head = "\r\n".join(lines).encode("latin-1", "replace")
    return head if method == "HEAD" or response.status in BODILESS else head + response.body


def _origin_form(target: str) -> str:
    if target.startswith("/"):
        return target
    _, _, rest = target.partition("://")
    return "/" + rest.partition("/")[2]


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes | Refusal:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return await _read_chunks(reader)
    length = headers.get("content-length", "0")
    if not length.isdecimal():
        return Refusal(400, "Content-Length is not a number.")
    if int(length) > BODY_LIMIT:
        return Refusal(413, "The body is too large.")
    return await reader.readexactly(int(length)) if length != "0" else b""


async def _read_chunks(reader: asyncio.StreamReader) -> bytes | Refusal:
    parts: list[bytes] = []
    total = 0
    while True:
        size_line = (await reader.readline()).split(b";")[0].strip()
        try:
            size = int(size_line, 16)
        except ValueError:
            return Refusal(400, "A chunk has no size.")
        total += size
        if size < 0 or total > BODY_LIMIT:
            return Refusal(413, "The body is too large.")
        if size == 0:
            break
        parts.append(await reader.readexactly(size))
        await reader.readline()
    while (await reader.readline()).strip():
        pass
    return b"".join(parts)


_REASONS = {status.value: status.phrase for status in HTTPStatus}
