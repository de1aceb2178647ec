"""Purchase orders (F4301, F4311) with their holds (F4209), and whether the configured rule calls them approved."""

from collections.abc import Iterator, Sequence
from functools import partial

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.approval import Hold, why_not_approved
from integrations.connectors.jde.client import Client
from integrations.connectors.jde.query import Query, Where, any_of
from integrations.connectors.jde.reader import Key, rows
from integrations.connectors.jde.records import DocumentKey, OrderLine, PurchaseOrder
from integrations.connectors.jde.streams.base import Group, Source, TableStream

HEADER = tuple(
    "DOCO DCTO KCOO SFXO AN8 TRDJ DRQJ PTC HOLD CRCD CRRM DESC UPMJ TDAY".split()  # noqa: SIM905
)
LINE = tuple(
    "DOCO DCTO KCOO SFXO LNID NXTR LTTR LNTY MCU DSC1 UOM UORG UOPN UREC PRRC AEXP AOPN AREC FRRC FEA FAP FREC ANI "  # noqa: SIM905
    "AID TX TXA1 UPMJ TDAY".split()
)
HOLD = ("DOCO", "DCTO", "KCOO", "ASTS", "RDC")


class PurchaseOrderStream(TableStream):
    """Purchase orders of the configured types; approvals change lines and holds, not always the header."""

    slug = "purchase_orders"
    main = Source(table="F4301", key="DOCO", time="TDAY")
    children = (Source(table="F4311", key="DOCO", time="TDAY"),)
    date_alias = "TRDJ"

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.every = (Where("DCTO", "LIST", client.credentials.approval.order_types),)

    def groups(self, keys: Sequence[Key]) -> Iterator[Group]:
        """Read orders by order numbers, of the configured types and every company."""
        headers, lines, holds = (
            self._by_order(table, columns, keys)
            for table, columns in (("F4301", HEADER), ("F4311", LINE), ("F4209", HOLD))
        )
        for key, own in headers.items():
            found = (*own, *lines.get(key, ()))
            order = partial(self._order, key, own[0], lines.get(key, []), holds.get(key, []))
            yield Group(key=str(key), rows=found, parse=order)

    def leading(self, key: str) -> Key | None:
        """Give the order number."""
        found = DocumentKey.parse(key)
        return found.number if found else None

    def key_of(self, row: Row) -> str:
        """Give the order's id."""
        return str(order_key(row))

    def index_columns(self) -> tuple[str, ...]:
        """Name the order's key beside the order of changes."""
        return ("DOCO", "DCTO", "KCOO", "UPMJ", "TDAY")

    def _by_order(self, table: str, columns: tuple[str, ...], keys: Sequence[Key]) -> dict[DocumentKey, list[Row]]:
        query = Query(table=table, columns=columns, every=self.every, either=any_of("DOCO", list(keys)))
        groups: dict[DocumentKey, list[Row]] = {}
        for row in rows(self._client, query, "DOCO"):
            groups.setdefault(order_key(row), []).append(row)
        return groups

    def _order(self, key: DocumentKey, header: Row, lines: Sequence[Row], holds: Sequence[Row]) -> PurchaseOrder:
        is_foreign = header.text("CRRM") == "F"
        ordered = tuple(
            line_of(row, is_foreign=is_foreign) for row in sorted(lines, key=lambda one: one.amount("LNID"))
        )
        held = tuple(Hold(status=row.text("ASTS"), released_by=row.text("RDC")) for row in holds)
        rule = self._client.credentials.approval
        return PurchaseOrder(
            key=str(key),
            number=key.number,
            type=key.type,
            company=key.company,
            supplier=header.whole("AN8"),
            order_date=header.day("TRDJ"),
            requested_date=header.day("DRQJ"),
            currency=header.text("CRCD"),
            terms=header.text("PTC"),
            description=header.text("DESC"),
            hold_code=header.text("HOLD"),
            lines=ordered,
            holds=held,
            cancelled_status=rule.cancelled,
            changed_on=max((day for row in (header, *lines) if (day := row.day("UPMJ"))), default=None),
            why_not_approved=why_not_approved(rule, key.type, header.text("HOLD"), ordered, held),
        )


def order_key(row: Row) -> DocumentKey:
    """Give type, number and company of an order."""
    return DocumentKey(row.text("DCTO"), row.whole("DOCO"), row.text("KCOO"))


def line_of(row: Row, *, is_foreign: bool) -> OrderLine:
    """Read a line; orders in a foreign currency keep their amounts in columns of their own."""
    price, amount, still_open, received = ("FRRC", "FEA", "FAP", "FREC") if is_foreign else _DOMESTIC
    return OrderLine(
        line=row.amount("LNID"),
        next_status=row.text("NXTR"),
        last_status=row.text("LTTR"),
        line_type=row.text("LNTY"),
        description=row.text("DSC1"),
        unit_price=row.amount(price),
        quantity=row.amount("UORG"),
        quantity_open=row.amount("UOPN"),
        quantity_received=row.amount("UREC"),
        amount=row.amount(amount),
        amount_open=row.amount(still_open),
        amount_received=row.amount(received),
        unit=row.text("UOM"),
        account=row.text("ANI"),
        account_id=row.text("AID"),
        business_unit=row.text("MCU"),
        tax_area=row.text("TXA1"),
        is_taxable=row.text("TX") == "Y",
    )


_DOMESTIC = ("PRRC", "AEXP", "AOPN", "AREC")
