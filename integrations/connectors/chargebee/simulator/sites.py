"""The sites of the sandbox, one for each way a connection can be right or wrong; their keys open nothing else."""

from integrations.connectors.chargebee.simulator.site import FULL, READ_ONLY, SiteSetup

DEFAULT = "acme-test"

SITES = (
    SiteSetup(
        name=DEFAULT,
        keys={
            "test_SandboxAcmeFullAccess": FULL,
            "test_SandboxAcmeReadOnly": READ_ONLY,
            "test_SandboxAcmeCustomersOnly": frozenset({"customers", "subscriptions"}),
        },
    ),
    SiteSetup(name="acme", keys={"live_SandboxAcmeReadOnly": READ_ONLY}, per_minute=1000, concurrent=50),
    SiteSetup(
        name="acme-eu-test",
        shown_as="Acme-EU-test",
        region="eu",
        keys={"test_SandboxAcmeEuReadOnly": READ_ONLY},
        timezone="Europe/Berlin",
        base_currency="EUR",
    ),
    SiteSetup(
        name="acme-au-test", region="au", keys={"test_SandboxAcmeAuReadOnly": READ_ONLY}, timezone="Australia/Sydney"
    ),
    SiteSetup(name="acme-classic-test", catalog="v1", keys={"test_SandboxClassicReadOnly": READ_ONLY}),
    SiteSetup(name="acme-closed-test", status="blocked", keys={"test_SandboxClosedReadOnly": READ_ONLY}),
    SiteSetup(name="acme-moving-test", status="maintenance", keys={"test_SandboxMovingReadOnly": READ_ONLY}),
)
