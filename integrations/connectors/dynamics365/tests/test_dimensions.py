"""Display strings and the delimiter's escape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectors.dynamics365.dimensions import DELIMITERS, Format, escape, format_of, split, unescape
from integrations.errors import MappingError

LEDGER = format_of("MainAccount-BusinessUnit-CostCenter-Department", "-")
VALUES = st.text(alphabet=st.sampled_from("abC01-._|~ é'*"), max_size=8)


def test_it_writes_segments_in_the_formats_order_and_keeps_blanks():
    assert LEDGER.write({"CostCenter": "CC002", "MainAccount": "401100"}) == "401100--CC002-"


def test_it_escapes_a_delimiter_inside_a_value():
    assert escape("C-01", "-") == "C\\-01"
    assert unescape("C\\-01", "-") == "C-01"


def test_it_refuses_a_dimension_that_would_be_dropped_silently():
    with pytest.raises(MappingError) as caught:
        LEDGER.write({"MainAccount": "401100", "Project": "P1"})
    assert caught.value.field == "Project"


def test_it_refuses_surplus_segments():
    with pytest.raises(MappingError) as caught:
        LEDGER.read("401100-1-2-3-4")
    assert caught.value.code == "d365_too_many_segments"


def test_it_takes_missing_trailing_segments_as_blank():
    assert LEDGER.read("401100-BU01") == {"MainAccount": "401100", "BusinessUnit": "BU01"}


@given(values=st.lists(VALUES, min_size=1, max_size=5), delimiter=st.sampled_from(["-", ".", "_", "|", "~"]))
def test_it_reads_what_it_wrote(values: list[str], delimiter: str):
    made = Format(segments=tuple(f"D{n}" for n in range(len(values))), delimiter=delimiter)
    written = made.write({f"D{n}": value for n, value in enumerate(values)})
    assert split(written, delimiter) == values


@given(value=VALUES, delimiter=st.sampled_from(list(DELIMITERS.values())))
def test_it_unescapes_what_it_escaped(value: str, delimiter: str):
    assert unescape(escape(value, delimiter), delimiter) == value
