"""What the conformance suite needs to know of Acumatica: drafts for its sinks, and how connections go wrong."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal

from integrations.connectors.acumatica.records import reference
from integrations.connectors.acumatica.tests.client_kit import Bench, operation
from integrations.contracts import Draft, Session
from integrations.sandbox.conformance import (
    Conformance,
    Ground,
    Misconfiguration,
    Rule,
    Setting,
    Trial,
    booked_twice,
    short,
)
from integrations.sandbox.testing import control
from integrations.sandbox.world import World

SLUG = "acumatica"
COOKIE = {"grant": "cookie"}


class Kit:
    """A customer that stands, and drafts of the kit."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.bench = Bench(world=world, port=0, opened=ExitStack())
        draft = named(self.bench.customer("Conformance Ltd"), "CUS", "conformance")
        found = session.sink("customers").find([draft])[draft.reference]
        self.customer = found[0].external_id if found else self.book(draft)

    def book(self, draft: Draft) -> str:
        """Book a draft and give its id."""
        return self.session.sink(draft.sink).book(draft).external_id

    def released(self, draft: Draft) -> str:
        """Book a draft, release it, and give its id."""
        external_id = self.book(draft)
        self.book(operation(draft, "release", external_id))
        return external_id


def named(draft: Draft, kind: str, key: str) -> Draft:
    """Give the draft for another record of the source."""
    return replace(draft, key=key, reference=reference("CB-test", kind, key))


def amount(key: str) -> str:
    """Give an amount that only this key has: equal documents would be offered as twins."""
    return str(100 + Decimal(int(short(key)[:6], 16)) / 100)


def a_customer(kit: Kit, key: str) -> Draft:
    email = f"{short(key)}@orchid.example"
    return named(kit.bench.customer(f"Customer {short(key)}", **{"MainContact.Email": email}), "CUS", key)


def an_invoice(kit: Kit, key: str) -> Draft:
    return named(kit.bench.invoice(kit.customer, amount(key), "20.50", Description="Invoice"), "INV", key)


def a_sales_invoice(kit: Kit, key: str) -> Draft:
    draft = kit.bench.invoice(kit.customer, amount(key), screen="SalesInvoice", Description="Invoice")
    return named(replace(draft, flow="sales_invoices", sink="sales_invoices"), "SIN", key)


def a_memo(kit: Kit, key: str) -> Draft:
    return named(kit.bench.memo(kit.customer, amount(key), Description="Credit"), "CN", key)


def a_payment(kit: Kit, key: str) -> Draft:
    invoice = kit.released(an_invoice(kit, f"I-{short(key)}"))
    return named(kit.bench.payment(kit.customer, amount(key), {invoice: "50.00"}), "TXN", key)


def a_refund(kit: Kit, key: str) -> Draft:
    draft = named(kit.bench.payment(kit.customer, amount(key)), "TXN", f"P-{short(key)}")
    payment = kit.released(draft)
    return named(kit.bench.payment(kit.customer, amount(key), {payment: amount(key)}, sink="refunds"), "RFD", key)


def a_journal(kit: Kit, key: str) -> Draft:
    return named(kit.bench.journal(amount(key), Description="Fees"), "JE", key)


def keyed_by_people(ground: Ground, draft: Draft) -> set[str]:
    """Let people enter the same customer twice."""
    return {ground.book(replace(draft, reference=f"their own {number}")) for number in (1, 2)}


def entity(name: str) -> Rule:
    return {"method": "PUT", "path": f"/{name}"}


def document(sink: str, draft: Callable[[Kit, str], Draft], name: str, customer: str, **more: object) -> Trial:
    """Try a kind of document."""
    return Trial(
        sink=sink, draft=draft, write=entity(name), refused=Setting(customer, "NOBODY"), refused_field=customer,
        twins=booked_twice, **more,
    )  # fmt: skip


TEXTS = ("Description", "Details.0.TransactionDescription")
TRIALS = (
    Trial(
        sink="customers", draft=a_customer, write=entity("Customer"), refused=Setting("CustomerClass", "NOWHERE"),
        refused_field="CustomerClass", texts=("CustomerName", "MainContact.Address.City"), named="CustomerName",
        twins=keyed_by_people, is_moved_by_tampering=False,
    ),
    document("invoices", an_invoice, "Invoice", "Customer", texts=TEXTS),
    document("sales_invoices", a_sales_invoice, "SalesInvoice", "CustomerID", texts=TEXTS),
    document("credit_memos", a_memo, "Invoice", "Customer", texts=TEXTS),
    document("payments", a_payment, "Payment", "CustomerID"),
    document("refunds", a_refund, "Payment", "CustomerID"),
    Trial(
        sink="journals", draft=a_journal, write=entity("JournalTransaction"),
        refused=Setting("LedgerID", "NOWHERE"), refused_field="LedgerID", texts=("Description",),
        twins=booked_twice, altered=None,
    ),
)  # fmt: skip


def wrong(name: str, code: str, **typed: str) -> Misconfiguration:
    return Misconfiguration(name=name, code=f"acumatica_{code}", typed=typed)


def seeded(name: str, code: str, call: str, **options: object) -> Misconfiguration:
    """Make a control call before the ping."""
    return Misconfiguration(
        name=name, code=f"acumatica_{code}", seed=lambda world: control(world, SLUG, call, **options)
    )


def barred(screen: str, name: str) -> Misconfiguration:
    return seeded(name, "role_missing", "POST rights", user="connector", forbidden=[screen])


MISCONFIGURATIONS = (
    wrong("another site", "not_here", instance_url="https://northwind.acumatica.com/Nowhere"),
    wrong("an address without the site", "not_here", instance_url="https://northwind.acumatica.com"),
    wrong("no such endpoint", "endpoint_unknown", endpoint_name="Nope"),
    wrong("no such version", "version_unknown", endpoint_version="19.200.001"),
    wrong("a wrong password", "password_refused", password="wrong"),
    wrong("no such user", "password_refused", username="nobody"),
    wrong("a wrong client secret", "client_refused", client_secret="wrong"),
    wrong("another tenant's client", "client_refused", client_id="3f1c2d4e-5a6b-4c7d-8e9f-0a1b2c3d4e5f@NOWHERE"),
    wrong("a consent that was never given", "consent_ended", grant="authorization_code"),
    wrong("no such tenant", "tenant_unknown", **COOKIE, tenant="NOWHERE"),
    wrong("a wrong password with cookies", "password_refused", **COOKIE, password="wrong"),
    wrong("no such branch", "branch_unknown", branch="NOWHERE"),
    seeded("a licence without free sessions", "login_limit", "POST options", api_users=0),
    seeded("throttled log-ins", "login_limit", "POST options", api_users=0, login_limit_status=429),
    barred("GL202500", "a role without the chart of accounts"),
    barred("AR303000", "a role without customers"),
    barred("AR301000", "a role without invoices"),
    barred("AR302000", "a role without payments"),
    barred("GL301000", "a role without journals"),
)
CONFORMANCE = Conformance(misconfigurations=MISCONFIGURATIONS, trials=TRIALS, kit=Kit)
