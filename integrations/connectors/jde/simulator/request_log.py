"""What was asked of the AIS server, secrets blacked out; and which requests carried a secret where none belongs."""

import re
from collections import deque

from integrations.sandbox.app import Json, Request, Response

KEPT = 500
_SECRET = re.compile(r"(?i)(\$?(?:token|password|jde-AIS-Auth))=[^&]*")
_SECRET_HEADERS = ("authorization", "jde-ais-auth", "cookie")


class RequestLog:
    """The newest requests, and how often a token or password stood in a URL that the server had not given out."""

    def __init__(self) -> None:
        self._entries: deque[Json] = deque(maxlen=KEPT)
        self._leaks = 0

    def note(self, request: Request, response: Response) -> None:
        """Keep a request and its status."""
        query = "&".join(f"{key}={value}" for key, value in request.query)
        leaks = bool(_SECRET.search(query)) and not request.path.endswith("/dataservice/next")
        self._leaks += leaks
        self._entries.append(
            {
                "method": request.method,
                "path": request.path,
                "query": _SECRET.sub(r"\1=***", query),
                "headers": {k: "***" if k in _SECRET_HEADERS else v for k, v in request.headers.items()},
                "status": response.status,
                "leaks": leaks,
            }
        )

    def shown(self) -> Json:
        """Give the newest requests, oldest first."""
        return {"leaks": self._leaks, "requests": list(self._entries)}
