"""What the flows share: periods and currencies of each company, accounts that nobody posts to, and texts."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from integrations.contracts import Context, Identity, ReferenceEntry
from integrations.errors import ClosedPeriodError, MappingError
from integrations.pairs.chargebee_to_jde.common import books_of, own_rate, posted_on, require_free
from integrations.pairs.chargebee_to_jde.lines import text

SOURCE = Identity(fingerprint="us:acme", name="acme", base_currency="USD", time_zone="UTC")
TARGET = Identity(fingerprint="jde", name="JPD920", base_currency="USD")


def entry(kind, code, **details):
    return {(kind, code): ReferenceEntry(kind=kind, code=code, number=code, name=code, details=details)}


def period(company, month, end, state):
    return entry("period", f"{company}-{month}", company=company, start=f"{month}-01", end=end, gl=state)


REFERENCES = {
    **entry("company", "00001", currency="USD"),
    **entry("company", "00020", currency="EUR"),
    **entry("account", "1.1210", is_control="true"),
    **entry("account", "1.1215", is_control="false"),
    **period("00001", "2026-08", "2026-08-31", "closed"),
    **period("00001", "2026-09", "2026-09-30", "open"),
    **period("00020", "2026-08", "2026-08-31", "open"),
}


def context(**policies):
    return Context(policies=policies, source=SOURCE, target=TARGET, links={}, references=REFERENCES)


def test_it_moves_a_date_by_the_periods_of_its_own_company():
    told = context(closed_periods="next_open")
    assert posted_on("invoices", date(2026, 8, 20), "00001", "Invoice I", told) == date(2026, 9, 1)
    assert posted_on("invoices", date(2026, 8, 20), "00020", "Invoice I", told) == date(2026, 8, 20)


def test_it_holds_what_its_own_company_has_closed():
    with pytest.raises(ClosedPeriodError, match="Invoice I"):
        posted_on("invoices", date(2026, 8, 20), "00001", "Invoice I", context())


def test_it_sends_a_rate_only_where_the_company_keeps_the_books_that_it_means():
    invoice = SimpleNamespace(currency_code="GBP", base_currency_code="USD", exchange_rate=Decimal("1.27999999"))
    told = context(exchange_rates="source")
    assert own_rate(invoice, books_of("00001", told), told) == Decimal("1.2800000")
    assert own_rate(invoice, books_of("00020", told), told) is None
    assert own_rate(invoice, "USD", context()) is None


def test_it_sends_no_rate_of_a_document_in_the_companys_own_currency():
    invoice = SimpleNamespace(currency_code="EUR", base_currency_code="EUR", exchange_rate=Decimal("1.1"))
    told = context(exchange_rates="source")
    assert own_rate(invoice, books_of("00020", told), told) is None


def test_it_refuses_an_account_of_the_automatic_accounting_instructions():
    require_free("1.1215", context())
    with pytest.raises(MappingError, match=r"1\.1210"):
        require_free("1.1210", context())


@pytest.mark.parametrize(
    ("words", "ending", "cut"),
    [
        ("Invoice INV-1", " of 2026-08-20", "Invoice INV-1 of 2026-08-20"),
        ("Invoice of a very long number", " of 2026-08-20", "Invoice of a ver of 2026-08-20"),
        ("Seats\n 3\u200bx", "", "Seats 3 x"),
        ("x" * 40, "", "x" * 30),
    ],
)
def test_it_cuts_texts_but_never_their_ending(words, ending, cut):
    assert text(words, ending) == cut
