"""Where an organization's records are kept: in BILL's own words, with the older versions that a late search shows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integrations.connectors.billcom.simulator.answers import instant
from integrations.sandbox.app import Json

PREFIXES = {
    "vendor": "009",
    "bill": "00n",
    "payment": "stp",
    "vendorCredit": "vcr",
    "chartOfAccount": "0ca",
    "accountingClass": "cls",
    "department": "0de",
    "location": "loc",
    "item": "0ii",
    "job": "job",
    "employee": "emp",
    "line": "bli",
    "split": "blp",
    "creditLine": "vci",
    "bankAccount": "bac",
    "paymentTerm": "trm",
}
VERSIONS_KEPT = 3
TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Version:
    """A record as it stood from a moment on; its fields are never changed in place."""

    at: datetime
    updated: datetime
    archived: bool
    fields: Json


@dataclass(slots=True, kw_only=True, eq=False)
class Record:
    """One record; `number` tells the order of making. Every change stores a new version."""

    kind: str
    id: str
    number: int
    created: datetime
    now: Version
    past: list[Version] = field(default_factory=list)

    @property
    def fields(self) -> Json:
        """The fields as they stand."""
        return self.now.fields

    @property
    def archived(self) -> bool:
        """Whether it is archived."""
        return self.now.archived

    def change(self, at: datetime, fields: Json | None = None, *, archived: bool | None = None) -> None:
        """Store a new version; its `updatedTime` is later than the last, whatever the clock says."""
        old = self.now
        self._push(
            Version(
                at,
                max(at, old.updated + TICK),
                old.archived if archived is None else archived,
                old.fields if fields is None else fields,
            )
        )

    def amend(self, at: datetime, fields: Json) -> None:
        """Store new fields without moving `updatedTime`, as for figures that follow from other records."""
        self._push(Version(at, self.now.updated, self.now.archived, fields))

    def as_of(self, moment: datetime | None) -> Version | None:
        """Give the version a search shows that has seen nothing since `moment`; None if it did not exist."""
        if moment is None or self.now.at <= moment:
            return self.now
        if self.created > moment:
            return None
        return next((one for one in reversed(self.past) if one.at <= moment), self.past[0] if self.past else None)

    def view(self, version: Version | None = None) -> Json:
        """Give the record as the API does."""
        shown = version or self.now
        return {
            "id": self.id,
            "archived": shown.archived,
            **shown.fields,
            "createdTime": instant(self.created),
            "updatedTime": instant(shown.updated),
        }

    def _push(self, version: Version) -> None:
        self.past = [*self.past[1 - VERSIONS_KEPT :], self.now]
        self.now = version


class Store:
    """The records of one organization by kind and id, and those of a vendor."""

    def __init__(self) -> None:
        self._kinds: defaultdict[str, dict[str, Record]] = defaultdict(dict)
        self._of_vendor: defaultdict[tuple[str, str], dict[str, Record]] = defaultdict(dict)
        self._made = 0

    def add(self, kind: str, id: str, fields: Json, at: datetime) -> Record:
        """Keep a new record."""
        self._made += 1
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        record = Record(kind=kind, id=id, number=self._made, created=at, now=Version(at, at, False, fields))
        self._kinds[kind][id] = record
        if "vendorId" in fields:
            self._of_vendor[kind, fields["vendorId"]][id] = record
        return record

    def drop(self, record: Record) -> None:
        """Forget a record."""
        self._kinds[record.kind].pop(record.id, None)
        self._of_vendor[record.kind, record.fields.get("vendorId", "")].pop(record.id, None)

    def move(self, record: Record, old_vendor: str) -> None:
        """Keep the index in step when a record went to another vendor."""
        self._of_vendor[record.kind, old_vendor].pop(record.id, None)
        self._of_vendor[record.kind, record.fields["vendorId"]][record.id] = record

    def get(self, kind: str, id: object) -> Record | None:
        """Give a record, or None."""
        return self._kinds[kind].get(id) if isinstance(id, str) else None

    def all(self, kind: str) -> Iterable[Record]:
        """List a kind, oldest first."""
        return self._kinds[kind].values()

    def of_vendors(self, kind: str, vendor_ids: Iterable[str]) -> list[Record]:
        """List a kind's records of these vendors, oldest first."""
        found = [record for id in vendor_ids for record in self._of_vendor[kind, id].values()]
        return sorted(found, key=_number)


def _number(record: Record) -> int:
    return record.number


def present(fields: Json) -> Json:
    """Leave out what is not populated: BILL omits it instead of giving null."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}
