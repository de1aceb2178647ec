"""Open amounts that differ only because the target settles documents with one another by rules of its own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from integrations.engine.reconcile.report import ZERO, OpenRow, Remark, TieOut
from integrations.engine.reconcile.trail import party_names
from integrations.models import Sync

CODE = "settled_otherwise"


def fold(sync: Sync, made: TieOut, target: str) -> TieOut:
    """Take for agreed what agrees in all for a customer and currency; one remark for each names the documents.

    Only documents of ours that stand are taken so: what is missing, or a stranger's, differs document by document.
    """
    grouped: defaultdict[tuple[str, str], list[OpenRow]] = defaultdict(list)
    for row in made.differing:
        grouped[(row.customer, row.currency)].append(row)
    alike = {customer: rows for customer, rows in grouped.items() if customer[0] and _agrees(rows)}
    taken = {row for rows in alike.values() for row in rows}
    names = party_names(sync, (customer for customer, _ in alike))
    remarks = [_remark(names.get(customer, customer), rows, target) for (customer, _), rows in alike.items()]
    rows = tuple(replace(row, is_settled_otherwise=True) if row in taken else row for row in made.rows)
    return replace(made, rows=rows, remarks=(*made.remarks, *remarks))


def _agrees(rows: Sequence[OpenRow]) -> bool:
    return all(row.record_id and row.external_id for row in rows) and not sum((row.difference for row in rows), ZERO)


def _remark(customer: str, rows: Sequence[OpenRow], target: str) -> Remark:
    return Remark(
        code=CODE,
        flow=rows[0].flow,
        currency=rows[0].currency,
        reason=(
            f"{customer} owes the same in both systems; {target} settled these documents with one another otherwise."
        ),
        n=len(rows),
        total=sum((row.difference for row in rows if row.difference > 0), ZERO),
        ids=tuple(row.id for row in rows),
    )
