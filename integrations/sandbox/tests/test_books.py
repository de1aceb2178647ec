"""The shared books: balanced postings, periods, applications, exchange, and mistakes planted on purpose."""

from datetime import date
from decimal import Decimal

import pytest

from integrations.sandbox.books import (
    Account,
    Books,
    BooksRefusal,
    Chart,
    Currencies,
    Currency,
    Document,
    Entry,
    Periods,
    Reason,
    tamper,
    to_base,
)
from integrations.sandbox.books.documents import credit, debit

D = Decimal


@pytest.fixture
def books():
    chart = Chart(
        [
            Account(id="1", number="1000", name="Bank", kind="Bank"),
            Account(id="2", number="1100", name="Receivables", kind="AcctRec", control="ar"),
            Account(id="3", number="4000", name="Revenue", kind="Income"),
            Account(id="4", number="7000", name="Exchange", kind="OthExpense"),
            Account(id="5", number="9000", name="Old", kind="Income", is_active=False),
        ]
    )
    periods = Periods()
    periods.add_months(date(2026, 1, 1), 12)
    currencies = Currencies(
        [
            Currency(code="USD", name="US Dollar", decimals=2, per_unit=D(1)),
            Currency(code="EUR", name="Euro", decimals=2, per_unit=D("1.08")),
            Currency(code="JPY", name="Yen", decimals=0, per_unit=D("0.0067")),
        ]
    )
    return Books(chart, currencies, periods)


def invoice(id="I1", amount="100", **changes):
    amount = D(amount)
    fields = {
        "id": id, "kind": "invoice", "reference": f"ref-{id}", "party": "C1", "currency": "USD", "total": amount,
        "applicable": amount, "side": "debit", "date": date(2026, 3, 5), "posting_date": date(2026, 3, 5),
        "entries": to_base([debit("2", amount), credit("3", amount, line=1)], D(1), USD),
    }  # fmt: skip
    return Document(**{**fields, **changes})


def payment(id="P1", amount="100", **changes):
    amount = D(amount)
    fields = {
        "id": id, "kind": "payment", "party": "C1", "currency": "USD", "total": amount, "applicable": amount,
        "side": "credit", "date": date(2026, 3, 9), "posting_date": date(2026, 3, 9),
        "entries": to_base([debit("1", amount), credit("2", amount)], D(1), USD),
    }  # fmt: skip
    return Document(**{**fields, **changes})


USD = Currency(code="USD", name="US Dollar", decimals=2, per_unit=D(1))


def refused(reason, call, *args, **kwargs):
    with pytest.raises(BooksRefusal) as refusal:
        call(*args, **kwargs)
    return refusal.value.reason is reason


def test_it_posts_a_document_to_the_balances(books):
    books.add(invoice())
    assert books.trial_balance() == {"2": D(100), "3": D(-100)}


def test_it_refuses_what_does_not_balance(books):
    lopsided = [debit("2", D(100)), credit("3", D(99))]
    assert refused(Reason.UNBALANCED, books.add, invoice(entries=to_base(lopsided, D(1), USD)))


def test_a_refused_document_leaves_no_trace(books):
    refused(Reason.UNBALANCED, books.add, invoice(entries=[debit("2", D(1))]))
    assert (books.documents, books.trial_balance()) == ({}, {})


@pytest.mark.parametrize(("account", "reason"), [("77", Reason.UNKNOWN_ACCOUNT), ("5", Reason.INACTIVE_ACCOUNT)])
def test_it_refuses_accounts_that_take_no_postings(books, account, reason):
    entries = to_base([debit("2", D(1)), credit(account, D(1))], D(1), USD)
    assert refused(reason, books.add, invoice(entries=entries))


def test_it_wants_a_party_on_control_accounts(books):
    assert refused(Reason.PARTY_MISSING, books.add, invoice(party=""))


