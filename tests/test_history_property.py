"""Whatever happens in billing, and however the news of it arrives, the ledger ends the same and equals its source."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, example, given, seed
from hypothesis import settings as bounds
from hypothesis import strategies as st

from integrations.contracts import Hint
from integrations.engine import inbox
from integrations.engine.reconcile.open_items import tie_out
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.tests.casebook import NO_DOCUMENTS
from integrations.engine.tests.harness import held, make_live_sync, run_to_rest, sandbox
from integrations.models import SyncRecord
from portal.tests import databases

SEED = 20261121
RECEIVABLE = {
    "chargebee_to_netsuite": "1100",
    "chargebee_to_jde": "1.1215",
    "chargebee_to_acumatica": "11000",
    "chargebee_to_dynamics365": "130110",
}
TELLS_OPEN_ITEMS = ("chargebee_to_acumatica", "chargebee_to_dynamics365")
POSTED_BY_STAFF = ("chargebee_to_jde", "chargebee_to_dynamics365")
SETTLED_BY_STAFF = ("chargebee_to_dynamics365",)  # no public call settles what is posted: what is open is theirs
KEEPS_APPLICATIONS = ("chargebee_to_acumatica", "chargebee_to_dynamics365")  # taken back by a person there only
CUSTOMERS = {"ann": "USD", "eve": "EUR"}
BEGIN = datetime(2026, 9, 1, 14, tzinfo=UTC)
EVERY = timedelta(days=9)  # from one act to the next: a history of eight runs over three months
START, END = date(2026, 8, 1), date(2026, 12, 31)
TAKEN_OFF_AFTER_POSTING = [("bill", "ann", 12_345), ("pay", 0, 50), ("bill", "ann", 1124), ("take_off", 0, 100)]
PERCENT = st.sampled_from([25, 50, 100])
WHICH = st.integers(0, 2)

LATER = ["refund", "void", "bounce", "write_off", "take_off"]


def histories(pair):
    """Give histories of up to eight acts that begin with an invoice."""
    later = LATER[:-1] if pair in KEEPS_APPLICATIONS else LATER
    acts = st.one_of(
        st.tuples(st.just("bill"), st.sampled_from(sorted(CUSTOMERS)), st.integers(1, 50_000)),
        st.tuples(st.sampled_from(["pay", "pay", "credit"]), WHICH, PERCENT),
        st.tuples(st.sampled_from(later), WHICH, st.just(100)),
    )
    return st.lists(acts, min_size=3, max_size=7).map(lambda acts: [("bill", "ann", 12_345), *acts])


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the news comes: after which acts the sync runs, and how its webhooks are shuffled, kept back and doubled."""

    runs: tuple[bool, ...]
    dice: int


AT_THE_END = Arrival((), 0)
AFTER_EACH = Arrival((True,) * 8, 3)
ARRIVALS = st.builds(Arrival, st.lists(st.booleans(), min_size=8, max_size=8).map(tuple), st.integers(0, 2**16))


