"""Facts about read-back: what counts as different, and what does not."""

from datetime import date
from decimal import Decimal

import pytest

from integrations.contracts import Application, Facts, LineFact
from integrations.engine.compare import differences, is_same_document

DRAFT = Facts(
    customer="7",
    currency="EUR",
    total=Decimal("119.00"),
    date=date(2026, 3, 1),
    lines=(LineFact(account="10", amount=Decimal(100)), LineFact(account="20", amount=Decimal(19))),
    applied=(Application(external_id="900", amount=Decimal("50")),),
)


def standing(**changes):
    facts = {name: getattr(DRAFT, name) for name in ("customer", "currency", "total", "date", "lines", "applied")}
    return Facts(**{**facts, "open_amount": Decimal(3), "name": "INV", **changes})


def test_it_finds_no_difference_where_the_target_says_more():
    assert differences(DRAFT, standing()) == []


def test_it_ignores_the_order_and_the_splitting_of_lines():
    lines = (
        LineFact(account="20", amount=Decimal("19.0")),
        LineFact(account="10", amount=Decimal(60)),
        LineFact(account="10", amount=Decimal(40)),
    )
    assert differences(DRAFT, standing(lines=lines)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total", Decimal("119.01")),
        ("currency", "USD"),
        ("customer", "8"),
        ("date", date(2026, 3, 2)),
        ("date", None),
        ("lines", None),
        ("lines", (LineFact(account="10", amount=Decimal(119)),)),
        ("applied", ()),
        ("applied", (Application(external_id="901", amount=Decimal(50)),)),
    ],
)
def test_it_names_the_fact_that_differs(name, value):
    assert [difference.field for difference in differences(DRAFT, standing(**{name: value}))] == [name]


def test_it_recognises_a_document_by_customer_currency_total_and_date():
    assert is_same_document(DRAFT, standing(lines=None, applied=None))
    assert not is_same_document(DRAFT, standing(total=Decimal(118)))


def test_it_shows_only_the_lines_that_differ():
    wanted = Facts(lines=tuple(LineFact(account=one, amount=Decimal(5)) for one in ("4000", "4100")))
    stands = Facts(lines=(LineFact(account="4000", amount=Decimal(5)), LineFact(account="4200", amount=Decimal(5))))
    assert list(map(str, differences(wanted, stands))) == ["lines: 4100 5 was sent, 4200 5 stands there"]


def test_it_compares_dimensions_where_every_line_of_an_account_states_them():
    sales, other = (("department", "5"),), (("department", "6"),)
    wanted = Facts(lines=(LineFact(account="4000", amount=Decimal(5), dimensions=sales),))
    moved = Facts(lines=(LineFact(account="4000", amount=Decimal(5), dimensions=(*other, ("location", "1"))),))
    kept = Facts(lines=(LineFact(account="4000", amount=Decimal(5), dimensions=(*sales, ("location", "1"))),))
    assert differences(wanted, kept) == []
    assert [one.field for one in differences(wanted, moved)] == ["lines"]
