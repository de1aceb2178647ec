"""Who is told what happens in an organization: subscriptions, what was sent to them, and the sending itself."""

import asyncio
import base64
import hashlib
import heapq
import hmac
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import httpx

from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.switches import Switches
from integrations.sandbox.app import Json, Response
from integrations.sandbox.caller import caller
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.dice import dice
from integrations.sandbox.faults import Faults

RETRIES_S = (2, 4, 8, 16)
TIMEOUT_S = 10.0
IN_FLIGHT = 8
POLL_S = 0.02
SIGNATURE = "x-bill-sha-signature"


@dataclass(slots=True, kw_only=True, eq=False)
class Subscription:
    """One subscription of an organization; `old_key` is the one before the last rotation."""

    id: str
    org_id: str
    name: str
    url: str
    events: list[Json]
    key: str = field(repr=False)
    created: datetime
    updated: datetime
    is_enabled: bool = True
    old_key: str = field(default="", repr=False)
    rotated_at: float = 0.0

    def wants(self, event_type: str) -> str:
        """Give the version in which it wants an event, or nothing."""
        return next((one["version"] for one in self.events if one["type"] == event_type), "")


@dataclass(slots=True, kw_only=True, eq=False)
class Event:
    """One event for one subscription, as history keeps it; `body` is what is sent, to the byte."""

    id: str
    subscription: Subscription
    type: str
    version: str
    entity_id: str
    body: str
    created: datetime
    status: str = "PENDING"
    tries: int = 0
    answers: list[str] = field(default_factory=list)


