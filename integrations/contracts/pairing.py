"""What joins two systems: needs, verdicts, contexts, policies, flows and pairs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from integrations.contracts.connecting import Identity, ReferenceEntry
from integrations.contracts.reading import Record
from integrations.contracts.words import CompanionState, Day, LinkState, Module, Side, Value
from integrations.contracts.writing import Booked, Draft, Facts
from mappings.catalogue import TargetField
from mappings.rows import Filter, Row
from mappings.value_maps import ValueMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Another record whose target id a draft references.

    `posted`: booked is not enough, it must stand in the ledger. `may_lack`: the draft can do without it for a while
    (the invoice that a payment is applied to), `Context.missing` then names it, and `amend` makes up for it later.
    `parked_on`: codes for which that record may be left out without a loss, but not this one: it is parked, and goes on
    by itself once that one stands. Left out for another reason, policy decides.
    """

    flow: str
    key: str
    posted: bool = False
    may_lack: bool = False
    parked_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a record is delivered.

    `skip` never posts it (with the reason, for good until it changes); `later` waits for its next change; `withdraw`
    says that it no longer stands in its source since the day `on` (voided, deleted): what was posted is reversed.
    What was never posted is posted and reversed, or skipped, as the policy says; `left_out` tells why it is skipped
    whatever the policy: it never had an effect in its source (a payment cancelled before it moved money).
    """

    action: Literal["deliver", "skip", "later", "withdraw"] = "deliver"
    code: str = ""
    reason: str = ""
    on: Day | None = None
    left_out: str = ""


DELIVER = Verdict()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionView:
    """A further document that stands for a record: a share of its own amount, or a companion beside it."""

    external_id: str
    reference: str
    sink: str
    facts: Facts  # as last read
    is_share: bool = False
    is_posted: bool = True
    state: CompanionState = "standing"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A delivered record as drafts see it.

    `companions` are the further documents that stand, in the order booked; `reversals` those that a reversal under way
    has made for them.
    """

    external_id: str
    facts: Facts
    revision: int = 1
    source_version: str = ""  # what was booked
    details_version: str = ""  # of what may still change on a posted document
    is_as_drafted: bool = True
    is_posted: bool = True  # False: booked, awaiting posting
    reference: str = ""
    is_ours: bool = True  # False: found there and linked
    state: LinkState = "standing"
    reversed_on: date | None = None
    reversal_id: str = ""  # of the document that reverses it, where that is another one
    companions: tuple[CompanionView, ...] = ()
    reversals: tuple[CompanionView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """A record for a mapping: named header values and lines. Decimal amounts in major units, the site's own dates."""

    header: Mapping[str, Value]
    lines: tuple[Mapping[str, Value], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What the mapping made of a source document."""

    header: Mapping[str, Value]
    lines: tuple[Mapping[str, Value], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All a handler knows beside its record: policies, both identities, delivered parents, target reference data."""

    policies: Mapping[str, str]
    source: Identity
    target: Identity
    links: Mapping[tuple[str, str], LinkView]
    references: Mapping[tuple[str, str], ReferenceEntry]  # (kind, number or code)
    revision: int = 1
    today: date | None = None  # in the source's zone
    missing: frozenset[tuple[str, str]] = frozenset()  # needs (flow, key) that a draft is to do without for now
    not_before: date | None = None  # the day on which the document was taken back that is posted anew: its month closes
    booked: tuple[Booked, ...] = ()  # in an amendment: all that was booked of the standing document, oldest first
    settles: bool = False  # in an amendment: nothing has changed, only the rates at which it was booked are known now

    def policy(self, flow: str, name: str, default: str = "") -> str:
        """Give the choice made for an object kind, else for the whole sync, else the default."""
        return self.policies.get(f"{flow}.{name}") or self.policies.get(name) or default


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount and its ISO currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyField:
    """One policy a flow offers, each choice with its consequence in words. The first choice is the default."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    flow: str = ""  # of one object kind; empty: of the whole sync


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A delivered document about to be reversed: all its booked operations, oldest first, and the reversal's day."""

    key: str
    label: str
    link: LinkView
    booked: tuple[Booked, ...]
    on: date
    leaves_own: bool = False  # its own document is of others and stays: only its shares and companions are taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One line that a draft makes in the target's ledger, in the draft's currency: debits positive, credits negative.

    `account` is the target's id or number; empty where the target itself chooses it: `text` then says which.
    """

    account: str
    amount: Decimal
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One object kind on its way from a stream to a sink. All callables are pure.

    `version` digests the posting-relevant fields only. `needs` is asked before `draft`; `draft` gets a context in which
    every need is linked and gives the operations in their order. `is_document` is False for customers and items, which
    are updated in place; documents never are.

    What may still change on a posted document (applications, due date, memo) is digested by `details`; when only that
    changed, `amend` gives the operations that bring the document up to date. `reverse` gives the operations that take
    a document's effect out of the ledger: dated, in dependency order, nothing deleted. Operation names are unique per
    revision; one that may come again names what it is about ("apply:<invoice>:<n>").
    """

    slug: str
    label: str
    stream: str
    sink: str
    version: Callable[[Record], str]
    verdict: Callable[[Record, Context], Verdict]
    needs: Callable[[Record, Context], tuple[Need, ...]]
    source: Callable[[Record, Context], SourceDocument]
    draft: Callable[[Record, Mapped, Context], tuple[Draft, ...]]
    money: Callable[[Record], Money | None]
    document_date: Callable[[Record, Context], date | None]
    label_of: Callable[[Record], str]  # what people call it: "Invoice INV-7"
    default_rows: tuple[Row, ...]
    default_maps: tuple[ValueMap, ...] = ()
    default_filters: tuple[Filter, ...] = ()
    sandbox_rows: tuple[Row, ...] = ()  # beside or instead of the defaults (by id) where the target is the sandbox,
    sandbox_maps: tuple[ValueMap, ...] = ()  # so that it can be tried before a choice was made
    is_document: bool = True
    reads: Side = "source"
    beside: tuple[str, ...] = ()  # further sinks whose documents stand for its records: vendor credits among bills
    details: Callable[[Record], str] | None = None
    amend: Callable[[Record, Mapped, Context], tuple[Draft, ...]] | None = None
    settles: Callable[[Record, Draft], bool] | None = None  # `amend` follows once the target told a booked draft's rate
    reverse: Callable[[Standing, Context], tuple[Draft, ...]] | None = None
    voids: bool = False  # `reverse` only voids the document itself: one that stands voided is done already
    open_at: Callable[[Record, date, Context], Money | None] | None = None  # open in the source at the end of a day
    module: Module = "ar"  # whose periods must be open for its documents
    module_of: Callable[[LinkView | None, Mapping[str, str]], Module] | None = None  # where how it is posted decides
    company_of: Callable[[Mapping[str, Value]], str] | None = None  # whose periods: by what was mapped, or booked
    fields: tuple[TargetField, ...] = ()  # that `draft` itself uses, beside the sink's: the accounts of a journal
    changed_on: Callable[[Record, Context], date | None] | None = None  # the day of its last change; None: not told
    applied_as: Callable[[str, int], str] | None = None  # what applications call it, by key and revision; None: its id
    companion_as: Callable[[CompanionView], str] | None = None  # likewise a share or companion; None: its id

    def called(self, key: str, external_id: str, revision: int) -> str:
        """Give what the applications of others call a document: its id in the target, or its number there."""
        return self.applied_as(key, revision) if self.applied_as else external_id

    def all_called(self, key: str, link: LinkView) -> tuple[str, ...]:
        """Give what the applications of others call all that stands for a record: its document, shares, companions."""
        as_ = self.companion_as
        further = tuple(as_(one) if as_ else one.external_id for one in link.companions)
        return (self.called(key, link.external_id, link.revision), *further)

    def posts_in(self, link: LinkView | None, policies: Mapping[str, str]) -> Module:
        """Give the module whose periods count: of a document as it stands, or as the policies have it posted."""
        return self.module_of(link, policies) if self.module_of else self.module

    def company(self, values: Mapping[str, Value]) -> str:
        """Give the company whose periods count, of a mapped header or a booked payload; empty: it makes no difference.

        Of a document in several steps, any tells it.
        """
        return self.company_of(values) if self.company_of else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two connectors and their flows, parents before children."""

    slug: str
    name: str
    source: str
    target: str
    flows: tuple[Flow, ...]
    policies: tuple[PolicyField, ...] = ()
    entries: Callable[[Draft, Context], tuple[LedgerEntry, ...]] | None = None  # of one draft; None: its facts' lines
    id_of: Callable[[Draft, str], str] | None = None  # the id a draft would get, made of a stand-in; None: as it is
    tells_open: Literal["of_any_day", "today", "never"] = "of_any_day"  # when the target tells what is open
    settles_itself: bool = False  # the target settles documents by its own rules: tie-outs compare customers' sums

    def flow(self, slug: str) -> Flow:
        """Give a flow by its slug. Raises KeyError."""
        for flow in self.flows:
            if flow.slug == slug:
                return flow
        raise KeyError(slug)
