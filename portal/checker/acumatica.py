"""Checks Chargebee -> Acumatica: each document of receivables once, its applications, the receivable as a whole."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from portal.checker.billing import by_kind, major, site_day, site_zone
from portal.checker.control import Control
from portal.checker.verdict import FlowCount, Verdict

Object = dict[str, Any]
Exempt = set[tuple[str, str]]
Amounts = dict[str, Decimal]
RECEIVABLE = "11000"  # the account that the sandbox's customer classes name
LONGEST_REFERENCE = 40
REVISIONS = range(1, 10)
_MARKS = {"customers": "CUS", "invoices": "INV", "credit_notes": "CN", "payments": "TXN", "refunds": "RFD"}
_SIGNS = {"invoices": 1, "credit_notes": -1, "payments": -1, "refunds": 1}
_GONE = {"voided", "late_failure"}
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Books:
    """What stands in Acumatica, by our references; documents that void others apart."""

    site: str
    zone: str
    documents: dict[str, list[Object]]
    voids: dict[str, list[Object]]

    def of(self, flow: str, key: str, part: str = "", revision: int = 1) -> list[Object]:
        """Give what carries the reference of an object."""
        return self.documents.get(reference(self.site, _MARKS[flow], key, part, revision), [])

    def newest(self, flow: str, key: str) -> tuple[int, list[Object]]:
        """Give an object's documents of the last revision that stands."""
        standing = [(number, found) for number in REVISIONS if (found := self.of(flow, key, revision=number))]
        return standing[-1] if standing else (1, [])


def check(control: Control, exempt: Exempt) -> Verdict:
    """Compare both systems. `exempt` names (flow, key) that the product reports as waiting, parked or skipped."""
    source, target = by_kind(control.documents("chargebee")), control.documents("acumatica")
    books = _books(control, source, target)
    verdict, due = Verdict(), _due(source)
    for flow, objects in due.items():
        count = verdict.flows[flow] = FlowCount()
        for one in objects:
            if (flow, one["id"]) not in exempt:
                _check(verdict, count, flow, one, books)
    _check_receivable(verdict, due, target, exempt)
    if pending := sum(one["status"] == "pending" for one in source["invoice"]):
        why = "Pending invoices are not closed in Chargebee: nothing is owed yet."
        verdict.out_of_scope["pending_invoices"] = {"n": pending, "why": why}
    return verdict


def reference(site: str, mark: str, key: str, part: str = "", revision: int = 1) -> str:
    """Compute our reference: `CB-<site>-<mark>-<key>`, with a digest where that does not fit as it is."""
    raw = f"CB-{site}-{mark}-{key}{f'-{part}' if part else ''}"
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", raw)
    if plain == raw and len(raw) <= LONGEST_REFERENCE and revision == 1:
        return raw
    digest = sha256(f"{raw}\n{revision}".encode()).hexdigest()[:12]
    tail = f"-R{revision}-{digest}" if revision > 1 else f"-{digest}"
    return plain[: LONGEST_REFERENCE - len(tail)] + tail


def _books(control: Control, source: dict[str, list[Object]], target: list[Object]) -> Books:
    documents: defaultdict[str, list[Object]] = defaultdict(list)
    voids: defaultdict[str, list[Object]] = defaultdict(list)
    for one in target:
        (voids if one["kind"] == "void" else documents)[str(one["reference"] or "")].append(one)
    site = str(control.get("/credentials")["chargebee"]["site"])
    return Books(site, site_zone(source["invoice"]), documents, voids)


def _due(source: dict[str, list[Object]]) -> dict[str, list[Object]]:
    """Give what Acumatica must show: customers, final invoices, credit notes of something, money that moved."""
    cash = [one for one in source["transaction"] if one["status"] in ("success", "late_failure")]
    return {
        "customers": source["customer"],
        "invoices": [one for one in source["invoice"] if one["status"] != "pending"],
        "credit_notes": [one for one in source["credit_note"] if one["total"]],
        "payments": [one for one in cash if one["type"] == "payment"],
        "refunds": [one for one in cash if one["type"] == "refund"],
    }


# One document


def _check(verdict: Verdict, count: FlowCount, flow: str, source: Object, books: Books) -> None:
    name = f"{flow} {source['id']}"
    revision, documents = books.newest(flow, source["id"])
    count.due += 1
    if flow in _SIGNS:
        _add(count.source_totals, source["currency_code"], _amount(source))
    if not documents:
        count.missing += 1
        verdict.findings.append(f"missing: {name}")
        return
    count.found += 1
    if len(documents) > 1:
        count.duplicates += 1
        verdict.findings.append(f"duplicate: {name} stands {len(documents)} times")
    if flow not in _SIGNS:
        return
    for one in documents:
        _add(count.target_totals, one["currency"], Decimal(one["total"]))
    if faults := list(_faults(flow, source, documents[0], revision, books)):
        count.amount_differences += 1
        verdict.findings.append(f"different: {name}: {'; '.join(faults)}")


