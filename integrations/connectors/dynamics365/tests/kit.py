"""Tools and sessions for the client's tests, against canned answers or the simulator, and drafts as pairs make them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import ClassVar

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
from integrations.contracts import Draft, Facts
from integrations.sandbox import testing
from integrations.sandbox.app import Json, Request, Response

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


@dataclass(slots=True, kw_only=True)
class Bench(testing.Bench):
    """A running world, and sessions against its F&O."""

    slug: ClassVar[str] = "dynamics365"
    start: ClassVar[datetime] = START

    typed: Mapping[str, str] = field(default_factory=dict)

    def session(self, **typed: str) -> DynamicsSession:
        """Open a session as the portal would, with what is typed into the form."""
        return self.open(open_session, clean({**self.typed, **typed}))


# Canned answers: what no honest simulator does


class Canned(testing.Canned):
    """Grants tokens, and answers everything else by a function of the request; None is an empty list of rows."""

    slug = "dynamics365"
    port_offset = 6

    def __init__(self, answer: Callable[[Request], Response | None]) -> None:
        super().__init__()
        self._answer = answer

    def answer(self, request: Request) -> Response:
        answered = self._answer(request)
        if answered is not None:
            return answered
        if request.path.endswith("/oauth2/v2.0/token"):
            token = {"token_type": "Bearer", "expires_in": 3599, "access_token": f"t{len(self.requests)}"}
            return Response.json(200, token)
        return rows_of([])

    def asked(self, part: str) -> list[Request]:
        """Give the requests whose path holds a part."""
        return [request for request in self.requests if part in request.path]


@contextmanager
def canned(answer: Callable[[Request], Response | None]) -> Iterator[tuple[Bench, Canned]]:
    """Run a canned F&O on a real socket."""
    system = Canned(answer)
    with testing.running_bench(Bench, lambda _: system, typed=TYPED) as bench:
        yield bench, system


def rows_of(rows: list[Json], link: str = "") -> Response:
    """Make a page of rows."""
    body: Json = {"@odata.context": f"https://{HOST}/data/$metadata#X", "value": rows}
    return Response.json(200, {**body, "@odata.nextLink": link} if link else body)


def answer_of(status: int, said: object, path: str = "/data/LedgerJournalLines", **headers: str) -> Answer:
    """Make an answer as the HTTP client gives it."""
    return testing.made_answer(status, said, method="POST", host=HOST, path=path, headers=headers)


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
    with testing.running_bench(Bench, build) as bench:
        bench.typed = bench.typed_there()
        yield bench


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
