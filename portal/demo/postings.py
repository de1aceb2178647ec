"""The demo's ledger staff: they post the batches that wait, so that what needs a posted document can go on."""

from integrations.engine.watch import awaiting_posting, wake
from integrations.models import Sync
from portal.checker import Control

POSTING = ("jde", "dynamics365")  # systems whose staff post batches
ROUNDS = 4  # invoices, then the payments that settle them, then what pays those back


def post_batches(sync: Sync, control: Control) -> bool:
    """Post what waits in a sync's target and have it looked at; False where nothing waits for that."""
    if sync.target.connector not in POSTING or not any(awaiting_posting(sync).values()):
        return False
    control.post(f"/post/{sync.target.connector}")
    wake(sync)
    return True
