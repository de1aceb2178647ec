"""The sandbox's control API, as far as checks and commands need it."""

import json
import urllib.request
from decimal import Decimal
from typing import Any


class Control:
    """A sandbox's control API at its base address, such as http://127.0.0.1:8100."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")

    def get(self, path: str) -> Any:
        """Read; numbers with fractions come as Decimal. Raises OSError when the sandbox does not answer."""
        return self._call("GET", path, None)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the sandbox to do something."""
        return self._call("POST", path, body or {})

    def delete(self, path: str) -> Any:
        """Take something back, such as faults."""
        return self._call("DELETE", path, None)

    def documents(self, system: str) -> list[dict[str, Any]]:
        """Give all objects of a system."""
        documents: list[dict[str, Any]] = self.get(f"/state/{system}")["documents"]
        return documents

    def writes(self, system: str) -> int:
        """Give how many write requests reached a system."""
        return int(self.get(f"/state/{system}")["writes"])

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base_url + path, data=data, method=method)  # noqa: S310 (loopback)
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            return json.loads(answer.read(), parse_float=Decimal)
