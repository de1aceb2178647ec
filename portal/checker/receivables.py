"""Checks Chargebee -> JD Edwards: every document due stands as balanced journals; the receivable is what is owed."""

import hashlib
import re
from base64 import b32encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from portal.checker.billing import by_kind, major, site_day, site_zone
from portal.checker.control import Control
from portal.checker.verdict import FlowCount, Verdict

Object = dict[str, Any]
Exempt = set[tuple[str, str]]
Sums = dict[tuple[str, str], Decimal]  # by account and the customer's address number
_OURS = re.compile(r"C[A-Z2-7]{19}")
_RECEIVABLE, _CLEARING = "1.1215", "1.1120"  # the accounts that the sandbox's mapping names
_GONE = {"voided", "late_failure"}
_NOTHING = Decimal(0)


def check(control: Control, exempt: Exempt) -> Verdict:
    """Compare both systems. `exempt` names (flow, key) that the product reports as waiting, parked or skipped."""
    source = by_kind(control.documents("chargebee"))
    target = control.documents("jde")
    origin = _origin(control)
    verdict, zone = Verdict(), site_zone(source["invoice"])
    addresses = _check_customers(verdict, source["customer"], target, origin, exempt)
    journals = [one for one in target if one["kind"] == "journal" and _OURS.fullmatch(one["reference"] or "")]
    due = _due(source)
    groups = _groups(journals, due)
    for flow, objects in due.items():
        count = verdict.flows[flow] = FlowCount()
        for one in objects:
            if (flow, one["id"]) not in exempt:
                _check_document(verdict, count, flow, one, groups.get(one["id"], []), addresses, zone)
    _check_receivable(verdict, source, due, target, exempt)
    pending = sum(one["status"] == "pending" for one in source["invoice"])
    if pending:
        why = "Pending invoices are not closed in Chargebee: nothing is owed yet."
        verdict.out_of_scope["pending_invoices"] = {"n": pending, "why": why}
    return verdict


def _origin(control: Control) -> str:
    """Give what the product calls the site when it makes its references: region and domain."""
    said = control.get("/credentials")["chargebee"]
    return f"{said.get('region', 'us')}:{said['site']}"


def _due(source: dict[str, list[Object]]) -> dict[str, list[Object]]:
    moved = [one for one in source["transaction"] if one["status"] in ("success", "late_failure")]
    return {
        "invoices": [one for one in source["invoice"] if one["status"] != "pending"],
        "credit_notes": [one for one in source["credit_note"] if one["total"]],
        "payments": [one for one in moved if one["type"] == "payment"],
        "refunds": [one for one in moved if one["type"] == "refund"],
    }


# Customers


def _check_customers(
    verdict: Verdict, customers: list[Object], target: Iterable[Object], origin: str, exempt: Exempt
) -> dict[str, str]:
    """Look for each customer in the address book by our reference; gives address numbers by the customers' ids."""
    count = verdict.flows["customers"] = FlowCount()
    stands: defaultdict[str, list[str]] = defaultdict(list)
    for one in target:
        if one["kind"] == "customer":
            stands[one["reference"]].append(one["id"])
    addresses: dict[str, str] = {}
    for one in customers:
        if ("customers", one["id"]) in exempt:
            continue
        count.due += 1
        found = stands.get(_reference(origin, one["id"]), [])
        _count(verdict, count, f"customers {one['id']}", len(found))
        if found:
            addresses[one["id"]] = found[0]
    return addresses


def _reference(origin: str, key: str) -> str:
    """Compute a customer's reference as the contract of orchestrations says: a letter, and a hash in base32."""
    raw = "\n".join(("C", origin, "customers", key, "create", "1"))
    return "C" + b32encode(hashlib.sha256(raw.encode()).digest()).decode("ascii")[:19]


# Documents


def _groups(journals: Iterable[Object], due: dict[str, list[Object]]) -> dict[str, list[Object]]:
    """Put journals to the document whose number their lines begin with, in the order in which they were entered."""
    numbers = {one["id"][:30]: one["id"] for objects in due.values() for one in objects}
    groups: defaultdict[str, list[Object]] = defaultdict(list)
    for journal in journals:
        words = str(journal["lines"][0].get("memo") or "") if journal["lines"] else ""
        name = max((each for each in numbers if f"{words} ".startswith(f"{each} ")), key=len, default="")
        groups[numbers.get(name, "")].append(journal)
    return groups


def _check_document(
    verdict: Verdict,
    count: FlowCount,
    flow: str,
    source: Object,
    journals: list[Object],
    addresses: dict[str, str],
    zone: str,
) -> None:
    """Count a document's journals, and compare what they come to with what the source says of it."""
    wanted = _worth(flow, source)
    is_empty = not (source.get("total") or source.get("amount") or any(_lines_of(source)))
    if is_empty and not journals:
        return
    count.due += 1
    name = f"{flow} {source['id']}"
    _add(count.source_totals, source["currency_code"], wanted)
    references = [one["reference"] for one in journals]
    twice = len(references) - len(set(references))
    _count(verdict, count, name, 0 if not journals else 1 + twice)
    if not journals:
        return
    _add(count.target_totals, source["currency_code"], _on(_RECEIVABLE, journals))
    faults = [*_faults_of(flow, source, journals, wanted, addresses), *_date_faults(source, journals, zone)]
    if faults:
        count.amount_differences += 1
        verdict.findings.append(f"different: {name}: {'; '.join(faults)}")


