"""Checks Chargebee -> Dynamics 365: every document due is one voucher, the customers' account is what they owe."""

import hashlib
from base64 import b32encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.checker.billing import by_kind, major, site_day, site_zone
from portal.checker.control import Control
from portal.checker.verdict import FlowCount, Verdict

Object = dict[str, Any]
Exempt = set[tuple[str, str]]
RECEIVABLE = "130110"  # F&O's own account of customers, by posting profile
REVISIONS = range(1, 6)
NOTHING = Decimal(0)
_GONE = ("voided", "late_failure")
_SIGNS = {"invoices": 1, "refunds": 1, "credit_notes": -1, "payments": -1}  # what each does to the receivable


@dataclass(frozen=True, slots=True)
class Books:
    """What stands in the ledger by our references, and what those are made of."""

    origin: str
    zone: str
    standing: dict[str, list[Object]]

    def of(self, flow: str, key: str, operation: str = "create", revision: int = 1) -> list[Object]:
        """Give the documents that carry the reference of an operation."""
        return self.standing.get(reference(self.origin, flow, key, operation, revision), [])


def check(control: Control, exempt: Exempt) -> Verdict:
    """Compare both systems. `exempt` names (flow, key) that the product reports as waiting, parked or skipped."""
    source, target = by_kind(control.documents("chargebee")), control.documents("dynamics365")
    books = Books(_origin(control), site_zone(source["invoice"]), _by_reference(target))
    verdict, due = Verdict(), _due(source)
    for flow, objects in due.items():
        count = verdict.flows[flow] = FlowCount()
        for one in objects:
            if (flow, one["id"]) not in exempt:
                _check(verdict, count, flow, one, books)
    _check_receivable(verdict, source, due, target, exempt)
    pending = sum(one["status"] == "pending" for one in source["invoice"])
    if pending:
        why = "Pending invoices are not closed in Chargebee: nothing is owed yet."
        verdict.out_of_scope["pending_invoices"] = {"n": pending, "why": why}
    return verdict


def reference(origin: str, flow: str, key: str, operation: str = "create", revision: int = 1) -> str:
    """Compute our reference: the letter C and a hash in base32, twenty characters."""
    raw = "\n".join((origin, flow, key, operation, str(revision)))
    return "C" + b32encode(hashlib.sha256(raw.encode()).digest()).decode("ascii")[:19]


def _origin(control: Control) -> str:
    said = control.get("/credentials")["chargebee"]
    return f"{said.get('region', 'us')}:{said['site']}"


def _by_reference(target: Iterable[Object]) -> dict[str, list[Object]]:
    found: defaultdict[str, list[Object]] = defaultdict(list)
    for one in target:
        found[str(one["reference"] or "")].append(one)
    return found


def _due(source: dict[str, list[Object]]) -> dict[str, list[Object]]:
    """Give what a ledger must show: customers, final invoices that move something, notes, and money that moved."""
    cash = [one for one in source["transaction"] if one["status"] in ("success", "late_failure")]
    return {
        "customers": source["customer"],
        "invoices": [one for one in source["invoice"] if one["status"] != "pending" and _moves(one)],
        "credit_notes": [one for one in source["credit_note"] if one["total"]],
        "payments": [one for one in cash if one["type"] == "payment"],
        "refunds": [one for one in cash if one["type"] == "refund"],
    }


def _moves(invoice: Object) -> bool:
    return bool(invoice["total"] or any(row["amount"] for row in invoice.get("line_items", ())))


# One document


def _check(verdict: Verdict, count: FlowCount, flow: str, source: Object, books: Books) -> None:
    """Count a document's vouchers and compare the last one that was not taken back with the source."""
    count.due += 1
    name = f"{flow} {source['id']}"
    standing = [
        (revision, found) for revision in REVISIONS if (found := books.of(flow, source["id"], "create", revision))
    ]
    if flow != "customers":
        _add(count.source_totals, source["currency_code"], _amount(source))
    if not standing:
        count.missing += 1
        verdict.findings.append(f"missing: {name}")
        return
    count.found += 1
    revision, documents = standing[-1]
    if any(len(found) > 1 for _, found in standing):
        count.duplicates += 1
        verdict.findings.append(f"duplicate: {name} stands {max(len(found) for _, found in standing)} times")
    if flow == "customers":
        return
    for one in documents:
        _add(count.target_totals, one["currency"], Decimal(one["total"]) if one["kind"] != "journal" else NOTHING)
    if faults := list(_faults(flow, source, documents[0], revision, books)):
        count.amount_differences += 1
        verdict.findings.append(f"different: {name}: {'; '.join(faults)}")