class Site:
    """A billing site that lives through a history: what cannot be done to it as it is, is left out."""

    def __init__(self, box):
        self.box = box
        self.at = BEGIN
        self.act("open_shop")
        for name, currency in CUSTOMERS.items():
            self.act("add_customer", customer_id=name, company=f"{name} Ltd", preferred_currency_code=currency)
        self.bill("ann", 500, status="pending")  # tells the site's time zone

    def act(self, do, **arguments):
        return self.box.control.post("/act/chargebee", {"do": do, "at": self.at.isoformat(), **arguments})["object"]

    def all(self, kind):
        return [one for one in self.box.control.documents("chargebee") if one["object"] == kind]

    def live(self, do, which, value):
        """Do one thing, some days after the one before."""
        self.at += EVERY
        if do == "bill":
            self.bill(which, value)
            return
        invoices = [one for one in self.all("invoice") if one["status"] != "pending"]
        getattr(self, do)(invoices[which % len(invoices)], value)

    def bill(self, customer, amount, status="posted"):
        line = {"description": "Consulting", "amount": amount, "taxes": [{"name": "Tax", "rate": 10_000}]}
        currency = CUSTOMERS[customer]
        self.act("issue_invoice", customer_id=customer, currency=currency, status=status, lines=[line])

    def pay(self, invoice, percent):
        amount = invoice["amount_due"] * percent // 100
        if amount and invoice["status"] != "voided":
            self.act("record_payment", applied={invoice["id"]: amount}, method="card")

    def credit(self, invoice, percent):
        left = invoice["amount_paid"] - sum(row["cn_total"] for row in invoice["issued_credit_notes"])
        if left * percent // 100 > 0:
            self.act("credit_invoice", invoice_id=invoice["id"], total=left * percent // 100)

    def refund(self, invoice, _):
        for note in self.all("credit_note"):
            if note["reference_invoice_id"] == invoice["id"] and note["amount_available"]:
                self.act("refund_note", note_id=note["id"], amount=note["amount_available"])

    def void(self, invoice, _):
        if invoice["status"] != "voided" and invoice["amount_due"] == invoice["total"]:
            self.act("void_invoice", invoice_id=invoice["id"])

    def write_off(self, invoice, _):
        if invoice["status"] != "voided" and invoice["amount_due"]:
            self.act("write_off", invoice_id=invoice["id"])

    def bounce(self, invoice, _):
        if payment := self._payment(invoice):
            self.act("late_fail", payment_id=payment)

    def take_off(self, invoice, _):
        if payment := self._payment(invoice):
            self.act("take_off", payment_id=payment, invoice_id=invoice["id"])

    def _payment(self, invoice):
        if invoice["issued_credit_notes"]:
            return ""
        return next((row["txn_id"] for row in invoice["linked_payments"] if row["txn_status"] == "success"), "")

    def owed(self, not_posted: frozenset[str]) -> Mapping[str, Decimal]:
        """Give the site's control total: what customers owe, less what is theirs, by currency.

        What by the policy is no receivable yet (an unpaid invoice, where only paid ones are posted) is none of it.
        """
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for kind, name, sign in (
            ("invoice", "amount_due", 1),
            ("credit_note", "amount_available", -1),
            ("transaction", "amount_unused", -1),
        ):
            for one in self.all(kind):
                if one["status"] not in ("pending", "voided", "late_failure"):
                    sums[one["currency_code"]] += sign * Decimal(one.get(name) or 0) / 100
        for one in self.all("invoice"):
            if one["id"] in not_posted and one["status"] not in ("pending", "voided"):
                sums[one["currency_code"]] -= Decimal(one["total"]) / 100
        return {currency: amount for currency, amount in sums.items() if amount}


class Post:
    """Webhooks on their way: some are kept back, those that come do so in any order, and some come twice."""

    def __init__(self, box, sync, dice):
        self.box, self.sync, self.dice, self.sent = box, sync, Random(dice), set()

    def deliver(self, *, all_of_them=False):
        events = list(self.box.world.simulators["chargebee"].site.every("events"))
        self.dice.shuffle(events)
        for event in events:
            if event["id"] not in self.sent and (all_of_them or self.dice.random() < 0.7):
                self.sent.add(event["id"])
                for _ in range(self.dice.choice((1, 2))):
                    inbox.accept(self.sync.source, Hint(event_id=event["id"], event_type=event["event_type"]))
        inbox.drain(self.sync.source_id)


def tell(box, pair, history, arrival):
    """Live through a history with its news arriving so; give the site and the sync at rest."""
    databases.reset()  # an empty database gets its company and sync from the telling before
    box.control.post("/reset")
    box.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
    site = Site(box)
    sync = make_live_sync(box, pair)
    post = Post(box, sync, arrival.dice)
    for number, act in enumerate(history):
        site.live(*act)
        if number < len(arrival.runs) and arrival.runs[number]:
            post.deliver()
            rest(box, sync)
    post.deliver(all_of_them=True)
    rest(box, sync)
    return site, sync


def rest(box, sync):
    """Run until nothing is left to do, and let the target's own staff post what was booked."""
    for _ in range(8):
        run_to_rest(sync, trigger="webhook")
        posted = sync.pair in POSTED_BY_STAFF and box.control.post(f"/post/{sync.target.connector}").get("posted")
        busy = SyncRecord.objects.filter(sync=sync, state__in=["due", "unknown", "open"])
        if not busy.exists() and not posted:
            return
        busy.update(due_at="2000-01-01T00:00Z")
        records = SyncRecord.objects.filter(sync=sync)
        records.filter(state="waiting").update(state="due", due_at="2000-01-01T00:00Z")
        records.exclude(look_again_at=None).update(look_again_at="2000-01-01T00:00Z")


def ledger(box, sync):
    return [one for one in box.control.documents(sync.target.connector) if one["kind"] not in NO_DOCUMENTS]


def documents(box, sync):
    """Give what stands, without the ids that the target chose."""
    rows = ledger(box, sync)
    names, is_theirs = {one["id"]: one["reference"] for one in rows}, sync.pair in SETTLED_BY_STAFF
    return Counter(
        (
            one["reference"],
            one["kind"],
            one["date"],
            one["posting_date"],
            one["currency"],
            () if is_theirs else Decimal(one["open"]),
            tuple(sorted((line["account"], Decimal(line["debit"]) - Decimal(line["credit"])) for line in one["lines"])),
            () if is_theirs else tuple(sorted((names[row["id"]], Decimal(row["amount"])) for row in one["applied"])),
        )
        for one in rows
    )


def balances(box, sync):
    """Add up by account, currency and period."""
    sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for one in ledger(box, sync):
        for line in one["lines"]:
            sums[line["account"], one["currency"], one["posting_date"][:7]] += Decimal(line["debit"])
            sums[line["account"], one["currency"], one["posting_date"][:7]] -= Decimal(line["credit"])
    return {name: amount for name, amount in sums.items() if amount}


def not_posted(sync):
    """Name the invoices that are not due by the policy."""
    records = SyncRecord.objects.filter(sync=sync, flow="invoices", code="not_paid_yet")
    return frozenset(records.values_list("natural_key", flat=True))


def receivable(told, account):
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for (name, currency, _), amount in told.items():
        sums[currency] += amount if name == account else 0
    return {currency: amount for currency, amount in sums.items() if amount}


@pytest.fixture(scope="module")
def box():
    with sandbox() as running:
        yield running


@pytest.mark.parametrize("pair", sorted(RECEIVABLE))
def test_it_ends_in_the_same_ledger_however_the_news_arrives(live_db, session_redis, settings, box, pair):
    settings.SETTLE_SCALE, settings.SANDBOX_BASE_PORT = 0, box.base_port

    @seed(SEED)
    @bounds(
        max_examples=5,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(histories(pair), ARRIVALS)
    @example(TAKEN_OFF_AFTER_POSTING[: 3 if pair in KEEPS_APPLICATIONS else None], AFTER_EACH)
    def holds(history, arrival):
        session_redis.flushdb()
        site, sync = tell(box, pair, history, AT_THE_END)
        wanted, stands = balances(box, sync), documents(box, sync)
        assert receivable(wanted, RECEIVABLE[pair]) == site.owed(not_posted(sync))
        check(sync)
        session_redis.flushdb()  # each telling has its own allowance of calls
        _, sync = tell(box, pair, history, arrival)
        assert balances(box, sync) == wanted
        assert documents(box, sync) == stands
        check(sync)

    holds()


def check(sync):
    assert [row for row in held(sync) if row[2] != "skipped"] == []
    report = reconcile_period(sync, START, END)
    assert report.differences == ()
    assert all(line.agrees for line in report.lines)
    if sync.pair in TELLS_OPEN_ITEMS:
        assert left_open(sync) == {}


def left_open(sync):
    """Add up by customer and currency what is open in one system and not in the other."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in tie_out(sync, END, since=START).differing:
        sums[row.customer, row.currency] += row.source - row.target
    return {name: amount for name, amount in sums.items() if amount}
