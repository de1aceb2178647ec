"""What the flows of this pair share: references written into NetSuite."""

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.netsuite.records import Kind, external_id
from integrations.contracts import Context


def reference(context: Context, kind: Kind, key: str, revision: int = 1) -> str:
    """Give our reference in NetSuite: `CB-<site>-INV-<number>`, with the revision when above 1."""
    return external_id(f"CB-{lifecycle.common.site(context)}", kind, key, revision)
