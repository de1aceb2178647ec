"""Payments of vouchers (F0413, F0414)."""

from collections.abc import Iterator, Sequence
from functools import partial

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.payments import DETAILS, HEADERS, VOIDING, payment_of
from integrations.connectors.jde.query import Query, any_of
from integrations.connectors.jde.reader import Key, rows
from integrations.connectors.jde.records import payment_id_of, payment_key
from integrations.connectors.jde.streams.base import Group, Source, TableStream, by_key


class PaymentStream(TableStream):
    """Payments, however they were made."""

    slug = "payments"
    main = Source(table="F0413", key="PYID")
    children = (Source(table="F0414", key="PYID"),)
    date_alias = "DMTJ"

    def groups(self, keys: Sequence[Key]) -> Iterator[Group]:
        """Read payments by payment ids."""
        either = any_of("PYID", list(keys))
        headers = by_key(rows(self._client, Query(table="F0413", columns=HEADERS, either=either), "PYID"), "PYID")
        query = Query(table="F0414", columns=(*DETAILS, "UPMJ", "UPMT"), either=either)
        details = by_key(rows(self._client, query, "PYID"), "PYID")
        for number, own in headers.items():
            paid = [row for row in details.get(number, ()) if row.text("DCTM") != VOIDING]
            found = (*own, *details.get(number, ()))
            yield Group(key=self.key_of(own[0]), rows=found, parse=partial(payment_of, own[0], paid))

    def leading(self, key: str) -> Key | None:
        """Give the payment id."""
        return payment_id_of(key) or None

    def key_of(self, row: Row) -> str:
        """Give the payment's id."""
        return payment_key(row.whole("PYID"), row.text("DCTM"))

    def index_columns(self) -> tuple[str, ...]:
        """Name the matching type beside the order."""
        return ("PYID", "DCTM", "UPMJ", "UPMT")
