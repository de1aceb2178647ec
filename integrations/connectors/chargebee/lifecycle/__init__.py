"""The life of Chargebee's objects as accounting sees it, whatever the ledger: what stands, since when, and what it is.

One module for each flow. A pair builds its `Flow` from these functions and adds only how its own target writes them.
"""

from integrations.connectors.chargebee.lifecycle import (
    common,
    credit_notes,
    customers,
    entries,
    flows,
    invoices,
    items,
    journals,
    lines,
    payments,
    refunds,
    settled,
)

__all__ = [
    "common",
    "credit_notes",
    "customers",
    "entries",
    "flows",
    "invoices",
    "items",
    "journals",
    "lines",
    "payments",
    "refunds",
    "settled",
]
