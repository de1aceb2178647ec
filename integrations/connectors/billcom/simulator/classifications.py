"""Chart of accounts, departments, locations, classes, items, employees and jobs: seven lists with the same rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.connectors.billcom.simulator.answers import Problem, Refused, refuse
from integrations.connectors.billcom.simulator.call import (
    Call,
    change_all,
    created,
    done,
    listed,
    reference_problems,
)
from integrations.connectors.billcom.simulator.filters import Listing
from integrations.connectors.billcom.simulator.listings import classified
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.schema import Field, Shape, read
from integrations.connectors.billcom.simulator.store import Record, present
from integrations.sandbox.app import Json, Response

BULK_MAX = 50
SHORT_NAME, NAME, DESCRIPTION = 40, 100, 4000
ACCOUNT_TYPES = (
    "UNSPECIFIED", "ACCOUNTS_PAYABLE", "ACCOUNTS_RECEIVABLE", "BANK", "COST_OF_GOODS_SOLD", "CREDIT_CARD", "EQUITY",
    "EXPENSE", "FIXED_ASSET", "INCOME", "LONG_TERM_LIABILITY", "OTHER_ASSET", "OTHER_CURRENT_ASSET",
    "OTHER_CURRENT_LIABILITY", "OTHER_EXPENSE", "OTHER_INCOME", "NON_POSTING",
)  # fmt: skip

_NAMED: Shape = {
    "name": Field(required=True, longest=NAME),
    "shortName": Field(longest=SHORT_NAME),
    "description": Field(longest=DESCRIPTION),
    "parentId": Field(),
}
_ACCOUNT: Shape = {
    "name": Field(required=True, longest=NAME),
    "description": Field(longest=DESCRIPTION),
    "parentId": Field(),
    "account": Field(kind="group", of={"type": Field(kind="choice", choices=ACCOUNT_TYPES), "number": Field()}),
}
_EMPLOYEE: Shape = {
    "firstName": Field(required=True, longest=NAME),
    "lastName": Field(required=True, longest=NAME),
    "shortName": Field(longest=SHORT_NAME),
    "parentId": Field(),
}
_ITEM: Shape = {
    "type": Field(required=True),
    **_NAMED,
    "price": Field(kind="number"),
    "percentage": Field(kind="number"),
    "purchaseDescription": Field(longest=DESCRIPTION),
    "purchaseCost": Field(kind="number"),
    "expenseChartOfAccountId": Field(),
    "chartOfAccountId": Field(),
    "taxable": Field(kind="flag"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the lists: the kind of its records, the name that wraps a bulk answer, and its fields."""

    kind: str
    plural: str
    shape: Shape
    listing: Listing


KINDS: Mapping[str, Kind] = {
    path: Kind(kind, plural, shape, classified(kind))
    for path, kind, plural, shape in (
        ("chart-of-accounts", "chartOfAccount", "chartOfAccounts", _ACCOUNT),
        ("departments", "department", "departments", _NAMED),
        ("locations", "location", "locations", _NAMED),
        ("accounting-classes", "accountingClass", "accountingClasses", _NAMED),
        ("items", "item", "items", _ITEM),
        ("employees", "employee", "employees", _EMPLOYEE),
        ("jobs", "job", "jobs", _NAMED),
    )
}


def list_all(call: Call) -> Response:
    """Answer `GET /v3/classifications/{kind}`."""
    return listed(call, _kind(call).listing)


def get(call: Call) -> Response:
    """Answer `GET .../{id}`."""
    return done(_record(call).view())


def create(call: Call) -> Response:
    """Answer `POST /v3/classifications/{kind}`."""
    kind = _kind(call)
    return created(make(call.org, kind, call.bent(call.body(kind.shape))).view())


def update(call: Call) -> Response:
    """Answer `PATCH .../{id}`."""
    kind, record = _kind(call), _record(call)
    _change(call.org, kind, record, call.body(kind.shape, partial=True))
    return done(record.view())


