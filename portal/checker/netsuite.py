"""Checks Chargebee -> NetSuite: every object due must stand in NetSuite's books exactly once, to the cent."""

import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import Any

from portal.checker.billing import by_kind, major, site_day, site_zone
from portal.checker.control import Control
from portal.checker.verdict import FlowCount, Verdict

Object = dict[str, Any]
_KINDS = {
    "customers": "CUS",
    "items": "ITM",
    "invoices": "INV",
    "credit_notes": "CN",
    "payments": "TXN",
    "refunds": "RFD",
}
_GONE = {"voided", "late_failure"}
Standing = dict[str, list[Object]]


def check(control: Control, exempt: set[tuple[str, str]]) -> Verdict:
    """Compare both systems. `exempt` names (flow, key) that the product reports as waiting, parked or skipped."""
    source = by_kind(control.documents("chargebee"))
    standing = _by_reference(control.documents("netsuite"))
    zone = site_zone(source["invoice"])
    verdict = Verdict()
    moved = [each for each in source["transaction"] if each["status"] in ("success", "late_failure")]
    due = {
        "customers": source["customer"],
        "items": source["item_price"],
        "invoices": [each for each in source["invoice"] if each["status"] != "pending"],
        "credit_notes": [each for each in source["credit_note"] if each["total"]],
        "payments": [each for each in moved if each["type"] == "payment"],
        "refunds": [each for each in moved if each["type"] == "refund"],
    }
    for flow, objects in due.items():
        _check_flow(verdict, flow, objects, standing, exempt, partial(_faults, flow, standing, zone))
    _note_out_of_scope(verdict, source)
    return verdict


def _faults(flow: str, standing: Standing, zone: str, source: Object, document: Object) -> list[str]:
    """Say what of a document is not the source's: money, day, applications, and its reversal where it is gone."""
    if flow in ("customers", "items"):
        return []
    faults = _money_faults(source, document, source["total"] if "total" in source else source["amount"], zone)
    is_gone = source.get("deleted") or source["status"] in _GONE
    back = _standing(standing, _KINDS[flow], f"{source['id']}-REV")
    if is_gone and [each["total"] for each in back] != [document["total"]]:
        faults.append(f"taken back in the source, {len(back)} reversals in the target")
    if back and not is_gone:
        faults.append("reversed in the target, though it stands in the source")
    if flow == "invoices":
        return faults + ([] if is_gone else _withheld_faults(source, document, standing))
    wanted = _back_only(flow, back) if is_gone else _wanted(flow, source, standing)
    stands = {str(each["id"]): Decimal(str(each["amount"])) for each in document.get("applied", [])}
    if wanted != stands:
        faults.append(f"applied {wanted} in the source, {stands} in the target")
    return faults


def _wanted(flow: str, source: Object, standing: Standing) -> dict[str, Decimal]:
    """Give what a document must be applied to, by the target's ids; what is not posted itself is left out."""
    if flow == "payments":
        rows = [("INV", row["invoice_id"], row["applied_amount"]) for row in source.get("linked_invoices", [])]
    elif flow == "credit_notes":
        rows = [("INV", row["invoice_id"], row["allocated_amount"]) for row in source.get("allocations", [])]
    else:
        rows = [("CN", row["cn_id"], row["applied_amount"]) for row in source.get("linked_credit_notes", [])]
        rest = source["amount"] - sum(amount for _, _, amount in rows)
        rows += [("TXN", source["refunded_txn_id"], rest)] if rest and source.get("refunded_txn_id") else []
    wanted: dict[str, Decimal] = {}
    for kind, key, minor in rows:
        amount = major(source, minor)
        for document in _standing(standing, kind, key)[:1] if amount else []:
            wanted[str(document["id"])] = wanted.get(str(document["id"]), Decimal(0)) + amount
    return wanted


def _back_only(flow: str, back: list[Object]) -> dict[str, Decimal]:
    """Give what a reversed document is applied to: a credit memo or refund is used up on its reversal."""
    if flow == "payments":
        return {}
    return {str(each["id"]): Decimal(str(each["total"])) for each in back}


