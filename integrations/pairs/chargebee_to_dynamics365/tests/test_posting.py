"""What waits for F&O's posting, who wakes it, what a new revision is called, and how dimensions are written."""

import pytest
import yaml

from integrations.contracts import Changed
from integrations.engine import inbox, undo
from integrations.engine.syncs import change_sync
from integrations.engine.tests.casebook import trial_balance
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, sandbox
from integrations.engine.watch import awaiting_posting, wake
from integrations.models import SyncRecord
from integrations.pairs.chargebee_to_dynamics365.tests.test_cases import OPENING

pytestmark = pytest.mark.django_db(transaction=True)
INVOICE = yaml.safe_load("""
do: issue_invoice
at: "2026-09-01T10:00:00-04:00"
customer_id: ann
currency: USD
status: posted
lines: [{description: Consulting, amount: 10000}]
""")


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as made:
        made.control.post("/post/dynamics365", {"auto": False})
        for step in OPENING:
            act(made, step)
        yield made


def act(box, step):
    return box.control.post("/act/chargebee", {key: one for key, one in step.items() if key != "as"})["object"]


def live(box, **policies):
    sync = make_live_sync(box, "chargebee_to_dynamics365")
    change_sync(sync, changes={"policies": {**sync.policies, **policies}}, actor=ACTOR)
    sync.refresh_from_db()
    return sync


def run(box, sync, *, posts=True):
    """Read everything anew, with F&O posting between the runs where wanted."""
    streams = {
        "customer": "customers",
        "invoice": "invoices",
        "credit_note": "credit_notes",
        "transaction": "transactions",
    }
    for _ in range(4):
        own = [one for one in box.control.documents("chargebee") if one["object"] in streams]
        changes = [Changed(stream=streams[one["object"]], key=one["id"], order=one["resource_version"]) for one in own]
        inbox.make_due(sync, changes)
        run_to_rest(sync, trigger="webhook")
        if posts:
            box.control.post("/post/dynamics365")


def state_of(sync, flow, key):
    return SyncRecord.objects.filter(sync=sync, flow=flow, natural_key=key).values_list("state", "code").get()


def journals(box):
    return [one for one in box.control.documents("dynamics365") if one["kind"] != "customer"]


def paid(box):
    invoice = act(box, INVOICE)
    payment = act(
        box,
        {
            "do": "record_payment",
            "applied": {invoice["id"]: 10000},
            "method": "card",
            "at": "2026-09-10T10:00:00-04:00",
        },
    )
    return payment["id"]


def test_it_holds_a_payment_until_f_and_o_has_posted_its_invoice(box):
    payment = paid(box)
    sync = live(box)
    run(box, sync, posts=False)
    assert awaiting_posting(sync) == {"invoices": 1}
    assert state_of(sync, "payments", payment) == ("waiting", "waits_for_parent")
    run(box, sync)
    assert awaiting_posting(sync) == {}
    assert state_of(sync, "payments", payment)[0] == "delivered"
    made = {one["kind"]: one for one in journals(box)}
    assert made["payment"]["applied"] == [{"id": made["invoice"]["id"], "amount": "100.00"}]


def test_it_looks_at_what_awaits_posting_as_soon_as_f_and_o_tells_of_any(box, settings):
    settings.SETTLE_SCALE = 1
    paid(box)
    sync = live(box)
    run(box, sync, posts=False)
    box.control.post("/post/dynamics365")
    run_to_rest(sync)
    assert awaiting_posting(sync) == {"invoices": 1}  # its next look is half a minute away
    assert wake(sync) == 1
    run_to_rest(sync)
    assert "invoices" not in awaiting_posting(sync)


