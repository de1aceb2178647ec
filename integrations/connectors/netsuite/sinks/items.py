"""Items: service items unless the draft names another type; recognised by their name, which is unique."""

from collections.abc import Iterator, Mapping, Sequence

from integrations.connectors.netsuite.client import Written
from integrations.connectors.netsuite.records import DEFAULT_ITEM_TYPE, ITEM_ACCOUNTS, ITEM_TYPES, RECORD_TYPE
from integrations.connectors.netsuite.sinks.base import RecordSink
from integrations.connectors.netsuite.suiteql import Query, Row, ids, marks
from integrations.contracts import Draft, Facts, Found, Value
from integrations.errors import MappingError

_SELECT = """
SELECT i.id, i.externalid, i.itemid, i.itemtype, i.incomeaccount, i.deferredrevenueaccount
FROM item i
WHERE {condition}
ORDER BY i.id
"""


class ItemSink(RecordSink):
    """Writes and reads items."""

    slug = "items"
    record = DEFAULT_ITEM_TYPE

    def by_external_id(self, values: Sequence[str]) -> Iterator[Found]:
        """Find the items that carry these external ids."""
        return map(_found, self._rows(f"i.externalid IN ({marks(values)})", tuple(values)))

    def by_internal_id(self, values: Sequence[str]) -> Iterator[Found]:
        """Find items by their internal ids."""
        return map(_found, self._rows(f"i.id IN ({ids(values)})", ()))

    def by_business_key(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find items of the same name."""
        wanted = {str(draft.payload["itemId"]): draft for draft in drafts if draft.payload.get("itemId")}
        if wanted:
            for row in self._rows(f"i.itemid IN ({marks(list(wanted))})", tuple(wanted)):
                if draft := wanted.get(row.get("itemid", "")):
                    yield draft, _found(row)

    def record_of(self, draft: Draft) -> str:
        """Give the type that the draft names. Raises MappingError for one that is not sold as a service or charge."""
        named = draft.payload.get(RECORD_TYPE) or DEFAULT_ITEM_TYPE
        if named not in ITEM_TYPES:
            raise MappingError(
                f"“{named}” is no kind of item that we make: choose {', '.join(ITEM_TYPES)}, under Mappings > Items.",
                field=RECORD_TYPE,
                value=str(named),
            )
        return str(named)

    def _write(self, draft: Draft, body: Mapping[str, Value]) -> Written:
        return super()._write(draft, {name: value for name, value in body.items() if name != RECORD_TYPE})

    def _rows(self, condition: str, params: tuple[str, ...]) -> Iterator[Row]:
        return self._client.rows(Query(sql=_SELECT.format(condition=condition), params=params))


def _found(row: Row) -> Found:
    accounts = tuple((name, id) for name in ITEM_ACCOUNTS if (id := row.get(name.lower())))
    facts = Facts(name=row.get("itemid"), dimensions=accounts)
    return Found(external_id=row["id"], reference=row.get("externalid", ""), facts=facts)
