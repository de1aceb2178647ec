"""The support staff's admin: edits go through the portal's verbs, the rest is read-only, no secret is shown."""

from integrations.admin import approvals, connections, mappings, state, syncs

__all__ = ["approvals", "connections", "mappings", "state", "syncs"]
