"""What RQ runs: functions of a few lines that take ids and call the engine."""

from integrations.engine import inbox, janitor, schedule, subscriptions
from integrations.engine.queue import enqueue_drain, enqueue_look_after, enqueue_run
from integrations.engine.rehearsal import making, stored
from integrations.engine.run import run_sync


def drain(connection_id: int) -> None:
    """Drain a connection's inbox and start the runs it asked for."""
    inbox.drain(connection_id)
    start_due()


def run(sync_id: int, trigger: str, claim: int | None = None) -> None:
    """Run a sync for one slice, then start what it or others asked for meanwhile."""
    run_sync(sync_id, trigger=trigger, claim=claim)
    start_due()


def look_after(connection_id: int) -> None:
    """Look after a connection's webhook subscription, and start the runs that it asks for."""
    subscriptions.look_after(connection_id)
    start_due()


def check(check_id: int) -> None:
    """Make a look ahead that was asked for."""
    making.make(check_id)


def tick() -> None:
    """Find due syncs, undrained events and what was lost; put them to work. The scheduler calls it every 2 seconds."""
    janitor.revive_syncs()
    janitor.wake_due_records()
    for connection_id in inbox.waiting_connections():
        enqueue_drain(connection_id)
    for connection_id in subscriptions.due_subscriptions():
        enqueue_look_after(connection_id)
    for check_id in stored.find_due():
        stored.enqueue_check(check_id)
    start_due()


def start_due() -> None:
    """Claim the syncs that are due and enqueue a run for each."""
    for sync_id, claim, trigger in schedule.claim_due():
        enqueue_run(sync_id, claim, trigger)
