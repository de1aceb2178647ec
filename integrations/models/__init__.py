"""What a tenant set up (connections, syncs) and what the engine knows of every record it has seen."""

from integrations.models.approvals import Action, ApprovalRequest, ApprovalRule
from integrations.models.checks import Check, Reconciliation
from integrations.models.connections import Connection, InboxEvent, Ping, ReferenceValue, RefusedCalls
from integrations.models.documents import Companion, Link
from integrations.models.records import Problem, SyncRecord
from integrations.models.syncs import Backfill, Cursor, Sync

__all__ = [
    "Action",
    "ApprovalRequest",
    "ApprovalRule",
    "Backfill",
    "Check",
    "Companion",
    "Connection",
    "Cursor",
    "InboxEvent",
    "Link",
    "Ping",
    "Problem",
    "Reconciliation",
    "ReferenceValue",
    "RefusedCalls",
    "Sync",
    "SyncRecord",
]
