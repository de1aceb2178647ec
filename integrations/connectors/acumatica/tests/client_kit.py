"""A sandbox Acumatica on a real socket, sessions against it, and drafts made the way a pair makes them."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import httpx

from integrations.answer import Answer
from integrations.connectors.acumatica.credentials import clean
from integrations.connectors.acumatica.records import apply_to, payload, reference
from integrations.connectors.acumatica.session import AcumaticaSession, open_session
from integrations.connectors.acumatica.simulator import build
from integrations.contracts import (
    Application,
    Booked,
    Dial,
    Draft,
    Facts,
    Found,
    LineFact,
    Settings,
    Tools,
    Window,
)
from integrations.money import to_json
from integrations.sandbox.app import Json, Request, Response
from integrations.sandbox.server import LOOPBACK, running
from integrations.sandbox.world import World

SLUG = "acumatica"
DAY = date(2026, 11, 3)


class WorldClock:
    """Tells the world's time; waiting moves it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self):
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
    """Keeps tokens in memory, and all that there ever were."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.ever: list[str] = []

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, token: str, ttl_s: int) -> None:
        self.kept[name] = token
        self.ever.append(token)

    def drop(self, name: str) -> None:
        self.kept.pop(name, None)

    def login(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()


class Loopback:
    """Dials every host at one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        return Dial(host=LOOPBACK, port=self._port, scheme="http")


@dataclass(slots=True)
class Bench:
    """A running world, sessions against its Acumatica, and drafts numbered as they come."""

    world: World
    port: int
    opened: ExitStack
    limiter: FreeLimiter = field(default_factory=FreeLimiter)
    tokens: Tokens = field(default_factory=Tokens)
    number: int = 0

    @property
    def tools(self) -> Tools:
        return Tools(
            tokens=self.tokens,
            limiter=self.limiter,
            clock=WorldClock(self.world),
            egress=Loopback(self.port),
            timeout_s=5.0,
        )

    def session(self, **typed: str) -> AcumaticaSession:
        """Open a session as the portal would, with what is typed into the form."""
        given = {k: v for k, v in self.world.simulators[SLUG].credentials().items() if isinstance(v, str)}
        settings = Settings(connection_id="1", environment="sandbox", values=clean({**given, **typed}))
        session = open_session(settings, self.tools)
        self.opened.callback(session.close)
        return session

    def control(self, call: str, **options: object) -> Json:
        """Make a control call of the simulator."""
        return self.world.simulators[SLUG].controls()[call](options)

    def fault(self, kind: str, **rule: object) -> None:
        """Switch one fault on."""
        self.world.faults(SLUG).set_rules({"seed": 1, "rules": [{"kind": kind, **rule}]})

    def documents(self) -> list[Json]:
        """Give the documents that stand in the simulator."""
        return self.world.simulators[SLUG].state()["documents"]

    def calls(self, method: str = "", part: str = "") -> int:
        """Count calls so far by method and part of the path."""
        counted = self.world.traffic[SLUG].calls.items()
        return sum(n for (verb, path), n in counted if method in ("", verb) and part in path)

    # Drafts

    def draft(self, sink: str, kind: str, values: Mapping[str, object], facts: Facts, **more: object) -> Draft:
        self.number += 1
        key = str(more.pop("key", self.number))
        made = {
            "flow": sink,
            "key": key,
            "sink": sink,
            "reference": reference("CB-test", kind, key),
            "payload": values,
            "facts": facts,
        }
        return Draft(**{**made, **more})

    def customer(self, name: str = "Orchid Labs", **header: object) -> Draft:
        values = {
            "CustomerName": name,
            "CustomerClass": "DEFAULT",
            "CurrencyID": "USD",
            "EnableCurrencyOverride": True,
            "MainContact.Email": f"{name.split()[0].lower()}@orchid.example",
            "MainContact.Address.City": "Portland",
            "MainContact.Address.Country": "US",
        }
        return self.draft("customers", "CUS", payload({**values, **header}), Facts(name=name))

    def invoice(
        self, customer: str, *amounts: str, sink: str = "invoices", day: date = DAY, screen="Invoice", **header: object
    ) -> Draft:
        lines = [
            {
                "InventoryID": "SAAS-PRO",
                "Qty": Decimal(1),
                "UnitPrice": Decimal(amount),
                "Amount": Decimal(amount),
                "TransactionDescription": "Pro plan",
                "Account": "40000",
                "Subaccount": "000000",
                "TaxCategory": "EXEMPT",
            }
            for amount in amounts
        ]
        values = {"Customer": customer, "Date": day, "custom.Document.CuryID": "USD", **header}
        total = sum(map(Decimal, amounts), Decimal(0))
        facts = Facts(
            customer=customer,
            currency="USD",
            total=total,
            date=day,
            lines=tuple(LineFact(account="40000", amount=Decimal(amount)) for amount in amounts),
        )
        kind = "CN" if sink == "credit_memos" else "INV"
        return self.draft(sink, kind, payload(values, lines, screen), facts)

    def memo(self, customer: str, *amounts: str, **header: object) -> Draft:
        return self.invoice(customer, *amounts, sink="credit_memos", **header)

    def payment(
        self, customer: str, amount: str, applied: Mapping[str, str] | None = None, sink: str = "payments"
    ) -> Draft:
        rows = tuple(Application(external_id=doc, amount=Decimal(part)) for doc, part in (applied or {}).items())
        values = {
            "CustomerID": customer,
            "ApplicationDate": DAY,
            "PaymentAmount": Decimal(amount),
            "PaymentMethod": "ACH",
            "CashAccount": "10200",
            "CurrencyID": "USD",
        }
        body = payload(values) | (apply_to(rows) if rows else {})
        facts = Facts(customer=customer, currency="USD", total=Decimal(amount), date=DAY, applied=rows)
        return self.draft(sink, "RFD" if sink == "refunds" else "TXN", body, facts)

    def journal(self, amount: str = "12.34", day: date = DAY, credit: str = "", **header: object) -> Draft:
        lines = [
            {"Account": "61000", "Subaccount": "000000", "DebitAmount": Decimal(amount)},
            {"Account": "10200", "Subaccount": "000000", "CreditAmount": Decimal(credit or amount)},
        ]
        values = {"TransactionDate": day, "LedgerID": "ACTUAL", "BranchID": "MAIN", "CurrencyID": "USD", **header}
        facts = Facts(
            currency="USD",
            total=Decimal(amount),
            date=day,
            lines=(
                LineFact(account="61000", amount=Decimal(amount)),
                LineFact(account="10200", amount=-Decimal(amount)),
            ),
        )
        return self.draft("journals", "JE", payload(values, lines), facts)


