"""A sandbox NetSuite on a real socket and drafts for it, made the way a pair makes them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count

from integrations.connectors.netsuite.records import application, body, external_id, sublist
from integrations.connectors.netsuite.session import NetSuiteSession
from integrations.connectors.netsuite.simulator import build
from integrations.connectors.netsuite.tests.client_kit import Bench
from integrations.contracts import Application, Booked, Draft, Facts, LineFact, ReferenceEntry
from integrations.sandbox.testing import running_bench

DAY = date(2026, 11, 3)


@dataclass(slots=True)
class Ledger:
    """One session, its reference data, and drafts numbered as they come."""

    bench: Bench | None
    session: NetSuiteSession
    references: Mapping[tuple[str, str], ReferenceEntry]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def code(self, kind: str, number: str = "") -> str:
        """Give the id of a value of the reference data, the first active one unless a number is given."""
        if number:
            return self.references[kind, number].code
        return next(entry.code for (k, _), entry in self.references.items() if k == kind and entry.is_active)

    def account(self, account_type: str) -> str:
        """Give the first account of a type."""
        entries = [entry for (kind, _), entry in self.references.items() if kind == "account"]
        return next(entry.code for entry in entries if entry.details["type"] == account_type)

    def draft(self, sink: str, kind: str, payload, facts: Facts, **more: object) -> Draft:
        """Make a draft under the next number."""
        key = str(next(self.numbers))
        return Draft(
            flow=sink,
            key=key,
            sink=sink,
            reference=external_id("CB-test", kind, key),
            payload=payload,
            facts=facts,
            **more,
        )

    def customer(self, name: str = "Orchid Labs", email: str = "ap@orchid.example", **more: object) -> Draft:
        values = {
            "companyName": name,
            "isPerson": False,
            "email": email,
            "subsidiary": self.code("subsidiary"),
            "currency": self.code("currency", "USD"),
            "address.addr1": "9 Quay St",
            "address.city": "Oslo",
            "address.country": "NO",
        }
        return self.draft("customers", "CUS", body("customers", values), Facts(name=name), **more)

    def item(self, name: str = "Pro plan", **more: object) -> Draft:
        values = {
            "itemId": name,
            "incomeAccount": self.account("Income"),
            "subsidiary": self.code("subsidiary"),
            "includeChildren": True,
        }
        return self.draft("items", "ITM", body("items", values), Facts(name=name), **more)

    def invoice(self, customer: str, item: str, *amounts: str, day: date = DAY, **header: object) -> Draft:
        lines = [{"item": item, "quantity": Decimal(1), "rate": Decimal(a), "amount": Decimal(a)} for a in amounts]
        values = {
            "entity": customer,
            "tranDate": day,
            "currency": self.code("currency", "USD"),
            "subsidiary": self.code("subsidiary"),
            "toBeEmailed": False,
            **header,
        }
        total = sum(map(Decimal, amounts), Decimal(0))
        facts = Facts(
            customer=customer,
            currency="USD",
            total=total,
            open_amount=total,
            date=day,
            lines=tuple(LineFact(account=item, amount=Decimal(a)) for a in amounts),
        )
        return self.draft("invoices", "INV", body("invoices", values, lines), facts)

    def payment(self, customer: str, amount: str, applied: Mapping[str, str], day: date = DAY) -> Draft:
        values = {
            "customer": customer,
            "payment": Decimal(amount),
            "tranDate": day,
            "currency": self.code("currency", "USD"),
            "account": self.account("Bank"),
            "memo": "ch_3Nx",
        }
        payload = body("payments", values)
        payload["autoApply"] = False
        if applied:
            payload["apply"] = sublist([application(doc, Decimal(part)) for doc, part in applied.items()])
        facts = Facts(
            customer=customer,
            currency="USD",
            total=Decimal(amount),
            date=day,
            open_amount=Decimal(amount) - sum(map(Decimal, applied.values()), Decimal(0)),
            applied=tuple(Application(external_id=doc, amount=Decimal(part)) for doc, part in applied.items()),
        )
        return self.draft("payments", "TXN", payload, facts)

    def book(self, draft: Draft) -> str:
        """Book a draft and give its id."""
        return self.session.sink(draft.sink).book(draft).external_id

    def stands(self, draft: Draft, internal_id: str):
        """Read back one draft."""
        return self.session.sink(draft.sink).read_back([Booked(draft=draft, external_id=internal_id)])[draft.reference]

    def found(self, *drafts: Draft):
        """Look drafts of one sink up."""
        return self.session.sink(drafts[0].sink).find(drafts)

    def fault(self, kind: str, **rule: object) -> None:
        """Switch one fault on."""
        self.bench.world.faults("netsuite").set_rules({"seed": 1, "rules": [{"kind": kind, **rule}]})


def memo(ledger: Ledger, customer: str, item: str, amount: str, applied=None, day: date = DAY) -> Draft:
    """Draft a credit memo of one line."""
    line = {"item": item, "quantity": Decimal(1), "rate": Decimal(amount), "amount": Decimal(amount)}
    values = {"entity": customer, "tranDate": day, "currency": ledger.code("currency", "USD"), "toBeEmailed": False}
    payload = {**body("credit_memos", values, [line]), "autoApply": False}
    if applied:
        payload["apply"] = sublist([application(doc, Decimal(part)) for doc, part in applied.items()])
    rows = tuple(Application(external_id=doc, amount=Decimal(part)) for doc, part in (applied or {}).items())
    facts = Facts(
        customer=customer,
        currency="USD",
        total=Decimal(amount),
        date=day,
        lines=(LineFact(account=item, amount=Decimal(amount)),),
        applied=rows,
    )
    return ledger.draft("credit_memos", "CN", payload, facts)


def refund(ledger: Ledger, customer: str, applied: dict[str, str], day: date = DAY) -> Draft:
    """Draft a customer refund."""
    values = {"customer": customer, "tranDate": day, "currency": ledger.code("currency", "USD")}
    payload = body("refunds", {**values, "account": ledger.account("Bank")})
    payload["apply"] = sublist([application(doc, Decimal(part)) for doc, part in applied.items()])
    total = sum(map(Decimal, applied.values()), Decimal(0))
    rows = tuple(Application(external_id=doc, amount=Decimal(part)) for doc, part in applied.items())
    return ledger.draft(
        "refunds", "RFD", payload, Facts(customer=customer, currency="USD", total=total, date=day, applied=rows)
    )


@contextmanager
def sandbox() -> Iterator[Bench]:
    """Run the simulator with its own credentials."""
    with running_bench(Bench, build) as bench:
        bench.typed = bench.typed_there()
        yield bench


@contextmanager
def open_ledger() -> Iterator[Ledger]:
    """Run the simulator, open a session and read its reference data."""
    with sandbox() as bench:
        yield ledger_of(bench.session(), bench)


def ledger_of(session: NetSuiteSession, bench: Bench | None = None) -> Ledger:
    """Make drafts with the reference data of a session; faults need the bench."""
    entries = list(session.reference_values())
    found = {(entry.kind, entry.number): entry for entry in entries if entry.number}
    found |= {(entry.kind, entry.code): entry for entry in entries}
    return Ledger(bench=bench, session=session, references=found)