def _faults(flow: str, source: Object, document: Object, revision: int, books: Books) -> Iterator[str]:
    """Say what of a document is not the source's: money, day, customer, applications, and its way back."""
    wanted, day = _amount(source), site_day(source["date"], books.zone)
    if Decimal(document["total"]) != wanted or _balance(document, RECEIVABLE) != _SIGNS[flow] * wanted:
        shown = f"{document['total']} with {_balance(document, RECEIVABLE)} on the receivable"
        yield f"{wanted} in the source, {shown} in the target"
    if document["currency"] != source["currency_code"]:
        yield f"currency {source['currency_code']} in the source, {document['currency']} in the target"
    if document["date"] != day:
        yield f"date {day} in the source, {document['date']} in the target"
    if not document["posted"]:
        yield f"not released, but {document['status']}"
    if difference := _balance(document):
        yield f"debits and credits differ by {difference}"
    customer = reference(books.site, _MARKS["customers"], source["customer_id"])
    if flow in ("invoices", "credit_notes") and document["customer"] != customer:
        yield f"made out to {document['customer']} instead of {customer}"
    if _is_gone(source) or _backs(flow, source, document, revision, books):
        yield from _reversal_faults(flow, source, document, revision, books)
    elif flow == "invoices":
        yield from _withheld_faults(source, document, revision, books)
    elif (applied := _wanted(flow, source, books)) != (stands := _applied(document)):
        yield f"applied {_shown(applied)} in the source, {_shown(stands)} in the target"


def _backs(flow: str, source: Object, document: Object, revision: int, books: Books) -> list[Object]:
    """Give what takes a document back: the opposite document, or the voiding of cash."""
    if flow in ("payments", "refunds"):
        return books.voids.get(str(document["reference"]), [])
    return books.of(flow, source["id"], "REV", revision)


def _reversal_faults(flow: str, source: Object, document: Object, revision: int, books: Books) -> Iterator[str]:
    backs = _backs(flow, source, document, revision, books)
    if not _is_gone(source):
        yield "reversed in the target, though it stands in the source"
    elif [_balance(one, RECEIVABLE) for one in backs] != [-_balance(document, RECEIVABLE)]:
        yield f"taken back in the source, {len(backs)} reversals in the target"


def _withheld_faults(source: Object, document: Object, revision: int, books: Books) -> Iterator[str]:
    for tax in source.get("linked_taxes_withheld", ()):
        wanted = {str(document["id"]): major(source, tax["amount"])}
        found = books.documents.get(reference(books.site, "CN", source["id"], tax["id"], revision), [])
        if [_applied(one) for one in found] != [wanted]:
            yield f"tax {tax['id']} withheld in the source, {len(found)} memos applied for it in the target"


def _wanted(flow: str, source: Object, books: Books) -> Amounts:
    """Give what a document must be applied to, by the target's ids; what is not posted itself is left out."""
    if flow == "payments":
        rows = [("invoices", row["invoice_id"], row["applied_amount"]) for row in source.get("linked_invoices", ())]
    elif flow == "credit_notes":
        rows = [("invoices", row["invoice_id"], row["allocated_amount"]) for row in source.get("allocations", ())]
    else:
        rows = [("credit_notes", row["cn_id"], row["applied_amount"]) for row in source.get("linked_credit_notes", ())]
        rest = source["amount"] - sum(minor for _, _, minor in rows)
        rows += [("payments", source.get("refunded_txn_id", ""), rest)] if rest else []
    wanted: Amounts = {}
    for other, key, minor in rows:
        for document in books.newest(other, key)[1][:1] if minor else ():
            _add(wanted, str(document["id"]), major(source, minor))
    return wanted


# The receivable as a whole


def _check_receivable(verdict: Verdict, due: dict[str, list[Object]], target: list[Object], exempt: Exempt) -> None:
    """Compare the receivable's balance per currency with what Chargebee says is owed, less what is not posted."""
    count = verdict.flows["receivable"] = FlowCount()
    for flow, field, sign in (("invoices", "amount_due", 1), ("credit_notes", "amount_available", -1)):
        for one in due[flow]:
            if not _is_gone(one):
                _add(count.source_totals, one["currency_code"], sign * major(one, one[field]))
    for one in due["payments"]:
        if not _is_gone(one):
            _add(count.source_totals, one["currency_code"], -major(one, one.get("amount_unused", 0)))
    for flow, sign in _SIGNS.items():
        for one in due[flow]:
            if (flow, one["id"]) in exempt and not _is_gone(one):
                withheld = sum(major(one, row["amount"]) for row in one.get("linked_taxes_withheld", ()))
                _add(count.source_totals, one["currency_code"], withheld - sign * _amount(one))
    for one in target:
        if one["lines"] and one["posted"]:
            _add(count.target_totals, one["currency"], _balance(one, RECEIVABLE))
    if not count.agrees:
        owed, stands = _shown(count.source_totals), _shown(count.target_totals)
        verdict.findings.append(f"receivable: {owed} is owed by Chargebee, {stands} stands in Acumatica")


def _is_gone(source: Object) -> bool:
    return bool(source.get("deleted")) or source["status"] in _GONE


def _amount(source: Object) -> Decimal:
    return major(source, source["total"] if "total" in source else source["amount"])


def _balance(document: Object, account: str = "") -> Decimal:
    lines = (line for line in document["lines"] if account in ("", line["account"]))
    return sum((Decimal(line["debit"]) - Decimal(line["credit"]) for line in lines), NOTHING)


def _applied(document: Object) -> Amounts:
    return {str(one["id"]): amount for one in document["applied"] if (amount := Decimal(str(one["amount"])))}


def _add(totals: Amounts, name: str, amount: Decimal) -> None:
    totals[name] = totals.get(name, NOTHING) + amount


def _shown(totals: Amounts) -> str:
    return ", ".join(f"{amount:f} {name}" for name, amount in sorted(totals.items()) if amount) or "nothing"
