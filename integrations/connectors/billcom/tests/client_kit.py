"""A sandbox BILL on a real socket, sessions against it, and drafts made the way a pair makes them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import ClassVar

from integrations.answer import Answer
from integrations.connectors.billcom.credentials import clean
from integrations.connectors.billcom.records import bill_body, reference, vendor_body
from integrations.connectors.billcom.session import BillSession, open_session
from integrations.connectors.billcom.simulator import build
from integrations.contracts import Booked, Draft, Environment, Facts, Found, LineFact
from integrations.sandbox import testing

START = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)
DAY = date(2026, 11, 1)
GOOD = {
    "base_url": "https://gateway.stage.bill.com/connect",
    "organization_id": "00801ACMEORG00000001",
    "dev_key": "01SANDBOXDEVKEY00001",
    "username": "acme-erp-sync",
    "password": "sandbox-token-acme-0001",
}


@dataclass(slots=True, kw_only=True)
class Bench(testing.Bench):
    """A running world with one BILL."""

    slug: ClassVar[str] = "billcom"
    start: ClassVar[datetime] = START

    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def session(self, environment: Environment = "sandbox", **typed: str) -> BillSession:
        """Open a session as the portal would, with what is typed into the form."""
        return self.open(open_session, clean({**GOOD, **typed}), environment)

    @property
    def simulator(self):
        return self.world.simulators["billcom"]

    def switch(self, **changes: object) -> None:
        """Turn switches of the simulator."""
        self.simulator.switches.change(changes)

    def calls(self, method: str, path: str) -> int:
        """Count the calls so far."""
        return self.world.traffic["billcom"].calls.get((method, path), 0)

    def account(self) -> str:
        """Give the id of an expense account."""
        accounts = self.simulator.org.store.all("chartOfAccount")
        return next(one.id for one in accounts if one.fields["account"]["type"] == "EXPENSE")

    def vendor(self, name: str = "Orchid Bearings", **more: object) -> Draft:
        """Make a vendor's draft under the next number."""
        values = {
            "name": name,
            "email": "ap@orchid.example",
            "billCurrency": "USD",
            "address.line1": "9 Quay St",
            "address.city": "Austin",
            "address.stateOrProvince": "TX",
            "address.zipOrPostalCode": "78701",
            "address.country": "US",
        }
        key = str(next(self.numbers))
        payload = vendor_body({**values, **more})
        ref = reference("JDE-test", "VEN", key)
        return Draft(flow="vendors", key=key, sink="vendors", reference=ref, payload=payload, facts=Facts(name=name))

    def bill(self, vendor_id: str, number: str, *amounts: str, day: date = DAY, **header: object) -> Draft:
        """Make a bill's draft under the next number."""
        account = self.account()
        lines = [{"amount": Decimal(one), "classifications.chartOfAccountId": account} for one in amounts]
        values = {
            "vendorId": vendor_id,
            "invoice.invoiceNumber": number,
            "invoice.invoiceDate": day,
            "dueDate": date(2026, 12, 1),
            "description": "Bearings",
            **header,
        }
        total = sum(map(Decimal, amounts), Decimal(0))
        facts = Facts(
            customer=vendor_id,
            currency="USD",
            total=total,
            open_amount=total,
            date=day,
            lines=tuple(LineFact(account=account, amount=Decimal(one)) for one in amounts),
        )
        key = str(next(self.numbers))
        ref = reference("JDE-test", "BIL", key)
        return Draft(flow="bills", key=key, sink="bills", reference=ref, payload=bill_body(values, lines), facts=facts)


def stands(session: BillSession, draft: Draft, external_id: str) -> Found | None:
    """Read back one draft."""
    return session.sink(draft.sink).read_back([Booked(draft=draft, external_id=external_id)]).get(draft.reference)


def unlike(draft: Draft, found: Found | None) -> list[str]:
    """Name the facts that the draft states and that do not stand so."""
    names = ("name", "customer", "currency", "total", "open_amount", "date", "lines")
    stated = [name for name in names if getattr(draft.facts, name) is not None]
    return [name for name in stated if found is None or getattr(found.facts, name) != getattr(draft.facts, name)]


@contextmanager
def sandbox() -> Iterator[Bench]:
    """Run the simulator."""
    with testing.running_bench(Bench, build) as bench:
        yield bench


def pages_of(stream, window) -> tuple[list, list]:
    """Read a window to its end; give its records and what could not be read."""
    pages = list(stream.pages(window))
    return [one for page in pages for one in page.records], [one for page in pages for one in page.unreadable]


def answer_of(status: int, said: object, method: str = "POST", path: str = "/connect/v3/bills") -> Answer:
    """Make an answer as the HTTP client gives it."""
    return testing.made_answer(status, said, method=method, host="gateway.stage.bill.com", path=path)


def fault_entry(code: str, message: str, **more: object) -> Mapping[str, object]:
    """Make an entry of an error array as BILL documents it."""
    return {
        "timestamp": "2026-03-04T10:11:12.345+00:00",
        "code": code,
        "severity": "ERROR",
        "category": "REQUEST",
        "message": message,
        **more,
    }
