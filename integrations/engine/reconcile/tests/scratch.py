"""What a pair does not declare yet, lent to it for tests of the tie-out."""

from dataclasses import replace

from integrations import registry
from integrations.connectors.chargebee.lifecycle import invoices, payments

_OPEN_AT = {"invoices": invoices.open_at, "payments": payments.open_at}


def lend(monkeypatch) -> None:
    """Let the invoices and payments of Chargebee to NetSuite tell what is open."""
    pair = registry.pair("chargebee_to_netsuite")
    flows = tuple(replace(flow, open_at=flow.open_at or _OPEN_AT.get(flow.slug)) for flow in pair.flows)
    monkeypatch.setitem(registry.pairs(), pair.slug, replace(pair, flows=flows))
