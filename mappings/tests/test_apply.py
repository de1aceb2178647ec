"""A mapping applied to records: every value found, changed, judged, or named with the row that failed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.apply import compile_mapping
from mappings.catalogue import TargetField
from mappings.problems import RowProblem
from mappings.rows import ConstantSpec, Filter, FormulaSpec, Row, SourceSpec, Transform, ValueMapSpec
from mappings.tests.strategies import FILTERS, LINES, MAPS, RECORDS, ROWS
from mappings.value_maps import Entry, ValueMap

ITEMS = ValueMap(
    name="items",
    label="Items",
    gives="revenue item",
    key_labels=("item price",),
    entries=(Entry(keys=("basic",), value="4000"),),
)
INVOICE = {"number": "INV-7", "customer.company": "Ærø A/S", "total": Decimal("118.50"), "due": None}
LINES_OF_TWO = ({"item": "basic", "amount": Decimal(100)}, {"item": "setup-fee", "amount": Decimal("18.50")})


def row(spec, **more):
    return Row(**{"id": "r1", "target": "memo", "spec": spec, **more})


def apply(*rows, source=INVOICE, lines=(), filters=(), targets=(), **more):
    return compile_mapping(rows, (ITEMS,), filters=filters, targets=targets).apply(source, lines, **more)


def sentences(applied):
    return [problem.sentence for problem in applied.problems]


def test_it_takes_a_source_field():
    assert apply(row(SourceSpec(path="customer.company"))).header == {"memo": "Ærø A/S"}


def test_it_takes_a_constant():
    assert apply(row(ConstantSpec(value=Decimal("1.50")))).header == {"memo": Decimal("1.50")}


def test_it_works_out_a_formula():
    assert apply(row(FormulaSpec(formula='number & "/" & total'))).header == {"memo": "INV-7/118.5"}


def test_it_repeats_line_rows_over_the_lines():
    amount = row(FormulaSpec(formula="line.amount / total * 100"), level="line")
    applied = apply(amount, source={"total": Decimal(200)}, lines=[{"amount": Decimal(50)}, {"amount": Decimal(150)}])
    assert [line["memo"] for line in applied.lines] == [25, 75]


def test_it_reads_header_fields_in_line_rows():
    applied = apply(row(SourceSpec(path="number"), level="line"), lines=LINES_OF_TWO)
    assert applied.lines == ({"memo": "INV-7"}, {"memo": "INV-7"})


def test_it_says_which_line_lacks_a_mapping():
    applied = apply(row(ValueMapSpec(map="items", keys=("line.item",)), level="line"), lines=LINES_OF_TWO)
    assert sentences(applied) == [
        "Line 2: no revenue item mapped for item price 'setup-fee'. Add it under Mappings > Items."
    ]


def test_it_gives_problems_what_groups_them():
    applied = apply(row(ValueMapSpec(map="items", keys=("line.item",)), level="line"), lines=LINES_OF_TWO)
    problem = applied.problems[0]
    assert (problem.row_id, problem.field, problem.code, problem.value, problem.line) == (
        "r1",
        "memo",
        "no_mapping",
        "setup-fee",
        2,
    )


def test_it_keeps_the_lines_that_went_well():
    applied = apply(row(ValueMapSpec(map="items", keys=("line.item",)), level="line"), lines=LINES_OF_TWO)
    assert applied.lines == ({"memo": "4000"}, {})


def test_it_takes_the_default_where_a_map_knows_nothing():
    applied = apply(
        row(ValueMapSpec(map="items", keys=("line.item",)), level="line", default="4999"), lines=LINES_OF_TWO
    )
    assert [line["memo"] for line in applied.lines] == ["4000", "4999"]


def test_it_takes_the_default_for_a_blank():
    assert apply(row(SourceSpec(path="due"), default="30 days")).header == {"memo": "30 days"}


def test_it_leaves_an_absent_field_blank():
    assert apply(row(SourceSpec(path="cf_region"))).header == {"memo": None}


def test_it_demands_what_is_required():
    applied = apply(row(SourceSpec(path="due"), required=True))
    assert sentences(applied) == [
        "Field memo: it is required, but due is empty. Fill it in the source, or give the row a default."
    ]


def test_it_says_where_a_formula_stops():
    applied = apply(row(FormulaSpec(formula="total / (total - 118.5)")))
    assert sentences(applied) == [
        "The formula for memo stops at column 7: it divides by zero. Correct the value in the source, or the row."
    ]


def test_it_runs_transforms_in_their_order():
    transforms = (Transform(name="ascii_fold"), Transform(name="upper"), Transform(name="truncate", argument=4))
    applied = apply(row(SourceSpec(path="customer.company"), transforms=transforms))
    assert applied.header == {"memo": "AERO"}


def test_it_does_not_transform_the_default():
    applied = apply(row(SourceSpec(path="due"), default="none", transforms=(Transform(name="upper"),)))
    assert applied.header == {"memo": "none"}


def test_it_goes_on_with_other_rows_after_a_fault():
    bad = row(FormulaSpec(formula="number * 2"), id="bad", target="amount")
    assert apply(bad, row(SourceSpec(path="number"))).header == {"memo": "INV-7"}


def test_it_fails_a_row_that_cannot_be_read_on_every_record():
    assert sentences(apply(row(FormulaSpec(formula="1 +")))) == [
        "The formula for memo stops at column 4: it ends too early. Correct the formula."
    ]


def test_it_knows_faults_before_any_record():
    mapping = compile_mapping([row(FormulaSpec(formula="1 +")), row(SourceSpec(path="line.x"), id="r2", target="x")])
    assert [(problem.row_id, problem.code) for problem in mapping.problems] == [("r1", "formula"), ("r2", "bad_row")]


def test_it_refuses_a_second_row_for_one_field():
    applied = apply(row(SourceSpec(path="number")), row(SourceSpec(path="total"), id="r2"))
    assert sentences(applied) == ["Field memo: another row fills this field already. Remove one of the two rows."]


def test_it_fills_one_name_on_the_header_and_on_lines():
    applied = apply(
        row(SourceSpec(path="number")), row(SourceSpec(path="line.item"), id="r2", level="line"), lines=LINES_OF_TWO
    )
    assert (applied.header["memo"], applied.lines[0]["memo"]) == ("INV-7", "basic")


def test_it_traces_each_field_to_its_row():
    applied = apply(row(SourceSpec(path="number")), row(SourceSpec(path="line.item"), id="r2", level="line"))
    assert applied.provenance == {"memo": "r1", "line.memo": "r2"}


def test_it_tells_what_is_written_on_creation_only():
    mapping = compile_mapping(
        [row(SourceSpec(path="number"), writes="on_create"), row(SourceSpec(path="due"), id="r2", target="due")]
    )
    assert (mapping.written("on_create"), mapping.written("on_change")) == ({"memo"}, {"due"})


ZERO = Filter(id="zero", formula="total = 0", reason="Invoices of zero are not posted")
EUROPE = Filter(
    id="eu", formula='OR(entity = "DE", entity = "FR")', reason="Only the European entities", mode="only_if"
)


def test_it_skips_what_a_filter_stops():
    applied = apply(row(SourceSpec(path="number")), source={"total": Decimal("0.00")}, filters=(ZERO,))
    assert (applied.skipped, applied.header) == ("Invoices of zero are not posted", {})


def test_it_lets_through_what_no_filter_stops():
    assert apply(row(SourceSpec(path="number")), filters=(ZERO,)).skipped is None


@pytest.mark.parametrize(("entity", "skipped"), [("DE", None), ("US", "Only the European entities")])
def test_it_lets_through_only_what_a_filter_names(entity, skipped):
    assert apply(source={"entity": entity}, filters=(EUROPE,)).skipped == skipped


def test_it_reports_a_filter_that_cannot_be_judged():
    broken = Filter(id="zero", formula="number", reason="zero")
    assert sentences(apply(filters=(broken,))) == [
        "The filter 'zero' stops at column 1: it gives 'INV-7', neither TRUE nor FALSE. "
        "Correct the value in the source, or the row."
    ]


AMOUNT = TargetField(name="memo", label="Memo", type="amount")
STAMP = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value", "fitted"),
    [
        ({"type": "amount"}, 3, Decimal(3)),
        ({"type": "integer"}, Decimal("3.00"), 3),
        ({"type": "text"}, Decimal("3.00"), "3"),
        ({"type": "text"}, date(2026, 1, 31), "2026-01-31"),
        ({"type": "date"}, STAMP, date(2026, 1, 31)),
        ({"type": "bool"}, True, True),
        ({"type": "enum", "enum": ("A", "B")}, "B", "B"),
        ({"type": "reference"}, 4711, "4711"),
        ({"type": "amount"}, "", None),
    ],
)
def test_it_brings_values_into_the_form_of_the_field(field, value, fitted):
    target = TargetField(name="memo", label="Memo", **field)
    applied = apply(row(SourceSpec(path="x")), source={"x": value}, targets=(target,))
    assert (applied.header, type(applied.header["memo"])) == ({"memo": fitted}, type(fitted))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ({"type": "amount"}, "12.50", "Field memo: '12.50' is not an amount. Change the row so that it gives one."),
        (
            {"type": "integer"},
            Decimal("1.5"),
            "Field memo: '1.5' is not a whole number. Change the row so that it gives one.",
        ),
        (
            {"type": "date"},
            "2026-01-31",
            "Field memo: '2026-01-31' is not a date. Change the row so that it gives one.",
        ),
        ({"type": "bool"}, 1, "Field memo: '1' is not yes or no. Change the row so that it gives one."),
        ({"type": "text"}, True, "Field memo: 'True' is not a text. Change the row so that it gives one."),
        ({"enum": ("A", "B")}, "C", "Field memo: 'C' is not in the list A, B. Map it to one of the list."),
        (
            {"max_length": 3},
            "abcd",
            "Field memo: 'abcd' has 4 characters, the field holds 3. "
            "Shorten it in the source, or add the transform truncate.",
        ),
    ],
)
def test_it_refuses_values_that_do_not_fit(field, value, said):
    target = TargetField(name="memo", label="Memo", **field)
    assert sentences(apply(row(SourceSpec(path="x")), source={"x": value}, targets=(target,))) == [said]


def test_it_judges_dated_entries_by_the_date_handed_in():
    entries = (
        Entry(keys=("basic",), value="old", valid_to=date(2025, 12, 31)),
        Entry(keys=("basic",), value="new", valid_from=date(2026, 1, 1)),
    )
    dated = ValueMap(name="items", label="Items", gives="item", key_labels=("item",), entries=entries)
    mapping = compile_mapping([row(ValueMapSpec(map="items", keys=("item",)))], [dated])
    assert [mapping.apply({"item": "basic"}, on=on).header["memo"] for on in (date(2025, 12, 31), STAMP)] == [
        "old",
        "new",
    ]


@given(st.lists(ROWS, max_size=6), st.lists(MAPS, max_size=2), st.lists(FILTERS, max_size=1), RECORDS, LINES)
@settings(max_examples=300, deadline=None)
def test_it_never_raises(rows, value_maps, filters, source, lines):
    targets = [TargetField(name="", label="", type="amount"), TargetField(name="0", label="0", max_length=3)]
    mapping = compile_mapping(rows, value_maps, filters=filters, targets=targets)
    applied = mapping.apply(source, lines, on=date(2026, 1, 1))
    assert len(applied.lines) == (0 if applied.skipped is not None else len(lines))


@given(st.lists(ROWS, max_size=6), RECORDS, LINES)
@settings(max_examples=200, deadline=None)
def test_it_fills_or_names_every_target(rows, source, lines):
    applied = compile_mapping(rows).apply(source, lines)
    named = {(problem.field, problem.line) for problem in applied.problems}
    filled = {(target, None) for target in applied.header}
    for position, line in enumerate(applied.lines, start=1):
        filled |= {(target, position) for target in line}
    wanted = {(each.target, None) for each in rows if each.level == "header"}
    wanted |= {
        (each.target, position) for each in rows if each.level == "line" for position in range(1, len(lines) + 1)
    }
    assert wanted == named | filled


@given(st.lists(ROWS, max_size=4), RECORDS, LINES)
@settings(max_examples=100, deadline=None)
def test_it_gives_the_same_for_the_same(rows, source, lines):
    assert repr(compile_mapping(rows).apply(source, lines)) == repr(compile_mapping(rows).apply(source, lines))


@given(st.lists(ROWS, min_size=1, max_size=4), RECORDS, LINES)
@settings(max_examples=200, deadline=None)
def test_it_names_row_and_field_in_every_problem(rows, source, lines):
    problems = compile_mapping(rows).apply(source, lines).problems
    assert all(isinstance(problem, RowProblem) and problem.code and problem.sentence for problem in problems)
    assert {problem.row_id for problem in problems} <= {each.id for each in rows}