@pytest.mark.parametrize(("status", "reason"), [("closed", Reason.PERIOD_CLOSED), ("locked", Reason.PERIOD_LOCKED)])
def test_it_refuses_postings_in_shut_periods(books, status, reason):
    books.periods.set_status("2026-03", status)
    assert refused(reason, books.add, invoice())


def test_it_refuses_dates_outside_the_calendar(books):
    assert refused(Reason.NO_PERIOD, books.add, invoice(posting_date=date(2031, 1, 1)))


@pytest.mark.parametrize("text", ["3", "Mar 2026", "2026-03", "2026-03-31"])
def test_it_names_a_period_in_several_ways(books, text):
    assert books.periods.named(text).start == date(2026, 3, 1)


def test_it_changes_the_memo_in_a_closed_period_but_not_the_amount(books):
    books.add(invoice())
    books.periods.set_status("2026-03", "closed")
    books.replace(invoice(memo="a word"))
    assert refused(Reason.PERIOD_CLOSED, books.replace, invoice(amount="120"))
    assert (books.get("I1").memo, books.get("I1").total) == ("a word", D(100))


def test_it_moves_the_balances_when_a_document_is_replaced(books):
    books.add(invoice())
    books.replace(invoice(amount="70"))
    assert books.trial_balance() == {"2": D(70), "3": D(-70)}


def test_it_keeps_open_amounts(books):
    books.add(invoice())
    books.add(payment(amount="60"), {"I1": D(40)})
    assert (books.get("I1").open, books.get("P1").open) == (D(60), D(20))


def test_it_knows_who_paid(books):
    books.add(invoice())
    books.add(payment(), {"I1": D(100)})
    assert (dict(books.paid_by("I1")), books.get("P1").applied) == ({"P1": D(100)}, {"I1": D(100)})


@pytest.mark.parametrize(
    ("change", "applied", "reason"),
    [
        ({}, {"I1": D(101)}, Reason.OVER_APPLIED),
        ({"amount": "10"}, {"I1": D(11)}, Reason.OVER_APPLIED),
        ({"party": "C2"}, {"I1": D(1)}, Reason.NOT_APPLICABLE),
        ({"currency": "EUR"}, {"I1": D(1)}, Reason.NOT_APPLICABLE),
        ({"side": "debit"}, {"I1": D(1)}, Reason.NOT_APPLICABLE),
        ({}, {"I9": D(1)}, Reason.NOT_APPLICABLE),
    ],
)
def test_it_refuses_wrong_applications(books, change, applied, reason):
    books.add(invoice())
    assert refused(reason, books.add, payment(**change), applied)
    assert books.get("I1").open == D(100)


def test_it_does_not_shrink_an_invoice_below_what_was_paid(books):
    books.add(invoice())
    books.add(payment(), {"I1": D(100)})
    assert refused(Reason.OVER_APPLIED, books.replace, invoice(amount="99"))


def test_it_does_not_move_a_paid_invoice_to_another_customer(books):
    books.add(invoice())
    books.add(payment(), {"I1": D(100)})
    assert refused(Reason.STILL_APPLIED, books.replace, invoice(party="C2"))


def test_it_replaces_applications_as_a_whole(books):
    books.add(invoice())
    books.add(invoice("I2"))
    books.add(payment(), {"I1": D(100)})
    books.replace(payment(), {"I1": D(30), "I2": D(70)})
    assert [books.get(id).open for id in ("I1", "I2", "P1")] == [D(70), D(30), D(0)]


def test_it_takes_an_application_back(books):
    books.add(invoice())
    books.add(payment(), {"I1": D(100)})
    books.apply("P1", "I1", D(0))
    assert [books.get(id).open for id in ("I1", "P1")] == [D(100), D(100)]


def test_it_does_not_delete_a_paid_invoice(books):
    books.add(invoice())
    books.add(payment(), {"I1": D(100)})
    assert refused(Reason.STILL_APPLIED, books.remove, "I1")


