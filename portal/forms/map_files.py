"""Value maps as CSV and XLSX files: written so that they come back unchanged, read row by row with a reason each."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from mappings.models import ValueMap
from mappings.value_maps import Entry, Identity
from mappings.value_maps_json import MAX_ENTRIES

MOST_BYTES = 20_000_000
_UNPACKED_BYTES = 400_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FROM, _UNTIL = "valid from", "valid until"
_KEY_CHARS, _VALUE_CHARS = 100, 255
Cells = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """One line of a file that cannot be taken, counted as a spreadsheet counts; 0 is the file itself."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"Row {self.line}: {self.reason}" if self.line else self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """What a file holds: entries that are right by themselves, and what is wrong with the other rows."""

    entries: tuple[Entry, ...] = ()
    faults: tuple[RowFault, ...] = ()


class FileError(Exception):
    """The file as a whole, or one of its rows, cannot be read: the message says why and what to do."""


def columns_of(value_map: ValueMap) -> list[str]:
    """Give the headings of a map's file."""
    return [*value_map.key_labels, value_map.gives, _FROM, _UNTIL]


def read_file(name: str, content: bytes, value_map: ValueMap) -> ReadFile:
    """Read a CSV or XLSX file of a map's entries. Never raises: what is wrong stands in `faults`."""
    try:
        if len(content) > MOST_BYTES:
            raise FileError(f"The file is larger than {MOST_BYTES // 1_000_000} MB. Divide it.")
        is_book = content[:4] == b"PK\x03\x04"
        rows = _book_rows(content) if is_book else _text_rows(content)
        return _entries(rows, value_map)
    except FileError as fault:
        return ReadFile(faults=(RowFault(line=0, reason=str(fault)),))


def _entries(rows: Iterator[tuple[int, Cells]], value_map: ValueMap) -> ReadFile:
    order = _order(next(rows, (1, ()))[1], columns_of(value_map))
    entries: dict[Identity, Entry] = {}
    faults: list[RowFault] = []
    for line, cells in rows:
        if not any(cells):
            continue
        if len(entries) + len(faults) >= MAX_ENTRIES:
            raise FileError(f"The file has more than {MAX_ENTRIES:,} rows. Divide it.")
        try:
            entry = _entry(cells, order, len(value_map.key_labels))
            if entry.identity in entries:
                raise FileError(f"{' | '.join(entry.keys)} stands above already for the same first day.")
        except FileError as fault:
            faults.append(RowFault(line=line, reason=str(fault)))
        else:
            entries[entry.identity] = entry
    if not entries and not faults:
        raise FileError("The file has a heading but no rows.")
    return ReadFile(entries=tuple(entries.values()), faults=tuple(faults))


def _order(heading: Cells, wanted: Sequence[str]) -> list[int | None]:
    """Find each wanted column in the heading; those of dates may be absent."""
    found = [cell.strip().lower().replace("_", " ") for cell in heading]
    named = [name.lower().replace("_", " ") for name in wanted]
    expected = ", ".join(wanted)
    while found and not found[-1]:
        found.pop()
    for name in found:
        if name not in named:
            raise FileError(f"The column “{name}” is not one of this map's. It takes: {expected}.")
        if found.count(name) > 1:
            raise FileError(f"The column “{name}” stands twice. Keep one.")
    for name in named[:-2]:
        if name not in found:
            raise FileError(f"The column “{name}” is missing from the first row. It takes: {expected}.")
    return [found.index(name) if name in found else None for name in named]


def _entry(cells: Cells, order: Sequence[int | None], width: int) -> Entry:
    if len(cells) > len([each for each in order if each is not None]) and any(cells[len(order) :]):
        raise FileError("It has more cells than the heading.")
    values = [cells[each].strip() if each is not None and each < len(cells) else "" for each in order]
    for value in values:
        if value.startswith("="):
            raise FileError(f"{value[:40]} is a spreadsheet formula. Paste its value instead.")
        if "\x00" in value:
            raise FileError("It holds a character that is no text.")
    keys = tuple(_unquoted(value) for value in values[:width])
    value = _unquoted(values[width])
    if not all(keys):
        raise FileError("A key is empty. Give a value, or * for any.")
    if not value:
        raise FileError("It does not say what it leads to.")
    if any(len(key) > _KEY_CHARS for key in keys) or len(value) > _VALUE_CHARS:
        raise FileError(f"A key has at most {_KEY_CHARS} characters, a value {_VALUE_CHARS}.")
    starts, ends = (_day(text) for text in values[width + 1 :])
    if starts and ends and ends < starts:
        raise FileError(f"It ends on {ends} before it begins on {starts}.")
    return Entry(keys=keys, value=value, valid_from=starts, valid_to=ends)


def _unquoted(text: str) -> str:
    """Take off the apostrophe by which a cell is kept from being a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise FileError(f"{text[:20]} is not a date like 2026-01-31.") from None


def _text_rows(content: bytes) -> Iterator[tuple[int, Cells]]:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise FileError(
            f"Row {line} is not written in UTF-8. In a spreadsheet save the file as “CSV UTF-8”, or as XLSX."
        ) from fault
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as fault:
        raise FileError(f"Row {reader.line_num} cannot be read as CSV: {fault}.") from fault


def _book_rows(content: bytes) -> Iterator[tuple[int, Cells]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _UNPACKED_BYTES:
                raise FileError("The workbook is too large when unpacked. Save the one sheet as CSV.")
        sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
        for line, row in enumerate(sheet.iter_rows(), start=1):
            yield line, [_cell_text(cell) for cell in row]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError) as fault:
        raise FileError("The file is no workbook that can be read. Save it as XLSX or CSV anew.") from fault


def _cell_text(cell: Any) -> str:
    """Give a cell as text; a text that begins with = gets an apostrophe, as in a CSV, to tell it from a formula."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return f"'{text}" if cell.data_type != "f" and text.startswith(_FORMULA) else text


# Written


def to_csv(value_map: ValueMap, entries: Iterable[Entry]) -> bytes:
    """Write entries as CSV in UTF-8 with a mark, so that spreadsheets read it as such; nothing in it is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns_of(value_map))
    for entry in entries:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in _cells(entry)])
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(value_map: ValueMap, entries: Iterable[Entry]) -> bytes:
    """Write entries as a workbook of texts."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Entries")
    sheet.freeze_panes = "A2"
    for cells in (columns_of(value_map), *map(_cells, entries)):
        sheet.append([_text_cell(sheet, cell) for cell in cells])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value="".join(char for char in text if char >= " "))
    cell.data_type = "s"
    return cell


def _cells(entry: Entry) -> list[str]:
    days = (
        entry.valid_from.isoformat() if entry.valid_from else "",
        entry.valid_to.isoformat() if entry.valid_to else "",
    )
    return [*entry.keys, entry.value, *days]
