"""A record about to be saved: what it was, what was sent, what it would become, and what is wrong with it."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.connectors.acumatica.simulator.body import Path, Sent, SentRow
from integrations.connectors.acumatica.simulator.contract import Entity
from integrations.connectors.acumatica.simulator.store import Record, Row, Values
from integrations.connectors.acumatica.simulator.tenant import Tenant
from integrations.sandbox.app import Json

ZERO = Decimal(0)
SUMMARY = "Saving the '{entity}' record raised at least one error. Please review the errors."
LENGTHS = {
    "InvoiceNbr": 40, "ExtRefNbr": 40, "DocDesc": 512, "AcctName": 255, "AcctReferenceNbr": 50, "TermsID": 10,
    "InventoryCD": 30, "PaymentMethodID": 10, "Descr": 256, "TranDesc": 256, "TaxCategoryID": 15, "RefNbr": 15,
    "DefContact.Email": 255, "DefLocation.CTaxZoneID": 10, "UOM": 6, "SubCD": 30, "AccountCD": 10, "LedgerID": 10,
}  # fmt: skip
SHORTER = {("gl", "Description"): 512, ("gl", "TranDesc"): 512, ("item", "Descr"): 256}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where in the body that was sent."""

    path: Path
    text: str


class Draft:
    """One write on its way through the rules."""

    def __init__(self, tenant: Tenant, entity: Entity, sent: Sent, record: Record | None, table: str) -> None:
        self.tenant = tenant
        self.entity = entity
        self.sent = sent
        self.record = record
        self.table = table
        self.problems: list[Problem] = []
        self.fields: Values = dict(record.fields) if record else {}
        self.rows: dict[str, list[Row]] = dict(record.rows) if record else {}
        self.date: date = tenant.today()
        self._row_paths: dict[str, dict[str, Path]] = {}

    @property
    def is_new(self) -> bool:
        """Whether the write inserts."""
        return self.record is None

    def take(self, readonly: frozenset[str] = frozenset()) -> None:
        """Take what was sent; what the system derives itself is dropped without a word (and noted)."""
        for key, value in self.sent.values.items():
            if key in readonly:
                self.tenant.lint[f"derived {self.entity.name}.{key}"] += 1
            else:
                self.fields[key] = self.fitted(key, value, self.sent.paths[key])
        for name, rows in self.sent.rows.items():
            self.rows[name] = self._merged(name, rows)

    def changes(self) -> set[str]:
        """Name the header fields and row sets that would change; equal values are no change."""
        before = self.record
        if before is None:
            return set(self.fields)
        changed = {key for key in self.sent.values if self.fields.get(key) != before.fields.get(key)}
        return changed | {name for name in self.sent.rows if self.rows[name] != before.rows.get(name, [])}

    def default(self, key: str, value: object) -> Any:
        """Give a field its default where it has none, and return what it has now."""
        if self.fields.get(key) in (None, ""):
            self.fields[key] = value
        return self.fields[key]

    def bad(self, key: str, text: str, row: Row | None = None) -> None:
        """Note what is wrong with a field of the header or of a row."""
        if row is not None:
            paths = self._row_paths.get(row.id, {})
            path = paths.get(key) or (*paths.get("", ()), key)
        else:
            path = self.sent.paths.get(key) or (self.entity.by_key.get(key, key),)
        self.problems.append(Problem(path, text))

    def must_exist(self, key: str, table: str, what: str, row: Row | None = None, flag: str = "Active") -> bool:
        """Check that a reference names an active record; empty ones pass."""
        value = (row.fields if row else self.fields).get(key)
        if value in (None, "") or self.tenant.is_active(table, value, flag):
            return True
        exists = self.tenant.find(table, value) is not None
        self.bad(key, f"The {what} is inactive." if exists else f"'{what}' cannot be found in the system.", row)
        return False

    def choose(self, key: str, choices: dict[str, str]) -> None:
        """Bring a drop-down value to its label; a code is taken as well."""
        value = self.fields.get(key)
        if value is None or value in choices:
            return
        label = next((label for label, code in choices.items() if code == value), None)
        if label is None:
            self.bad(key, f"The value {value} is not in the list of values of the {key} field.")
        else:
            self.fields[key] = label

    def fitted(self, key: str, value: Any, path: Path) -> Any:
        """Check a text's length: refused or cut, as the switch says."""
        limit = SHORTER.get((self.table, key)) or LENGTHS.get(key)
        if not isinstance(value, str) or limit is None or len(value) <= limit:
            return value
        if self.tenant.options.overlong == "truncate":
            return value[:limit]
        self.problems.append(Problem(path, f"The string is longer than {limit} characters."))
        return value

    def echo(self) -> Json:
        """Give the body that was sent with the errors beside the fields, as a 422 has it."""
        body = deepcopy(self.sent.raw)
        body.setdefault("id", self.record.id if self.record else self.tenant.uuid())
        body["rowNumber"], body["error"] = 1, SUMMARY.format(entity=self.entity.name)
        for rows in (one for one in body.values() if isinstance(one, list)):
            for number, row in enumerate((row for row in rows if isinstance(row, dict)), 1):
                row["id"], row["rowNumber"] = row.get("id") or self.tenant.uuid(), number
        if self.record is None and "ReferenceNbr" in self.entity.keys:
            body["ReferenceNbr"] = {"value": "<NEW>"}
        for problem in self.problems:
            _mark(body, problem)
        return body

    def _merged(self, name: str, sent: list[SentRow]) -> list[Row]:
        rows = {row.id: Row(row.id, dict(row.fields)) for row in self.rows.get(name, [])}
        for one in sent:
            if one.id and one.id not in rows:
                self.problems.append(Problem(one.paths[""], "The record with this id cannot be found in the details."))
            elif one.is_deleted:
                rows.pop(one.id, None)
            else:
                id = one.id or self.tenant.uuid()
                row = rows.setdefault(id, Row(id, {}))
                row.fields |= {key: self.fitted(key, value, one.paths[key]) for key, value in one.values.items()}
                row.fields.setdefault("LineNbr", len(rows))
                self._row_paths[row.id] = one.paths
        return list(rows.values())


def _mark(body: Any, problem: Problem) -> None:
    place = body
    for part in problem.path:
        place = place[part] if isinstance(place, list) and isinstance(part, int) else place.setdefault(part, {})
    if isinstance(place, dict):
        place["error"] = problem.text
