"""What the conformance suite needs to know of Chargebee: how its connections go wrong. It is only read."""

from integrations.sandbox.conformance import Conformance, Ground, Misconfiguration
from integrations.sandbox.world import World


def site(name: str, key: str) -> dict[str, str]:
    """Type another site of the sandbox, with its key."""
    return {"site": name, "api_key": f"test_Sandbox{key}"}


def wrong(name: str, code: str, typed: dict[str, str], environment="sandbox") -> Misconfiguration:
    return Misconfiguration(name=name, code=f"chargebee_{code}", typed=typed, environment=environment)


def throttled(world: World) -> None:
    world.faults("chargebee").set_rules({"seed": 1, "rules": [{"kind": "rate_limit"}]})


MISCONFIGURATIONS = (
    wrong("a wrong key", "wrong_key", {"api_key": "test_wrong"}),
    wrong("the live site's key", "wrong_key", {"api_key": "live_SandboxAcmeReadOnly"}),
    wrong("another site's key", "wrong_key", {"api_key": "test_SandboxClassicReadOnly"}),
    wrong("no such site", "site_not_found", {"site": "nobody-test"}),
    wrong("a European site as American", "wrong_region", site("acme-eu-test", "AcmeEuReadOnly")),
    wrong("an Australian site as American", "wrong_region", site("acme-au-test", "AcmeAuReadOnly")),
    wrong("an American site as European", "wrong_region", {"region": "eu"}),
    wrong("a site closed to the API", "api_disabled", site("acme-closed-test", "ClosedReadOnly")),
    wrong("a site being moved", "maintenance", site("acme-moving-test", "MovingReadOnly")),
    wrong("a key for customers only", "restricted_key", {"api_key": "test_SandboxAcmeCustomersOnly"}),
    wrong("a test site used live", "environment_mismatch", {}, "live"),
    wrong(
        "a live site used for tests", "environment_mismatch", {"site": "acme", "api_key": "live_SandboxAcmeReadOnly"},
        "test",
    ),
    Misconfiguration(name="a site whose calls are used up", code="chargebee_rate_limited", seed=throttled),
)  # fmt: skip


def fill_older(ground: Ground) -> None:
    """Let the site of the older catalogue do business, too."""
    ground.control("POST generate", site=CLASSIC["site"], customers=12, seed=1)


CLASSIC = site("acme-classic-test", "ClassicReadOnly")
CONFORMANCE = Conformance(
    misconfigurations=MISCONFIGURATIONS, fill=fill_older, elsewhere={"plans": CLASSIC, "addons": CLASSIC}
)
