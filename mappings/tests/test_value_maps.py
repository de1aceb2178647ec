"""Value maps: which entry wins, on which day, and which entries contradict each other."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.tests.strategies import MAPS
from mappings.value_maps import Entry, ValueMap, faults, ready


def two_columns(*entries):
    return ValueMap(
        name="clearing", label="Gateways", gives="account", key_labels=("gateway", "currency"), entries=entries
    )


def entry(gateway, currency, value, **dates):
    return Entry(keys=(gateway, currency), value=value, **dates)


CLEARING = two_columns(
    entry("*", "*", "default"),
    entry("*", "EUR", "euro"),
    entry("stripe", "*", "stripe"),
    entry("stripe", "EUR", "stripe euro"),
)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("stripe", "EUR"), "stripe euro"),
        (("stripe", "USD"), "stripe"),
        (("paypal", "EUR"), "euro"),
        (("paypal", "USD"), "default"),
        (("*", "*"), "default"),
        (("", ""), "default"),
        (("Stripe", "eur"), "default"),
    ],
)
def test_it_takes_the_most_specific_entry(keys, value):
    assert ready(CLEARING).find(keys, None) == value


def test_it_takes_the_leftmost_key_where_two_are_as_specific():
    both = two_columns(entry("*", "EUR", "right"), entry("stripe", "*", "left"))
    assert ready(both).find(("stripe", "EUR"), None) == "left"


def test_it_finds_nothing_without_a_default():
    assert ready(two_columns(entry("stripe", "*", "x"))).find(("paypal", "EUR"), None) is None


DATED = two_columns(
    entry("stripe", "EUR", "always"),
    entry("stripe", "EUR", "2026", valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31)),
    entry("stripe", "*", "later", valid_from=date(2027, 1, 1)),
    entry("*", "*", "default"),
)


@pytest.mark.parametrize(
    ("keys", "on", "value"),
    [
        (("stripe", "EUR"), date(2025, 12, 31), "always"),
        (("stripe", "EUR"), date(2026, 1, 1), "2026"),
        (("stripe", "EUR"), date(2026, 12, 31), "2026"),
        (("stripe", "EUR"), date(2027, 1, 1), "always"),
        (("stripe", "EUR"), None, "always"),
        (("stripe", "USD"), date(2026, 6, 1), "default"),
        (("stripe", "USD"), date(2027, 6, 1), "later"),
        (("stripe", "USD"), None, "default"),
    ],
)
def test_it_judges_entries_by_the_documents_date(keys, on, value):
    assert ready(DATED).find(keys, on) == value


def test_it_says_what_is_missing_by_column():
    fault = ready(CLEARING).missing(("adyen", "SEK"))
    assert fault.reason == "no account mapped for gateway 'adyen' and currency 'SEK'"


def test_it_finds_no_fault_in_entries_that_agree():
    assert faults(DATED) == ()


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((Entry(keys=("a",), value="1"),), "Entry 1 (a): Gateways has 2 key columns, not 1."),
        (
            (entry("a", "b", "1", valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)),),
            "Entry 1 (a | b): it ends on 2026-01-01 before it begins on 2026-02-01. Correct the dates.",
        ),
        (
            (entry("a", "b", "1"), entry("a", "b", "2")),
            "a | b stands more than once for the same days. Keep one, or give them other dates.",
        ),
        (
            (entry("a", "b", "1", valid_from=date(2026, 1, 1)), entry("a", "b", "2", valid_to=date(2026, 1, 1))),
            "a | b stands more than once for the same days. Keep one, or give them other dates.",
        ),
    ],
)
def test_it_names_entries_that_cannot_stand(entries, said):
    assert faults(two_columns(*entries)) == (said,)


def first_by_the_rules(value_map, keys, on):
    """Find the winner the slow way: by ranking all entries that fit."""
    fitting = [
        each
        for each in value_map.entries
        if len(each.keys) == len(keys)
        and all(mine in ("*", given) for mine, given in zip(each.keys, keys, strict=True))
        and each.holds_on(on)
    ]
    fixed = [tuple(mine != "*" for mine in each.keys) for each in fitting]
    return max(((sum(mask), mask) for mask in fixed), default=None), fitting


@given(MAPS, st.sampled_from(["a", "b", "", "c"]), st.sampled_from(["a", "b"]), st.one_of(st.none(), st.dates()))
@settings(deadline=None)
def test_it_finds_what_the_rules_say(value_map, one, two, on):
    keys = (one, two)[: len(value_map.key_labels)]
    best, fitting = first_by_the_rules(value_map, keys, on)
    winners = {each.value for each in fitting if (sum(m := tuple(k != "*" for k in each.keys)), m) == best}
    assert ready(value_map).find(keys, on) in (winners or {None})
