"""What a check from outside takes for the same amount."""

from decimal import Decimal

from portal.checker.verdict import FlowCount


def test_it_compares_totals_as_amounts():
    source = {"KWD": Decimal("469.66")}
    assert FlowCount(source_totals=source, target_totals={"KWD": Decimal("469.660"), "USD": Decimal("0.00")}).agrees
    assert not FlowCount(source_totals=source, target_totals={"KWD": Decimal("469.661")}).agrees
