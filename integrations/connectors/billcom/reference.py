"""The organization's reference data: accounts, departments and locations."""

from collections.abc import Iterator
from datetime import datetime

from integrations.connectors.billcom.client import Client
from integrations.connectors.billcom.objects import Account, Dimension
from integrations.connectors.billcom.streams import KINDS, ListStream
from integrations.contracts import ReferenceEntry, Window
from integrations.errors import PrivilegeError

NON_POSTING = "NON_POSTING"
_KINDS = (("chart_of_accounts", "account"), ("departments", "department"), ("locations", "location"))


def reference_values(client: Client, now: datetime) -> Iterator[ReferenceEntry]:
    """Read every kind. Departments and locations that the user may not see are left out; accounts must be seen."""
    for slug, kind in _KINDS:
        stream = ListStream(KINDS[slug], client)
        try:
            pages = list(stream.pages(Window(start=None, end=now)))
        except PrivilegeError:
            if kind == "account":
                raise
            continue
        for record in (record for page in pages for record in page.records):
            yield _account(record.body) if kind == "account" else _dimension(record.body, kind)


def _account(account: Account) -> ReferenceEntry:
    """Give an account; where BILL keeps no number for it, its name stands for one. Header accounts take no lines."""
    return ReferenceEntry(
        kind="account",
        code=account.id,
        number=account.number or account.name,
        name=account.name,
        is_active=not account.archived and account.type != NON_POSTING,
        details={"type": account.type, "parent_id": account.parent_id},
    )


def _dimension(found: Dimension, kind: str) -> ReferenceEntry:
    return ReferenceEntry(
        kind=kind,
        code=found.id,
        number=found.short_name or found.name,
        name=found.name,
        is_active=not found.archived,
        details={"parent_id": found.parent_id},
    )
