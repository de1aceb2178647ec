"""A sandbox Acumatica on a real socket, sessions against it, and drafts made the way a pair makes them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import ClassVar

from integrations.answer import Answer
from integrations.connectors.acumatica.credentials import clean
from integrations.connectors.acumatica.records import apply_to, payload, reference
from integrations.connectors.acumatica.session import AcumaticaSession, open_session
from integrations.connectors.acumatica.simulator import build
from integrations.contracts import (
    Application,
    Booked,
    Draft,
    Facts,
    Found,
    LineFact,
    Window,
)
from integrations.sandbox import testing
from integrations.sandbox.app import Json, Request, Response

SLUG = "acumatica"
DAY = date(2026, 11, 3)


@dataclass(slots=True, kw_only=True)
class Bench(testing.Bench):
    """A running world, sessions against its Acumatica, and drafts numbered as they come."""

    slug: ClassVar[str] = SLUG

    number: int = 0

    def session(self, **typed: str) -> AcumaticaSession:
        """Open a session as the portal would, with what is typed into the form."""
        return self.open(open_session, clean({**self.typed_there(), **typed}))

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
            "MainContact.Email": f"{(name.split() or ['nobody'])[0].lower()}@orchid.example",
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
    with testing.running_bench(Bench, build) as bench:
        yield bench


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


class Canned(testing.Canned):
    """Grants tokens, and answers everything else by a function of the request."""

    slug = SLUG
    port_offset = 5

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        super().__init__()
        self._answer = answer

    def answer(self, request: Request) -> Response:
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


@contextmanager
def canned(answer: Callable[[Request], Response]) -> Iterator[tuple[Bench, Canned]]:
    """Run a canned Acumatica on a real socket."""
    system = Canned(answer)
    with testing.running_bench(Bench, lambda _: system) as bench:
        yield bench, system


def answer_of(status: int, said: object, path: str = "/Acme/entity/Default/24.200.001/SalesInvoice") -> Answer:
    """Make an answer as the HTTP client gives it."""
    return testing.made_answer(status, said, method="PUT", host="acme.example", path=path)
