"""What the conformance suite needs to know of NetSuite: drafts for its sinks, and how connections go wrong."""

from dataclasses import replace
from decimal import Decimal

from integrations.connectors.netsuite.credentials import generate
from integrations.connectors.netsuite.records import external_id
from integrations.connectors.netsuite.tests.sandbox_kit import Ledger, ledger_of, memo, refund
from integrations.contracts import Draft, Session
from integrations.sandbox.conformance import (
    Conformance,
    Ground,
    Misconfiguration,
    Setting,
    Trial,
    short,
    with_value,
)
from integrations.sandbox.testing import control
from integrations.sandbox.world import World

SLUG = "netsuite"
ANOTHER_KEY = {"algorithm": "ES256", **generate({"algorithm": "ES256", "account_id": "1234567_SB1"})}


class Kit:
    """A ledger with a customer and an item that stand."""

    def __init__(self, session: Session, world: World) -> None:
        self.ledger: Ledger = ledger_of(session)
        self.customer = self.ledger.book(self.ledger.customer("Conformance Ltd"))
        self.item = self.ledger.book(self.ledger.item("Conformance plan"))


def named(draft: Draft, kind: str, key: str) -> Draft:
    """Give the draft for another record of the source."""
    return replace(draft, key=key, reference=external_id("CB-test", kind, key))


def a_customer(kit: Kit, key: str) -> Draft:
    unique = short(key)
    return named(kit.ledger.customer(f"Customer {unique}", email=f"{unique}@orchid.example"), "CUS", key)


def an_item(kit: Kit, key: str) -> Draft:
    return named(kit.ledger.item(f"Plan {short(key)}"), "ITM", key)


def an_invoice(kit: Kit, key: str) -> Draft:
    draft = kit.ledger.invoice(kit.customer, kit.item, "100.00", "20.50", memo="Invoice", tranId=short(key))
    return named(draft, "INV", key)


def a_memo(kit: Kit, key: str) -> Draft:
    return named(with_value(memo(kit.ledger, kit.customer, kit.item, "30.00"), "tranId", short(key)), "CN", key)


def a_payment(kit: Kit, key: str) -> Draft:
    invoice = kit.ledger.book(kit.ledger.invoice(kit.customer, kit.item, "80.00"))
    amount = 100 + Decimal(int(short(key)[:6], 16)) / 100  # another for every key: equal ones are offered as twins
    return named(kit.ledger.payment(kit.customer, str(amount), {invoice: "30.00"}), "TXN", key)


def a_refund(kit: Kit, key: str) -> Draft:
    credit = kit.ledger.book(memo(kit.ledger, kit.customer, kit.item, "30.00"))
    return named(with_value(refund(kit.ledger, kit.customer, {credit: "30.00"}), "memo", "Refund"), "RFD", key)


def strangers(ground: Ground, draft: Draft) -> set[str]:
    """Let people key the same thing twice: our references are unique there, so only others' documents can double."""
    return {ground.book(replace(draft, reference=f"legacy-{draft.key}-{number}")) for number in (1, 2)}


def nowhere(field: str) -> Setting:
    """Name a record that the account does not have."""
    return Setting(field, {"id": "87654321"})


RECORDS = {"method": "PUT", "path": "/record/v1/"}
TRIALS = (
    Trial(
        sink="customers", draft=a_customer, write=RECORDS, refused=nowhere("currency"), refused_field="currency",
        texts=("companyName", "phone"), named="companyName", twins=strangers,
        is_moved_by_tampering=False,
    ),
    Trial(
        sink="items", draft=an_item, write=RECORDS, refused=nowhere("incomeAccount"), refused_field="incomeAccount",
        texts=("itemId",), named="itemId", is_moved_by_tampering=False,
    ),
    Trial(
        sink="invoices", draft=an_invoice, write=RECORDS, refused=nowhere("entity"), refused_field="entity",
        texts=("memo", "tranId"), twins=strangers, dropped={"value": "tranDate"},
    ),
    Trial(
        sink="credit_memos", draft=a_memo, write=RECORDS, refused=nowhere("entity"), refused_field="entity",
        texts=("memo", "tranId"), twins=strangers, dropped={"value": "tranDate"},
    ),
    Trial(
        sink="payments", draft=a_payment, write=RECORDS, refused=nowhere("account"), refused_field="account",
        texts=("memo",), twins=strangers, dropped={"value": "apply"},
    ),
    Trial(
        sink="refunds", draft=a_refund, write=RECORDS, refused=nowhere("account"), refused_field="account",
        texts=("memo",), altered={"value": "date"}, dropped={"value": "tranDate"},
    ),
)  # fmt: skip


def seeded(call: str, **options: object):
    """Give a control call to be made before the ping."""
    return lambda world: control(world, SLUG, call, **options)


MISCONFIGURATIONS = (
    Misconfiguration(name="a sandbox used live", code="netsuite_environment_mismatch", environment="live"),
    Misconfiguration(name="another account", typed={"account_id": "7654321"}, code="netsuite_client_unknown"),
    Misconfiguration(name="no such client", typed={"client_id": "f" * 64}, code="netsuite_client_unknown"),
    Misconfiguration(
        name="no such certificate", typed={"certificate_id": "certificate-99"}, code="netsuite_client_unknown"
    ),
    Misconfiguration(name="a key never uploaded", typed=ANOTHER_KEY, code="netsuite_client_unknown"),
    Misconfiguration(
        name="a revoked certificate", seed=seeded("POST certificate", status="revoked"),
        code="netsuite_certificate_refused",
    ),
    Misconfiguration(
        name="no client credentials", seed=seeded("POST integrations", client_credentials=False),
        code="netsuite_grant_not_allowed",
    ),
    Misconfiguration(
        name="a scope too few", seed=seeded("POST integrations", scopes=["restlets"]), code="netsuite_scope_missing"
    ),
    Misconfiguration(
        name="a role without REST", seed=seeded("POST role", lacks=["REST Web Services"]),
        code="netsuite_role_without_rest",
    ),
    Misconfiguration(
        name="a role without token sign-in", seed=seeded("POST role", lacks=["Log in using OAuth 2.0 Access Tokens"]),
        code="netsuite_grant_not_allowed",
    ),
    Misconfiguration(
        name="a role that may not query", seed=seeded("POST role", lacks=["SuiteAnalytics Workbook"]),
        code="netsuite_permission_missing",
    ),
    Misconfiguration(
        name="a role without invoices", seed=seeded("POST role", lacks=["Invoice"]), code="netsuite_permission_missing"
    ),
    Misconfiguration(
        name="a role without customers", seed=seeded("POST role", lacks=["Customers"]),
        code="netsuite_permission_missing",
    ),
    Misconfiguration(
        name="a role that only views invoices", seed=seeded("POST role", permissions={"Invoice": "view"}),
        code="netsuite_permission_missing",
    ),
)  # fmt: skip
CONFORMANCE = Conformance(misconfigurations=MISCONFIGURATIONS, trials=TRIALS, kit=Kit)
