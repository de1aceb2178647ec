"""Tools and sessions for the client's tests, against canned answers or the simulator, and drafts as pairs make them."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

import httpx

from integrations.answer import Answer
from integrations.connectors.dynamics365.credentials import clean
from integrations.connectors.dynamics365.records import (
    customer_line,
    journal_facts,
    journal_payload,
    payment_facts,
    payment_payload,
    reference,
)
from integrations.connectors.dynamics365.session import DynamicsSession, open_session
from integrations.connectors.dynamics365.simulator import build
from integrations.contracts import Dial, Draft, Facts, Settings, Tools
from integrations.money import to_json
from integrations.sandbox.app import Json, Request, Response
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.server import LOOPBACK, running
from integrations.sandbox.world import World

START = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
DAY = date(2026, 11, 3)
HOST = "contoso.operations.dynamics.com"
TYPED = {
    "environment_url": f"https://{HOST}",
    "tenant_id": "6b8b1f0e-2c1d-4c77-9d55-0f1f6f1f2a01",
    "client_id": "0f2c1c9e-7a44-4f0b-8f53-4b7d2b9f8c02",
    "client_secret": "sandbox~client.secret-not-real",
    "legal_entity": "usmf",
    "general_journal": "GenJrn",
    "payment_journal": "CustPay",
}


class WorldClock:
    """Tells the world's time; waiting moves it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return self._world.clock.now()

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        self._world.advance(seconds)


class FreeLimiter:
    """Lets every call through and remembers what was asked for."""

    def __init__(self) -> None:
        self.pauses: list[float | None] = []

    def permit(self) -> AbstractContextManager[None]:
        return nullcontext()

    def slow_down(self, retry_after_s: float | None) -> None:
        self.pauses.append(retry_after_s)


class Tokens:
    """Keeps tokens in memory; their life is not counted."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, token: str, ttl_s: int) -> None:
        self.kept[name] = token

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)

    def login(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()


class Loopback:
    """Dials every host at one port of this machine, but those that have a port of their own."""

    def __init__(self, port: int, others: Mapping[str, int]) -> None:
        self._port, self._others = port, others

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        return Dial(host=LOOPBACK, port=self._others.get(host, self._port), scheme="http")


@dataclass(slots=True)
class Bench:
    """A running world, and sessions against its F&O."""

    world: World
    port: int
    opened: ExitStack
    typed: Mapping[str, str]
    others: Mapping[str, int] = field(default_factory=dict)  # ports by host
    limiter: FreeLimiter = field(default_factory=FreeLimiter)
    tokens: Tokens = field(default_factory=Tokens)

    def session(self, **typed: str) -> DynamicsSession:
        """Open a session as the portal would, with what is typed into the form."""
        settings = Settings(connection_id="1", environment="sandbox", values=clean({**self.typed, **typed}))
        tools = Tools(
            tokens=self.tokens,
            limiter=self.limiter,
            clock=WorldClock(self.world),
            egress=Loopback(self.port, self.others),
            timeout_s=5.0,
        )
        session = open_session(settings, tools)
        self.opened.callback(session.close)
        return session


# Canned answers: what no honest simulator does


class Canned:
    """Grants tokens, and answers everything else by a function of the request; None is an empty list of rows."""

    slug = "dynamics365"
    port_offset = 6

    def __init__(self, answer: Callable[[Request], Response | None]) -> None:
        self._answer = answer
        self.requests: list[Request] = []

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        answered = self._answer(request)
        if answered is not None:
            return answered
        if request.path.endswith("/oauth2/v2.0/token"):
            token = {"token_type": "Bearer", "expires_in": 3599, "access_token": f"t{len(self.requests)}"}
            return Response.json(200, token)
        return rows_of([])

    def credentials(self) -> Json:
        return {}

    def hosts(self) -> tuple[str, ...]:
        return ()

    def state(self) -> Json:
        return {}

    def is_write(self, request: Request) -> bool:
        return request.method != "GET"

    def tick(self) -> None:
        return None

    def reset(self) -> None:
        return None

    def asked(self, part: str) -> list[Request]:
        """Give the requests whose path holds a part."""
        return [request for request in self.requests if part in request.path]


@contextmanager
def canned(answer: Callable[[Request], Response | None]) -> Iterator[tuple[Bench, Canned]]:
    """Run a canned F&O on a real socket."""
    system = Canned(answer)
    world = World([lambda _: system], clock=SandboxClock(START))
    with running(world) as where, ExitStack() as opened:
        yield Bench(world=world, port=where.ports["dynamics365"], opened=opened, typed=TYPED), system


def rows_of(rows: list[Json], link: str = "") -> Response:
    """Make a page of rows."""
    body: Json = {"@odata.context": f"https://{HOST}/data/$metadata#X", "value": rows}
    return Response.json(200, {**body, "@odata.nextLink": link} if link else body)


def answer_of(status: int, said: object, path: str = "/data/LedgerJournalLines", **headers: str) -> Answer:
    """Make an answer as the HTTP client gives it."""
    body = said if isinstance(said, str) else to_json(said)
    return Answer(
        method="POST",
        host=HOST,
        path=path,
        status=status,
        headers=httpx.Headers(headers),
        body=body.encode(),
        request_id="r1",
        ms=1,
    )


def refused(infolog: str, status: int = 400, entity: str = "LedgerJournalLineEntity") -> Answer:
    """Make a refused write in F&O's form."""
    return answer_of(status, error_body(infolog, entity))


