"""Batches (F0011): every entry opens one, and posting carries the approved ones into the books."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json
from integrations.sandbox.books import BooksRefusal, Document

APPROVED, PENDING, POSTED, ERROR = "A", "P", "D", "E"
Step = Callable[[Enterprise, Document], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """What the post program does about one kind of document: refuse it beforehand, finish it afterwards."""

    after: Step
    before: Step = lambda enterprise, document: None


def open_batch(enterprise: Enterprise, kind: str, user: str, document: str, amount: Decimal) -> int:
    """Open a batch of one document; whether it is approved at once is a constant of the customer."""
    number = enterprise.next_number("ICU")
    enterprise.store["F0011"].add(
        user,
        "P0011",
        ICUT=kind,
        ICU=number,
        IST=APPROVED if enterprise.options.batches_approved else PENDING,
        DICJ=enterprise.clock.today(),
        NDO=1,
        AME=amount,
    )
    enterprise.batch_documents[number] = [document]
    return number


def approve(enterprise: Enterprise) -> int:
    """Approve all pending batches; gives how many there were."""
    pending = enterprise.store["F0011"].find(IST=PENDING)
    for batch in pending:
        enterprise.store["F0011"].change(batch, "MANAGER", "P0011", IST=APPROVED)
    return len(pending)


def post_waiting(enterprise: Enterprise, hooks: dict[str, Hook], *, retry: bool = False) -> Json:
    """Post the approved batches in their order, with `retry` those in error too; gives how many went which way."""
    wanted = (APPROVED, ERROR) if retry else (APPROVED,)
    waiting = [batch for batch in enterprise.store["F0011"] if batch["IST"] in wanted]
    counts = {"posted": 0, "errors": 0}
    for batch in waiting:
        counts["posted" if _post(enterprise, batch, hooks) else "errors"] += 1
    return counts


def delete_batch(enterprise: Enterprise, number: int) -> list[str]:
    """Take an unposted batch out of the batch control; gives the documents that were in it."""
    batch = enterprise.store["F0011"].first(ICU=number)
    if batch is None:
        raise LookupError(f"No batch {number}.")
    if batch["IST"] == POSTED:
        raise ValueError(f"Batch {number} is posted and cannot be deleted.")
    enterprise.store["F0011"].drop(batch)
    return enterprise.batch_documents.pop(number, [])


def _post(enterprise: Enterprise, batch: Row, hooks: dict[str, Hook]) -> bool:
    number, table = batch["ICU"], enterprise.store["F0011"]
    try:
        for key in enterprise.batch_documents.get(number, []):
            document = enterprise.books.get(key)
            if not document.is_posted:
                hooks[document.kind].before(enterprise, document)
                enterprise.books.release(key)
                hooks[document.kind].after(enterprise, document)
                document.status = "posted"
    except BooksRefusal as refusal:
        table.change(batch, "R09801", "R09801", IST=ERROR)
        enterprise.refused_posts[number] = refusal.message
        return False
    enterprise.refused_posts.pop(number, None)
    table.change(batch, "R09801", "R09801", IST=POSTED)
    return True
