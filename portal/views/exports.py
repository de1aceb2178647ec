"""Files to take out: records as searched for, and the trail, as CSV, Excel or JSON Lines; sent piece by piece."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from integrations.engine.reconcile.export import Amount, Cell, csv_lines, write_xlsx
from integrations.money import to_json
from portal.permissions import Ability
from portal.queries.exports import (
    ATTEMPT_COLUMNS,
    RECORD_COLUMNS,
    attempt_objects,
    attempt_rows,
    attempts_between,
    record_rows,
)
from portal.queries.records import day_of, search_records
from portal.tenancy import current_tenant, requires
from portal.views.records import search_of

KINDS = ("csv", "xlsx", "jsonl")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX_ROWS = 1_000_000  # a sheet holds no more
_LINES_AT_ONCE = 500
_IN_MEMORY = 5_000_000


@requires(Ability.EXPORT)
@require_safe
def record_export(request: HttpRequest) -> HttpResponseBase:
    """Give all records that a search finds (`?as=csv|xlsx|jsonl`, filters as on the list)."""
    rows = record_rows(search_records(current_tenant(request), search_of(request)))
    kind = _kind(request)
    if kind == "jsonl":
        return _lines(_objects(RECORD_COLUMNS, rows), "records")
    return _sheet("Records", RECORD_COLUMNS, rows, kind)


@requires(Ability.EXPORT)
@require_safe
def trail_export(request: HttpRequest) -> HttpResponseBase:
    """Give the trail of some days (`?from=&to=&as=`), else of this month; JSON Lines hold drafts and answers."""
    today = timezone.localdate()
    start = day_of(request.GET.get("from", "")) or today.replace(day=1)
    end = day_of(request.GET.get("to", "")) or today
    if end < start:
        return HttpResponse("The last day is before the first.", status=422, content_type="text/plain")
    attempts, kind = attempts_between(current_tenant(request), start, end), _kind(request)
    if kind == "jsonl":
        return _lines(attempt_objects(attempts), "trail")
    return _sheet("Trail", ATTEMPT_COLUMNS, attempt_rows(attempts), kind)


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("as", "")
    return asked if asked in KINDS else "csv"


def _objects(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[dict[str, object]]:
    for row in rows:
        cells = (cell.text if isinstance(cell, Amount) else cell for cell in row)
        yield dict(zip(header, cells, strict=True))


def _lines(objects: Iterable[dict[str, object]], stem: str) -> StreamingHttpResponse:
    sent = (f"{to_json(each)}\n" for each in objects)
    return StreamingHttpResponse(sent, content_type="application/x-ndjson", headers=_named(stem, "jsonl"))


def _sheet(name: str, header: Sequence[str], rows: Iterator[Sequence[Cell]], kind: str) -> HttpResponseBase:
    if kind == "xlsx":
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - FileResponse closes it
        write_xlsx(file, name, header, islice(rows, XLSX_ROWS))
        file.seek(0)
        return FileResponse(file, content_type=XLSX, headers=_named(name, "xlsx"))
    return StreamingHttpResponse(
        _csv(header, rows), content_type="text/csv; charset=utf-8", headers=_named(name, "csv")
    )


def _csv(header: Sequence[str], rows: Iterator[Sequence[Cell]]) -> Iterator[str]:
    """Begin with the mark by which spreadsheets know UTF-8."""
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + csv_lines([header])
    while some := list(islice(rows, _LINES_AT_ONCE)):
        yield csv_lines(some)


def _named(stem: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{stem.lower()}-{timezone.localdate()}.{ending}"'}
