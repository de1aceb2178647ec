"""Checks Chargebee -> NetSuite: every object due must stand in NetSuite's books exactly once, to the cent."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from portal.checker.control import Control
from portal.checker.verdict import FlowCount, Verdict

Object = dict[str, Any]
_ZERO_DECIMAL = {
    "JPY",
    "KRW",
    "XAF",
    "XOF",
    "VND",
    "CLP",
    "PYG",
    "UGX",
    "RWF",
    "BIF",
    "DJF",
    "GNF",
    "KMF",
    "VUV",
    "XPF",
}
_FINAL = {"posted", "payment_due", "not_paid", "paid"}
_KINDS = {"customers": "CUS", "items": "ITM", "invoices": "INV", "payments": "TXN"}


def check(control: Control, exempt: set[tuple[str, str]]) -> Verdict:
    """Compare both systems. `exempt` names (flow, key) that the product reports as waiting, parked or skipped."""
    source = _by_kind(control.documents("chargebee"))
    standing = _by_reference(control.documents("netsuite"))
    zone = _site_zone(source["invoice"])
    verdict = Verdict()
    _check_flow(verdict, "customers", source["customer"], standing, exempt, lambda obj, doc: [])
    _check_flow(verdict, "items", source["item_price"], standing, exempt, lambda obj, doc: [])
    due = [each for each in source["invoice"] if each["status"] in _FINAL and not each.get("deleted")]
    _check_flow(
        verdict, "invoices", due, standing, exempt, lambda obj, doc: _money_faults(obj, doc, obj["total"], zone)
    )
    paid = [
        t for t in source["transaction"] if t["type"] == "payment" and t["status"] == "success" and not t.get("deleted")
    ]
    _check_flow(verdict, "payments", paid, standing, exempt, lambda obj, doc: _payment_faults(obj, doc, zone, standing))
    _note_out_of_scope(verdict, source)
    return verdict


def _site_zone(invoices: list[Object]) -> str:
    """Give the zone that the site's documents say they were made in."""
    zones = [
        each["site_details_at_creation"].get("timezone") for each in invoices if "site_details_at_creation" in each
    ]
    return str(zones[0]) if zones and zones[0] else "UTC"


def _by_kind(objects: Iterable[Object]) -> dict[str, list[Object]]:
    kinds: defaultdict[str, list[Object]] = defaultdict(list)
    for each in objects:
        kinds[each["object"]].append(each)
    return kinds


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
            _major(each, each.get("total") or each.get("amount") or 0),
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
    total, wanted = Decimal(str(document["total"])), _major(source, minor)
    if total != wanted:
        faults.append(f"total {wanted} in the source, {total} in the target")
    if document["currency"] != source["currency_code"]:
        faults.append(f"currency {source['currency_code']} in the source, {document['currency']} in the target")
    day = datetime.fromtimestamp(source["date"], tz=UTC).astimezone(ZoneInfo(zone)).date().isoformat()
    if document["date"] != day:
        faults.append(f"date {day} in the source, {document['date']} in the target")
    debit = sum(Decimal(str(line.get("debit") or 0)) for line in document.get("lines", []))
    credit = sum(Decimal(str(line.get("credit") or 0)) for line in document.get("lines", []))
    if debit != credit:
        faults.append(f"debits {debit} and credits {credit} do not balance")
    return faults


def _payment_faults(source: Object, document: Object, zone: str, standing: dict[str, list[Object]]) -> list[str]:
    faults = _money_faults(source, document, source["amount"], zone)
    wanted: dict[str, Decimal] = {}
    for linked in source.get("linked_invoices", []):
        applied = _major(source, linked["applied_amount"])
        for invoice in _standing(standing, "INV", linked["invoice_id"])[:1] if applied else []:
            wanted[str(invoice["id"])] = wanted.get(str(invoice["id"]), Decimal(0)) + applied
    stands = {str(each["id"]): Decimal(str(each["amount"])) for each in document.get("applied", [])}
    if wanted != stands:
        faults.append(f"applied {wanted} in the source, {stands} in the target")
    return faults


def _note_out_of_scope(verdict: Verdict, source: dict[str, list[Object]]) -> None:
    voided = sum(each["status"] == "voided" for each in source["invoice"])
    refunds = sum(each["type"] != "payment" for each in source["transaction"])
    for kind, number, why in (
        ("credit_notes", len(source["credit_note"]), "Credit notes are not posted by this version."),
        ("refunds", refunds, "Refunds, reversals and authorisations are not posted by this version."),
        ("voids", voided, "Voided invoices are not posted by this version."),
    ):
        if number:
            verdict.out_of_scope[kind] = {"n": number, "why": why}


def _major(source: Object, minor: int) -> Decimal:
    """Chargebee's own rule: zero-decimal currencies as they are, all others in hundredths."""
    return Decimal(minor) if source.get("currency_code") in _ZERO_DECIMAL else Decimal(minor) / 100


def _add(totals: dict[str, Decimal], currency: str, amount: Decimal) -> None:
    totals[currency] = totals.get(currency, Decimal(0)) + amount