def operation(draft: Draft, name: str, external_id: str, **more: object) -> Draft:
    """Make a follow-up operation on a document that stands."""
    return replace(draft, operation=name, external_id=external_id, **more)


@contextmanager
def sandbox() -> Iterator[Bench]:
    """Run the simulator."""
    world = World([build])
    with running(world) as where, ExitStack() as opened:
        yield Bench(world=world, port=where.ports[SLUG], opened=opened)


def book(session: AcumaticaSession, draft: Draft) -> str:
    """Book a draft and give its id."""
    return session.sink(draft.sink).book(draft).external_id


def released(session: AcumaticaSession, draft: Draft) -> str:
    """Book a draft, release it, and give its id."""
    external_id = book(session, draft)
    assert book(session, operation(draft, "release", external_id)) == external_id
    return external_id


def stands(session: AcumaticaSession, draft: Draft, external_id: str) -> Found:
    """Read back one draft."""
    return session.sink(draft.sink).read_back([Booked(draft=draft, external_id=external_id)])[draft.reference]


def found(session: AcumaticaSession, *drafts: Draft):
    """Look drafts of one sink up."""
    return session.sink(drafts[0].sink).find(drafts)


def everything(session: AcumaticaSession, bench: Bench, slug: str):
    """Read a stream to its end, and give its records by key."""
    window = Window(start=None, end=bench.world.clock.now())
    return {record.key: record for page in session.stream(slug).pages(window) for record in page.records}


# Canned answers: what no honest simulator does


class Canned:
    """Grants tokens, and answers everything else by a function of the request."""

    slug = SLUG
    port_offset = 5

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer
        self.requests: list[Request] = []

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        if request.path.endswith("/connect/token"):
            token = f"token-{len(self.requests)}"
            return Response.json(200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer"})
        return self._answer(request)

    def credentials(self) -> Json:
        return {
            "instance_url": "https://acme.example/Acme",
            "client_id": "abc@ACME",
            "client_secret": "sandbox-secret",
            "username": "u",
            "password": "sandbox-password",
        }

    def hosts(self) -> tuple[str, ...]:
        return ("acme.example",)

    def state(self) -> Json:
        return {"documents": []}

    def is_write(self, request: Request) -> bool:
        return request.method != "GET"

    def tick(self) -> None:
        return None

    def reset(self) -> None:
        return None


@contextmanager
def canned(answer: Callable[[Request], Response]) -> Iterator[tuple[Bench, Canned]]:
    """Run a canned Acumatica on a real socket."""
    system = Canned(answer)
    world = World([lambda _: system])
    with running(world) as where, ExitStack() as opened:
        yield Bench(world=world, port=where.ports[SLUG], opened=opened), system


def answer_of(status: int, said: object, path: str = "/Acme/entity/Default/24.200.001/SalesInvoice") -> Answer:
    """Make an answer as the HTTP client gives it."""
    body = said if isinstance(said, str) else to_json(said)
    return Answer(
        method="PUT",
        host="acme.example",
        path=path,
        status=status,
        headers=httpx.Headers({}),
        body=body.encode(),
        request_id="r1",
        ms=1,
    )
