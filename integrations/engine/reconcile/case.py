"""One record of a period with all that was read about it, and what follows from that: amounts, whether it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.contracts import CompanionView, Facts, Flow, Money
from integrations.engine.reconcile.books import SourceDocument
from integrations.engine.reconcile.ledger import Standing
from integrations.engine.reconcile.report import ZERO
from integrations.engine.reconcile.trail import Joined, Trail
from integrations.models import SyncRecord

State = SyncRecord.State
BOOKED = (State.DELIVERED, State.DIFFERENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One record of one flow with all that was read about it. `begins`: the sync's first day."""

    flow: Flow
    key: str
    document: SourceDocument | None
    trail: Trail | None
    standing: Standing | None
    others: Mapping[str, Standing]  # the record's further documents that stand: replaced ones, reversals, credits
    is_stranger: bool
    start: date
    end: date
    begins: date | None
    source_name: str
    target_name: str
    is_shared: bool = False  # a newer link of another record names the same document
    forerunner: Trail | None = None  # the earlier record whose document stands for this one yet, and is told there
    held_by: Standing | None = None  # that document

    @property
    def label(self) -> str:
        """What people call it."""
        return self.document.label if self.document else self.trail.label if self.trail else self.key

    @property
    def money(self) -> Money | None:
        """The source's amount."""
        return self.document.money if self.document else None

    @property
    def stands(self) -> bool:
        """Tell whether it stands in the target and was not taken out again."""
        return self.standing is not None and self.standing.counts and not self.is_reversed(self.link)

    @property
    def is_due(self) -> bool:
        """Tell whether it is to stand: due in its source, or posted when it was and neither changed nor withdrawn."""
        if self.document is None or self.document.stands:
            return self.document is not None
        is_kept = self.link is not None and not self.link.is_reversed and not self.version_changed
        return is_kept and not self.document.is_withdrawn

    @property
    def is_handed_on(self) -> bool:
        """Tell whether its document became a later record's: an order's bill is that of its invoice, and told there."""
        return self.is_shared and self.document is not None and not self.document.stands

    @property
    def link(self) -> Joined | None:
        """The newest link."""
        return self.trail.link if self.trail else None

    def is_reversed(self, link: Joined | None) -> bool:
        """Tell whether a document was reversed, and its reversal is in the ledger."""
        if link is None or not link.is_reversed:
            return False
        reversal = self.others.get(link.reversal_id)
        return link.reversal_id != link.external_id and reversal is not None and reversal.counts

    def trail_amount(self, amount: Decimal) -> Decimal:
        """Give the document's amount as it was posted."""
        wanted = self.trail.wanted.total if self.trail else None
        if self.trail is None or wanted is None or not self.version_changed:
            return amount
        return wanted + sum((or_else(self.trail.wanted_of(one).total, ZERO) for one in self.shares), ZERO)

    def ledger_amount(self, facts: Facts, amount: Decimal) -> Decimal:
        """Give the document's amount as the ledger has it.

        A journal's total is the sum of its debits, so what counts is how far it is from what was sent.
        """
        wanted = self.trail.wanted.total if self.trail else None
        if facts.total is None:
            return amount
        if wanted is None or self.version_changed or self.is_partial:
            return facts.total + sum((self.standing_total(one) for one in self.shares), ZERO)
        return amount + facts.total - wanted + sum((self.share_off(one) for one in self.shares), ZERO)

    @property
    def is_partial(self) -> bool:
        """Tell whether a document stands without all that was to be booked with it; journals always stand whole."""
        trail = self.trail
        if trail is None or trail.state in BOOKED or not trail.following:
            return False
        lines = trail.wanted.lines
        return not lines or bool(sum((line.amount for line in lines), ZERO))

    @property
    def shares(self) -> tuple[CompanionView, ...]:
        """The further documents that carry part of the record's own amount."""
        return self.trail.shares if self.trail else ()

    def standing_total(self, one: CompanionView) -> Decimal:
        """Give the amount of a further document as it stands; nothing where it is gone or voided."""
        held = self.others.get(one.external_id)
        return or_else(held.found.facts.total, ZERO) if held is not None and held.counts else ZERO

    def standing_name(self, one: CompanionView) -> str:
        """Give what people call a further document there; empty where it is gone or voided."""
        held = self.others.get(one.external_id)
        return held.name if held is not None and held.counts else ""

    def share_off(self, one: CompanionView) -> Decimal:
        """Give how far a share is from what was sent."""
        wanted = self.trail.wanted_of(one).total if self.trail else None
        return self.standing_total(one) - or_else(wanted, ZERO)

    @property
    def version_changed(self) -> bool:
        """Tell whether the source changed since what stands was booked."""
        link = self.trail.link if self.trail else None
        return bool(link and self.document and self.document.version and link.source_version != self.document.version)


def or_else(amount: Decimal | None, other: Decimal) -> Decimal:
    """Give an amount, or the other where there is none."""
    return other if amount is None else amount
