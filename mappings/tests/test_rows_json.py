"""Rows, filters and value maps as JSON: read exactly as written, and refused with the row and the reason."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.errors import RowError
from mappings.rows import ConstantSpec, Filter, FormulaSpec, Row, SourceSpec, Transform, ValueMapSpec
from mappings.rows_json import definition_from_json, filter_from_json, filter_to_json, row_from_json, row_to_json
from mappings.value_maps import Entry, ValueMap
from mappings.value_maps_json import value_map_from_json, value_map_to_json

PLAIN = {"id": "r1", "target": "memo", "kind": "source", "path": "number"}
TEXTS = st.text(min_size=1, max_size=10).filter(str.strip)
CONSTANTS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**20), max_value=10**20),
    st.text(max_size=10),
    st.decimals(min_value=-(10**9), max_value=10**9, places=4),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
)
STORED_ROWS = st.builds(
    Row,
    id=TEXTS,
    target=TEXTS,
    spec=st.one_of(
        st.builds(SourceSpec, path=TEXTS),
        st.builds(ConstantSpec, value=CONSTANTS),
        st.builds(ValueMapSpec, map=TEXTS, keys=st.lists(TEXTS, min_size=1, max_size=6).map(tuple)),
        st.builds(FormulaSpec, formula=TEXTS),
    ),
    level=st.sampled_from(["header", "line"]),
    default=CONSTANTS,
    required=st.booleans(),
    writes=st.sampled_from(["on_create", "on_change"]),
    transforms=st.sampled_from([(), (Transform(name="trim"), Transform(name="truncate", argument=40))]),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["id", "target", "kind", "path", "keys", "amount", "transforms"]), inner),
    ),
    max_leaves=8,
)


@given(STORED_ROWS)
@settings(deadline=None)
def test_it_reads_rows_as_they_were_written(row):
    assert row_from_json(row_to_json(row)) == row


def test_it_writes_what_differs_from_the_usual_only():
    assert row_to_json(Row(id="r1", target="memo", spec=SourceSpec(path="number"))) == PLAIN


def test_it_reads_filters_as_they_were_written():
    condition = Filter(id="zero", formula="total = 0", reason="zero", mode="only_if")
    assert filter_from_json(filter_to_json(condition)) == condition


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "python"}, "'kind' is 'python': use source, constant, value_map, formula"),
        ({"path": None}, "'path' is a text of 1 to 200 characters, not nothing"),
        ({"path": "  "}, "'path' is a text of 1 to 200 characters, not '  '"),
        ({"formula": "1"}, "'formula' is not known here. Known are default, id, kind, level, path"),
        ({"level": "lines"}, "'level' is 'lines': use header, line"),
        ({"required": "yes"}, "'required' is true or false, not 'yes'"),
        ({"writes": "always"}, "'writes' is 'always': use on_create, on_change"),
        ({"default": 1.5}, '1.5 is a binary fraction: write amounts as {"amount": "12.50"}'),
        ({"default": {"amount": "1,5"}}, "'1,5' cannot be read as amount"),
        ({"default": {"amount": "NaN"}}, "the field holds no proper number"),
        ({"default": {"colour": "red"}}, "'colour' is no kind of value: use amount, date or time, with a text"),
        ({"transforms": "trim"}, "transforms is a list, not 'trim'"),
        ({"transforms": ["eval"]}, "there is no transform 'eval'"),
        ({"kind": "value_map", "path": None}, "'path' is not known here."),
    ],
)
def test_it_refuses_a_row_with_the_reason(change, said):
    with pytest.raises(RowError) as caught:
        row_from_json({**PLAIN, **change})
    assert caught.value.reason.startswith(said)


def test_it_refuses_a_value_map_row_without_keys():
    with pytest.raises(RowError, match="'keys' names one source field for each key column"):
        row_from_json({"id": "r1", "target": "item", "kind": "value_map", "map": "items", "keys": []})


def test_it_keeps_the_readable_rows_and_names_the_others():
    definition, problems = definition_from_json([PLAIN, {"id": "r2", "target": "due"}, 5])
    assert [row.id for row in definition.rows] == ["r1"]
    assert [(problem.row_id, problem.field, problem.sentence) for problem in problems] == [
        ("r2", "due", "Row 2 for due: 'kind' is nothing: use source, constant, value_map, formula. Correct it."),
        ("", "", "Row 3: a row is an object with named fields, not '5'. Correct it."),
    ]


def test_it_refuses_more_rows_than_a_mapping_may_have():
    _, problems = definition_from_json([PLAIN] * 501)
    assert problems[0].sentence == "Rows: rows has 501 entries, at most 500 are allowed. Correct it."


@given(JSON, JSON)
@settings(max_examples=300, deadline=None)
def test_it_reads_or_names_any_json(rows, filters):
    definition, problems = definition_from_json(rows, filters)
    assert definition.rows or definition.filters or problems or (rows in ([], ()) and filters in ([], ()))


CLEARING = ValueMap(
    name="clearing",
    label="Gateways",
    gives="account",
    key_labels=("gateway", "currency"),
    entries=(
        Entry(keys=("stripe", "*"), value="1000", valid_from=date(2026, 1, 1)),
        Entry(keys=("*", "*"), value="1090"),
    ),
)


def test_it_reads_a_value_map_as_it_was_written():
    assert value_map_from_json("clearing", value_map_to_json(CLEARING)) == (CLEARING, ())


def test_it_names_entries_that_cannot_be_read():
    payload = {**value_map_to_json(CLEARING), "entries": [{"keys": ["a", "b"], "value": "1", "valid_from": "1.2.2026"}]}
    _, problems = value_map_from_json("clearing", payload)
    assert [problem.sentence for problem in problems] == [
        "Value map clearing: Entry 1: 'valid_from' is a date like 2026-01-31, not '1.2.2026'."
    ]


def test_it_names_entries_that_contradict_each_other():
    twice = {"keys": ["a", "b"], "value": "1"}
    _, problems = value_map_from_json("clearing", {**value_map_to_json(CLEARING), "entries": [twice, twice]})
    assert [problem.code for problem in problems] == ["bad_map"]


def test_it_refuses_a_value_map_without_columns():
    with pytest.raises(RowError, match="'key_labels' names 1 to 6 key columns"):
        value_map_from_json("clearing", {**value_map_to_json(CLEARING), "key_labels": []})


def test_it_reads_a_time_stamp_with_its_zone():
    row = row_from_json({**PLAIN, "default": {"time": "2026-01-31T10:00:00+00:00"}})
    assert row.default == datetime(2026, 1, 31, 10, tzinfo=UTC)


def test_it_keeps_the_digits_of_an_amount():
    assert str(row_from_json({**PLAIN, "default": {"amount": "12.50"}}).default) == str(Decimal("12.50"))