def _faults(flow: str, source: Object, document: Object, revision: int, books: Books) -> Iterator[str]:
    wanted, day = _SIGNS[flow] * _amount(source), site_day(source["date"], books.zone)
    if (stands := _on_receivable(document)) != wanted:
        yield f"{wanted} of receivable in the source, {stands} in the target"
    if document["currency"] != source["currency_code"]:
        yield f"currency {source['currency_code']} in the source, {document['currency']} in the target"
    if document["date"] != day:
        yield f"date {day} in the source, {document['date']} in the target"
    if difference := _difference(document):
        yield f"debits and credits differ by {difference}"
    account = reference(books.origin, "customers", source["customer_id"])
    if flow in ("invoices", "credit_notes") and wanted and document["customer"] != account:
        yield f"on the account {document['customer']} instead of {account}"
    yield from _reversal_faults(flow, source, document, revision, books)
    if flow == "invoices" and not _is_gone(source):
        yield from _withheld_faults(source, revision, books)
    if flow == "payments":
        yield from _settlement_faults(source, document, books)


def _reversal_faults(flow: str, source: Object, document: Object, revision: int, books: Books) -> Iterator[str]:
    back = books.of(flow, source["id"], "reverse", revision)
    if back and not _is_gone(source):
        yield "reversed in the target, though it stands in the source"
    elif _is_gone(source) and [_on_receivable(one) for one in back] != [-_on_receivable(document)]:
        yield f"taken back in the source, {len(back)} reversals in the target"


def _withheld_faults(source: Object, revision: int, books: Books) -> Iterator[str]:
    for tax in source.get("linked_taxes_withheld", ()):
        stand = books.of("invoices", source["id"], f"withheld:{tax['id']}", revision)
        wanted = -major(source, tax["amount"])
        if [_on_receivable(one) for one in stand] != [wanted]:
            yield f"tax of {-wanted} withheld in the source, {len(stand)} documents for it in the target"


def _settlement_faults(source: Object, document: Object, books: Books) -> Iterator[str]:
    """Say where a payment settles more of an invoice than the source applied; less waits for F&O's own settlement."""
    linked = source.get("linked_invoices", ()) if not _is_gone(source) else ()
    allowed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in linked:
        for one in (
            one for revision in REVISIONS for one in books.of("invoices", row["invoice_id"], "create", revision)
        ):
            allowed[one["id"]] += major(source, row["applied_amount"])
    for applied in document["applied"] if linked else ():
        if Decimal(str(applied["amount"])) > allowed[applied["id"]]:
            yield f"settles {applied['amount']} of {applied['id']}, {allowed[applied['id']]} in the source"


# The receivable as a whole


def _check_receivable(
    verdict: Verdict,
    source: dict[str, list[Object]],
    due: dict[str, list[Object]],
    target: list[Object],
    exempt: Exempt,
) -> None:
    """Compare the account's balance per currency, waiting journals included, with what Chargebee says is owed."""
    count = verdict.flows["receivable"] = FlowCount()
    for kind, field, sign in (("invoice", "amount_due", 1), ("credit_note", "amount_available", -1)):
        for one in source[kind]:
            if not _is_gone(one) and one["status"] != "pending":
                _add(count.source_totals, one["currency_code"], sign * major(one, one[field]))
    for one in source["transaction"]:
        if one["type"] == "payment" and one["status"] == "success":
            _add(count.source_totals, one["currency_code"], -major(one, one.get("amount_unused", 0)))
    for flow, one in ((kind, one) for kind in _SIGNS for one in due[kind] if (kind, one["id"]) in exempt):
        withheld = sum(major(one, row["amount"]) for row in one.get("linked_taxes_withheld", ()))
        left = NOTHING if _is_gone(one) else _SIGNS[flow] * _amount(one) - withheld
        _add(count.source_totals, one["currency_code"], -left)
    for one in target:
        if one["lines"]:
            _add(count.target_totals, one["currency"], _on_receivable(one))
    if not count.agrees:
        owed, stands = _shown(count.source_totals), _shown(count.target_totals)
        verdict.findings.append(f"receivable: {owed} is owed by Chargebee, {stands} stands in F&O")


def _is_gone(source: Object) -> bool:
    return bool(source.get("deleted")) or source["status"] in _GONE


def _amount(source: Object) -> Decimal:
    return major(source, source["total"] if "total" in source else source["amount"])


def _on_receivable(document: Object) -> Decimal:
    lines = [line for line in document["lines"] if line["account"] == RECEIVABLE]
    return sum((Decimal(line["debit"]) - Decimal(line["credit"]) for line in lines), NOTHING)


def _difference(document: Object) -> Decimal:
    return sum((Decimal(line["debit"]) - Decimal(line["credit"]) for line in document["lines"]), NOTHING)


def _add(totals: dict[str, Decimal], currency: str, amount: Decimal) -> None:
    totals[currency] = totals.get(currency, NOTHING) + amount


def _shown(totals: dict[str, Decimal]) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in sorted(totals.items()) if amount) or "nothing"
