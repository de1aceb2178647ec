"""The floor: a bare httpx loop that posts given bodies to the sandbox's NetSuite, without anything around it."""

import threading
import time
import uuid
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt

_TOKEN = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 (a path)
_GRANT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def post_all(origin: str, credentials: dict[str, Any], bodies: dict[str, str], *, threads: int) -> float:
    """Put every body under its external id, `threads` at a time; give the wall time in s. Raises on a refusal."""
    host = f"{credentials['account_id'].lower().replace('_', '-')}.suitetalk.api.netsuite.com"
    waiting, faults = deque(bodies.items()), list[str]()
    with httpx.Client(base_url=origin, headers={"Host": host}, timeout=30) as client:
        headers = {"Authorization": f"Bearer {_token(client, host, credentials)}", "Content-Type": "application/json"}
        pumps = [threading.Thread(target=_pump, args=(client, headers, waiting, faults)) for _ in range(threads)]
        started = time.perf_counter()
        for pump in pumps:
            pump.start()
        for pump in pumps:
            pump.join()
        wall_s = time.perf_counter() - started
    if faults:
        raise RuntimeError(f"The floor was refused {len(faults)} times, first: {faults[0]}")
    return wall_s


def _pump(client: httpx.Client, headers: dict[str, str], waiting: deque[tuple[str, str]], faults: list[str]) -> None:
    while True:
        try:
            external_id, body = waiting.popleft()
        except IndexError:
            return
        path = f"/services/rest/record/v1/invoice/eid:{external_id}?replace=item"
        answer = client.put(path, content=body, headers=headers)
        if answer.status_code != 204:
            faults.append(f"{answer.status_code} {answer.text[:300]}")


def _token(client: httpx.Client, host: str, credentials: dict[str, Any]) -> str:
    now = datetime.now(UTC)
    claims = {
        "iss": credentials["client_id"],
        "scope": ["rest_webservices"],
        "aud": f"https://{host}{_TOKEN}",
        "iat": now,
        "exp": now + timedelta(minutes=10),
        "jti": uuid.uuid4().hex,
    }
    algorithm = credentials.get("algorithm") or "PS256"
    headers = {"kid": credentials["certificate_id"]}
    assertion = jwt.encode(claims, credentials["private_key_pem"], algorithm=algorithm, headers=headers)
    form = {"grant_type": "client_credentials", "client_assertion_type": _GRANT, "client_assertion": assertion}
    answer = client.post(_TOKEN, data=form).raise_for_status()
    return str(answer.json()["access_token"])