def create_bulk(call: Call) -> Response:
    """Answer `POST .../bulk`: the records under their plural name."""
    kind = _kind(call)

    def add(row: Any) -> Record:
        return make(call.org, kind, read(row, kind.shape, call.org.switches))

    records = change_all(call.rows(), BULK_MAX, add, call.org.store.drop)
    return created({kind.plural: [record.view() for record in records]})


def update_bulk(call: Call) -> Response:
    """Answer `PATCH .../bulk`: rows are told by their `id`."""
    kind = _kind(call)
    shape = {"id": Field(required=True), **kind.shape}
    before: dict[str, Json] = {}

    def change(row: Any) -> Record:
        values = read(row, shape, call.org.switches, partial=True)
        record = call.org.record(kind.kind, values.pop("id", ""))
        before.setdefault(record.id, record.fields)
        _change(call.org, kind, record, values)
        return record

    def undo(record: Record) -> None:
        record.amend(call.org.now(), before[record.id])

    records = change_all(call.rows(), BULK_MAX, change, undo)
    return done({kind.plural: [record.view() for record in records]})


def archive(call: Call) -> Response:
    """Answer `POST .../{id}/archive`; doing it twice is the same."""
    return done(_set_archived(call.org, _record(call), archived=True).view())


def restore(call: Call) -> Response:
    """Answer `POST .../{id}/restore`; doing it twice is the same."""
    return done(_set_archived(call.org, _record(call), archived=False).view())


def archive_bulk(call: Call) -> Response:
    """Answer `POST .../bulk/archive?ids=a,b`."""
    return _set_archived_bulk(call, archived=True)


def restore_bulk(call: Call) -> Response:
    """Answer `POST .../bulk/restore?ids=a,b`."""
    return _set_archived_bulk(call, archived=False)


def make(org: Org, kind: Kind, values: Json) -> Record:
    """Keep a new record; an account also stands in the books."""
    _check(org, kind, values)
    if kind.kind == "chartOfAccount":
        values = {**values, "account": {"type": "UNSPECIFIED", **values.get("account", {})}}
    record = org.make(kind.kind, present(values))
    if kind.kind == "chartOfAccount":
        org.follow_account(record)
    return record


def _change(org: Org, kind: Kind, record: Record, values: Json) -> None:
    _check(org, kind, values)
    if "account" in values:
        values = {**values, "account": {**record.fields.get("account", {}), **values["account"]}}
    org.change(record, present({**record.fields, **values}))
    if kind.kind == "chartOfAccount":
        org.follow_account(record)


def _check(org: Org, kind: Kind, values: Json) -> None:
    problems: list[Problem] = []
    if values.get("parentId"):
        problems += reference_problems(org, kind.kind, values["parentId"], "parentId")
    for name in ("expenseChartOfAccountId", "chartOfAccountId"):
        if values.get(name):
            problems += reference_problems(org, "chartOfAccount", values[name], name)
    if problems:
        raise Refused(problems)


def _set_archived(org: Org, record: Record, *, archived: bool) -> Record:
    if record.archived is not archived:
        org.change(record, archived=archived)
    return record


def _set_archived_bulk(call: Call, *, archived: bool) -> Response:
    kind = _kind(call)
    ids = [id for id in (call.request.param("ids") or "").split(",") if id]
    if not ids or len(ids) > BULK_MAX:
        refuse("BDC_1119", f"ids: between 1 and {BULK_MAX} ids", "ids")
    records = [call.org.record(kind.kind, id) for id in ids]
    return done({kind.plural: [_set_archived(call.org, one, archived=archived).view() for one in records]})


def _kind(call: Call) -> Kind:
    return KINDS[call.ids[0]] if call.ids[0] in KINDS else refuse("BDC_1121", f"No such endpoint: {call.request.path}")


def _record(call: Call) -> Record:
    return call.org.record(_kind(call).kind, call.ids[1])
