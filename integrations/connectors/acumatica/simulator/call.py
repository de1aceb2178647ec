"""One entity call: who asks, of which tenant, through which endpoint version, about which entity."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from integrations.connectors.acumatica.simulator.answers import refuse
from integrations.connectors.acumatica.simulator.contract import Entity
from integrations.connectors.acumatica.simulator.rules import ar
from integrations.connectors.acumatica.simulator.sessions import Session
from integrations.connectors.acumatica.simulator.store import Record, table_of
from integrations.connectors.acumatica.simulator.tenant import Tenant
from integrations.connectors.acumatica.simulator.values import read_moment
from integrations.connectors.acumatica.simulator.view import Shape, Viewer, shape_of
from integrations.sandbox.app import Request

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
BRANCH, BUSINESS_DATE = "px-cbapibranch", "px-cbapibusinessdate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of an entity."""

    request: Request
    tenant: Tenant
    session: Session
    root: str  # `/Acme/entity/Default/24.200.001`
    entity: Entity
    entities: Mapping[str, Entity]
    rest: tuple[str, ...]

    @property
    def table(self) -> str:
        """The table behind the entity."""
        return table_of(self.entity.name)

    def shape(self) -> Shape:
        """Read what is to be shown."""
        return shape_of(self.request, self.entity)

    def viewer(self) -> Viewer:
        """Make a viewer for the answer."""
        return Viewer(self.entity, self.shape(), self.tenant.offset, self.root)

    def business_date(self) -> date:
        """Give the business date of the call: the header's, else the tenant's day."""
        text = self.request.headers.get(BUSINESS_DATE)
        if not text:
            return self.tenant.today()
        try:
            found = read_moment(text, "DocDate", self.tenant.offset)
        except ValueError:
            refuse(400, f"The {BUSINESS_DATE} header is not a date: {text}")
        return found if type(found) is date else self.tenant.today()

    def branch(self) -> str | None:
        """Give the branch of the call's header, refused if unknown."""
        name = self.request.headers.get(BRANCH)
        if name and not self.tenant.is_active("Branch", name):
            refuse(400, f"The {name} branch does not exist or you have no access to it.")
        return name

    def shows(self, record: Record) -> bool:
        """Tell whether the entity's screen shows a record of its table."""
        return is_shown(self.entity.name, record)

    def find(self, keys: tuple[str, ...]) -> Record | None:
        """Find a record by the keys of a path or its id."""
        if len(keys) == 1 and GUID.fullmatch(keys[0]):
            found = self.tenant.store.by_id(keys[0].lower())
            return found if found is not None and found.table == self.table and self.shows(found) else None
        parts = tuple(part for key in keys for part in key.split("|"))
        if len(parts) != len(self.entity.keys):
            return None
        if self.table == "ar" and not self.tenant.options.codes_in_paths and parts[0] in ar.INVOICES.values():
            return None
        if self.table == "ar":
            found = ar.find_document(self.tenant, parts[0], parts[1])
        else:
            found = self.tenant.find(self.table, *parts)
        return found if found is not None and self.shows(found) else None


def is_shown(entity: str, record: Record) -> bool:
    """Tell whether an entity's screen shows a record: one AR table stands behind three screens."""
    kind = record.fields.get("DocType")
    if entity == "SalesInvoice":
        return record.origin == "SO"
    if entity == "Invoice":
        return kind in ar.INVOICES and (record.origin == "AR" or (record.origin == "SO" and record.is_released))
    if entity == "Payment":
        return record.origin == "PM" or (kind == "Credit Memo" and record.is_released)
    if entity in ("NonStockItem", "StockItem"):
        return bool(record.fields.get("IsStock")) == (entity == "StockItem")
    return True
