"""Checks JD Edwards and BILL: a purchase due stands as one bill, a payment of BILL stands once in JD Edwards."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from portal.checker.control import Control
from portal.checker.verdict import FlowCount, Verdict

Object = dict[str, Any]
Exempt = set[tuple[str, str]]
_MARK = re.compile(r"\[ref JDE-[0-9a-f]+-(?:BIL|CRE)-(.+?)(?:-R\d+)?\]")
_VENDOR = re.compile(r"JDE-[0-9a-f]+-VEN-(\d+)$")
_OURS = re.compile(r"[BC][A-Z2-7]{19}$")  # what the product itself entered in JD Edwards
_CLEARING = "1.1115"  # the sandbox's money-out clearing account


def check(control: Control, exempt: Exempt) -> Verdict:
    """Compare both systems. `exempt` names (flow, key) that the product reports as waiting, parked or skipped."""
    jde, billcom = control.documents("jde"), control.documents("billcom")
    verdict = Verdict()
    _check_vendors(verdict, _of(jde, "supplier"), _of(billcom, "vendor"), exempt)
    _check_bills(verdict, jde, billcom, exempt)
    _check_payments(verdict, jde, billcom, exempt)
    return verdict


def _of(documents: Iterable[Object], *kinds: str) -> list[Object]:
    return [one for one in documents if one["kind"] in kinds]


def _check_vendors(verdict: Verdict, suppliers: list[Object], vendors: list[Object], exempt: Exempt) -> None:
    count = verdict.flows["vendors"] = FlowCount()
    ours: defaultdict[str, list[Object]] = defaultdict(list)
    names = {str(one["name"]).casefold() for one in vendors}
    for one in vendors:
        if found := _VENDOR.search(str(one["number"])):
            ours[found[1]].append(one)
    for supplier in suppliers:
        key = str(supplier["id"])
        if ("vendors", key) in exempt:
            continue
        standing = ours.get(key, [])
        is_linked = str(supplier["name"]).casefold() in names  # made by somebody else, and linked
        _count(verdict, count, f"vendors {key}", len(standing) or int(is_linked))
        if standing and standing[0]["currency"] != (supplier["currency"] or "USD"):
            _differs(verdict, count, f"vendors {key}", "currency", supplier["currency"], standing[0]["currency"])


def _check_bills(verdict: Verdict, jde: list[Object], billcom: list[Object], exempt: Exempt) -> None:
    """A purchase is due unless the product says why not; an order may stand as the bill of its invoice."""
    count = verdict.flows["bills"] = FlowCount()
    standing: defaultdict[str, list[Object]] = defaultdict(list)
    for one in _of(billcom, "bill", "vendor_credit"):
        found = _MARK.search(str(one.get("memo", "")))
        if found and one["status"] != "archived":
            standing[found[1]].append(one)
    taken = _orders_of_invoices(jde, standing)
    for document in _of(jde, "purchase_order", "bill", "debit_memo"):
        key = str(document["id"])
        if document["kind"] == "purchase_order" and not key.startswith("OP-"):
            scope = verdict.out_of_scope.setdefault("other_orders", {"n": 0, "why": "Only orders of type OP are read."})
            scope["n"] = int(str(scope["n"])) + 1
            continue
        if ("bills", key) in exempt or key in taken or _OURS.match(str(document["reference"])):
            continue
        bills = standing.get(key, [])
        _count(verdict, count, f"bills {key}", len(bills))
        if bills:
            sign = -1 if document["kind"] == "debit_memo" else 1
            _compare(verdict, count, f"bills {key}", document, bills[0], sign)


def _orders_of_invoices(jde: list[Object], standing: dict[str, list[Object]]) -> set[str]:
    """Name the orders whose bill became that of the invoice which names them."""
    invoices = [one for one in _of(jde, "bill") if str(one["id"]) in standing]
    return {str(one.get("order")) for one in invoices if one.get("order")}


def _compare(verdict: Verdict, count: FlowCount, what: str, source: Object, bill: Object, sign: int) -> None:
    wanted, stands = _total(source), Decimal(str(bill["total"])) * sign
    _add(count.source_totals, source["currency"], wanted)
    _add(count.target_totals, bill["currency"], stands)
    if wanted != stands:
        _differs(verdict, count, what, "total", wanted, stands)
    elif source["currency"] != bill["currency"]:
        _differs(verdict, count, what, "currency", source["currency"], bill["currency"])
    elif source["date"] != bill["date"]:
        _differs(verdict, count, what, "date", source["date"], bill["date"])


def _total(source: Object) -> Decimal:
    """Give what a document comes to: of an order the lines that are not cancelled."""
    if source["kind"] != "purchase_order":
        return Decimal(str(source["total"]))
    return sum((Decimal(str(line["amount"])) for line in source["lines"] if line["last_status"] != "980"), Decimal(0))


def _check_payments(verdict: Verdict, jde: list[Object], billcom: list[Object], exempt: Exempt) -> None:
    """Pair the payments that moved money with those out of clearing, by currency, total and day: each once."""
    count = verdict.flows["payments"] = FlowCount()
    paid = [
        one
        for one in _of(billcom, "payment")
        if one.get("posted") and one["status"] != "voided" and ("payments", str(one["id"])) not in exempt
    ]
    recorded = [one for one in _of(jde, "payment") if not one.get("voided") and _is_from_clearing(one)]
    wanted, stands = Counter(map(_key, paid)), Counter(map(_key, recorded))
    count.due, count.found = len(paid), sum((wanted & stands).values())
    missing, extra = wanted - stands, stands - wanted
    _find_altered(verdict, count, missing, extra)
    count.missing = sum(missing.values())
    count.duplicates = sum(extra.values())
    verdict.findings += [f"missing: payment of {total} {currency} on {day}" for currency, total, day in missing]
    verdict.findings += [f"duplicate: payment of {total} {currency} on {day}" for currency, total, day in extra]
    for one in paid:
        _add(count.source_totals, one["currency"], Decimal(str(one["total"])))
    for one in recorded:
        _add(count.target_totals, one["currency"], Decimal(str(one["total"])))


def _find_altered(verdict: Verdict, count: FlowCount, missing: Counter[Any], extra: Counter[Any]) -> None:
    """Take a missing and an extra payment of one currency and day for one whose amount differs."""
    for wanted in list(missing.elements()):
        alike = next((one for one in extra.elements() if (one[0], one[2]) == (wanted[0], wanted[2])), None)
        if alike is not None:
            missing[wanted] -= 1
            extra[alike] -= 1
            missing += Counter()
            extra += Counter()
            _differs(verdict, count, f"payment on {wanted[2]}", "total", wanted[1], alike[1])


def _key(payment: Object) -> tuple[str, Decimal, str]:
    return str(payment["currency"]), Decimal(str(payment["total"])), str(payment["date"])


def _is_from_clearing(payment: Object) -> bool:
    return any(line["account"] == _CLEARING and Decimal(str(line["credit"])) for line in payment["lines"])


def _count(verdict: Verdict, count: FlowCount, what: str, number: int) -> None:
    count.due += 1
    if not number:
        count.missing += 1
        verdict.findings.append(f"missing: {what}")
        return
    count.found += 1
    if number > 1:
        count.duplicates += 1
        verdict.findings.append(f"duplicate: {what} stands {number} times")


def _differs(verdict: Verdict, count: FlowCount, what: str, name: str, wanted: object, stands: object) -> None:
    count.amount_differences += 1
    verdict.findings.append(f"different: {what}: {name} {wanted} in the source, {stands} in the target")


def _add(totals: dict[str, Decimal], currency: str, amount: Decimal) -> None:
    totals[currency] = totals.get(currency, Decimal(0)) + amount