def _withheld_faults(source: Object, document: Object, standing: Standing) -> list[str]:
    """Look for the credit memo of each tax that the customer withheld, applied to the invoice."""
    faults = []
    for tax in source.get("linked_taxes_withheld", []):
        wanted = {str(document["id"]): major(source, tax["amount"])}
        memos = _standing(standing, "CN", f"{source['id']}-{tax['id']}")
        stands = [{str(row["id"]): Decimal(str(row["amount"])) for row in memo["applied"]} for memo in memos]
        if stands != [wanted]:
            faults.append(f"withheld tax {tax['id']}: {wanted} in the source, {stands} in the target")
    return faults


def _by_reference(documents: Iterable[Object]) -> dict[str, list[Object]]:
    found: defaultdict[str, list[Object]] = defaultdict(list)
    for document in documents:
        if document.get("status") != "voided":
            found[str(document.get("reference") or "")].append(document)
    return found


def _check_flow(
    verdict: Verdict,
    flow: str,
    due: list[Object],
    standing: dict[str, list[Object]],
    exempt: set[tuple[str, str]],
    faults_of: Any,
) -> None:
    count = verdict.flows[flow] = FlowCount()
    for each in due:
        if (flow, each["id"]) in exempt:
            continue
        documents = _standing(standing, _KINDS[flow], each["id"])
        count.due += 1
        _add(
            count.source_totals,
            each.get("currency_code", ""),
            major(each, each.get("total") or each.get("amount") or 0),
        )
        if not documents:
            count.missing += 1
            verdict.findings.append(f"missing: {flow} {each['id']}")
            continue
        count.found += 1
        for document in documents:
            _add(count.target_totals, str(document.get("currency", "")), Decimal(str(document.get("total") or 0)))
        if len(documents) > 1:
            count.duplicates += 1
            verdict.findings.append(f"duplicate: {flow} {each['id']} stands {len(documents)} times")
        if faults := faults_of(each, documents[0]):
            count.amount_differences += 1
            verdict.findings.append(f"different: {flow} {each['id']}: {'; '.join(faults)}")
    if flow in ("customers", "items"):
        count.source_totals, count.target_totals = {}, {}


def _standing(standing: dict[str, list[Object]], kind: str, key: str) -> list[Object]:
    """Find by our reference: `CB-<site>-<kind>-<key>`; where a character was replaced, with a digest behind it."""
    clean = re.sub(r"[^A-Za-z0-9_-]", "_", f"{kind}-{key}")
    exact = [
        doc for ref, docs in standing.items() if ref.endswith(f"-{clean}") and ref.startswith("CB-") for doc in docs
    ]
    if clean == f"{kind}-{key}" or exact:
        return exact
    pattern = re.compile(rf"CB-[A-Za-z0-9_-]+?-{re.escape(clean[:40])}.*-[0-9a-f]{{12}}$")
    return [doc for ref, docs in standing.items() if pattern.match(ref) for doc in docs]


def _money_faults(source: Object, document: Object, minor: int, zone: str) -> list[str]:
    faults = []
    total, wanted = Decimal(str(document["total"])), major(source, minor)
    if total != wanted:
        faults.append(f"total {wanted} in the source, {total} in the target")
    if document["currency"] != source["currency_code"]:
        faults.append(f"currency {source['currency_code']} in the source, {document['currency']} in the target")
    day = site_day(source["date"], zone)
    if document["date"] != day:
        faults.append(f"date {day} in the source, {document['date']} in the target")
    debit = sum(Decimal(str(line.get("debit") or 0)) for line in document.get("lines", []))
    credit = sum(Decimal(str(line.get("credit") or 0)) for line in document.get("lines", []))
    if debit != credit:
        faults.append(f"debits {debit} and credits {credit} do not balance")
    return faults


def _note_out_of_scope(verdict: Verdict, source: dict[str, list[Object]]) -> None:
    no_money = sum(each["type"] in ("authorization", "payment_reversal") for each in source["transaction"])
    pending = sum(each["status"] == "pending" for each in source["invoice"])
    for kind, number, why in (
        ("pending_invoices", pending, "Pending invoices are not closed in Chargebee: nothing is owed yet."),
        ("authorisations", no_money, "Authorisations move no money; reversals are booked with their payments."),
    ):
        if number:
            verdict.out_of_scope[kind] = {"n": number, "why": why}


def _add(totals: dict[str, Decimal], currency: str, amount: Decimal) -> None:
    totals[currency] = totals.get(currency, Decimal(0)) + amount
