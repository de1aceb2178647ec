"""A sandbox JD Edwards on a real socket, sessions against it, and canned AIS servers for what no honest one does."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import ClassVar

from integrations.answer import Answer
from integrations.connectors.jde.credentials import clean
from integrations.connectors.jde.records import external_ref, journal_facts
from integrations.connectors.jde.session import JdeSession, open_session
from integrations.connectors.jde.simulator import build
from integrations.contracts import Application, Booked, Draft, Facts, Window
from integrations.sandbox import testing
from integrations.sandbox.app import Json, Request, Response

START = datetime(2026, 11, 21, 18, 0, 0, tzinfo=UTC)
DAY = date(2026, 11, 16)
TYPED = {
    "base_url": "https://ais.acme.example:9300",
    "username": "MLCONN",
    "password": "sandbox-MLCONN",
    "environment": "JPD920",
    "role": "*ALL",
}


@dataclass(slots=True, kw_only=True)
class Bench(testing.Bench):
    """A running world, and sessions against its JD Edwards."""

    slug: ClassVar[str] = "jde"
    start: ClassVar[datetime] = START

    number: int = 0

    def session(self, **typed: str) -> JdeSession:
        """Open a session as the portal would, with what is typed into the form."""
        return self.open(open_session, clean({**TYPED, **typed}))

    def documents(self, kind: str) -> list[Json]:
        """Give the documents that stand in the simulator."""
        return [one for one in self.world.simulators["jde"].state()["documents"] if one["kind"] == kind]

    def calls(self) -> int:
        """Count the calls so far."""
        return sum(self.world.traffic["jde"].calls.values())

    # Drafts, made the way a pair makes them

    def draft(self, sink: str, payload: Mapping[str, object], facts: Facts, **more: object) -> Draft:
        """Make a draft under the next number."""
        self.number += 1
        key = str(more.pop("key", f"INV-{self.number}"))
        values = {
            "flow": "invoices",
            "key": key,
            "sink": sink,
            "reference": external_ref("C", "t1", sink, key),
            "payload": payload,
            "facts": facts,
        }
        return Draft(**{**values, **more})

    def journal(self, amount: str = "100.00", day: date = DAY, currency: str = "USD", **header: object) -> Draft:
        """Make a journal of a debit and a credit."""
        lines = [
            {"account": "1.1215", "amount": Decimal(amount), "remark": "Invoice"},
            {"account": "110.5010", "amount": -Decimal(amount), "remark": "Invoice"},
        ]
        values = {
            "documentCompany": "00001",
            "glDate": day,
            "currencyCode": currency,
            "explanation": "Chargebee invoice",
            "lines": lines,
            **header,
        }
        return self.draft("journal_entries", values, journal_facts(currency=currency, day=day, lines=lines))

    def customer(self, name: str = "Orchid Labs", **header: object) -> Draft:
        """Make a customer."""
        values = {"alphaName": name, "currencyCode": "USD", "city": "Oslo", "country": "NO", "email": "a@b.example"}
        return self.draft("address_book", {**values, **header}, Facts(name=name))

    def voucher(self, supplier: str, amount: str = "250.00", number: str = "R-1001", **header: object) -> Draft:
        """Make a voucher of one line."""
        values = {
            "supplier": supplier,
            "company": "00001",
            "supplierInvoice": number,
            "invoiceDate": DAY,
            "glDate": DAY,
            "currencyCode": "USD",
            "grossAmount": Decimal(amount),
            "lines": [{"account": "110.8620", "amount": Decimal(amount)}],
            **header,
        }
        facts = Facts(customer=supplier, currency="USD", total=Decimal(amount), date=DAY, posting_date=DAY)
        return self.draft("vouchers", values, facts)

    def payment(self, voucher: str, payee: str, amount: str, bank: str, number: str = "7001") -> Draft:
        """Make a payment of one voucher in full."""
        kind, document, company = voucher.split("-")
        row = {
            "documentCompany": company,
            "documentType": kind,
            "documentNumber": document,
            "payItem": "001",
            "amount": Decimal(amount),
        }
        values = {
            "payee": payee,
            "paymentNumber": number,
            "paymentDate": DAY,
            "glDate": DAY,
            "bankAccountId": bank,
            "currencyCode": "USD",
            "applyTo": [row],
        }
        applied = (Application(external_id=voucher, amount=Decimal(amount)),)
        facts = Facts(customer=payee, currency="USD", total=Decimal(amount), date=DAY, applied=applied)
        return self.draft("payments", values, facts)


@contextmanager
def sandbox() -> Iterator[Bench]:
    """Run the simulator."""
    with testing.running_bench(Bench, build) as bench:
        yield bench


def book(session: JdeSession, draft: Draft) -> str:
    """Book a draft and give its id."""
    return session.sink(draft.sink).book(draft).external_id


def stands(session: JdeSession, draft: Draft, external_id: str):
    """Read back one draft."""
    return session.sink(draft.sink).read_back([Booked(draft=draft, external_id=external_id)])[draft.reference]


def found(session: JdeSession, *drafts: Draft):
    """Look drafts of one sink up."""
    return session.sink(drafts[0].sink).find(drafts)


def everything(session: JdeSession, slug: str, start: datetime | None = None):
    """Read a stream to its end, and give its records by key."""
    window = Window(start=start, end=START)
    return {record.key: record for page in session.stream(slug).pages(window) for record in page.records}


def supplier_of(session: JdeSession) -> str:
    """Give the first supplier that stands in the simulator."""
    return next(iter(everything(session, "suppliers")))


def bank_of(session: JdeSession, number: str = "1.1110.BEAR") -> str:
    """Give the short id of an account."""
    return next(one.code for one in session.reference_values() if one.kind == "bank_account" and one.number == number)


# Canned answers


class Canned(testing.Canned):
    """Signs in, tells its configuration, and answers everything else by a function of the request."""

    slug = "jde"
    port_offset = 2

    def __init__(self, answer: Callable[[Request], Response | None]) -> None:
        super().__init__()
        self._answer = answer

    def answer(self, request: Request) -> Response:
        answered = self._answer(request)
        if answered is not None:
            return answered
        if request.path.endswith("/defaultconfig"):
            config = {"aisVersion": "EnterpriseOne 9.2.8.3", "sessionTimeout": "30", "timeToLive": "720"}
            return Response.json(200, config)
        if request.path.endswith("/tokenrequest"):
            info = {"token": f"044+/{len(self.requests)}==", "simpleDateFormat": "dd.MM.yyyy", "decimalFormat": ","}
            body = {"username": "MLCONN", "environment": "JPD920", "role": "*ALL", "userInfo": info}
            return Response.json(200, body, (("Set-Cookie", "JSESSIONID=abc!node1; Path=/; HttpOnly"),))
        if request.path.endswith("/validate"):
            return Response.json(444, {"message": "Invalid Token"})
        if request.path.endswith("/MLC_SYS_PING"):
            return Response.json(200, {"serverDate": "2026-11-21", "contractVersion": "1"})
        return Response.json(404, {})

    def is_write(self, request: Request) -> bool:
        return "/orchestrator/" in request.path


@contextmanager
def canned(answer: Callable[[Request], Response | None]) -> Iterator[tuple[Bench, Canned]]:
    """Run a canned AIS server on a real socket; None lets it answer by itself."""
    system = Canned(answer)
    with testing.running_bench(Bench, lambda _: system) as bench:
        yield bench, system


def grid(table: str, rows: list[Json], *, more: bool = False, links: list[Json] | None = None) -> Response:
    """Make a page of the data service."""
    named = [{f"{table}_{alias}": value for alias, value in row.items()} for row in rows]
    data = {"gridData": {"id": 54, "rowset": named, "summary": {"records": len(rows), "moreRecords": more}}}
    body: Json = {f"fs_DATABROWSE_{table}": {"title": table, "data": data, "errors": [], "warnings": []}}
    return Response.json(200, {**body, "links": links} if links else body)


def answer_of(status: int, said: object, path: str = "/jderest/v3/orchestrator/MLC_GL_ADD_JE") -> Answer:
    """Make an answer as the HTTP client gives it."""
    return testing.made_answer(status, said, method="POST", host="ais.acme.example", path=path)
