"""What stands in the site, for `GET /state/acumatica`."""

from collections.abc import Mapping

from integrations.connectors.acumatica.simulator.identities import TENANT
from integrations.connectors.acumatica.simulator.store import Record
from integrations.connectors.acumatica.simulator.tenant import Tenant
from integrations.sandbox.app import Json

SEEDED_ITEMS = "seeded"


def describe(tenants: Mapping[str, Tenant]) -> Json:
    """Give the documents, customers and made items of the tenant that the credentials open; the others' beside."""
    others = {name: documents_of(one) for name, one in tenants.items() if name != TENANT}
    return {"documents": documents_of(tenants[TENANT]), "others": others}


def documents_of(tenant: Tenant) -> list[Json]:
    """Describe all that stands in one tenant."""
    found = tenant.books.state(lambda id: str(tenant.field("Customer", id, "AcctReferenceNbr") or id))
    found += [_listed("customer", one) for one in tenant.store.of("Customer")]
    return found + [_listed("item", one) for one in tenant.store.of("item") if one.origin != SEEDED_ITEMS]


def _listed(kind: str, record: Record) -> Json:
    fields = record.fields
    status = str(fields.get("Status") or fields.get("ItemStatus") or "Active")
    return {
        "kind": kind,
        "record": record.table,
        "id": record.id,
        "reference": str(fields.get("AcctReferenceNbr") or fields.get("InventoryCD") or ""),
        "number": record.key[0],
        "name": str(fields.get("AcctName") or fields.get("Descr") or ""),
        "email": str(fields.get("DefContact.Email") or ""),
        "customer": "",
        "currency": str(fields.get("CuryID") or ""),
        "total": "0",
        "open": "0",
        "date": fields["CreatedDateTime"].date().isoformat(),
        "posting_date": "",
        "status": status.lower(),
        "lines": [],
        "applied": [],
    }