class Webhooks:
    """All subscriptions of the sandbox and what is on its way to them."""

    def __init__(self, clock: SandboxClock, switches: Switches, faults: Faults, seed: int) -> None:
        self._clock = clock
        self._switches = switches
        self._faults = faults
        self._dice = dice(seed, "billcom", "webhooks")
        self._flying = 0
        self._number = 0
        self._queue: list[tuple[float, int, Event]] = []
        self.outcomes: Counter[str] = Counter()
        self.subscriptions: dict[str, Subscription] = {}
        self.history: dict[str, list[Event]] = {}
        self.answers: dict[tuple[str, str], tuple[float, Response]] = {}  # by organization and idempotent key

    def __getstate__(self) -> dict[str, object]:
        """Nothing is under way in a file."""
        return {**self.__dict__, "_flying": 0}

    def uuid(self) -> str:
        """Draw a UUID."""
        return str(UUID(int=self._dice.getrandbits(128), version=4))

    def secret(self) -> str:
        """Draw a signing key."""
        return base64.b64encode(self._dice.randbytes(32)).decode()

    def of(self, org_id: str) -> list[Subscription]:
        """List an organization's subscriptions."""
        return [one for one in self.subscriptions.values() if one.org_id == org_id]

    def emit(self, org: Org, event_type: str, entity: str, payload: Json, more: Json | None = None) -> None:
        """Send an event to each of the organization's subscriptions that wants it."""
        for subscription in self.of(org.id):
            version = subscription.wants(event_type)
            if version and (subscription.is_enabled or self._switches.history_while_disabled):
                event = self.record(subscription, event_type, version, {entity: payload, **(more or {})})
                event.entity_id = str(payload.get("id", ""))
                if subscription.is_enabled:
                    self._send(event)

    def record(self, subscription: Subscription, event_type: str, version: str, content: Json) -> Event:
        """Write an event into the history of a subscription; its body is minified JSON."""
        id = self.uuid()
        metadata = {
            "eventId": id,
            "subscriptionId": subscription.id,
            "organizationId": subscription.org_id,
            "eventType": event_type,
            "version": version,
        }
        body = Response.json(200, {"metadata": metadata, **content}).body.decode()
        event = Event(
            id=id,
            subscription=subscription,
            type=event_type,
            version=version,
            entity_id="",
            body=body,
            created=self.now(),
        )
        self.history.setdefault(subscription.id, []).append(event)
        return event

    def now(self) -> datetime:
        """Give the present to the millisecond."""
        moment = self._clock.now()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def enqueue(self, event: Event, delay_s: float = 0.0) -> None:
        """Put an event on its way."""
        self._number += 1
        heapq.heappush(self._queue, (self._clock.now().timestamp() + delay_s, self._number, event))

    def forget(self, subscription: Subscription) -> None:
        """Drop a subscription, with what is on its way to it."""
        self.subscriptions.pop(subscription.id, None)
        self._queue = [row for row in self._queue if row[2].subscription is not subscription]
        heapq.heapify(self._queue)

    def rotate(self, subscription: Subscription) -> str:
        """Give a subscription a new signing key."""
        subscription.old_key, subscription.key = subscription.key, self.secret()
        subscription.rotated_at = self._clock.now().timestamp()
        return subscription.key

    def signature(self, subscription: Subscription, body: bytes) -> str:
        """Sign a body as it is sent: base64 of the HMAC-SHA256 with the key's text."""
        age_s = self._clock.now().timestamp() - subscription.rotated_at
        is_old = bool(subscription.old_key) and age_s < self._switches.signs_with_old_key_s
        key = "not the key" if self._switches.strike("bad_signatures") else subscription.old_key if is_old else ""
        digest = hmac.new((key or subscription.key).encode(), body, hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def figures(self) -> Json:
        """Give what was delivered so far."""
        names = ("tried", "delivered", "failed", "dropped", "duplicated", "disabled")
        return {
            "subscriptions": [
                {"id": one.id, "organization": one.org_id, "url": one.url, "enabled": one.is_enabled}
                for one in self.subscriptions.values()
            ],
            **{name: self.outcomes[name] for name in names},
            "waiting": len(self._queue) + self._flying,
        }

    async def run(self) -> None:
        """Deliver what is due until cancelled, a few at a time."""
        gate = asyncio.Semaphore(IN_FLIGHT)
        async with caller(TIMEOUT_S) as client, asyncio.TaskGroup() as group:
            while True:
                while self._queue and self._queue[0][0] <= self._clock.now().timestamp():
                    await gate.acquire()
                    if not self._queue:
                        gate.release()
                        break
                    event = heapq.heappop(self._queue)[2]
                    self._flying += 1
                    group.create_task(self._deliver(client, event, gate))
                await asyncio.sleep(POLL_S)

    def _send(self, event: Event) -> None:
        """Queue one event, as the faults will have it."""
        if self._faults.hit("webhook_drop"):
            self.outcomes["dropped"] += 1
            return
        late = self._faults.hit("webhook_reorder")
        self.enqueue(event, late.throws.random() * (late.value_s or 2.0) if late else 0.0)
        again = self._faults.hit("webhook_duplicate")
        if again:
            self.outcomes["duplicated"] += 1
            self.enqueue(event, again.throws.random() * (again.value_s or 1.0))

    async def _deliver(self, client: httpx.AsyncClient, event: Event, gate: asyncio.Semaphore) -> None:
        body = event.body.encode()
        if self._switches.double_encoded_webhooks:
            body = json.dumps(event.body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", SIGNATURE: self.signature(event.subscription, body)}
        try:
            answer = await client.post(event.subscription.url, content=body, headers=headers)
            status = str(answer.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            status = type(error).__name__
        finally:
            self._flying -= 1
            gate.release()
        self._conclude(event, status)

    def _conclude(self, event: Event, status: str) -> None:
        """Only 200 counts; after the last retry the subscription is disabled."""
        event.tries += 1
        event.answers.append(status)
        self.outcomes["tried"] += 1
        if status == "200":
            event.status = "DELIVERED"
            self.outcomes["delivered"] += 1
        elif event.tries <= len(RETRIES_S):
            self.enqueue(event, RETRIES_S[event.tries - 1])
        else:
            event.status = "FAILED"
            self.outcomes["failed"] += 1
            self._disable(event.subscription)

    def _disable(self, subscription: Subscription) -> None:
        if subscription.is_enabled:
            subscription.is_enabled, subscription.updated = False, self.now()
            self.outcomes["disabled"] += 1
        self._queue = [row for row in self._queue if row[2].subscription is not subscription]
        heapq.heapify(self._queue)
