"""What a controller downloads: amounts exact, and nothing that a spreadsheet would run."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from integrations.engine.reconcile.export import Table, tables, to_csv, to_xlsx
from integrations.engine.reconcile.report import Difference, Line, OpenRow, PeriodReport, TieOut, Total

DAY = date(2026, 10, 31)
EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")


def totals(currency: str, amount: str) -> PeriodReport:
    line = Line(kind="invoices", label="Invoices", currency=currency, source=Total(n=2, total=Decimal(amount)))
    return PeriodReport(start=DAY, end=DAY, lines=(line,), differences=())


def named(text: str) -> PeriodReport:
    difference = Difference(
        kind="extra", flow="invoices", id=text, label=text, currency="EUR", target=Decimal("-5.5"), action="Void it."
    )
    return PeriodReport(start=DAY, end=DAY, lines=(), differences=(difference,))


def rows(report: PeriodReport, number: int = 0) -> list[list[str]]:
    return list(csv.reader(io.StringIO(to_csv(tables(report)[number]), newline="")))


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [("EUR", "1234.5", "1234.50"), ("JPY", "52396", "52396"), ("KWD", "75.53", "75.530"),
     ("EUR", "98765432109876543.21", "98765432109876543.21"), ("EUR", "-0.01", "-0.01")],
)  # fmt: skip
def test_it_writes_amounts_with_all_decimals_of_their_currency(currency, amount, shown):
    assert rows(totals(currency, amount))[1][3] == shown


@pytest.mark.parametrize("text", EVIL)
def test_it_disarms_formulas_in_csv_but_not_negative_amounts(text):
    row = rows(named(text), 1)[1]
    assert row[1] == f"'{text}"
    assert row[8] == "-5.50"


@pytest.mark.parametrize("text", EVIL)
def test_it_writes_no_formula_into_a_workbook(text):
    made = to_xlsx(tables(named(text)))
    sheet = load_workbook(io.BytesIO(made))["Differences"]
    assert "f" not in {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row}
    parts = ZipFile(io.BytesIO(made))
    assert not any(b"<f>" in parts.read(name) for name in parts.namelist() if "worksheets" in name)


def test_it_writes_amounts_as_numbers_where_a_spreadsheet_keeps_them_exact():
    sheet = load_workbook(io.BytesIO(to_xlsx(tables(totals("EUR", "1234567890123.45")))))["Totals"]
    assert (Decimal(str(sheet["D2"].value)), sheet["D2"].number_format) == (Decimal("1234567890123.45"), "#,##0.00")


def test_it_writes_amounts_as_text_where_a_spreadsheet_would_round_them():
    sheet = load_workbook(io.BytesIO(to_xlsx(tables(totals("EUR", "98765432109876543.21")))))["Totals"]
    assert sheet["D2"].value == "98765432109876543.21"


def test_it_leaves_out_characters_that_no_workbook_may_hold():
    sheet = load_workbook(io.BytesIO(to_xlsx(tables(named("a\x00b\x1fc")))))["Differences"]
    assert sheet["B2"].value == "abc"


def test_it_adds_open_items_and_balances_to_the_workbook():
    row = OpenRow(flow="invoices", id="I1", label="I1", customer="7", currency="EUR", source=Decimal(5))
    book = load_workbook(io.BytesIO(to_xlsx(tables(named("x"), TieOut(as_of=DAY, since=DAY, rows=(row,))))))
    assert book.sheetnames == ["Totals", "Differences", "Remarks", "Open balances", "Open items"]
    assert [cell.value for cell in book["Open balances"][2]][:4] == ["7", "EUR", 1, 5]


def test_it_writes_moments_as_dates_of_a_sheet_and_as_iso_text_in_csv():
    moment = datetime(2026, 11, 21, 17, 18, 46, 964, tzinfo=ZoneInfo("Europe/Berlin"))
    table = Table(name="T", header=("Who", "When", "Note"), rows=(("a", moment, None),))
    cell = load_workbook(io.BytesIO(to_xlsx([table])))["T"]["B2"]

    assert (str(cell.value), cell.number_format) == ("2026-11-21 16:18:46", "yyyy-mm-dd hh:mm:ss")
    assert "2026-11-21T16:18:46.000964+00:00" in to_csv(table)


def test_it_gives_columns_room_and_a_filter():
    sheet = load_workbook(io.BytesIO(to_xlsx(tables(named("A document with quite a long name")))))["Differences"]

    assert (sheet.auto_filter.ref, sheet.column_dimensions["B"].width) == ("A1:K1", 36)