def test_it_marks_an_invoice_on_a_payment_that_is_not_posted_yet(box):
    money = act(
        box,
        {
            "do": "record_payment",
            "applied": {},
            "amount": 10000,
            "customer_id": "ann",
            "method": "card",
            "at": "2026-08-20T10:00:00-04:00",
        },
    )
    sync = live(box, post_when="finalised")
    run(box, sync, posts=False)
    payment = journals(box)[0]
    invoice = act(box, INVOICE)
    act(box, {"do": "apply_excess", "payment_id": money["id"], "invoice_id": invoice["id"], "amount": 10000})
    run(box, sync, posts=False)
    waiting = next(one for one in journals(box) if one["kind"] == "invoice")
    box.control.post("/post/dynamics365", {"journal": waiting["journal"]})
    run(box, sync, posts=False)
    box.control.post("/post/dynamics365", {"journal": payment["journal"]})
    settled = next(one for one in journals(box) if one["kind"] == "payment")
    assert [each["amount"] for each in settled["applied"]] == ["100.00"]


def test_it_marks_an_invoice_of_the_payer_on_its_own_part_of_a_payment(box):
    at = "2026-08-03T12:00:00-04:00"
    act(box, {"do": "add_customer", "customer_id": "kid", "company": "Kid", "preferred_currency_code": "USD", "at": at})
    bills = [
        act(box, {**INVOICE, "customer_id": "kid"})["id"],
        act(box, {**INVOICE, "lines": [{"amount": 2500}]})["id"],
    ]
    pays = {"do": "record_payment", "customer_id": "ann", "method": "card", "at": "2026-09-05T10:00:00-04:00"}
    payment = act(box, {**pays, "applied": {bills[0]: 10000}, "amount": 12500})["id"]
    sync = live(box, post_when="finalised")
    run(box, sync, posts=False)
    box.control.post("/post/dynamics365")
    run(box, sync, posts=False)
    assert awaiting_posting(sync) == {"payments": 1}
    act(box, {"do": "apply_excess", "payment_id": payment, "invoice_id": bills[1], "amount": 2500})
    run(box, sync)
    settled = {one["number"]: one["open"] for one in journals(box) if one["kind"] == "invoice"}
    assert settled == dict.fromkeys(bills, "0.00")


def test_it_posts_a_changed_invoice_anew_under_a_number_of_its_own(box):
    invoice = act(box, INVOICE)
    sync = live(box, post_when="finalised", after_posting="reverse")
    run(box, sync)
    act(box, {"do": "change_lines", "invoice_id": invoice["id"], "lines": [{"description": "Less", "amount": 8000}]})
    run(box, sync)
    number = invoice["id"]
    totals = {one["number"]: (one["kind"], one["total"]) for one in journals(box)}
    assert totals == {
        number: ("invoice", "100.00"),
        f"{number}-REV": ("credit_note", "100.00"),
        f"{number}-2": ("invoice", "80.00"),
    }


def test_it_returns_to_where_it_was_when_all_is_undone(box):
    paid(box)
    sync = live(box)
    run(box, sync)
    assert trial_balance(journals(box))
    for record in SyncRecord.objects.filter(sync=sync, flow="invoices", state="delivered"):  # with their payments
        undo.undo(sync, scope=undo.Scope(record_id=record.pk), actor=ACTOR, reason="Wrong company")
    for _ in range(3):
        run_to_rest(sync)
        box.control.post("/post/dynamics365")
    assert trial_balance(journals(box)) == {}
    assert {one["status"] for one in journals(box)} == {"posted"}


def test_it_writes_dimensions_in_the_order_of_the_active_format(box):
    act(box, INVOICE)
    run(box, live(box, post_when="finalised"))
    lines = {line["account"]: line["dimensions"] for line in journals(box)[0]["lines"]}
    assert lines == {"130110": "BU01--CC002", "401100": "401100-BU01--CC002"}


def test_it_writes_all_debits_before_all_credits_in_one_voucher(box):
    taxed = {"description": "Plan", "amount": 10000, "taxes": [{"name": "Tax", "rate": 10000}]}
    coupon = {"kind": "document_level_coupon", "code": "X", "amount": 1000}
    act(box, {**INVOICE, "lines": [{**taxed, "discounts": [coupon]}]})
    run(box, live(box, post_when="finalised"))
    (made,) = journals(box)
    sides = ["debit" if float(line["debit"]) else "credit" for line in made["lines"]]
    assert sides == ["debit", "debit", "credit", "credit"]
