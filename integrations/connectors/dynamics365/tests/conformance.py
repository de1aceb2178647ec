"""What the conformance suite needs to know of Dynamics 365 F&O: drafts for its sinks, and how connections go wrong."""

from dataclasses import replace

from integrations.connectors.dynamics365.records import reference
from integrations.connectors.dynamics365.session import DynamicsSession
from integrations.connectors.dynamics365.tests.kit import bank, customer, invoice, payment, revenue
from integrations.contracts import Draft, Session
from integrations.sandbox.conformance import (
    Conformance,
    Ground,
    Misconfiguration,
    Setting,
    Trial,
    short,
)
from integrations.sandbox.testing import control
from integrations.sandbox.world import World

SLUG = "dynamics365"
GUID = "11111111-2222-4333-8444-555555555555"


class Kit:
    """A customer that stands, and accounts for drafts."""

    def __init__(self, session: Session, world: World) -> None:
        assert isinstance(session, DynamicsSession)
        self.session = session
        draft = customer("Conformance Ltd", key="conformance")
        found = session.sink("customers").find([draft])[draft.reference]
        self.customer = found[0].external_id if found else session.sink("customers").book(draft).external_id
        self.revenue, self.bank = revenue(session), bank(session)


def a_customer(kit: Kit, key: str) -> Draft:
    return customer(f"Customer {short(key)}", key=key, PrimaryContactEmail=f"{short(key)}@acme.test")


def an_invoice(kit: Kit, key: str) -> Draft:
    draft = invoice(kit.customer, number=f"I-{short(key)}", account=kit.revenue)
    return replace(draft, key=key, reference=reference("acme", "invoice", key))


def a_payment(kit: Kit, key: str) -> Draft:
    return replace(
        payment(kit.customer, key=short(key), bank=kit.bank), key=key, reference=reference("acme", "pay", key)
    )


def namesakes(ground: Ground, draft: Draft) -> set[str]:
    """Let people make two customers of the same name."""
    made = set()
    for number in (1, 2):
        row = {**draft.payload, "dataAreaId": "usmf", "CustomerAccount": f"HAND{short(draft.key)[:8]}{number}"}
        ground.session.client.create("CustomersV3", row)
        made.add(row["CustomerAccount"])
    return made


def doubled_line(ground: Ground, draft: Draft) -> set[str]:
    """Book a draft, and once more as if the first call had committed after the look-up."""
    first = ground.book(draft)
    sink = ground.session.sink(draft.sink)
    sink._absent.add(draft.reference)
    return {first, ground.book(draft)}


TRIALS = (
    Trial(
        sink="customers", draft=a_customer, write={"method": "POST", "path": "/data/CustomersV3"},
        refused=Setting("CustomerGroupId", "NONE"), refused_field="CustomerGroupId",
        texts=("OrganizationName", "PrimaryContactEmail"), named="OrganizationName", twins=namesakes,
        is_moved_by_tampering=False,
    ),
    Trial(
        sink="journals", draft=an_invoice, write={"method": "POST", "path": "/data/LedgerJournalLines"},
        refused=Setting("lines.0.AccountDisplayValue", "999999---"), refused_field="MainAccount",
        texts=("lines.0.Text", "lines.1.Text"), twins=doubled_line,
    ),
    Trial(
        sink="payment_journals", draft=a_payment,
        write={"method": "POST", "path": "/data/CustomerPaymentJournalLines"},
        refused=Setting("CurrencyCode", "XXX"), refused_field="CurrencyCode", texts=("TransactionText",),
        twins=doubled_line,
    ),
)  # fmt: skip


def wrong(name: str, code: str, **typed: str) -> Misconfiguration:
    return Misconfiguration(name=name, code=f"d365_{code}", typed=typed)


def seeded(name: str, code: str, call: str, **options: object) -> Misconfiguration:
    """Make a control call before the ping."""
    return Misconfiguration(name=name, code=f"d365_{code}", seed=lambda world: control(world, SLUG, call, **options))


def rows(name: str, code: str, entity: str, where: dict, **changes: object) -> Misconfiguration:
    """Set the environment up otherwise."""
    return seeded(name, code, "POST rows", set=entity, where=where, set_values=changes)


def without_principal(world: World) -> None:
    """Take the application out of the tenant's enterprise applications."""
    control(world, "entra", "POST principal", present=False)


def expire_secret(world: World) -> None:
    secret = str(world.simulators[SLUG].credentials()["client_secret"])
    control(world, "entra", "POST secrets", expire=secret)


MISCONFIGURATIONS = (
    wrong("no such tenant", "tenant_unknown", tenant_id=GUID),
    wrong("no such application", "client_unknown", client_id=GUID),
    wrong("a wrong secret", "wrong_secret", client_secret="sandbox-only~Wrong"),
    wrong("another environment", "environment_unknown", environment_url="https://another.operations.dynamics.com"),
    wrong("no such legal entity", "company_unknown", legal_entity="zzzz"),
    wrong("no such journal name", "journal_name_missing", general_journal="Nothing"),
    wrong("a journal name of another type", "journal_name_type", payment_journal="GenJrn"),
    Misconfiguration(name="no service principal", code="d365_principal_missing", seed=without_principal),
    seeded("an application not registered in F&O", "app_not_registered", "POST users", listed=False),
    wrong("voucher numbers by hand", "voucher_by_hand", general_journal="ManV"),
    Misconfiguration(name="an expired secret", code="d365_secret_expired", seed=expire_secret),
    rows(
        "no active dimension format", "dimension_format_missing", "DimensionIntegrationFormats",
        {"DimensionFormatType": "DataEntityLedgerDimensionFormat"}, IsActive="No",
    ),
)  # fmt: skip
CONFORMANCE = Conformance(misconfigurations=MISCONFIGURATIONS, trials=TRIALS, kit=Kit)
