"""A reconciliation as tables to take out: names and words, who explained what, and a first sheet that says of what."""

from integrations.engine.reconcile.export import Amount, Cell, Table, tables
from portal.queries.home import period_name
from portal.queries.reconciliation import Shown, standing_of
from portal.queries.syncs import flow_label
from portal.states import look_of


def workbook_of(found: Shown) -> tuple[Table, ...]:
    """Give what a reconciliation shows, as the sheets of a workbook."""
    told = {table.name: table for table in tables(found.report, found.tie_out)}
    told["Differences"] = _differences(told["Differences"], found)
    told["Remarks"] = _with_labels(told["Remarks"], found)
    if found.tie_out is not None:
        told["Open balances"] = _named(told["Open balances"], found)
        told["Open items"] = _named(_open_items(told["Open items"], found), found)
    return (_about(found), told.pop("Totals"), *_open_totals(found), *told.values())


def table_names(found: Shown) -> tuple[str, ...]:
    """Name the tables that there are of a reconciliation."""
    opened = ("Open totals", "Open balances", "Open items") if found.tie_out is not None else ()
    return ("Totals", "Differences", "Remarks", *opened)


def _about(found: Shown) -> Table:
    held = found.reconciliation
    rows: tuple[tuple[Cell, ...], ...] = (
        ("Company", held.tenant.name),
        ("Sync", held.sync.name),
        ("Source", held.sync.source.name),
        ("Target", held.sync.target.name),
        ("First day", held.start),
        ("Last day", held.end),
        ("Result", look_of(standing_of(held), "reconciliation").word),
        ("Compared (UTC)", held.made_at),
        ("Compared for", held.made_by),
        ("Open amounts", "tied out" if found.tie_out else found.not_tied_out or "not tied out"),
        ("Signed off by", held.signed_by or "not signed off"),
        ("Signed off (UTC)", held.signed_at),
        ("Digest of what was signed", held.digest),
    )
    return Table(name="About", header=("Reconciliation", period_name(held.start, held.end)), rows=rows)


def _differences(table: Table, found: Shown) -> Table:
    """Say the kind of document and the kind of difference in words, and who explained it why."""
    pair = found.reconciliation.sync.pair
    rows = tuple(
        (
            flow_label(pair, shown.difference.flow), look_of(shown.difference.kind, "difference").word, *row[1:],
            shown.explained_by, shown.reason,
        )
        for row, shown in zip(table.rows, found.differences, strict=True)
    )  # fmt: skip
    header = ("Kind", "Difference", *table.header[1:], "Explained by", "Reason")
    return Table(name=table.name, header=header, rows=rows)


def _with_labels(table: Table, found: Shown) -> Table:
    pair = found.reconciliation.sync.pair
    rows = tuple((flow_label(pair, str(row[0])), *row[1:]) for row in table.rows)
    return Table(name=table.name, header=table.header, rows=rows)


def _open_items(table: Table, found: Shown) -> Table:
    """Say of open amounts that differ who explained them why."""
    told = {each.row: (each.explained_by, each.reason) for each in found.open_differences}
    shown = found.tie_out.rows if found.tie_out else ()
    rows = tuple((*row, *told.get(open_row, ("", ""))) for row, open_row in zip(table.rows, shown, strict=True))
    return Table(name=table.name, header=(*table.header, "Explained by", "Reason"), rows=rows)


def _named(table: Table, found: Shown) -> Table:
    """Put the names of customers and vendors before their ids, which stand in the first column."""
    names = {each.id: each.name for each in found.balances}
    rows = tuple((names.get(str(row[0] or ""), ""), *row) for row in table.rows)
    header = (table.header[0], "Id of the customer or vendor", *table.header[1:])
    return Table(name=table.name, header=header, rows=rows)


def _open_totals(found: Shown) -> tuple[Table, ...]:
    if found.tie_out is None:
        return ()
    rows = tuple(
        (
            each.currency, each.documents, Amount(each.source, each.currency), Amount(each.target, each.currency),
            Amount(each.difference, each.currency),
        )
        for each in found.open_totals
    )  # fmt: skip
    header = ("Currency", "Open documents", "Source", "Target", "Difference")
    return (Table(name="Open totals", header=header, rows=rows),)
