"""Business events: which endpoints want them, what their stubs say, and the sending with its three retries."""

import asyncio
import heapq
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import httpx

from integrations.sandbox.app import Json, Response
from integrations.sandbox.caller import caller
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.dice import dice
from integrations.sandbox.faults import Faults

FREE_TEXT_POSTED = "CustFreeTextInvoicePostedBusinessEvent"
PAYMENT_POSTED = "CustPaymentPostedBusinessEvent"
USER_ID = "{0F6C2B71-88AD-4E55-A1B0-6C90D3E7F412}"
RETRIES = 3
RETRY_S = 1.0
TIMEOUT_S = 10.0
POLL_S = 0.05
FIRST_CONTROL = 5_637_200_000


@dataclass(slots=True, kw_only=True, eq=False)
class Endpoint:
    """An HTTPS endpoint with the events activated for it; no company means all."""

    name: str
    url: str
    events: tuple[str, ...]
    company: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Event:
    """One stub for one endpoint."""

    endpoint: Endpoint
    body: str
    tries: int = 0
    answers: list[str] = field(default_factory=list)


class Events:
    """All endpoints, what is on its way to them, and the error log of what was lost."""

    def __init__(self, clock: SandboxClock, faults: Faults, seed: int) -> None:
        self._clock, self._faults, self._seed = clock, faults, seed
        self._flying = 0
        self.reset()

    def __getstate__(self) -> dict[str, object]:
        """Nothing is under way in a file."""
        return {**self.__dict__, "_flying": 0}

    def reset(self) -> None:
        """Forget endpoints and events."""
        self._dice = dice(self._seed, "dynamics365", "events")
        self._control = FIRST_CONTROL
        self._number = 0
        self._queue: list[tuple[float, int, Event]] = []
        self.wraps_for_dataverse = False
        self.endpoints: dict[str, Endpoint] = {}
        self.sent: list[Json] = []
        self.errors: list[Event] = []
        self.outcomes: Counter[str] = Counter()

    def emit(self, event_id: str, company: str, contract: Json) -> None:
        """Send an event that its transaction has committed; numbers rise and have gaps."""
        self._control += 1 + self._dice.randrange(3)
        stub = self._stub(event_id, company, contract)
        self.sent.append(stub)
        for endpoint in self.endpoints.values():
            if event_id in endpoint.events and endpoint.company in ("", company.lower()):
                self._send(Event(endpoint=endpoint, body=self._body(stub)))

    def resend(self) -> int:
        """Send again what stands in the error log, as an administrator would."""
        again, self.errors = self.errors, []
        for event in again:
            event.tries = 0
            self._enqueue(event)
        return len(again)

    def figures(self) -> Json:
        """Give what was delivered so far."""
        names = ("tried", "delivered", "failed", "dropped", "duplicated")
        return {
            "endpoints": [
                {"name": one.name, "url": one.url, "events": list(one.events)} for one in self.endpoints.values()
            ],
            "sent": self.sent,
            **{name: self.outcomes[name] for name in names},
            "waiting": len(self._queue) + self._flying,
            "error_log": len(self.errors),
        }

    async def run(self) -> None:
        """Deliver what is due until cancelled, one at a time as a batch thread does."""
        async with caller(TIMEOUT_S) as client:
            while True:
                while self._queue and self._queue[0][0] <= self._clock.now().timestamp():
                    await self._deliver(client, heapq.heappop(self._queue)[2])
                await asyncio.sleep(POLL_S)

    def _stub(self, event_id: str, company: str, contract: Json) -> Json:
        now = self._clock.now()
        return {
            "BusinessEventId": event_id,
            "BusinessEventLegalEntity": company.upper(),
            "ContextRecordSubject": "",
            "ControlNumber": self._control,
            "EventId": str(UUID(int=self._dice.getrandbits(128), version=4)).upper(),
            "EventTime": epoch(now),
            "EventTimeIso8601": now.strftime("%Y-%m-%dT%H:%M:%S.%f") + "7Z",
            "InitiatingUserAADObjectId": USER_ID,
            "MajorVersion": 0,
            "MinorVersion": 0,
            "ParentContextRecordSubjects": [],
            **contract,
        }

    def _body(self, stub: Json) -> str:
        if self.wraps_for_dataverse:
            stub = {
                "MessageName": "msdyn_BusinessEvent",
                "PrimaryEntityName": "none",
                "InputParameters": [{"key": "payload", "value": json.dumps(stub, default=_number)}],
            }
        return Response.json(200, stub).body.decode()

    def _send(self, event: Event) -> None:
        if self._faults.hit("webhook_drop"):
            self.outcomes["dropped"] += 1
            return
        late = self._faults.hit("webhook_reorder")
        self._enqueue(event, late.throws.random() * (late.value_s or 2.0) if late else 0.0)
        again = self._faults.hit("webhook_duplicate")
        if again:
            self.outcomes["duplicated"] += 1
            double = Event(endpoint=event.endpoint, body=event.body)
            self._enqueue(double, again.throws.random() * (again.value_s or 1.0))

    def _enqueue(self, event: Event, delay_s: float = 0.0) -> None:
        self._number += 1
        heapq.heappush(self._queue, (self._clock.now().timestamp() + delay_s, self._number, event))

    async def _deliver(self, client: httpx.AsyncClient, event: Event) -> None:
        self._flying += 1
        try:
            answer = await client.post(
                event.endpoint.url, content=event.body.encode(), headers={"Content-Type": "application/json"}
            )
            status = str(answer.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            status = type(error).__name__
        finally:
            self._flying -= 1
        self._conclude(event, status)

    def _conclude(self, event: Event, status: str) -> None:
        event.tries += 1
        event.answers.append(status)
        self.outcomes["tried"] += 1
        if status.startswith("2"):
            self.outcomes["delivered"] += 1
        elif event.tries <= RETRIES:
            self._enqueue(event, RETRY_S)
        else:
            self.outcomes["failed"] += 1
            self.errors.append(event)


def epoch(moment: datetime | date) -> str:
    """Give a moment, or a day's midnight, as `/Date(ms)/`."""
    if isinstance(moment, datetime):
        return f"/Date({int(moment.timestamp() * 1000)})/"
    return f"/Date({(moment - date(1970, 1, 1)) // timedelta(milliseconds=1)})/"


def _number(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)
