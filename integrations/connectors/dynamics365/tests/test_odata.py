"""Literals, keys and filters as F&O reads them."""

from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs

import pytest

from integrations.connectors.dynamics365.odata import (
    LONGEST_FILTER,
    Query,
    amount,
    between,
    day,
    either,
    enum_literal,
    key_path,
    noon,
)
from integrations.errors import ContractError


def test_it_doubles_quotes_and_encodes_keys():
    assert key_path({"dataAreaId": "usmf", "CustomerAccount": "O'Hara & Co"}) == (
        "(dataAreaId='usmf',CustomerAccount='O''Hara%20%26%20Co')"
    )


def test_it_writes_numbers_in_keys_bare():
    assert key_path({"LineNumber": Decimal("1.0000000000000000"), "Id": 5637144576}).startswith("(LineNumber=1")


def test_it_always_crosses_companies():
    assert parse_qs(Query(entity_set="Currencies").options) == {"cross-company": ["true"]}
    assert parse_qs(Query(entity_set="X", filter="a eq 'b'").options)["cross-company"] == ["true"]


def test_it_sends_backslashes_encoded():
    assert "%5C" in Query(entity_set="X", filter="AccountDisplayValue eq 'C\\-01'").options


def test_it_writes_enums_in_full():
    assert enum_literal("NoYes", "Yes") == "Microsoft.Dynamics.DataEntities.NoYes'Yes'"


def test_it_writes_dates_at_noon_and_days_as_half_open_ranges():
    assert noon(date(2026, 11, 3)) == "2026-11-03T12:00:00Z"
    assert between("TransDate", date(2026, 11, 3), date(2026, 11, 3)) == (
        "TransDate ge 2026-11-03T00:00:00Z and TransDate lt 2026-11-04T00:00:00Z"
    )


def test_it_reads_x_plus_plus_empty_dates_as_none():
    assert day({"D": "1900-01-01T12:00:00Z"}, "D") is None
    assert day({"D": "2026-11-03T12:00:00Z"}, "D") == date(2026, 11, 3)
    assert day({"D": ""}, "D") is None


@pytest.mark.parametrize("row", [{"A": "12,50"}, {"A": "x"}])
def test_it_refuses_amounts_that_are_none(row):
    with pytest.raises(ContractError):
        amount(row, "A")


def test_it_cuts_alternatives_to_what_an_address_takes():
    parts = list(either("Description", [f"C{number:019d}" for number in range(500)]))
    assert len(parts) > 1
    assert all(len(part) < LONGEST_FILTER for part in parts)
    assert sum(part.count(" eq ") for part in parts) == 500
