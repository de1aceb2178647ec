"""What the tests of looking ahead share: a sandbox with billing in it, and changes of maps."""

from collections.abc import Iterator
from contextlib import contextmanager

from integrations.engine.tests.harness import ACTOR, Sandbox, sandbox
from integrations.models import Sync
from mappings.map_versions import change_entries, content_of
from mappings.models import ValueMap
from mappings.value_maps import Entry
from mappings.versions import publish_map_changes

PAIRS = ("chargebee_to_netsuite", "chargebee_to_acumatica", "chargebee_to_dynamics365", "chargebee_to_jde")


@contextmanager
def billing(customers: int = 12, months: int = 4) -> Iterator[Sandbox]:
    """Serve a sandbox whose Chargebee has documents of some months."""
    with sandbox() as running:
        running.control.post("/generate/chargebee", {"customers": customers, "seed": 3, "months": months})
        running.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        yield running


def fill_map(sync: Sync, name: str, entries: dict[tuple[str, ...], str], *, whole: bool = True) -> None:
    """Give a value map these entries (and no others), and publish."""
    stored = ValueMap.objects.get(sync_id=sync.pk, name=name)
    put = [Entry(keys=keys, value=value) for keys, value in entries.items()]
    change_entries(value_map=stored, actor=ACTOR, put=put, is_whole=whole)
    publish_map_changes(tenant_id=sync.tenant_id, sync_id=sync.pk, actor=ACTOR)


def entries_of(sync: Sync, name: str) -> dict[tuple[str, ...], str]:
    """Give what stands in a value map."""
    stored = ValueMap.objects.get(sync_id=sync.pk, name=name)
    return {entry.keys: entry.value for entry in content_of(stored).entries}