def error_body(infolog: str, entity: str = "LedgerJournalLineEntity") -> Json:
    """Make the error object of a refused write."""
    message = f"Write failed for table row of type '{entity}'. Infolog: {infolog}"
    kind = "Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataWriteException"
    inner = {"message": message, "type": kind, "stacktrace": "   at Microsoft.Dynamics..."}
    return {"error": {"code": "", "message": "An error has occurred.", "innererror": inner}}


# Drafts


def invoice(
    customer: str,
    amount: str = "129.95",
    *,
    number: str = "INV-1",
    account: str = "401100---",
    delimiter: str = "-",
    operation: str = "create",
    revision: int = 1,
    on: date = DAY,
) -> Draft:
    """Make an invoice as a journal: the customer owes, one revenue account earns."""
    value = Decimal(amount)
    lines = [
        {"AccountType": "Ledger", "AccountDisplayValue": account, "CreditAmount": value, "Text": f"Plan {number}"},
        customer_line(customer, value, delimiter, {"Invoice": number, "Text": f"Invoice {number}"}),
    ]
    payload = journal_payload(on=on, currency="USD", lines=lines)
    return Draft(
        flow="invoices",
        key=number,
        sink="journals",
        reference=reference("acme", "invoice", number, operation, revision),
        payload=payload,
        facts=journal_facts(payload, delimiter),
        operation=operation,
        revision=revision,
    )


def payment(
    customer: str,
    amount: str = "129.95",
    *,
    key: str = "txn_1",
    invoice: str = "",
    company: str = "usmf",
    delimiter: str = "-",
    bank: str = "USMF OPER",
) -> Draft:
    """Make a payment, or a refund for a negative amount."""
    fields = {
        "OffsetAccountType": "Bank",
        "OffsetAccountDisplayValue": bank,
        "TransactionText": f"Chargebee {key}",
    }
    payload = payment_payload(
        customer=customer, amount=Decimal(amount), currency="USD", on=DAY, delimiter=delimiter, fields=fields,
        invoice=invoice, company=company,
    )  # fmt: skip
    return Draft(
        flow="payments",
        key=key,
        sink="payment_journals",
        reference=reference("acme", "payment", key),
        payload=payload,
        facts=payment_facts(payload, delimiter),
    )


def customer(name: str = "Acme Robotics", group: str = "30", *, key: str = "cus_1", **more: object) -> Draft:
    """Make a customer."""
    payload = {
        "PartyType": "Organization",
        "OrganizationName": name,
        "CustomerGroupId": group,
        "SalesCurrencyCode": "USD",
        "PrimaryContactEmail": "ap@acme.test",
        **more,
    }
    return Draft(
        flow="customers",
        key=key,
        sink="customers",
        reference=reference("acme", "customer", key),
        payload=payload,
        facts=Facts(name=name),
    )


@contextmanager
def sandbox() -> Iterator[Bench]:
    """Run the simulator with its own credentials."""
    world = World([build], clock=SandboxClock(START))
    with running(world) as where, ExitStack() as opened:
        given = world.simulators["dynamics365"].credentials()
        typed = {name: value for name, value in given.items() if isinstance(value, str)}
        others = {host: where.ports[slug] for slug, each in world.simulators.items() for host in each.hosts()}
        yield Bench(world=world, port=where.ports["dynamics365"], opened=opened, typed=typed, others=others)


def revenue(session) -> str:
    """Give a ledger string of an open revenue account, without dimensions."""
    setup = session.ground.setup
    number = next(n for n, row in setup.main_accounts.items() if row["MainAccountType"] == "Revenue")
    return setup.format("DataEntityLedgerDimensionFormat").write({"MainAccount": number})


def bank(session) -> str:
    """Give a bank account of the simulator, as its payment methods name it."""
    rows = session.ground.rows("CustomerPaymentMethods")
    row = next(row for row in rows if row.get("AccountType") == "Bank")
    return row["PaymentAccountDisplayValue"].replace("\\", "")


def post(bench: Bench) -> None:
    """Post what waits."""
    bench.world.simulators["dynamics365"].controls()["POST post"]({})
