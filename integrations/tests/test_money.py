"""Amounts and exact JSON."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.money import (
    decimals,
    format_money,
    from_json,
    from_minor,
    quantum,
    round_money,
    split,
    to_json,
    to_minor,
)

amounts = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15), max_value=10**15)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 (naive on purpose)
currencies = st.sampled_from(["EUR", "JPY", "KWD", "CLF"])


@given(values)
def test_it_reads_what_it_wrote(value):
    assert from_json(to_json(value)) == value


@given(amounts)
def test_it_writes_amounts_without_exponent_and_exactly(amount):
    text = to_json(amount)
    assert (Decimal(text), "e" in text.lower()) == (amount, False)


@given(values)
def test_it_writes_what_any_json_reader_takes(value):
    json.loads(to_json(value))


@pytest.mark.parametrize("text", ["10.10", "0.30", "1E+2", "-0.0", "123456789012345678.123456"])
def test_it_keeps_the_digits_of_fractions(text):
    assert from_json(text).as_tuple() == Decimal(text).as_tuple()


def test_it_reads_integers_as_integers():
    assert type(from_json("12")) is int


def test_it_does_not_blow_up_a_tiny_text():
    assert len(to_json(Decimal("1E+999999"))) < 20


def test_it_writes_dates_as_iso_texts():
    moment = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    assert to_json([date(2026, 11, 21), moment]) == '["2026-11-21","2026-11-21T12:30:00+00:00"]'


def test_it_writes_compact_ascii():
    assert to_json(MappingProxyType({"name": "Zoë", "n": (1, 2)})) == '{"name":"Zo\\u00eb","n":[1,2]}'


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), NAIVE])
def test_it_refuses_values_without_a_meaning(value):
    with pytest.raises(ValueError):
        to_json(value)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "", "{", b"\xff", "[" * 100_000])
def test_it_refuses_what_is_not_json(text):
    with pytest.raises(ValueError):
        from_json(text)


# Currencies


@pytest.mark.parametrize(
    ("currency", "places"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("ISK", 0), ("HUF", 2)]
)
def test_it_knows_the_decimals_of_currencies(currency, places):
    assert (decimals(currency), quantum(currency)) == (places, Decimal(1).scaleb(-places))


@pytest.mark.parametrize("code", ["", "eur", "EURO", "€"])
def test_it_refuses_what_is_no_currency_code(code):
    with pytest.raises(ValueError, match="ISO 4217"):
        decimals(code)


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049", "0.00"), ("2.675", "2.68")]
)
def test_it_rounds_halves_away_from_zero(amount, rounded):
    assert round_money(Decimal(amount), "EUR") == Decimal(rounded)


@given(st.integers(), currencies)
def test_it_returns_to_the_same_minor_units(minor, currency):
    assert to_minor(from_minor(minor, currency), currency) == minor


def test_it_counts_decimals_as_the_system_does():
    assert (from_minor(1234, "JPY", places=2), to_minor(Decimal("12.34"), "JPY", places=2)) == (Decimal("12.34"), 1234)


def test_it_refuses_to_lose_a_fraction_of_a_cent():
    with pytest.raises(ValueError, match="more decimals"):
        to_minor(Decimal("0.001"), "EUR")


def test_it_keeps_amounts_of_any_length_exact():
    assert str(from_minor(10**40 + 1, "EUR")) == f"1{'0' * 38}.01"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234.5", "EUR", "1,234.50 EUR"),
        ("-1000", "JPY", "-1,000 JPY"),
        ("0.0055", "USD", "0.0055 USD"),
        ("1E+3", "KWD", "1,000.000 KWD"),
    ],
)
def test_it_writes_amounts_for_people(amount, currency, text):
    assert format_money(Decimal(amount), currency) == text


# Shares


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=40),
    currencies,
)
def test_it_shares_out_every_cent(minor, weights, currency):
    amount = from_minor(minor, currency)
    assert sum(split(amount, weights, currency)) == amount


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_it_misses_no_share_by_a_whole_cent(minor, weights):
    shares = split(from_minor(minor, "EUR"), weights, "EUR")
    exact = [minor * weight / Decimal(sum(weights)) for weight in weights]
    assert all(abs(to_minor(share, "EUR") - wanted) < 1 for share, wanted in zip(shares, exact, strict=True))


@given(st.integers(0, 10**9), st.lists(st.integers(0, 100), min_size=2, max_size=20))
def test_it_gives_nothing_to_no_weight(minor, weights):
    shares = split(from_minor(minor, "EUR"), [*weights, 0, 1], "EUR")
    assert shares[-2] == 0


def test_it_gives_the_cents_left_to_the_largest_remainders():
    assert split(Decimal("1.00"), [1, 1, 1], "EUR") == (Decimal("0.34"), Decimal("0.33"), Decimal("0.33"))


def test_it_shares_over_negative_lines():
    assert sum(split(Decimal("10.00"), [Decimal("100.50"), Decimal("-20.25")], "EUR")) == Decimal("10.00")


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_it_refuses_weights_that_say_nothing(weights):
    with pytest.raises(ValueError, match="cannot be shared out"):
        split(Decimal("1.00"), weights, "EUR")
