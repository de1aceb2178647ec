"""Push notifications (SM302000): definitions, the queue, and sending with five tries."""

import asyncio
import heapq
import json
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from integrations.connectors.acumatica.simulator.store import Record, Values
from integrations.sandbox.app import Json, Response
from integrations.sandbox.caller import caller
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.dice import dice
from integrations.sandbox.faults import Faults

TRIES = 5
RETRY_S = 2.0
TIMEOUT_S = 10.0
POLL_S = 0.02
TICKS_AT_1970 = 621_355_968_000_000_000

COLUMNS: dict[str, dict[str, str]] = {
    "Customer": {
        "CustomerID": "AcctCD", "CustomerName": "AcctName", "Status": "Status", "AccountRef": "AcctReferenceNbr",
    },
    "ar": {
        "Type": "DocType", "ReferenceNbr": "RefNbr", "Customer": "CustomerID", "Status": "Status",
        "Amount": "CuryOrigDocAmt", "Balance": "CuryDocBal", "CustomerOrder": "InvoiceNbr", "PaymentRef": "ExtRefNbr",
    },
    "gl": {"Module": "Module", "BatchNumber": "BatchNbr", "Status": "Status", "Description": "Description"},
    "item": {"InventoryID": "InventoryCD", "Description": "Descr", "Status": "ItemStatus"},
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Definition:
    """One notification definition: a generic inquiry over a table, sent to one address with one static header."""

    url: str
    query: str
    table: str
    tenant: str
    header: str = ""
    secret: str = field(default="", repr=False)
    is_active: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class Notification:
    """One notification on its way."""

    definition: Definition
    body: bytes
    tries: int = 0
    answers: list[str] = field(default_factory=list)


class Push:
    """All definitions of the site and what is on its way."""

    def __init__(self, clock: SandboxClock, faults: Faults, seed: int) -> None:
        self._clock = clock
        self._faults = faults
        self._dice = dice(seed, "acumatica", "push")
        self._number = 0
        self._queue: list[tuple[float, int, Notification]] = []
        self.definitions: list[Definition] = []
        self.failed: list[Notification] = []
        self.outcomes: Counter[str] = Counter()

    def define(self, options: Json) -> Definition:
        """Add a definition from `{"url", "query", "table", "tenant", "header", "secret"}`."""
        if options.get("table") not in COLUMNS:
            raise ValueError(f"Say the table: {', '.join(COLUMNS)}.")
        made = Definition(**options)
        self.definitions = [one for one in self.definitions if (one.url, one.query) != (made.url, made.query)]
        self.definitions.append(made)
        return made

    def changed(self, tenant: str, record: Record, before: Values | None, after: Values | None) -> None:
        """Tell the definitions over a record's table; an update is a deleted and an inserted row."""
        for one in self.definitions:
            if one.is_active and (one.tenant, one.table) == (tenant, record.table):
                self._send(one, _row(one, before), _row(one, after))

    def figures(self) -> Json:
        """Give what was delivered so far."""
        names = ("tried", "delivered", "failed", "dropped", "duplicated")
        shown = [{"url": one.url, "query": one.query, "table": one.table} for one in self.definitions]
        counts = {name: self.outcomes[name] for name in names}
        return {"definitions": shown, **counts, "waiting": len(self._queue)}

    def resend(self) -> int:
        """Send again what failed five times, as SM502000 does."""
        again, self.failed = self.failed, []
        for one in again:
            one.tries = 0
            self._enqueue(one, 0.0)
        return len(again)

    async def run(self) -> None:
        """Deliver what is due until cancelled, in turn."""
        async with caller(TIMEOUT_S) as client:
            while True:
                while self._queue and self._queue[0][0] <= self._clock.now().timestamp():
                    await self._deliver(client, heapq.heappop(self._queue)[2])
                await asyncio.sleep(POLL_S)

    def _send(self, one: Definition, before: Json | None, after: Json | None) -> None:
        ticks = TICKS_AT_1970 + int(self._clock.now().timestamp() * 10_000_000)
        body = {
            "Inserted": [after] if after else [],
            "Deleted": [before] if before else [],
            "Query": one.query,
            "CompanyId": one.tenant,
            "Id": str(UUID(int=self._dice.getrandbits(128), version=4)),
            "TimeStamp": ticks,
            "AdditionalInfo": {},
        }
        text = Response.json(200, body).body
        if self._faults.hit("webhook_drop"):
            self.outcomes["dropped"] += 1
            return
        late = self._faults.hit("webhook_reorder")
        self._enqueue(
            Notification(definition=one, body=text), late.throws.random() * (late.value_s or 2.0) if late else 0.0
        )
        if self._faults.hit("webhook_duplicate"):
            self.outcomes["duplicated"] += 1
            self._enqueue(Notification(definition=one, body=text), 0.1)

    def _enqueue(self, one: Notification, delay_s: float) -> None:
        self._number += 1
        heapq.heappush(self._queue, (self._clock.now().timestamp() + delay_s, self._number, one))

    async def _deliver(self, client: httpx.AsyncClient, one: Notification) -> None:
        headers = {"Content-Type": "application/json"}
        if one.definition.header:
            headers[one.definition.header] = one.definition.secret
        try:
            answer = await client.post(one.definition.url, content=one.body, headers=headers)
            self.conclude(one, str(answer.status_code), is_good=answer.is_success)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self.conclude(one, type(error).__name__, is_good=False)

    def conclude(self, one: Notification, answer: str, *, is_good: bool) -> None:
        """Note an answer: any error is tried again, five times at most."""
        one.tries += 1
        one.answers.append(answer)
        self.outcomes["tried"] += 1
        if is_good:
            self.outcomes["delivered"] += 1
        elif one.tries < TRIES:
            self._enqueue(one, RETRY_S)
        else:
            self.outcomes["failed"] += 1
            self.failed.append(one)

    def waiting(self) -> list[Json]:
        """Give the bodies on their way, oldest first."""
        return [json.loads(row[2].body) for row in sorted(self._queue, key=lambda row: row[:2])]


def _row(one: Definition, fields: Values | None) -> Json | None:
    if fields is None:
        return None
    return {name: fields[key] for name, key in COLUMNS[one.table].items() if key in fields}
