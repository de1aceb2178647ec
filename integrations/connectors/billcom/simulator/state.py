"""What the control API shows of the organizations: documents of the books, vendors, and the objects of the API."""

from collections.abc import Iterable

from integrations.connectors.billcom.simulator import bills, payments, vendors
from integrations.connectors.billcom.simulator.call import View, plain
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.store import Record
from integrations.sandbox.app import Json

OBJECTS: tuple[tuple[str, View], ...] = (
    ("vendor", vendors.shown),
    ("bill", bills.shown),
    ("payment", payments.shown),
    ("vendorCredit", plain),
)


def describe(orgs: Iterable[Org]) -> Json:
    """Give `documents`, each with its organization, and `objects` by kind."""
    documents: list[Json] = []
    objects: dict[str, list[Json]] = {kind: [] for kind, _ in OBJECTS}
    for org in orgs:
        documents += [{**one, "organization": org.id} for one in [*_booked(org), *_vendors(org)]]
        for kind, view in OBJECTS:
            rows = [view(org, record, record.now) for record in org.store.all(kind)]
            objects[kind] += [{**row, "organizationId": org.id} for row in rows]
    return {"documents": documents, "objects": objects}


def _booked(org: Org) -> list[Json]:
    """Give bills, credits and payments; an archived bill says so, a void payment is `voided`."""
    for kind in ("bill", "vendorCredit"):
        for record in org.store.all(kind):
            status = "archived" if record.archived else record.fields.get("paymentStatus", record.fields.get("status"))
            org.books.documents[record.id].status = str(status).lower()
    memos = {document.id: document.memo for document in org.books.documents.values()}
    return [{**shown, "memo": memos.get(shown["id"], "")} for shown in org.books.state()]


def _vendors(org: Org) -> list[Json]:
    return [_vendor(record) for record in org.store.all("vendor")]


def _vendor(record: Record) -> Json:
    fields = record.fields
    return {
        "kind": "vendor",
        "record": "vendor",
        "id": record.id,
        "reference": fields.get("accountNumber", ""),
        "number": fields.get("shortName", ""),
        "name": fields["name"],
        "customer": "",
        "currency": fields.get("billCurrency", ""),
        "total": "0",
        "open": "0",
        "date": record.created.date().isoformat(),
        "posting_date": "",
        "status": "archived" if record.archived else "active",
        "lines": [],
        "applied": [],
    }
