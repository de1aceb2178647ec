"""What the conformance suite needs to know of BILL: drafts for its sinks, and how connections go wrong."""

from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal

from integrations.connectors.billcom.records import credit_body, reference
from integrations.connectors.billcom.tests.client_kit import DAY, Bench
from integrations.contracts import Draft, Facts, LineFact, Session
from integrations.sandbox.conformance import (
    Conformance,
    Ground,
    Misconfiguration,
    Setting,
    Trial,
    booked_twice,
    short,
)
from integrations.sandbox.testing import control
from integrations.sandbox.world import World

SLUG = "billcom"
PROD = "https://gateway.prod.bill.com/connect"
NOWHERE = "00901NOWHERE00000000"


class Kit:
    """A vendor that stands, and drafts of the kit."""

    def __init__(self, session: Session, world: World) -> None:
        self.bench = Bench(world=world, port=0, opened=ExitStack())
        draft = named(self.bench.vendor("Conformance Supplies"), "VEN", "conformance")
        found = session.sink("vendors").find([draft])[draft.reference]
        self.vendor = found[0].external_id if found else session.sink("vendors").book(draft).external_id


def named(draft: Draft, kind: str, key: str) -> Draft:
    """Give the draft for another record of the source."""
    return replace(draft, key=key, reference=reference("JDE-test", kind, key))


def a_vendor(kit: Kit, key: str) -> Draft:
    return named(kit.bench.vendor(f"Vendor {short(key)}", email="ap@orchid.example"), "VEN", key)


def a_bill(kit: Kit, key: str) -> Draft:
    return named(kit.bench.bill(kit.vendor, f"I-{short(key)}", "100.00", "20.50"), "BIL", key)


def a_credit(kit: Kit, key: str) -> Draft:
    account, amount = kit.bench.account(), Decimal("30.00")
    header = {
        "vendorId": kit.vendor,
        "invoice.invoiceNumber": f"C-{short(key)}",
        "invoice.invoiceDate": DAY,
        "description": "Returned",
    }
    body = credit_body(header, [{"amount": amount, "classifications.chartOfAccountId": account}])
    facts = Facts(
        customer=kit.vendor,
        currency="USD",
        total=-amount,
        date=DAY,
        lines=(LineFact(account=account, amount=-amount),),
    )
    draft = Draft(flow="bills", key=key, sink="vendor_credits", reference="-", payload=body, facts=facts)
    return named(draft, "CRD", key)


def some_paid(ground: Ground) -> None:
    """Let people pay a bill in BILL."""
    bill = ground.book(a_bill(ground.kit, f"PAID-{len(ground.world.simulators[SLUG].state()['documents'])}"))
    ground.control("POST advance", bill=bill, to="paid")


TRIALS = (
    Trial(
        sink="vendors", draft=a_vendor, write={"method": "POST", "path": "/connect/v3/vendors"},
        refused=Setting("address.country", "Nowhere"), refused_field="address.country",
        texts=("name", "address.line1", "phone"), named="name", twins=booked_twice, is_moved_by_tampering=False,
    ),
    Trial(
        sink="bills", draft=a_bill, write={"method": "POST", "path": "/connect/v3/bills"},
        refused=Setting("billLineItems.0.classifications.chartOfAccountId", NOWHERE),
        refused_field="billLineItems[0].classifications.chartOfAccountId",
        texts=("description", "invoice.invoiceNumber", "purchaseOrderNumber", "billLineItems.0.description"),
        twins=booked_twice,
    ),
    Trial(
        sink="vendor_credits", draft=a_credit, write={"method": "POST", "path": "/connect/v3/vendor-credits"},
        refused=Setting("vendorCreditLineItems.0.classifications.chartOfAccountId", NOWHERE),
        refused_field="vendorCreditLineItems[0].classifications.chartOfAccountId",
        texts=("description", "referenceNumber"), twins=booked_twice,
    ),
)  # fmt: skip


def wrong(name: str, code: str, **typed: str) -> Misconfiguration:
    return Misconfiguration(name=name, code=code, typed=typed)


def user(name: str, password: str, code: str, what: str, **more: str) -> Misconfiguration:
    return wrong(what, code, username=name, password=password, **more)


def no_logins_left(world: World) -> None:
    control(world, SLUG, "POST switches", logins_per_hour=0)


MISCONFIGURATIONS = (
    wrong("a wrong password", "billcom_wrong_login", password="wrong"),
    wrong("another organization", "billcom_wrong_login", organization_id="00801GLOBEXORG000002"),
    wrong("nobody's developer key", "billcom_wrong_dev_key", dev_key="01SANDBOXNOBODYSKEY0"),
    wrong("a live developer key", "billcom_wrong_dev_key", dev_key="01SANDBOXLIVEKEY0001"),
    wrong("the production gateway", "billcom_wrong_dev_key", base_url=PROD),
    wrong("an inactive developer key", "billcom_dev_key_inactive", dev_key="01SANDBOXINACTIVE001"),
    wrong("terms not accepted", "billcom_terms_not_accepted", dev_key="01SANDBOXUNSIGNED001"),
    user("left@acme.example", "Sandbox-7!", "billcom_user_inactive", "an inactive user"),
    user("barred@acme.example", "Sandbox-8!", "billcom_login_locked", "a locked user"),
    user("broken@acme.example", "Sandbox-9!", "billcom_login_failed", "a log-in that fails"),
    user(
        "svc@initech.example", "Sandbox-31!", "billcom_org_locked", "a locked organization",
        organization_id="00801LOCKEDORG000003",
    ),
    user(
        "svc@umbrella.example", "Sandbox-41!", "billcom_no_accounts", "an organization without accounts",
        organization_id="00801BAREORGNZ000004",
    ),
    user("clerk@acme.example", "Sandbox-4!", "billcom_permission_missing", "a user without vendors"),
    user("nopay@acme.example", "Sandbox-5!", "billcom_permission_missing", "a user without payments"),
    Misconfiguration(name="a sandbox used live", code="billcom_environment_mismatch", environment="live"),
    Misconfiguration(name="no log-ins left this hour", code="billcom_hourly_quota", seed=no_logins_left),
)  # fmt: skip
CONFORMANCE = Conformance(misconfigurations=MISCONFIGURATIONS, trials=TRIALS, kit=Kit, fill=some_paid)
