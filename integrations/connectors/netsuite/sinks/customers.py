"""Customers: upserted by external id, recognised by e-mail or company name where somebody else made them."""

from collections.abc import Iterator, Sequence

from integrations.connectors.netsuite.sinks.base import RecordSink
from integrations.connectors.netsuite.suiteql import Query, Row, ids, marks
from integrations.contracts import Draft, Facts, Found

_SELECT = """
SELECT e.id, e.externalid, e.entityid, e.companyname, e.firstname, e.lastname, e.email, c.symbol AS currency
FROM customer e LEFT JOIN currency c ON c.id = e.currency
WHERE {condition}
ORDER BY e.id
"""


class CustomerSink(RecordSink):
    """Writes and reads customers."""

    slug = "customers"
    record = "customer"

    def by_external_id(self, values: Sequence[str]) -> Iterator[Found]:
        """Find the customers that carry these external ids."""
        return map(_found, self._rows(f"e.externalid IN ({marks(values)})", tuple(values)))

    def by_internal_id(self, values: Sequence[str]) -> Iterator[Found]:
        """Find customers by their internal ids."""
        return map(_found, self._rows(f"e.id IN ({ids(values)})", ()))

    def by_business_key(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find customers with the draft's e-mail, or its company name, in any case."""
        seen: set[tuple[str, str]] = set()
        for column, field in (("email", "email"), ("companyname", "companyName")):
            for draft, found in self._same(drafts, column, field):
                pair = (draft.reference, found.external_id)
                if pair not in seen:
                    seen.add(pair)
                    yield draft, found

    def _same(self, drafts: Sequence[Draft], column: str, field: str) -> Iterator[tuple[Draft, Found]]:
        wanted = _by_value(drafts, field)
        if not wanted:
            return
        for row in self._rows(f"LOWER(e.{column}) IN ({marks(list(wanted))})", tuple(wanted)):
            for draft in wanted.get(row.get(column, "").lower(), ()):
                yield draft, _found(row)

    def _rows(self, condition: str, params: tuple[str, ...]) -> Iterator[Row]:
        return self._client.rows(Query(sql=_SELECT.format(condition=condition), params=params))


def _by_value(drafts: Sequence[Draft], field: str) -> dict[str, list[Draft]]:
    wanted: dict[str, list[Draft]] = {}
    for draft in drafts:
        value = str(draft.payload.get(field) or "").strip().lower()
        if value:
            wanted.setdefault(value, []).append(draft)
    return wanted


def _found(row: Row) -> Found:
    person = f"{row.get('firstname', '')} {row.get('lastname', '')}".strip()
    name = row.get("companyname") or person or row.get("entityid")
    return Found(
        external_id=row["id"],
        reference=row.get("externalid", ""),
        facts=Facts(name=name, currency=row.get("currency")),
    )
