"""Completes vouchers with what happened to them: their payments (F0413, F0414) by day, and the day of their void."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.payments import DETAILS, VOIDING, paid_of, voucher_key
from integrations.connectors.jde.query import Query, any_of, equal
from integrations.connectors.jde.reader import batches, rows
from integrations.connectors.jde.records import DocumentKey, Paid, SupplierInvoice
from integrations.connectors.jde.vouchers import VOID_TYPE

DAYS = ("PYID", "DMTJ", "VDGJ")


def with_payments(client: Client, vouchers: Iterable[SupplierInvoice]) -> dict[str, SupplierInvoice]:
    """Give vouchers by key, each with its payments and the G/L date of its void, in batches of fifty.

    A payment counts from its date (F0413) on, not from its G/L date, which a closed period may have moved.
    """
    found = {voucher.key: voucher for voucher in vouchers}
    keys = {key for key in map(DocumentKey.parse, found) if key}
    paid = _payments(client, keys, found)
    voided = _voids(client, [key for key in keys if found[str(key)].is_voided])
    return {
        key: replace(voucher, payments=tuple(paid.get(key, ())), voided_on=voided.get(key))
        for key, voucher in found.items()
    }


def _payments(client: Client, keys: set[DocumentKey], vouchers: Mapping[str, SupplierInvoice]) -> dict[str, list[Paid]]:
    details = []
    for part in batches(sorted({key.number for key in keys})):
        query = Query(table="F0414", columns=DETAILS, either=any_of("DOC", part))
        details += [
            row for row in rows(client, query, "PYID") if voucher_key(row) in keys and row.text("DCTM") != VOIDING
        ]
    days = _days(client, sorted({row.whole("PYID") for row in details}))
    found: defaultdict[str, list[Paid]] = defaultdict(list)
    for row in details:
        key, (day, voided_on) = str(voucher_key(row)), days.get(row.whole("PYID"), (None, None))
        amount = paid_of(row) if vouchers[key].gross >= 0 else -paid_of(row)
        found[key].append(Paid(day=day, amount=amount, voided_on=voided_on))
    return found


def _days(client: Client, payments: Sequence[int]) -> dict[int, tuple[date | None, date | None]]:
    """Give the day of each payment and that of its void."""
    found: dict[int, tuple[date | None, date | None]] = {}
    for part in batches(payments):
        query = Query(table="F0413", columns=DAYS, either=any_of("PYID", part))
        found |= {row.whole("PYID"): (row.day("DMTJ"), row.day("VDGJ")) for row in rows(client, query, "PYID")}
    return found


def _voids(client: Client, keys: Sequence[DocumentKey]) -> dict[str, date | None]:
    """Give the G/L date of the entries that void vouchers, by the vouchers' ids."""
    found: dict[str, date | None] = {}
    for part in batches(sorted({key.number for key in keys})):
        query = Query(
            table="F0411",
            columns=("DOC", "DCT", "KCO", "SFX", "SFXE", "DGJ"),
            every=(equal("DCT", VOID_TYPE),),
            either=any_of("DOC", part),
        )
        days = {(row.whole("DOC"), row.text("KCO")): row.day("DGJ") for row in rows(client, query, "DOC")}
        found |= {str(key): days[key.number, key.company] for key in keys if (key.number, key.company) in days}
    return found
