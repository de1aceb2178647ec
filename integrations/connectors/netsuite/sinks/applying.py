"""What an `apply` sublist still has to change: rows that stand as wanted are left out, none names a document twice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeAlias

from integrations.connectors.netsuite.records import reference, sublist
from integrations.contracts import Draft

Row: TypeAlias = Mapping[str, Any]


def rows_of(draft: Draft) -> Sequence[Row]:
    """Give the rows that a draft sends."""
    sent: Any = draft.payload.get("apply")
    return sent["items"] if isinstance(sent, Mapping) else ()


def naming_own(draft: Draft) -> Draft:
    """Name, in the row that has no id yet, the record's own document: a companion's facts say what it is applied to."""
    rows = rows_of(draft)
    if all(row["doc"].get("id") != "" for row in rows):
        return draft
    named = {row["doc"].get("id") for row in rows}
    own = next((one.external_id for one in draft.facts.applied or () if one.external_id not in named), "")
    filled = [{**row, "doc": reference(own)} if row["doc"].get("id") == "" else row for row in rows]
    return replace(draft, payload={**draft.payload, "apply": sublist(filled)})


def names_of(rows: Sequence[Row]) -> list[str]:
    """Give the external ids by which rows name documents."""
    return [str(row["doc"]["externalId"]) for row in rows if "externalId" in row["doc"]]


def may_name_twice(rows: Sequence[Row]) -> bool:
    """Tell whether a row that takes back, by internal id, may name the document that another applies to by ours."""
    return bool(names_of(rows)) and not all(row["apply"] for row in rows)


def lacking(rows: Sequence[Row], standing: Mapping[str, Decimal], ids: Mapping[str, str]) -> list[Row]:
    """Give the rows that change something, documents named by internal id as far as it is known.

    `standing` are the amounts applied by document, `ids` the internal ids by external id. A document that is to be
    applied is not taken back by another row.
    """
    takes_back_first = sorted(rows, key=lambda row: bool(row["apply"]))
    wanted = {_document(row, ids): row for row in takes_back_first}
    return [_named(row, ids) for document, row in wanted.items() if not _stands(row, standing.get(document))]


def _document(row: Row, ids: Mapping[str, str]) -> str:
    doc = row["doc"]
    return str(doc["id"]) if "id" in doc else ids.get(str(doc["externalId"]), str(doc["externalId"]))


def _named(row: Row, ids: Mapping[str, str]) -> Row:
    """Name the document by its internal id: of two rows for it, one by either id, NetSuite would see two."""
    known = ids.get(str(row["doc"].get("externalId", "")))
    return {**row, "doc": reference(known)} if known else row


def _stands(row: Row, applied: Decimal | None) -> bool:
    return applied == Decimal(str(row["amount"])) if row["apply"] else applied is None
