"""Reports as CSV and XLSX: amounts exact, and no cell that a spreadsheet would take for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from integrations.engine.reconcile.open_items import balances
from integrations.engine.reconcile.report import PeriodReport, TieOut, amount_text
from integrations.money import decimals

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ASIDE, _MOMENT, _WIDEST = 3, 20, 70  # of columns, in characters: the filter's button, a moment, where text is cut
_PAIR = 2  # columns of names and values, in which nobody filters
_EXACT_DIGITS = 15  # a spreadsheet keeps no more of a number


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a cell."""

    value: Decimal
    currency: str

    @property
    def text(self) -> str:
        """All decimals of its currency."""
        return amount_text(self.value, self.currency)


Cell: TypeAlias = str | int | date | datetime | Amount | None  # moments are aware; sheets show them in UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet of a workbook, or one CSV file."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(report: PeriodReport, tie_out: TieOut | None = None) -> tuple[Table, ...]:
    """Give a report as tables: totals, differences, remarks, and the open items of a tie-out."""
    made = [_totals(report), _differences(report), _remarks(report, tie_out)]
    if tie_out is not None:
        made += [_balances(tie_out), _open_items(tie_out)]
    return tuple(made)


def _totals(report: PeriodReport) -> Table:
    header = (
        "Kind", "Currency", "Source documents", "Source total", "Trail documents", "Trail total", "Target documents",
        "Target total", "Difference",
    )  # fmt: skip
    rows = tuple(
        (
            line.label, line.currency, line.source.n, Amount(line.source.total, line.currency), line.trail.n,
            Amount(line.trail.total, line.currency), line.target.n, Amount(line.target.total, line.currency),
            Amount(line.difference, line.currency),
        )
        for line in report.lines
    )  # fmt: skip
    return Table(name="Totals", header=header, rows=rows)


def _differences(report: PeriodReport) -> Table:
    header = (
        "Kind", "Document", "Id", "Id in the target", "Number", "Date", "Currency", "Source", "Target", "What differs",
        "What heals it",
    )  # fmt: skip
    rows = tuple(
        (
            each.kind, each.label, each.id, each.external_id, each.number, each.day, each.currency,
            _amount(each.source, each.currency), _amount(each.target, each.currency), each.detail, each.action,
        )
        for each in report.differences
    )  # fmt: skip
    return Table(name="Differences", header=header, rows=rows)


def _remarks(report: PeriodReport, tie_out: TieOut | None) -> Table:
    told = [("Documents", each) for each in report.remarks]
    told += [("Open items", each) for each in tie_out.remarks] if tie_out else []
    rows = tuple(
        (each.flow, each.currency, each.code, each.reason, each.n, Amount(each.total, each.currency), about)
        for about, each in told
    )
    header = ("Kind", "Currency", "Code", "Reason", "Documents", "Total", "About")
    return Table(name="Remarks", header=header, rows=rows)


def _balances(tie_out: TieOut) -> Table:
    header = (
        "Customer or vendor", "Currency", "Open documents", "Source", "Target", "Difference", "Source unapplied",
        "Target unapplied",
    )  # fmt: skip
    rows = tuple(
        (
            each.customer, each.currency, each.documents, Amount(each.source.amount, each.currency),
            Amount(each.target.amount, each.currency),
            Amount(each.target.amount - each.source.amount, each.currency),
            Amount(each.source_unapplied.amount, each.currency), Amount(each.target_unapplied.amount, each.currency),
        )
        for each in balances(tie_out)
    )  # fmt: skip
    return Table(name="Open balances", header=header, rows=rows)


def _open_items(tie_out: TieOut) -> Table:
    header = (
        "Customer or vendor", "Document", "Id", "Id in the target", "Number", "Currency", "Source", "Target",
        "Difference",
    )  # fmt: skip
    rows = tuple(
        (
            row.customer, row.label, row.id, row.external_id, row.number, row.currency,
            Amount(row.source, row.currency), Amount(row.target, row.currency), Amount(row.difference, row.currency),
        )
        for row in tie_out.rows
    )  # fmt: skip
    return Table(name="Open items", header=header, rows=rows)


def _amount(value: Decimal | None, currency: str) -> Amount | None:
    return None if value is None else Amount(value, currency)


# CSV


def to_csv(table: Table) -> str:
    """Write one table as CSV: amounts as plain numbers with all their decimals, texts never a formula."""
    return csv_lines([table.header, *table.rows])


def csv_lines(rows: Iterable[Sequence[Cell]]) -> str:
    """Write rows as lines of CSV, for files that are sent piece by piece."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([_csv_cell(cell) for cell in row] for row in rows)
    return written.getvalue()


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, Amount):
        return cell.text
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    return "" if cell is None else str(cell)


# XLSX


def to_xlsx(made: Sequence[Table]) -> bytes:
    """Write tables as one workbook, a sheet each."""
    workbook = Workbook(write_only=True)
    for table in made:
        _add_sheet(workbook, table.name, table.header, table.rows, widths=_widths(table))
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def write_xlsx(file: IO[bytes], name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write one sheet of any number of rows into a file, row by row."""
    workbook = Workbook(write_only=True)
    _add_sheet(workbook, name, header, rows)
    workbook.save(file)


def _add_sheet(
    workbook: Workbook, name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int] = ()
) -> None:
    sheet = workbook.create_sheet(name)
    sheet.freeze_panes = "A2"
    if len(header) > _PAIR:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}1"
    for number, title in enumerate(header):
        wide = widths[number] if widths else max(len(title) + _ASIDE, _MOMENT)
        sheet.column_dimensions[get_column_letter(number + 1)].width = wide
    sheet.append([_heading(sheet, text) for text in header])
    for row in rows:
        sheet.append(list(_xlsx_cells(sheet, row)))


def _widths(table: Table) -> list[int]:
    """Give each column the room that its longest cell takes, within reason."""
    columns = zip(*([len(_csv_cell(cell)) for cell in row] for row in (table.header, *table.rows)), strict=True)
    return [min(max(sizes) + _ASIDE, _WIDEST) for sizes in columns]


def _heading(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell


def _xlsx_cells(sheet: Any, row: Sequence[Cell]) -> Iterator[Any]:
    for value in row:
        if isinstance(value, Amount) and len(value.value.normalize().as_tuple().digits) <= _EXACT_DIGITS:
            cell = WriteOnlyCell(sheet, value=value.value)
            cell.number_format = _number_format(value.currency)
        elif isinstance(value, Amount | str):
            cell = _text_cell(sheet, value.text if isinstance(value, Amount) else value)
        elif isinstance(value, datetime):
            cell = WriteOnlyCell(sheet, value=value.astimezone(UTC).replace(tzinfo=None, microsecond=0))
            cell.number_format = "yyyy-mm-dd hh:mm:ss"
        else:
            cell = WriteOnlyCell(sheet, value=value)
        yield cell


def _text_cell(sheet: Any, text: str) -> Any:
    """Make a cell that stays text, whatever it begins with."""
    cell = WriteOnlyCell(sheet, value=_CONTROL.sub("", text))
    cell.data_type = "s"
    if text.startswith(_FORMULA):
        cell.quotePrefix = True
    return cell


def _number_format(currency: str) -> str:
    places = decimals(currency) if len(currency) == 3 and currency.isalpha() and currency.isupper() else 2
    return "#,##0" + ("." + "0" * places if places else "")
