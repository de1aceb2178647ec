"""Whatever is typed and whatever a record holds: a formula gives a plain value or a FormulaError with its place."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import event, given, settings
from hypothesis import strategies as st

from mappings.errors import FormulaError
from mappings.formula import compile_formula
from mappings.formula_syntax import parse
from mappings.tests.strategies import FORMULAS, LINES, MAPS, NOISE, RECORDS
from mappings.value_maps import ready

PLAIN = (str, Decimal, bool, date, type(None))
AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=8)


@given(st.one_of(NOISE, st.text(max_size=60)))
@settings(max_examples=300, deadline=None)
def test_it_reads_any_text_or_says_where_it_fails(text):
    position = 1
    try:
        parse(text)
    except FormulaError as fault:
        position = fault.position
    assert 1 <= position <= len(text) + 1


@given(FORMULAS, RECORDS, LINES, MAPS, st.sampled_from(["header", "line"]))
@settings(max_examples=300, deadline=None)
def test_it_gives_a_plain_value_or_a_formula_error(text, record, lines, value_map, level):
    value, position = None, 1
    try:
        formula = compile_formula(text, level=level, maps={"items": ready(value_map)})
        value = formula.evaluate(record, line=lines[0] if lines else {}, lines=lines)
        event("a value")
    except FormulaError as fault:
        event("refused")
        position = fault.position
    assert isinstance(value, PLAIN)
    assert not isinstance(value, Decimal) or value.is_finite()
    assert 1 <= position <= len(text) + 1


@given(FORMULAS, RECORDS, LINES)
@settings(max_examples=300, deadline=None)
def test_it_foretells_the_kind_of_its_result(text, record, lines):
    try:
        formula = compile_formula(text, level="line")
        value = formula.evaluate(record, line=lines[0] if lines else {}, lines=lines)
    except FormulaError:
        return
    names = {str: "text", Decimal: "number", bool: "bool", type(None): "blank"}
    possible = {"blank", "text"} if value == "" else {names.get(type(value), "date")}
    assert possible & formula.kinds({})


@given(AMOUNTS, AMOUNTS, AMOUNTS)
@settings(deadline=None)
def test_it_adds_subtracts_and_multiplies_exactly(a, b, c):
    value = compile_formula("a * b + c - a").evaluate({"a": a, "b": b, "c": c})
    assert Fraction(value) == Fraction(a) * Fraction(b) + Fraction(c) - Fraction(a)


@given(st.lists(AMOUNTS, max_size=30))
@settings(deadline=None)
def test_it_sums_lines_exactly(amounts):
    value = compile_formula("SUM(line.amount)").evaluate({}, lines=[{"amount": amount} for amount in amounts])
    assert Fraction(value) == sum((Fraction(amount) for amount in amounts), Fraction(0))


@given(AMOUNTS, st.integers(min_value=-6, max_value=8))
@settings(deadline=None)
def test_it_rounds_half_away_from_zero(amount, digits):
    value = compile_formula(f"ROUND(a, {digits})").evaluate({"a": amount})
    scale = Fraction(10) ** digits
    exact = abs(Fraction(amount)) * scale
    assert abs(Fraction(value)) == Fraction(int(exact + Fraction(1, 2))) / scale


@given(AMOUNTS)
@settings(deadline=None)
def test_it_writes_amounts_as_money(amount):
    written = compile_formula('TEXT(a, "0.00")').evaluate({"a": amount})
    assert Decimal(written) == amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@given(AMOUNTS)
@settings(deadline=None)
def test_it_reads_back_the_amounts_it_writes(amount):
    assert compile_formula('VALUE(TEXT(a, "#,##0.00000000"))').evaluate({"a": amount}) == amount
