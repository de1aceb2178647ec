"""Reads the rows of the account ledger (F0911) that documents were distributed to."""

from collections.abc import Iterable, Sequence

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.client import Client
from integrations.connectors.jde.query import Query, any_of
from integrations.connectors.jde.reader import batches, rows
from integrations.connectors.jde.records import Distribution, DocumentKey

COLUMNS = tuple("KCO DCT DOC JELN LT MCU OBJ SUB AA EXA".split())  # noqa: SIM905
FOREIGN, DOMESTIC = "CA", "AA"


def distributions(client: Client, keys: Iterable[DocumentKey]) -> dict[DocumentKey, tuple[Distribution, ...]]:
    """Read what documents were distributed to, by document; amounts in the documents' own currencies.

    The rows that JD Edwards adds when it posts (type AE) have another document type and are not among them.
    """
    found: dict[DocumentKey, list[Row]] = {key: [] for key in keys}
    for part in batches(sorted({key.number for key in found})):
        query = Query(table="F0911", columns=COLUMNS, either=any_of("DOC", part))
        for row in rows(client, query, "DOC"):
            key = DocumentKey(row.text("DCT"), row.whole("DOC"), row.text("KCO"))
            if key in found:
                found[key].append(row)
    return {key: _lines(own) for key, own in found.items()}


def account_number(row: Row) -> str:
    """Give unit.object.subsidiary."""
    return ".".join(part for part in (row.text("MCU"), row.text("OBJ"), row.text("SUB")) if part)


def _lines(found: Sequence[Row]) -> tuple[Distribution, ...]:
    foreign = [row for row in found if row.text("LT") == FOREIGN]
    own = foreign or [row for row in found if row.text("LT") == DOMESTIC]
    return tuple(
        Distribution(
            account=account_number(row),
            business_unit=row.text("MCU"),
            object=row.text("OBJ"),
            subsidiary=row.text("SUB"),
            amount=row.amount("AA"),
            text=row.text("EXA"),
        )
        for row in sorted(own, key=lambda row: row.whole("JELN"))
    )
