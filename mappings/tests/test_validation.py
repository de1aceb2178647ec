"""Mappings judged by the catalogues before any record is met."""

import pytest

from mappings.catalogue import SourceField, TargetField
from mappings.rows import ConstantSpec, Definition, Filter, FormulaSpec, Row, SourceSpec, Transform, ValueMapSpec
from mappings.validation import maps_read, validate
from mappings.value_maps import Entry, ValueMap

SOURCES = (
    SourceField(name="number", label="Number"),
    SourceField(name="total", label="Total", type="amount"),
    SourceField(name="date", label="Date", type="date"),
    SourceField(name="paid", label="Paid", type="bool"),
    SourceField(name="amount", label="Amount", type="amount", level="line"),
)
TARGETS = (
    TargetField(name="tranId", label="Number", max_length=5),
    TargetField(name="total", label="Total", type="amount"),
    TargetField(name="tranDate", label="Date", type="date"),
    TargetField(name="status", label="Status", type="enum", enum=("A", "B")),
    TargetField(name="rate", label="Rate", type="amount", level="line"),
)
STATUSES = ValueMap(
    name="statuses",
    label="Statuses",
    gives="status",
    key_labels=("status",),
    entries=(Entry(keys=("paid",), value="A"), Entry(keys=("open",), value="C")),
)


def row(target, spec, **more):
    return Row(**{"id": "r1", "target": target, "spec": spec, **more})


def found(*rows, targets=TARGETS, sources=SOURCES, filters=()):
    return [(each.code, each.sentence) for each in validate(rows, targets, sources, (STATUSES,), filters=filters)]


@pytest.mark.parametrize(
    "good",
    [
        row("tranId", SourceSpec(path="number")),
        row("tranId", SourceSpec(path="total")),
        row("total", FormulaSpec(formula="SUM(line.amount) + total")),
        row("total", FormulaSpec(formula='IF(paid, total, "")')),
        row("total", SourceSpec(path="number"), transforms=(Transform(name="negate"),)),
        row("tranDate", FormulaSpec(formula="EOMONTH(date) + 1")),
        row("status", ConstantSpec(value="A")),
        row("rate", SourceSpec(path="line.amount"), level="line"),
    ],
)
def test_it_finds_no_fault_in_rows_that_agree(good):
    assert found(good) == []


@pytest.mark.parametrize(
    ("bad", "code", "said"),
    [
        (row("trandate", ConstantSpec(value="x")), "unknown_target", "The target has no field trandate on the header."),
        (
            row("total", SourceSpec(path="line.amount"), level="line"),
            "unknown_target",
            "The target has no field total on the line.",
        ),
        (row("tranId", SourceSpec(path="nr")), "unknown_source", "Field tranId: the source has no field nr."),
        (
            row("tranId", FormulaSpec(formula="number & line.x")),
            "unknown_source",
            "Field tranId: the source has no field line.x.",
        ),
        (
            row("tranDate", SourceSpec(path="number")),
            "type_mismatch",
            "Field tranDate takes a date, but the row gives text.",
        ),
        (
            row("total", FormulaSpec(formula='IF(paid, "x", date)')),
            "type_mismatch",
            "Field total takes an amount, but the row gives a date or text.",
        ),
        (
            row("tranDate", SourceSpec(path="date"), transforms=(Transform(name="text"),)),
            "type_mismatch",
            "Field tranDate takes a date, but the row gives text.",
        ),
        (
            row("tranId", ConstantSpec(value="123456")),
            "too_long",
            "Field tranId: '123456' has 6 characters, the field holds 5.",
        ),
        (
            row("tranId", SourceSpec(path="number"), default="unknown"),
            "too_long",
            "Field tranId: 'unknown' has 7 characters, the field holds 5.",
        ),
        (row("status", ConstantSpec(value="C")), "not_in_list", "Field status: 'C' is not in the list A, B."),
    ],
)
def test_it_names_what_does_not_agree(bad, code, said):
    ((given_code, sentence),) = found(bad)
    assert (given_code, sentence[: len(said)]) == (code, said)


def test_it_tries_the_values_of_a_map():
    by_map = row("status", ValueMapSpec(map="statuses", keys=("number",)))
    assert [code for code, _ in found(by_map)] == ["not_in_list"]


def test_it_transforms_a_constant_before_it_judges_it():
    short = row("tranId", ConstantSpec(value="123456"), transforms=(Transform(name="truncate", argument=5),))
    assert found(short) == []


def test_it_names_required_fields_without_a_row():
    targets = (TargetField(name="entity", label="Customer", required=True),)
    assert found(targets=targets) == [
        ("missing_required", "Customer (entity) is required on the document, but no row fills it. Add a row for it.")
    ]


def test_it_judges_nothing_by_an_empty_catalogue():
    assert found(row("anything", SourceSpec(path="whatever")), targets=(), sources=()) == []


def test_it_judges_filters():
    conditions = (
        Filter(id="f1", formula="total + 1", reason="odd"),
        Filter(id="f2", formula="entity = 1", reason="elsewhere"),
    )
    assert [code for code, _ in found(filters=conditions)] == ["type_mismatch", "unknown_source"]


def test_it_does_not_repeat_what_a_formula_has_wrong_in_itself():
    assert found(row("total", FormulaSpec(formula="NOW(1 +"))) == []


def test_it_tells_the_maps_that_rows_and_filters_read():
    by_map = row("status", ValueMapSpec(map="statuses", keys=("number",)))
    by_formula = row("total", FormulaSpec(formula='VALUE(LOOKUP("rates", number))'), id="r2")
    condition = Filter(id="f1", formula='LOOKUP(skips, number) = "yes"', reason="listed")
    assert maps_read(Definition(rows=(by_map, by_formula), filters=(condition,))) == {"statuses", "rates", "skips"}
