"""Writes records: the rules of the type first, then books, indexes and search all at once, or nothing at all."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from integrations.connectors.netsuite.simulator.answers import by_the_books, user_error
from integrations.connectors.netsuite.simulator.records.header import Change
from integrations.connectors.netsuite.simulator.records.journal import settle_journal
from integrations.connectors.netsuite.simulator.records.lists import settle_customer, settle_item
from integrations.connectors.netsuite.simulator.records.payments import (
    settle_deposit,
    settle_deposit_application,
    settle_payment,
    settle_refund,
)
from integrations.connectors.netsuite.simulator.records.sales import settle_credit_memo, settle_invoice
from integrations.connectors.netsuite.simulator.records.types import ITEMS, TYPES
from integrations.connectors.netsuite.simulator.schema import RecordType
from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.store import Stored, Values
from integrations.sandbox.books import BooksRefusal, Document
from integrations.sandbox.books.periods import require_open

ZERO = Decimal(0)
NUMBERS = {"entity": "entityId", "item": "itemId"}

RULES: Mapping[str, Callable[[Site, Change], None]] = {
    "customer": settle_customer,
    **dict.fromkeys(ITEMS, settle_item),
    "invoice": settle_invoice,
    "creditMemo": settle_credit_memo,
    "customerPayment": settle_payment,
    "customerRefund": settle_refund,
    "customerDeposit": settle_deposit,
    "depositApplication": settle_deposit_application,
    "journalEntry": settle_journal,
}


def save(
    site: Site,
    type: RecordType,
    current: Stored | None,
    fields: Values,
    sent: frozenset[str] = frozenset(),
    imposed: Decimal | None = None,
) -> Stored:
    """Write a record as `fields` say; raises `Refused` with nothing changed."""
    id = current.id if current else site.store.new_id(type.group)
    change = Change(type=type, id=id, current=current, fields=fields, sent=sent, imposed=imposed)
    _require_own_external_id(site, change)
    try:
        RULES[type.name](site, change)
        if change.document is not None:
            _book(site, change, change.document)
    except BooksRefusal as refusal:
        by_the_books(refusal)
    stored = _keep(site, change)
    if type.name == "journalEntry" and current is None and "reversalDate" in fields:
        _reverse(site, stored)
    return stored


def delete(site: Site, stored: Stored) -> None:
    """Delete a record; refused while others depend on it."""
    touched: list[str] = []
    if stored.document is not None:
        touched = list(stored.document.applied)
        if site.spent.get(stored.id):
            user_error("This transaction cannot be deleted because it is linked to by one or more transactions.")
        try:
            site.books.remove(stored.id)
        except BooksRefusal as refusal:
            by_the_books(refusal)
        _spend(site, stored, ZERO)
    elif _is_used(site, stored):
        user_error("This record cannot be deleted because it has dependent records.")
    site.store.drop(stored, site.clock.now().timestamp())
    site.names.pop((stored.type.group, stored.fields.get(NUMBERS.get(stored.type.group, ""), "")), None)
    for id in touched:
        site.touch(id)


def _require_own_external_id(site: Site, change: Change) -> None:
    external_id = change.fields.get("externalId")
    owner = site.store.named(change.type.group, external_id) if external_id else None
    if owner is not None and owner is not change.current:
        user_error("This record already exists.")


def _book(site: Site, change: Change, document: Document) -> None:
    _require_non_gl_changes(site, change)
    if change.credits or change.deposits:
        site.books.periods.require_open(document.posting_date)
        _use_beside(site, change)
    if change.current is None:
        site.books.add(document, change.applied, hold=change.is_held)
    else:
        before = list(change.current.document.applied) if change.current.document else []
        site.books.replace(document, change.applied, hold=change.is_held)
        for id in before:
            site.touch(id)
    for id in change.applied:
        site.touch(id)


def _require_non_gl_changes(site: Site, change: Change) -> None:
    old = change.current.document if change.current else None
    period = site.books.periods.of(old.posting_date) if old else None
    if period is not None and period.status != "open" and not site.options.allow_non_gl_changes:
        require_open(period)


def _use_beside(site: Site, change: Change) -> None:
    """Let credits and deposits named beside a payment or refund do their part, as transactions of their own."""
    if change.type.name == "depositApplication":
        return
    for source_id, targets in change.credits.items():
        rows = [{"doc": id, "apply": True, "amount": amount} for id, amount in targets.items()]
        source = site.store.groups["transaction"][source_id]
        if source.type.name == "customerDeposit":
            _apply_deposit(site, change, source_id, rows, None)
        else:
            _apply_more(site, source, rows)
    if change.type.name == "customerRefund":
        for deposit_id, amount in change.deposits.items():
            used = _apply_deposit(site, change, deposit_id, [], amount)
            change.applied[used.id] = amount
            row = {"doc": used.id, "line": 1, "apply": True, "amount": amount}
            change.fields.setdefault("apply", []).append(row)


def _apply_deposit(site: Site, change: Change, deposit_id: str, rows: list[Values], amount: Decimal | None) -> Stored:
    fields = {"deposit": deposit_id, "tranDate": change.fields["tranDate"], "apply": rows}
    return save(site, TYPES["depositApplication"], None, fields, imposed=amount)


def _apply_more(site: Site, source: Stored, rows: list[Values]) -> None:
    fields = dict(source.fields)
    kept = {str(row["doc"]): dict(row) for row in fields.get("apply", [])}
    for row in rows:
        old = kept.get(str(row["doc"]))
        kept[str(row["doc"])] = {**old, "amount": old["amount"] + row["amount"]} if old else row
    fields["apply"] = list(kept.values())
    save(site, source.type, source, fields)


def _keep(site: Site, change: Change) -> Stored:
    now = site.now()
    stored = change.current
    if stored is None:
        stored = Stored(kind=change.type.name, id=change.id, fields=change.fields, created=now, modified=now)
        stored.document = change.document
        site.store.put(stored, site.clock.now().timestamp())
    else:
        old = stored.fields
        if stored.document is not None and stored.type.name == "depositApplication":
            _spend(site, stored, ZERO)
        stored.fields, stored.document, stored.modified = change.fields, change.document, now
        site.store.rename(stored, old.get("externalId"))
        site.store.touch(stored, site.clock.now().timestamp())
        site.names.pop((stored.type.group, old.get(NUMBERS.get(stored.type.group, ""), "")), None)
    number = stored.fields.get(NUMBERS.get(stored.type.group, ""))
    if number:
        site.names[stored.type.group, number] = stored.id
    if stored.document is not None:
        _spend(site, stored, stored.document.total)
    return stored


def _spend(site: Site, stored: Stored, amount: Decimal) -> None:
    """Keep what is left of a deposit in step with its applications."""
    if stored.type.name != "depositApplication":
        return
    deposit_id = stored.fields["deposit"]
    change = amount if amount else -(stored.document.total if stored.document else ZERO)
    site.spent[deposit_id] += change
    deposit = site.books.documents.get(deposit_id)
    if deposit is not None:
        deposit.applicable -= change
        site.touch(deposit_id)


def _is_used(site: Site, stored: Stored) -> bool:
    if stored.type.group == "entity":
        return site.has_transactions(stored.id)
    return any(
        line.get("item") == stored.id
        for one in site.store.groups["transaction"].values()
        for line in one.fields.get("item", ())
    )


def _reverse(site: Site, journal: Stored) -> None:
    """Make the reversing entry that NetSuite creates on the reversal date."""
    swap: dict[str, str] = {"debit": "credit", "credit": "debit"}
    lines = [
        {swap.get(name, name): value for name, value in line.items() if name != "lineUniqueKey"}
        for line in journal.fields["line"]
    ]
    fields: Values = {
        "tranDate": journal.fields["reversalDate"],
        "memo": f"Reversal of {journal.fields['tranId']}",
        "line": lines,
    }
    for name in ("subsidiary", "currency", "exchangeRate"):
        fields[name] = journal.fields[name]
    save(site, journal.type, None, fields)
