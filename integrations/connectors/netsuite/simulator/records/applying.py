"""Applying one transaction to others: rows, what they may name, and relieving the receivable at its own rate."""

from decimal import Decimal
from typing import Any

from integrations.connectors.netsuite.simulator.answers import no_match, user_error
from integrations.connectors.netsuite.simulator.records.header import Change, Header
from integrations.connectors.netsuite.simulator.site import Site
from integrations.sandbox.books import Document, Entry
from integrations.sandbox.books.documents import credit, debit

ZERO = Decimal(0)

PAYABLE = ("invoice",)
REFUNDABLE = ("credit_note", "payment", "deposit_application")
LINES_OF = {"invoice": (0,), "credit_note": (0, 1), "payment": (0, 1), "deposit_application": (0, 1)}

Row = dict[str, Any]


def settle_applications(
    site: Site, change: Change, header: Header, account: str, available: Decimal, *, side: str
) -> list[Entry]:
    """Settle the `apply` sublist and give the entries that relieve the receivable.

    What is applied moves at the rate of the document it is applied to, the rest at this one's own.
    """
    kinds = PAYABLE if side == "credit" else REFUNDABLE
    used = settle_rows(site, change, header, account, available, "apply", kinds)
    change.applied = used
    entries = []
    make = credit if side == "credit" else debit
    for target_id, amount in used.items():
        target = site.books.documents[target_id]
        entries.append(at_rate_of(target, make(account, amount, 0, header.party), header))
    rest = available - sum(used.values(), ZERO)
    if rest:
        entries.append(make(account, rest, 0, header.party))
    change.fields["applied"] = available - rest
    change.fields["unapplied"] = rest
    return entries


def settle_rows(
    site: Site, change: Change, header: Header, account: str, available: Decimal, name: str, kinds: tuple[str, ...]
) -> dict[str, Decimal]:
    """Check the rows of a sublist such as `apply` and give the amount used per document; drops rows not applied."""
    fields = change.fields
    before = change.current.document.applied if change.current and change.current.document else {}
    used: dict[str, Decimal] = {}
    kept: list[Row] = []
    for row in fields.get(name, []):
        if not row.get("apply") or row.get("amount") == 0:
            continue
        target = _target(site, header, account, row, name, kinds)
        due = target.open + (before.get(target.id, ZERO) if name == "apply" else ZERO)
        rest = available - sum(used.values(), ZERO)
        amount = header.currency.round(row["amount"]) if "amount" in row else min(due, rest)
        _check_amount(row, amount, due, rest, name)
        used[target.id] = amount
        kept.append({**row, "amount": amount, "apply": True, "line": row.get("line", LINES_OF[target.kind][0])})
    if name == "apply" and _is_automatic(site, change):
        kept += _apply_oldest(site, header, account, used, available, kinds, before)
    fields[name] = kept
    return used


def open_for(site: Site, party: str, currency: str, account: str, kinds: tuple[str, ...]) -> list[Document]:
    """List what a customer's transaction in this currency and on this receivable could be applied to."""
    return [
        document
        for document in site.books.open_of(party)
        if document.kind in kinds and document.currency == currency and receivable_of(site, document.id) == account
    ]


def receivable_of(site: Site, document_id: str) -> str | None:
    """Give the receivables account of a transaction."""
    stored = site.store.get("transaction", document_id)
    if stored is None:
        return None
    name = "account" if stored.type.name in ("invoice", "creditMemo") else "arAcct"
    return stored.fields.get(name)


def _target(site: Site, header: Header, account: str, row: Row, name: str, kinds: tuple[str, ...]) -> Document:
    target = site.document(row.get("doc", ""))
    fits = (
        target is not None
        and target.is_posted
        and target.kind in kinds
        and target.party == header.party
        and target.currency == header.currency.code
        and receivable_of(site, target.id) == account
        and row.get("line", LINES_OF[target.kind][0]) in LINES_OF[target.kind]
    )
    if not fits or target is None:
        no_match(name, row.get("doc", ""), row.get("line"))
    return target


def _check_amount(row: Row, amount: Decimal, due: Decimal, rest: Decimal, name: str) -> None:
    if due <= 0:
        no_match(name, row["doc"], row.get("line"))
    if amount < 0 or amount > due:
        user_error(f"The amount {amount} applied to {row['doc']} exceeds the amount due {due}.")
    if amount > rest:
        user_error(f"The amounts applied exceed what is available by {amount - rest}.")


def _is_automatic(site: Site, change: Change) -> bool:
    if change.current is not None and "autoApply" not in change.sent:
        return False
    return bool(change.fields.get("autoApply", site.options.auto_apply_default))


def _apply_oldest(
    site: Site,
    header: Header,
    account: str,
    used: dict[str, Decimal],
    available: Decimal,
    kinds: tuple[str, ...],
    before: dict[str, Decimal],
) -> list[Row]:
    rows = []
    for target in open_for(site, header.party, header.currency.code, account, kinds):
        rest = available - sum(used.values(), ZERO)
        amount = min(target.open + before.get(target.id, ZERO), rest)
        if target.id not in used and amount > 0:
            used[target.id] = amount
            rows.append({"doc": target.id, "line": LINES_OF[target.kind][0], "apply": True, "amount": amount})
    return rows


def at_rate_of(target: Document, entry: Entry, header: Header) -> Entry:
    """Let an entry move at the rate of the document it relieves; an invoice relieved in full leaves no cent behind."""
    rate = _booked_rate(target, entry.account)
    entry.base_debit = header.base.round(entry.debit * rate)
    entry.base_credit = header.base.round(entry.credit * rate)
    entry.has_base = True
    return entry


def _booked_rate(target: Document, account: str) -> Decimal:
    """Give the rate that an invoice's receivable has after the rounding of its lines; of others their own."""
    own = [entry for entry in target.entries if entry.account == account]
    booked = sum((entry.debit - entry.credit for entry in own), ZERO)
    if target.kind != "invoice" or not booked:
        return target.rate
    return sum((entry.base_debit - entry.base_credit for entry in own), ZERO) / booked