def test_deleting_a_payment_opens_the_invoice(books):
    books.add(invoice())
    books.add(payment(), {"I1": D(100)})
    books.remove("P1")
    assert (books.get("I1").open, books.trial_balance()) == (D(100), {"2": D(100), "3": D(-100)})


def test_it_lists_a_customers_open_documents_oldest_first(books):
    books.add(invoice("I2", date=date(2026, 3, 2)))
    books.add(invoice("I1"))
    books.add(invoice("I3"))
    books.add(payment(), {"I3": D(100)})
    assert [document.id for document in books.open_of("C1")] == ["I2", "I1"]


def test_a_held_document_is_not_posted_until_released(books):
    books.add(invoice(), hold=True)
    before = books.trial_balance()
    books.release("I1")
    assert (before, books.trial_balance()) == ({}, {"2": D(100), "3": D(-100)})


def test_a_held_document_cannot_be_paid(books):
    books.add(invoice(), hold=True)
    assert refused(Reason.NOT_APPLICABLE, books.add, payment(), {"I1": D(100)})


def test_conversion_cents_go_into_the_largest_entry():
    thirds = [debit("2", D("10.01")), credit("3", D("3.34")), credit("3", D("3.34")), credit("3", D("3.33"))]
    entries = to_base(thirds, D("1.115"), USD)
    assert sum(e.base_debit - e.base_credit for e in entries) == 0
    assert entries[0].base_debit == D("11.15")


def test_exchange_differences_get_an_entry_of_their_own():
    relieved = Entry("2", D(0), D(100), D(0), D("108.00"), has_base=True)
    entries = to_base([debit("1", D(100)), relieved], D("1.05"), USD, "4")
    assert [(e.account, e.base_debit, e.base_credit) for e in entries[2:]] == [("4", D("3.00"), D(0))]


def test_rates_hold_within_a_month_and_move_after(books):
    rate = books.currencies.rate
    assert rate("EUR", "USD", date(2026, 3, 1)) == rate("EUR", "USD", date(2026, 3, 31))
    assert rate("EUR", "USD", date(2026, 3, 1)) != rate("EUR", "USD", date(2026, 4, 1))


def test_it_describes_documents_for_the_control_api(books):
    books.add(invoice(currency="JPY"))
    described = books.state({"C1": "cus-1"}.get)[0]
    assert (described["customer"], described["total"], described["open"]) == ("cus-1", "100", "100")
    assert described["lines"][0]["account"] == "1100"


@pytest.mark.parametrize(
    ("op", "value", "seen"),
    [
        ("amount", "100.01", lambda b: b.get("I1").total == D("100.01") and b.trial_balance()["2"] == D("0.01")),
        ("date", "2026-03-06", lambda b: b.get("I1").date == date(2026, 3, 6)),
        ("duplicate", None, lambda b: [d.reference for d in b.documents.values()].count("ref-I1") == 2),
        ("delete", None, lambda b: "I1" not in b.documents and b.get("P1").open == D(100)),
        ("unapply", None, lambda b: b.get("I1").open == D(100) and b.get("P1").open == D(100)),
    ],
)
def test_it_plants_mistakes_and_stays_sound(books, op, value, seen):
    books.add(invoice())
    books.add(payment(), {"I1": D(100)})
    tamper(books, "I1", op, value, lambda: "X1")
    assert seen(books)
    assert op == "amount" or books.faults() == []


def test_it_says_which_op_it_does_not_know(books):
    books.add(invoice())
    with pytest.raises(ValueError, match="Known: amount"):
        tamper(books, "I1", "explode", None, lambda: "X1")


def test_the_books_are_sound_after_a_busy_day(books):
    for number in range(20):
        books.add(invoice(f"I{number}", str(10 + number)))
    books.add(payment("PA", "100"), {f"I{n}": D(10) for n in range(10)})
    books.replace(payment("PA", "100"), {"I3": D(13), "I4": D(1)})
    books.remove("I7")
    books.replace(invoice("I3", "14"))
    assert books.faults() == []
