"""Journals: one document is one header and its lines, written in an order in which a half cannot post, and resumed.

A header carries our reference as its description, its lines as document or payment reference. Lines have numbers of our
own, so a line that was written twice is refused by its key. What stands only in part counts as not found: it cannot
balance, so it cannot post, and `book` goes on where it was left.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import chain
from threading import Lock

from integrations.connectors.dynamics365.odata import Row, amount, between, flag, text
from integrations.connectors.dynamics365.records import APPLY, POST
from integrations.connectors.dynamics365.sinks.base import (
    SETTLE_S,
    Ground,
    check_reference,
    is_ours,
    is_reference,
    is_same,
    telling,
)
from integrations.connectors.dynamics365.sinks.rates import LINE_ORDER, rates_of_reversed
from integrations.connectors.dynamics365.sinks.standing import Kind, Standing, transaction_found
from integrations.connectors.dynamics365.sinks.vouchers import entries_of
from integrations.connectors.dynamics365.transactions import (
    TRANSACTION,
    by_ids,
    by_references,
    dated,
    open_rows,
)
from integrations.contracts import Booked, Draft, Facts, Found, OpenItem, Receipt, Value
from integrations.errors import ConfigurationError, ConnectorError, DuplicateError, RejectedError
from mappings.catalogue import TargetField

Body = Mapping[str, Value]
ORDER = "dataAreaId,JournalBatchNumber"


class JournalSink:
    """Writes and reads one type of journal; a subclass knows its lines."""

    kind: Kind
    settle_s = SETTLE_S

    def __init__(self, ground: Ground) -> None:
        self.slug = self.kind.slug
        self._ground = ground
        self._absent: set[str] = set()  # references just looked up without a trace: `book` need not look again
        self._lock = Lock()

    # What a subclass says

    def bodies(self, draft: Draft) -> list[Body]:
        """Write the lines in their order, numbered. Raises MappingError for what F&O would refuse or change."""
        raise NotImplementedError

    def line_count(self, draft: Draft) -> int:
        """Give the number of lines that the document has."""
        raise NotImplementedError

    def facts(self, draft: Draft | None, standing: Standing) -> Facts:
        """Give the facts of what stands; the draft tells what a posted journal may no longer show."""
        raise NotImplementedError

    def journal_name(self, draft: Draft) -> str:
        """Give the journal name."""
        raise NotImplementedError

    def business_hits(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find documents that others entered for the same object."""
        raise NotImplementedError

    def is_kind(self, transaction: Row) -> bool:
        """Tell whether a customer transaction is of this kind."""
        raise NotImplementedError

    def after_lines(self, draft: Draft, batch: str) -> None:
        """Write what belongs to the lines."""

    def is_complete(self, draft: Draft, standing: Standing) -> bool:
        """Tell whether all that was drafted stands, whatever its amounts."""
        return standing.is_posted or len(standing.lines) >= self.line_count(draft)

    def apply(self, draft: Draft) -> Receipt:
        """Mark an invoice on a journal that stands."""
        raise RejectedError(
            "This kind of journal settles nothing.", code="d365_settle_by_hand", value=draft.external_id
        )

    def is_applied(self, draft: Draft, standing: Standing) -> bool:
        """Tell whether the mark stands."""
        return False

    # Looking up

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look up by our reference in header descriptions, half-written ones left out; creations then by business key.

        An operation on a journal that stands is found when it is done there.
        """
        hits: dict[str, dict[str, Found]] = {draft.reference: {} for draft in drafts}
        acting = [draft for draft in drafts if is_acting(draft)]
        creating = [draft for draft in drafts if not is_acting(draft)]
        for draft, found in (*self._done(acting), *self._known(creating)):
            hits[draft.reference][found.external_id] = found
        lacking = [draft for draft in creating if not hits[draft.reference] and draft.operation == "create"]
        for draft, found in self.business_hits(lacking) if lacking else ():
            hits[draft.reference].setdefault(found.external_id, found)
        return {reference: telling(some) for reference, some in hits.items()}

    def _known(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        by_reference = {draft.reference: draft for draft in drafts if is_reference(draft.reference)}
        standing = self._with_reference(list(by_reference))
        with self._lock:
            self._absent |= by_reference.keys() - {text(one.header, "Description") for one in standing}
        for one in standing:
            draft = by_reference[text(one.header, "Description")]
            if self.is_complete(draft, one):
                yield draft, self._found(one, draft)

    def _done(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        standing = self._by_batch([draft.external_id for draft in drafts])
        for draft in drafts:
            one = standing.get(draft.external_id)
            if one and (one.is_posted if draft.operation == POST else self.is_applied(draft, one)):
                yield draft, replace(self._found(one, draft), by_reference=True)

    def _with_reference(self, references: Sequence[str]) -> list[Standing]:
        headers = list(self._ground.among(self.kind.headers, "Description", references, ORDER))
        return self._completed(headers)

    def _by_batch(self, batches: Sequence[str]) -> dict[str, Standing]:
        wanted = [batch for batch in dict.fromkeys(batches) if batch and not batch.startswith(TRANSACTION)]
        headers = list(self._ground.among(self.kind.headers, "JournalBatchNumber", wanted, ORDER))
        return {one.batch: one for one in self._completed(headers)}

    def _completed(self, headers: Sequence[Row]) -> list[Standing]:
        """Add lines, and the transactions of what is posted: one look-up each for all of them."""
        batches = [text(row, "JournalBatchNumber") for row in headers]
        lines: dict[str, list[Row]] = {}
        for row in self._ground.among(self.kind.lines, "JournalBatchNumber", batches, LINE_ORDER):
            lines.setdefault(text(row, "JournalBatchNumber"), []).append(row)
        posted = [text(row, "Description") for row in headers if flag(row, "IsPosted")]
        booked = by_references(self._ground, self.kind.transaction_reference, [one for one in posted if is_ours(one)])
        return self._with_entries(
            [
                Standing(
                    header=row,
                    lines=tuple(sorted(lines.get(batch, ()), key=lambda line: amount(line, "LineNumber"))),
                    transactions=tuple(booked.get(text(row, "Description"), ())),
                )
                for row, batch in zip(headers, batches, strict=True)
            ]
        )

    def _with_entries(self, standing: list[Standing]) -> list[Standing]:
        """Add what the general ledger tells of journals whose lines were deleted at posting."""
        gone = [one for one in standing if not one.lines]
        told = entries_of(self._ground, [voucher for one in gone for voucher in one.vouchers])
        return [
            replace(one, entries=tuple(chain.from_iterable(told.get(voucher, ()) for voucher in one.vouchers)))
            if not one.lines
            else one
            for one in standing
        ]

    def _found(self, standing: Standing, draft: Draft | None) -> Found:
        described = text(standing.header, "Description")
        return Found(
            external_id=standing.batch,
            reference=described if draft is not None or is_ours(described) else "",
            stage="posted" if standing.is_posted else "unposted",
            by_reference=draft is None or described == draft.reference,
            number=standing.batch,
            facts=self.facts(draft, standing),
        )

    # Writing

    def book(self, draft: Draft) -> Receipt:
        """Write a document: header, then line after line; what a lost answer left half-written is found and completed.

        Raises DuplicateError where the document stands already. Safe to call again after any failure.
        """
        if draft.operation == POST:
            return self._post(draft)
        if draft.operation.partition(":")[0] == APPLY:
            return self.apply(draft)
        check_reference(draft)
        bodies = self.bodies(draft)
        standing = None if self._is_absent(draft.reference) else self._left(draft)
        batch = standing.batch if standing else self._new_header(draft)
        lines = self._usable(draft, bodies, standing) if standing else {}
        try:
            vouchers = {text(self._line(draft, batch, body, lines), "Voucher") for body in bodies}
            self.after_lines(draft, batch)
        except RejectedError:
            self._withdraw(batch)
            raise
        if len(vouchers) > 1:
            self._withdraw(batch)
            raise _split(batch, vouchers)
        return Receipt(external_id=batch, summary={"voucher": next(iter(vouchers), ""), "lines": len(bodies)})

    def rate_of_reversed(self, draft: Draft) -> Body:
        """Give the exchange rates of the journal that a draft takes back. Raises RejectedError."""
        return rates_of_reversed(self._ground, self.kind, draft, self._by_batch)

    def _is_absent(self, reference: str) -> bool:
        with self._lock:
            if reference not in self._absent:
                return False
            self._absent.discard(reference)
            return True

    def _left(self, draft: Draft) -> Standing | None:
        """Find the header that an earlier try left. Raises DuplicateError when the document itself stands."""
        standing = sorted(self._with_reference([draft.reference]), key=lambda one: (not one.lines, one.batch))
        whole = [one for one in standing if one.is_posted or len([each for each in standing if each.lines]) > 1]
        if whole:
            raise DuplicateError(
                f"{draft.reference} stands in F&O already: {', '.join(one.batch for one in whole)}.",
                code="d365_duplicate",
                value=whole[0].batch,
            )
        return standing[0] if standing else None

    def _usable(self, draft: Draft, bodies: Sequence[Body], standing: Standing) -> Mapping[Decimal, Row]:
        """Give the standing lines by number; where any is not as drafted now, all are deleted to be written anew."""
        wanted = {Decimal(str(body["LineNumber"])): body for body in bodies}
        lines = {amount(row, "LineNumber"): row for row in standing.lines}
        if all(number in wanted and _stands(wanted[number], row) for number, row in lines.items()):
            return lines
        for number in sorted(lines, reverse=True):
            self._ground.client.delete(self.kind.lines, self._line_keys(standing.batch, number))
        return {}

    def _new_header(self, draft: Draft) -> str:
        body = {
            "dataAreaId": self._ground.company,
            "JournalName": self.journal_name(draft),
            "Description": draft.reference,
        }
        return text(self._ground.client.create(self.kind.headers, body), "JournalBatchNumber")

    def _line(self, draft: Draft, batch: str, body: Body, standing: Mapping[Decimal, Row]) -> Row:
        """Write a line unless it stands; a refusal is checked by the line's key, as it may stand after all."""
        number = Decimal(str(body["LineNumber"]))
        if number in standing:
            return standing[number]
        whole = {"dataAreaId": self._ground.company, "JournalBatchNumber": batch, **body}
        try:
            return self._ground.client.create(self.kind.lines, whole)
        except RejectedError:
            row = self._ground.client.row(self.kind.lines, self._line_keys(batch, number))
            if row is None or not _stands(body, row):
                raise
            return row

    def _withdraw(self, batch: str) -> None:
        """Take back a document that was refused on the way: lines, then header. What stays is resumed or harmless."""
        try:
            rows = self._ground.among(self.kind.lines, "JournalBatchNumber", [batch], LINE_ORDER)
            for number in sorted((amount(row, "LineNumber") for row in rows), reverse=True):
                self._ground.client.delete(self.kind.lines, self._line_keys(batch, number))
            self._ground.client.delete(self.kind.headers, self._header_keys(batch))
        except ConnectorError:
            return

    def _post(self, draft: Draft) -> Receipt:
        """Ask the customer's own service to post; `IsPosted` tells whether it did."""
        if not self._ground.client.credentials.posting_service:
            raise ConfigurationError(
                "No posting service is set on the connection: journals are posted in F&O, or name the service.",
                code="d365_posting_service",
                field="posting_service",
            )
        if self._stands_posted(draft):  # by a call whose answer got lost, or by people
            return Receipt(external_id=draft.external_id, summary={"already": True})
        status = self._ground.client.post_journal(draft.external_id)
        if not self._stands_posted(draft):
            raise RejectedError(
                f"The posting service answered, but journal {draft.external_id} is not posted. Open it in F&O and "
                "validate it: its message tells why.",
                code="d365_not_posted",
                value=draft.external_id,
            )
        return Receipt(external_id=draft.external_id, summary={"status": status})

    def _stands_posted(self, draft: Draft) -> bool:
        header = self._ground.client.row(self.kind.headers, self._header_keys(draft.external_id))
        return header is not None and flag(header, "IsPosted")

    def _header_keys(self, batch: str) -> dict[str, str | int | Decimal]:
        return {"dataAreaId": self._ground.company, "JournalBatchNumber": batch}

    def _line_keys(self, batch: str, number: Decimal) -> dict[str, str | int | Decimal]:
        return {**self._header_keys(batch), "LineNumber": number}

    # Reading

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read what stands: header, lines, and the customer's transaction once posted."""
        ids = [one.external_id for one in booked]
        standing = self._by_batch(ids)
        others = by_ids(self._ground, [one for one in ids if one.startswith(TRANSACTION)])
        seen: dict[str, Found] = {}
        for one in booked:
            if one.external_id in standing:
                seen[one.draft.reference] = self._found(standing[one.external_id], one.draft)
            elif one.external_id in others:
                seen[one.draft.reference] = transaction_found(others[one.external_id])
        return seen

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the fields that a mapping may fill, dimensions of the active format among them."""
        return self._ground.metadata.catalogue(self.slug)

    def listing(self, start: date, end: date) -> Iterator[Found]:
        """List journals on customers, or of ours, dated in [start, end], posted or not; of others also transactions.

        Transactions of journals whose lines were deleted at posting come under their journal's number.
        """
        lines = list(self._ground.rows(self.kind.lines, between(self.kind.date, start, end), LINE_ORDER))
        batches = dict.fromkeys(text(row, "JournalBatchNumber") for row in lines if _is_listed(row))
        rows = [row for row in dated(self._ground, start, end) if self.is_kind(row)]
        vouchers = {text(row, "Voucher") for row in lines}
        alone = [row for row in rows if text(row, "Voucher") not in vouchers]
        known = self._batches([self._reference_of(row) for row in alone])
        standing = self._by_batch([*batches, *known.values()])
        yield from (self._found(one, None) for one in standing.values())
        for row in alone:
            if known.get(self._reference_of(row)) not in standing:
                yield transaction_found(row)

    def open_items(self, as_of: date) -> Iterator[OpenItem]:
        """List what is open now. Raises ConfigurationError for a day in the past: settlements are not kept by day."""
        today = self._ground.client.clock.now().date()
        if as_of < today:
            raise ConfigurationError(
                f"F&O tells what is open only as of today, not what was open on {as_of.isoformat()}. Reconcile "
                "a period that ends today to have it tied out.",
                code="d365_past_not_told",
                value=as_of.isoformat(),
            )
        rows = [row for row in open_rows(self._ground) if self.is_kind(row)]
        batches = self._batches([self._reference_of(row) for row in rows])
        for row in rows:
            reference = self._reference_of(row)
            yield OpenItem(
                external_id=batches.get(reference) or f"{TRANSACTION}{text(row, 'SysRecId')}",
                reference=reference,
                customer=text(row, "AccountNum"),
                currency=text(row, "CurrencyCode"),
                amount=amount(row, "AmountCur") - amount(row, "SettleAmountCur"),
                number=text(row, "Invoice") or text(row, "Voucher"),
            )

    def _batches(self, references: Sequence[str]) -> dict[str, str]:
        """Give the batch numbers of our references."""
        ours = [one for one in dict.fromkeys(references) if is_ours(one)]
        headers = self._ground.among(self.kind.headers, "Description", ours, ORDER)
        return {text(row, "Description"): text(row, "JournalBatchNumber") for row in headers}

    def _reference_of(self, transaction: Row) -> str:
        said = text(transaction, self.kind.transaction_reference)
        return said if is_ours(said) else ""


def _is_listed(line: Row) -> bool:
    """Tell whether a line makes its journal one of receivables: a customer's, or one of ours on any account."""
    return text(line, "AccountType") == "Cust" or is_ours(text(line, "Document"))


def is_acting(draft: Draft) -> bool:
    """Tell an operation on a journal that stands from one that writes a new journal."""
    return draft.operation.partition(":")[0] in (POST, APPLY)


def _stands(body: Body, row: Row) -> bool:
    return all(is_same(value, row.get(name)) for name, value in body.items() if name in row)


def _split(batch: str, vouchers: set[str]) -> RejectedError:
    return RejectedError(
        f"F&O spread the document over {len(vouchers)} vouchers. Set the journal name's New voucher to “One voucher "
        "number only” or “In connection with balance”, then replay the record.",
        code="d365_voucher_split",
        value=batch,
    )
