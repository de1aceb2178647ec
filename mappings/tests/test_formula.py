"""Formulas give what a spreadsheet would give, in decimals, and refuse the rest with a place and a reason."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from mappings.errors import FormulaError
from mappings.formula import compile_formula
from mappings.value_maps import Entry, ValueMap, ready

RECORD = {
    "total": Decimal("118.50"),
    "quantity": 3,
    "code": "ab-1",
    "company": None,
    "paid": True,
    "date": date(2026, 1, 31),
    "created": datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
    "customer.company": "Ærø A/S",
    "taxes[0].rate": Decimal("0.25"),
    "odd name": "odd",
    "float": 0.1,
}
LINES = ({"amount": Decimal("100.10"), "tax": Decimal(5)}, {"amount": Decimal("18.40")}, {"tax": None})
ACCOUNTS = ValueMap(
    name="accounts",
    label="Accounts",
    gives="account",
    key_labels=("gateway", "currency"),
    entries=(Entry(keys=("stripe", "EUR"), value="1010"), Entry(keys=("stripe", "*"), value="1000")),
)


def result(formula, **more):
    return compile_formula(formula, maps={"accounts": ready(ACCOUNTS)}).evaluate(RECORD, lines=LINES, **more)


def refusal(formula):
    with pytest.raises(FormulaError) as caught:
        result(formula)
    return str(caught.value)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1 + 2 * 3", Decimal(7)),
        ("=(1 + 2) * 3", Decimal(9)),
        ("10 - 4 - 3", Decimal(3)),
        ("8 / 4 / 2", Decimal(1)),
        ("-2 * -3", Decimal(6)),
        ("200 * 7.5%", Decimal(15)),
        ("-50%", Decimal("-0.5")),
        (".5 + .25", Decimal("0.75")),
        ("0.1 + 0.2", Decimal("0.3")),
        ("total * quantity", Decimal("355.50")),
        ("taxes[0].rate * 100", Decimal(25)),
        ("ROUND(2.5)", Decimal(3)),
        ("ROUND(-2.5, 0)", Decimal(-3)),
        ("ROUND(2.345, 2)", Decimal("2.35")),
        ("ROUND(1250, -2)", Decimal(1300)),
        ("ROUNDUP(1.01, 1)", Decimal("1.1")),
        ("ROUNDDOWN(-1.99, 1)", Decimal("-1.9")),
        ("ABS(-3)", Decimal(3)),
        ("MIN(3, 1, 2)", Decimal(1)),
        ("MAX(total, company)", Decimal("118.50")),
        ("MAX(company)", None),
        ("MIN(date, created)", date(2026, 1, 31)),
        ("SUM(1, 2, company)", Decimal(3)),
        ("SUM(line.amount)", Decimal("118.50")),
        ("SUM(line.amount, 1.50)", Decimal(120)),
        ("SUM(IF(COALESCE(line.amount, 0) > 50, line.amount, 0))", Decimal("100.10")),
        ('VALUE("-1,234.50")', Decimal("-1234.50")),
        ('VALUE("7.5%")', Decimal("0.075")),
        ("LEN(code)", Decimal(4)),
        ("date - DATE(2026, 1, 1)", Decimal(30)),
        ("YEAR(date) * 100 + MONTH(date)", Decimal(202601)),
        ("DAY(created)", Decimal(31)),
    ],
)
def test_it_computes_numbers(formula, expected):
    assert result(formula) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ('"INV-" & quantity', "INV-3"),
        ('"Total " & total', "Total 118.5"),
        ('"a ""quoted"" b"', 'a "quoted" b'),
        ("date & company", "2026-01-31"),
        ("customer.company", "Ærø A/S"),
        ("[odd name]", "odd"),
        ("LEFT(code)", "a"),
        ("LEFT(quantity, 5)", "3"),
        ("RIGHT(code, 2)", "-1"),
        ("RIGHT(code, 0)", ""),
        ("MID(code, 2, 2)", "b-"),
        ("UPPER(code) & LOWER(code)", "AB-1ab-1"),
        ('TRIM("  a   b ")', "a b"),
        ('CONCAT(code, "/", paid)', "ab-1/TRUE"),
        ('SUBSTITUTE(code, "-", "")', "ab1"),
        ('SUBSTITUTE(code, "", "x")', "ab-1"),
        ('TEXT(1234.5, "#,##0.00")', "1,234.50"),
        ('TEXT(-0.004, "0.00")', "0.00"),
        ('TEXT(42, "000000")', "000042"),
        ('TEXT(0.125, "0.0%")', "12.5%"),
        ('TEXT(1.5, "0.##")', "1.5"),
        ('TEXT(date, "yyyymmdd")', "20260131"),
        ('TEXT(date, "d. mmmm yyyy")', "31. January 2026"),
        ('TEXT(date, "ddd mm/dd/yy")', "Sat 01/31/26"),
        ('TEXT(company, "0.00")', ""),
        ('IF(total > 100, "large", "small")', "large"),
        ('COALESCE(company, "", code)', "ab-1"),
        ('LOOKUP("accounts", "stripe", "EUR")', "1010"),
        ('LOOKUP(accounts, "stripe", "USD")', "1000"),
    ],
)
def test_it_builds_text(formula, expected):
    assert result(formula) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1 = 1.00", True),
        ('"Abc" = "aBC"', True),
        ('2 = "2"', False),
        ('company = ""', True),
        ("company = 0", False),
        ("total <> 118.5", False),
        ('"a" < "B"', True),
        ("date <= created", True),
        ("AND(paid, total > 1)", True),
        ("OR(FALSE, total < 1)", False),
        ("OR(TRUE, 1 / 0 = 1)", True),
        ("NOT(paid)", False),
        ("ISBLANK(company)", True),
        ("ISBLANK(nowhere.at.all)", True),
        ("true", True),
    ],
)
def test_it_compares(formula, expected):
    assert result(formula) is expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("date + 1", date(2026, 2, 1)),
        ("date - 31", date(2025, 12, 31)),
        ("EOMONTH(date, 1)", date(2026, 2, 28)),
        ("EOMONTH(date)", date(2026, 1, 31)),
        ("DATE(2026, 13, 1)", date(2027, 1, 1)),
        ("DATE(2026, 3, 0)", date(2026, 2, 28)),
        ("DATE(YEAR(date), MONTH(date) + 1, 0)", date(2026, 1, 31)),
    ],
)
def test_it_reckons_with_dates(formula, expected):
    assert result(formula) == expected


def test_it_takes_the_day_of_a_time_stamp_in_the_zone_handed_in():
    assert result("DAY(created) & MONTH(created)", zone=ZoneInfo("Europe/Berlin")) == "12"


def test_it_leaves_out_what_if_does_not_say():
    assert result("IF(total < 1, 5)") is None


def test_it_does_not_work_out_the_branch_not_taken():
    assert result("IF(quantity = 0, 0, total / quantity)") == Decimal("39.5")


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("", "column 1: it is empty"),
        ("=", "column 1: it is empty"),
        ("1 +", "column 4: it ends too early"),
        ("SUM(1", "column 6: a closing parenthesis is missing"),
        ("IF(1; 2)", "column 5: ';' cannot stand here: arguments are separated by a comma"),
        ("'text'", "column 1: ''' cannot stand here: text stands in double quotes"),
        ("“text”", "column 1: '“' cannot stand here: text stands in straight double quotes"),
        ('"text', "column 1: '\"' cannot stand here: the text has no closing quote"),
        ("1 < 2 < 3", "column 7: only two values can be compared at a time: join comparisons by AND"),
        ("2 ^ 3", "column 3: '^' cannot stand here: powers are not offered"),
        ("LEFT()", "column 1: LEFT takes 1 to 2 arguments, not 0"),
        ("ABS(1, 2)", "column 1: ABS takes 1 arguments, not 2"),
        ('TEXT(1, "0.0.0")', "column 9: '0.0.0' is not a format"),
        ("line.amount", "column 1: line.amount has a value on each line: in a header row it can stand in SUM only"),
        ("SUM(SUM(line.amount))", "column 5: SUM cannot stand inside SUM"),
        ("LOOKUP(nowhere, 1)", "column 8: there is no value map 'nowhere'"),
        ("LOOKUP(accounts, 1)", "column 1: accounts is looked up by 2 values, not 1"),
    ],
)
def test_it_refuses_at_once_what_can_be_told_without_a_record(formula, reason):
    with pytest.raises(FormulaError) as caught:
        compile_formula(formula, maps={"accounts": ready(ACCOUNTS)})
    assert str(caught.value).startswith(reason)


def test_it_names_the_functions_there_are():
    assert "there is no function NOW. There are ABS, AND," in refusal("NOW()")


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("total / (quantity - 3)", "column 7: it divides by zero"),
        ("1 + 2 + total / 0", "column 15: it divides by zero"),
        ("total + company", "column 7: a value is empty where a number is needed (company is empty)"),
        ("company > 5", "column 9: nothing and '5' cannot be put in order (company is empty)"),
        ("code * 2", "column 6: 'ab-1' is not a number: VALUE() reads numbers from text"),
        ('5 > "4"', "column 3: '5' and '4' cannot be put in order"),
        ("IF(total, 1, 2)", "column 1: '118.50' is neither TRUE nor FALSE"),
        ("-code", "column 1: 'ab-1' is not a number: VALUE() reads numbers from text"),
        ("YEAR(total)", "column 1: '118.50' is not a date"),
        ("LEFT(code, 1.5)", "column 1: '1.5' is not a whole number from 0 to 8000"),
        ("DATE(99, 1, 1)", "column 1: '99' is not a whole number from 1900 to 9999"),
        ("DATE(9999, 12, 32) + 0", "column 1: the date is outside the calendar"),
        ("date + 4000000", "column 6: the date is outside the calendar"),
        ('VALUE("12 EUR")', "column 1: '12 EUR' cannot be read as a number: write it like 1234.50 or 1,234.50"),
        ('TEXT(total, "yyyy")', "column 1: 'yyyy' is a date format, but '118.50' is a number"),
        ("SUM(line.tax * line.amount)", "column 14: on line 2: a value is empty where a number is needed"),
        ("float + 1", "column 1: float: the field holds a float, which mappings cannot carry"),
        ('LOOKUP(accounts, "paypal", "EUR")', "column 1: no account mapped for gateway 'paypal' and currency 'EUR'"),
        ("10000000000000000000000000000 * 100000", "column 31: a number becomes too large or too small"),
        ("1" + "0" * 31, "column 1: the number has too many digits"),
    ],
)
def test_it_says_why_and_where_it_cannot_go_on(formula, reason):
    assert refusal(formula).startswith(reason)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (Decimal("NaN"), "the field holds no proper number"),
        (Decimal("-Infinity"), "the field holds no proper number"),
        (Decimal("1E+31"), "'1E+31' is outside the range of numbers"),
        pytest.param(10**5000, "the number is outside the range of numbers", id="huge"),
        ([1], "the field holds a list, which mappings cannot carry"),
        (datetime(2026, 1, 1), "the time stamp names no time zone"),  # noqa: DTZ001  # that is the point
        (datetime.max.replace(tzinfo=UTC), "the time stamp is outside the calendar"),
    ],
)
def test_it_refuses_values_that_mappings_cannot_carry(value, reason):
    with pytest.raises(FormulaError) as caught:
        compile_formula("x").evaluate({"x": value}, zone=ZoneInfo("Asia/Tokyo"))
    assert str(caught.value) == f"column 1: x: {reason}"


def test_it_refuses_a_formula_that_is_too_long():
    assert refusal("1+" * 1_000 + "1") == "column 2001: it is longer than 2000 characters"


def test_it_refuses_a_formula_that_is_nested_too_deep():
    assert "nested more than 32 levels deep" in refusal("ABS(" * 40 + "1" + ")" * 40)


def test_it_works_out_a_long_chain():
    assert result("+".join(["1"] * 900)) == 900


def test_it_refuses_to_build_a_text_that_is_too_long():
    formula = 'SUBSTITUTE(text, "x", text)'
    with pytest.raises(FormulaError, match="the text is longer than 8000 characters"):
        compile_formula(formula).evaluate({"text": "x" * 1_000})


def test_it_refuses_sums_of_too_many_steps():
    with pytest.raises(FormulaError, match="more than 100000 steps over 60000 lines"):
        compile_formula("SUM(line.amount * 2)").evaluate({}, lines=[{"amount": Decimal(1)}] * 60_000)


def test_it_sums_over_all_lines_in_a_line_row():
    share = compile_formula("ROUND(100 * line.amount / SUM(line.amount), 1)", level="line")
    lines = [{"amount": Decimal(1)}, {"amount": Decimal(2)}]
    assert share.evaluate({}, line=lines[1], lines=lines) == Decimal("66.7")


def test_it_tells_the_fields_and_maps_it_reads():
    formula = compile_formula("a.b & LOOKUP(accounts, c, d) & SUM(line.e)", maps={"accounts": ready(ACCOUNTS)})
    assert (formula.fields, formula.maps) == ({"a.b", "c", "d", "line.e"}, {"accounts"})


@pytest.mark.parametrize(
    ("formula", "kinds"),
    [
        ("1 + amount", {"number"}),
        ('IF(paid, "x", 1)', {"text", "number"}),
        ("IF(paid, date)", {"date", "blank"}),
        ("due + 1", {"date", "number"}),
        ("a = b", {"bool"}),
        ("a & b", {"text"}),
        ("MAX(amount, 1)", {"number", "blank"}),
        ("amount", {"number", "blank"}),
    ],
)
def test_it_tells_the_kinds_of_value_it_can_give(formula, kinds):
    known = {"amount": frozenset({"number"}), "date": frozenset({"date"})}
    assert compile_formula(formula).kinds(known) == kinds
