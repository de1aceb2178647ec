"""`manage.py reconcile`: control totals and differences of one sync's period, read from both systems now."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations.engine.reconcile.export import tables, to_csv, to_xlsx
from integrations.engine.reconcile.open_items import tie_out
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.reconcile.report import Difference, Line, PeriodReport, Remark, TieOut, Total, amount_text
from integrations.engine.reconcile.signing import save_report, unexplained
from integrations.errors import ConnectorError
from integrations.models import Sync
from integrations.money import to_json

ACTOR = "command line"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}” is no date: write it as 2026-10-31.") from error


class Command(BaseCommand):
    """Reconcile a period three ways and write the report; differences are findings, not a failure."""

    help = "Compare source, trail and target for a period, per kind and currency, and name every difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the sync, the period and where to report."""
        parser.add_argument("--sync", type=int, required=True, help="id of the sync")
        parser.add_argument("--from", dest="start", type=_day, required=True, help="first day")
        parser.add_argument("--to", dest="end", type=_day, required=True, help="last day, included")
        parser.add_argument("--report", type=Path, help="write the report as JSON")
        parser.add_argument("--open-items", action="store_true", help="tie out what is open at the end of the last day")
        parser.add_argument("--since", type=_day, help="with --open-items: look at documents from here on")
        parser.add_argument("--xlsx", type=Path, help="write all tables as a workbook")
        parser.add_argument("--csv", type=Path, help="write each table as CSV into this folder")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reconcile, keep the report for the portal, print and write it."""
        start, end = options["start"], options["end"]
        if start > end:
            raise CommandError(f"The period ends ({end}) before it begins ({start}).")
        sync = Sync.objects.select_related("source__tenant", "target__tenant", "tenant").filter(pk=options["sync"])
        held = sync.first()  # an operator's view: the id is the bound
        if held is None:
            raise CommandError(f"There is no sync {options['sync']}.")
        begun_at = timezone.now()
        try:
            report = reconcile_period(held, start, end)
            opened = tie_out(held, end, since=options["since"] or start) if options["open_items"] else None
        except ConnectorError as error:
            raise CommandError(error.message) from error
        saved = save_report(held, report, opened, actor=ACTOR, begun_at=begun_at)
        left = set(unexplained(report, opened, saved.marks))
        self._write(options, report, opened, as_json(report, opened, left))
        self._print(report, opened, ok=not left)

    def _write(self, options: dict[str, Any], report: PeriodReport, opened: TieOut | None, written: str) -> None:
        if options["report"]:
            options["report"].write_text(written + "\n")
        if options["xlsx"]:
            options["xlsx"].write_bytes(to_xlsx(tables(report, opened)))
        if options["csv"]:
            options["csv"].mkdir(parents=True, exist_ok=True)
            for table in tables(report, opened):
                path = options["csv"] / f"{table.name.lower().replace(' ', '_')}.csv"
                path.write_text(to_csv(table), encoding="utf-8", newline="")

    def _print(self, report: PeriodReport, opened: TieOut | None, *, ok: bool) -> None:
        self.stdout.write(f"{'':<16}{'':<5}{'source':>24}{'trail':>24}{'target':>24}")
        for line in report.lines:
            sides = "".join(f"{_shown(side, line.currency):>24}" for side in (line.source, line.trail, line.target))
            self.stdout.write(f"{line.kind:<16}{line.currency:<5}{sides}")
        for each in report.differences[:50]:
            self.stdout.write(f"  {each.kind}: {each.label}: {each.detail} {each.action}")
        if opened is not None:
            self.stdout.write(f"open items: {len(opened.rows)}, of which {len(opened.differing)} differ")
        self.stdout.write("It ties out." if ok else "It does not tie out.")


def as_json(report: PeriodReport, opened: TieOut | None, left: set[str]) -> str:
    """Give the report of the command: amounts are exact JSON numbers; explained differences are left out."""
    shown = [each for each in report.differences if each.name in left]
    made: dict[str, Any] = {
        "ok": not left,
        "from": report.start,
        "to": report.end,
        "lines": [_line(line) for line in report.lines],
        "differences": [_difference(each) for each in shown],
        "remarks": [_remark(each) for each in report.remarks],
    }
    if opened is not None:
        made["open_items"] = [
            {"kind": row.flow, "id": row.id, "customer": row.customer, "currency": row.currency,
             "source": _number(row.source, row.currency), "target": _number(row.target, row.currency)}
            for row in opened.rows
        ]  # fmt: skip
        made["open_remarks"] = [_remark(each) for each in opened.remarks]
    return to_json(made)


def _remark(each: Remark) -> dict[str, Any]:
    return {
        "kind": each.flow,
        "code": each.code,
        "currency": each.currency,
        "n": each.n,
        "total": _number(each.total, each.currency),
        "reason": each.reason,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "currency": line.currency,
        "source": _total(line.source, line.currency),
        "trail": _total(line.trail, line.currency),
        "target": _total(line.target, line.currency),
    }


def _difference(each: Difference) -> dict[str, Any]:
    return {
        "kind": "missing" if each.kind == "held" else each.kind,  # readers know no other word; the detail says more
        "id": each.id,
        "source": _number(each.source, each.currency),
        "target": _number(each.target, each.currency),
        "action": each.action,
        "flow": each.flow,
        "currency": each.currency,
        "label": each.label,
        "external_id": each.external_id,
        "detail": each.detail,
        "heal": each.heal,
    }


def _total(total: Total, currency: str) -> dict[str, Any]:
    return {"n": total.n, "total": _number(total.total, currency)}


def _number(amount: Decimal | None, currency: str) -> Decimal | None:
    return None if amount is None else Decimal(amount_text(amount, currency))


def _shown(total: Total, currency: str) -> str:
    return f"{total.n} / {amount_text(total.total, currency)}"