def _worth(flow: str, source: Object) -> Decimal:
    """Give what a document does to the receivable: invoices and refunds raise it, notes and payments lower it."""
    if source.get("deleted") or source["status"] in _GONE:
        return _NOTHING
    sign = 1 if flow in ("invoices", "refunds") else -1
    amount = sign * int(source["total"] if "total" in source else source["amount"])
    withheld = sum(row["amount"] for row in source.get("linked_taxes_withheld", ()))
    return major(source, amount - withheld)


def _faults_of(
    flow: str, source: Object, journals: list[Object], wanted: Decimal, addresses: dict[str, str]
) -> Iterator[str]:
    sums = _sums(journals)
    stands = _on(_RECEIVABLE, journals)
    if stands != wanted:
        yield f"receivable {wanted} in the source, {stands} in the target"
    currencies = {one["currency"] for one in journals}
    if currencies != {source["currency_code"]}:
        yield f"currency {source['currency_code']} in the source, {', '.join(sorted(currencies))} in the target"
    for one in journals:
        lines = one["lines"]
        if difference := sum((_of(line) for line in lines), _NOTHING):
            yield f"debits and credits of {one['id']} differ by {difference}"
        if difference := sum((_of(line, "base_") for line in lines if "base_debit" in line), _NOTHING):
            yield f"debits and credits of {one['id']} differ by {difference} in the company's currency"
    if not wanted:
        yield from (f"{amount} left on {key[0]}" for key, amount in sums.items() if amount and key[0] == _CLEARING)
    if flow in ("payments", "refunds") and _on(_CLEARING, journals) != -wanted:
        yield f"{_on(_CLEARING, journals)} on the clearing account, {-wanted} in the source"
    if flow in ("invoices", "credit_notes"):
        own = addresses.get(source["customer_id"], "")
        yield from (
            f"{amount} on the receivable of address {key[1] or 'none'} instead of {own}"
            for key, amount in sums.items()
            if key[0] == _RECEIVABLE and key[1] != own and amount
        )


def _date_faults(source: Object, journals: list[Object], zone: str) -> Iterator[str]:
    day, first = site_day(source["date"], zone), journals[0]["date"]
    if first != day:
        yield f"date {day} in the source, {first} in the target"


def _lines_of(source: Object) -> Iterator[int]:
    return (row["amount"] for row in source.get("line_items", ()))


# The receivable as a whole


def _check_receivable(
    verdict: Verdict,
    source: dict[str, list[Object]],
    due: dict[str, list[Object]],
    target: list[Object],
    exempt: Exempt,
) -> None:
    """Compare the account's balance per currency with what Chargebee says is owed, less what was left out by name."""
    count = verdict.flows["receivable"] = FlowCount()
    for one in source["invoice"]:
        if not one.get("deleted") and one["status"] not in ("voided", "pending"):
            _add(count.source_totals, one["currency_code"], major(one, one["amount_due"]))
    for one in source["credit_note"]:
        if not one.get("deleted") and one["status"] != "voided":
            _add(count.source_totals, one["currency_code"], -major(one, one["amount_available"]))
    for one in source["transaction"]:
        if one["type"] == "payment" and one["status"] == "success":
            _add(count.source_totals, one["currency_code"], -major(one, one.get("amount_unused", 0)))
    for flow, objects in due.items():
        for one in objects:
            if (flow, one["id"]) in exempt:
                _add(count.source_totals, one["currency_code"], -_worth(flow, one))
    for journal in target:
        if journal["kind"] == "journal":
            _add(count.target_totals, journal["currency"], _on(_RECEIVABLE, [journal]))
    if {key: each for key, each in count.source_totals.items() if each} != {
        key: each for key, each in count.target_totals.items() if each
    }:
        told = f"{_shown(count.source_totals)} is owed by Chargebee, {_shown(count.target_totals)} stands in JD Edwards"
        verdict.findings.append(f"receivable: {told}")


# Sums


def _sums(journals: Iterable[Object]) -> Sums:
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for journal in journals:
        for line in journal["lines"]:
            sums[line["account"], line.get("party") or ""] += _of(line)
    return sums


def _on(account: str, journals: Iterable[Object]) -> Decimal:
    return sum((amount for key, amount in _sums(journals).items() if key[0] == account), _NOTHING)


def _of(line: Object, which: str = "") -> Decimal:
    return Decimal(str(line[f"{which}debit"])) - Decimal(str(line[f"{which}credit"]))


def _count(verdict: Verdict, count: FlowCount, name: str, number: int) -> None:
    if number == 0:
        count.missing += 1
        verdict.findings.append(f"missing: {name}")
        return
    count.found += 1
    if number > 1:
        count.duplicates += 1
        verdict.findings.append(f"duplicate: {name} stands {number} times")


def _add(totals: dict[str, Decimal], currency: str, amount: Decimal) -> None:
    totals[currency] = totals.get(currency, _NOTHING) + amount


def _shown(totals: dict[str, Decimal]) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in sorted(totals.items()) if amount) or "nothing"
