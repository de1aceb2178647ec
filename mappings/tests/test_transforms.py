"""The named transforms: what each makes of a value."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.errors import RowError
from mappings.rows import Transform
from mappings.transforms import TRANSFORMS, build, fold_to_ascii

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "argument", "value", "changed"),
    [
        ("text", None, Decimal("12.50"), "12.5"),
        ("trim", None, "  a b ", "a b"),
        ("single_spaces", None, " a \n b ", "a b"),
        ("upper", None, "straße", "STRASSE"),
        ("lower", None, "ABC", "abc"),
        ("ascii_fold", None, "Ærø Łódź “naïve” 中", 'AEro Lodz "naive" ?'),
        ("digits_only", None, "+49 (0)30-1²", "490301"),
        ("letters_and_digits", None, "INV-7/a", "INV7a"),
        ("truncate", 3, "abcdef", "abc"),
        ("keep_end", 3, "abcdef", "def"),
        ("keep_end", 9, "abc", "abc"),
        ("pad_zeros", 6, 42, "000042"),
        ("remove", "-", "a-b-c", "abc"),
        ("prefix", "CB-", "7", "CB-7"),
        ("suffix", "/1", 7, "7/1"),
        ("negate", None, Decimal("5.00"), Decimal("-5.00")),
        ("absolute", None, -5, Decimal(5)),
        ("round", 2, Decimal("-2.345"), Decimal("-2.35")),
        ("date", None, datetime(2026, 1, 31, 23, 30, tzinfo=UTC), date(2026, 2, 1)),
        ("date", None, date(2026, 1, 31), date(2026, 1, 31)),
    ],
)
def test_it_changes_a_value(name, argument, value, changed):
    assert build(Transform(name=name, argument=argument))(value, BERLIN) == changed


@pytest.mark.parametrize("name", [name for name, named in TRANSFORMS.items() if named.argument == "none"])
@pytest.mark.parametrize("blank", [None, ""])
def test_it_leaves_blanks_alone(name, blank):
    assert build(Transform(name=name))(blank, UTC) == blank


@pytest.mark.parametrize(
    ("name", "argument", "said"),
    [
        ("python", None, "there is no transform 'python'. There are text, trim,"),
        ("trim", 3, "trim takes no argument"),
        ("truncate", None, "truncate takes a whole number from 1 to 8000, not nothing"),
        ("truncate", 0, "truncate takes a whole number from 1 to 8000, not '0'"),
        ("prefix", "", "prefix takes a text of 1 to 100 characters, not nothing"),
    ],
)
def test_it_refuses_what_is_not_in_the_list(name, argument, said):
    with pytest.raises(RowError) as caught:
        build(Transform(name=name, argument=argument))
    assert caught.value.reason.startswith(said)


@pytest.mark.parametrize("name", ["negate", "absolute", "date"])
def test_it_refuses_text_where_it_needs_another_kind(name):
    with pytest.raises(RowError):
        build(Transform(name=name))("12.50", UTC)


def test_it_refuses_to_round_what_has_too_many_digits():
    with pytest.raises(RowError, match="too many digits"):
        build(Transform(name="round", argument=20))(Decimal("1" * 31 + ".5"), UTC)


@given(st.text())
def test_it_folds_any_text_to_ascii(text):
    assert fold_to_ascii(text).isascii()
