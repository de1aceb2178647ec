"""Sends events to registered endpoints: retries on the sandbox clock, duplicates, reordering and losses by fault."""

import asyncio
import heapq
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import httpx

from integrations.connectors.chargebee.simulator.shelf import encode
from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json
from integrations.sandbox.caller import caller
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.faults import Faults

RETRIES_S = (120, 360, 1_800, 3_600, 18_000, 86_400, 172_800)
ENDPOINTS = 5
IN_FLIGHT = 8
POLL_S = 0.02
TIMEOUT_S = 20.0
KEPT_TIMES = 20_000
HEADERS = {"Content-Type": "application/json;charset=utf-8"}

_ORDER = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where events of a site go."""

    id: str
    site: Site
    url: str
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One event on its way to one endpoint."""

    event: Json
    endpoint: Endpoint
    tries: int = 0


class WebhookSender:
    """Queues what happens on the watched sites and delivers it from the server's loop."""

    def __init__(self, clock: SandboxClock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults
        self._flying = 0
        self.reset()

    def reset(self) -> None:
        """Forget endpoints, queue and figures."""
        self._endpoints: list[Endpoint] = []
        self._queue: list[tuple[float, int, Delivery]] = []
        self._statuses: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()
        self._times_ms: list[float] = []

    def watch(self, site: Site) -> Callable[[Json], None]:
        """Give the listener for a site's events."""
        return partial(self._listen, site)

    def _listen(self, site: Site, event: Json) -> None:
        """Send an event to the site's endpoints; history is not sent."""
        if site.moment_s is None:
            for endpoint in self._endpoints:
                if endpoint.site is site:
                    self.send(event, endpoint)

    def register(self, site: Site, url: str, username: str, password: str) -> Endpoint:
        """Register an endpoint, or replace the one with the same URL; a site has at most five."""
        self._endpoints = [one for one in self._endpoints if one.site is not site or one.url != url]
        if sum(one.site is site for one in self._endpoints) >= ENDPOINTS:
            raise ValueError(f"A site has at most {ENDPOINTS} webhook endpoints.")
        made = Endpoint(id=site.new_id("whv2_"), site=site, url=url, username=username, password=password)
        self._endpoints.append(made)
        return made

    def unregister(self) -> None:
        """Forget all endpoints and what is on its way."""
        self._endpoints, self._queue = [], []

    def send(self, event: Json, endpoint: Endpoint) -> None:
        """Queue one event, as the faults will have it."""
        if self._faults.hit("webhook_drop"):
            self._outcomes["dropped"] += 1
            return
        late = self._faults.hit("webhook_reorder")
        delay_s = late.throws.random() * (late.value_s or 2.0) if late else 0.0
        self._enqueue(Delivery(event=event, endpoint=endpoint), delay_s)
        again = self._faults.hit("webhook_duplicate")
        if again:
            self._outcomes["duplicated"] += 1
            self._enqueue(Delivery(event=event, endpoint=endpoint), again.throws.random() * (again.value_s or 1.0))

    def test(self, site: Site) -> int:
        """Send the sample that the vendor's "Test webhook" button sends; its ids exist nowhere."""
        customer = {"id": "cbdemo_anna", "object": "customer", "first_name": "Anna", "deleted": False}
        event = {"id": "cbdemo_ev_1", "object": "event", "occurred_at": self._clock.epoch_s(),
                 "source": "admin_console", "api_version": "v2", "event_type": "customer_created",
                 "webhook_status": "not_configured",
                 "content": {"customer": customer}}  # fmt: skip
        own = [endpoint for endpoint in self._endpoints if endpoint.site is site]
        for endpoint in own:
            self._enqueue(Delivery(event=event, endpoint=endpoint), 0.0)
        return len(own)

    def figures(self) -> Json:
        """Give what was delivered so far."""
        times = self._times_ms
        return {
            "endpoints": [{"id": one.id, "site": one.site.setup.name, "url": one.url} for one in self._endpoints],
            "count": sum(self._statuses.values()),
            "statuses": dict(self._statuses),
            "median_ms": round(statistics.median(times), 2) if times else None,
            "max_ms": round(max(times), 2) if times else None,
            "delivered": self._outcomes["delivered"],
            "failed": self._outcomes["failed"],
            "dropped": self._outcomes["dropped"],
            "duplicated": self._outcomes["duplicated"],
            "waiting": len(self._queue) + self._flying,
        }

    async def run(self) -> None:
        """Deliver what is due until cancelled; endpoints are called a few at a time."""
        gate = asyncio.Semaphore(IN_FLIGHT)
        async with caller(TIMEOUT_S) as client, asyncio.TaskGroup() as group:
            while True:
                while self._queue and self._queue[0][0] <= self._clock.now().timestamp():
                    await gate.acquire()
                    if not self._queue:
                        gate.release()
                        break
                    delivery = heapq.heappop(self._queue)[2]
                    self._flying += 1
                    group.create_task(self._deliver(client, delivery, gate))
                await asyncio.sleep(POLL_S)

    def _enqueue(self, delivery: Delivery, delay_s: float) -> None:
        heapq.heappush(self._queue, (self._clock.now().timestamp() + delay_s, next(_ORDER), delivery))

    async def _deliver(self, client: httpx.AsyncClient, delivery: Delivery, gate: asyncio.Semaphore) -> None:
        endpoint = delivery.endpoint
        auth = httpx.BasicAuth(endpoint.username, endpoint.password) if endpoint.username else httpx.Auth()
        started = time.perf_counter()
        try:
            answer = await client.post(endpoint.url, content=encode(_payload(delivery)), headers=HEADERS, auth=auth)
            status = str(answer.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            status = type(error).__name__
        finally:
            self._flying -= 1
            gate.release()
        if len(self._times_ms) < KEPT_TIMES:
            self._times_ms.append((time.perf_counter() - started) * 1000)
        self._statuses[status] += 1
        self._conclude(delivery, ok=status.startswith("2"))

    def _conclude(self, delivery: Delivery, *, ok: bool) -> None:
        delivery.tries += 1
        retries_left = delivery.tries <= len(RETRIES_S)
        if ok:
            self._outcomes["delivered"] += 1
        elif retries_left:
            self._enqueue(delivery, RETRIES_S[delivery.tries - 1])
        else:
            self._outcomes["failed"] += 1
        self._note(delivery, "succeeded" if ok else "re_scheduled" if retries_left else "failed")

    def _note(self, delivery: Delivery, status: str) -> None:
        """Show the status under `webhooks` of the event; its own `webhook_status` stays as it was."""
        site, event_id = delivery.endpoint.site, delivery.event["id"]
        if not site.has("events", event_id):
            return
        event = site.get("events", event_id)
        others = [row for row in event.get("webhooks", []) if row["id"] != delivery.endpoint.id]
        row = {"id": delivery.endpoint.id, "object": "webhook", "webhook_status": status}
        site.add_plain("events", {**event, "webhooks": [*others, row]})


def _payload(delivery: Delivery) -> Json:
    payload = {**delivery.event, "webhook_status": "scheduled"}
    if delivery.tries:
        row = {"id": delivery.endpoint.id, "object": "webhook", "webhook_status": "re_scheduled"}
        payload |= {"webhooks": [row], "webhook_failure_reason": "The endpoint did not answer 2xx."}
    return payload
