"""Where a chaos run takes place: a sandbox of its own, filled to a size, and a company with one sync on it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from integrations import registry
from integrations.models import Sync
from portal.checker import Control
from portal.demo.company import ACTOR, connect, join
from portal.demo.stack import Program, Stack, answers, manage, running, wait_for
from portal.models import Tenant

_CUSTOMERS_AT_ONCE = 10
_MOST_FILLS = 60
_NO_DOCUMENTS = frozenset({"site", "customer", "item", "vendor", "supplier", "account"})


@contextmanager
def sandbox(base_port: int) -> Iterator[Control]:
    """Serve an empty sandbox from a process of its own. Raises RuntimeError where its port is taken."""
    address = f"http://127.0.0.1:{base_port}"
    if answers(f"{address}/credentials"):
        raise RuntimeError(f"A sandbox is serving at {address} already. Choose another --base-port.")
    command = manage("sandbox", "--base-port", str(base_port), "--customers", "0")
    stack = Stack([Program("chaos-sandbox", command)], settings.BASE_DIR / ".local" / "logs")
    settings.SANDBOX_BASE_PORT = base_port
    with running(stack):
        wait_for(f"{address}/credentials", stack, what="chaos-sandbox")
        yield Control(address)


def fill(control: Control, source: str, *, records: int, seed: int) -> None:
    """Let the source have at least so many objects; the same seed makes the same ones."""
    if source == "chargebee":
        control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
    for number in range(_MOST_FILLS):
        if len(control.documents(source)) >= records:
            return
        control.post(f"/generate/{source}", {"customers": _CUSTOMERS_AT_ONCE, "seed": seed + number, "months": 3})


def make_sync(control: Control, pair_slug: str) -> Sync:
    """Make a company with a live sync of the pair that runs when asked."""
    pair, credentials = registry.pair(pair_slug), control.get("/credentials")
    tenant = Tenant.objects.create(name="Chaos", slug="chaos", time_zone="Europe/Berlin")
    sides = {slug: connect(tenant, slug, credentials[slug]) for slug in (pair.source, pair.target)}
    made = join(tenant, pair_slug, sides)
    Sync.objects.for_tenant(tenant).filter(pk=made.pk).update(schedule=Sync.Schedule.MANUAL, next_run_at=None)
    made.refresh_from_db()
    return made


__all__ = ["ACTOR", "fill", "make_sync", "sandbox"]
