"""The fields of the customer's own environment, read from its metadata; a static list where that cannot be had."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from integrations.connectors.dynamics365.client import Client
from integrations.connectors.dynamics365.fields import FIELDS, WRITABLE
from integrations.errors import ConnectorError
from mappings.catalogue import FieldType, TargetField, label_from
from mappings.rows import Level

ENTITIES: Mapping[str, str] = {
    "customers": "CustomerV3",
    "journals": "LedgerJournalLine",
    "payment_journals": "CustomerPaymentJournalLine",
}
_TYPES: Mapping[str, FieldType] = {
    "Decimal": "amount",
    "Double": "amount",
    "Int32": "integer",
    "Int64": "integer",
    "DateTimeOffset": "date",
    "Date": "date",
    "DateTime": "date",
}
_DOCTYPE = b"<!DOCTYPE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property of an entity; `is_writable` also where it may be set on create only."""

    name: str
    type: str
    is_required: bool = False
    is_writable: bool = True


class Metadata:
    """What the environment says of its entities, asked once per session: the light metadata, else the whole.

    The standard fields do not depend on it, so an application without access to the metadata can still map and book.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = Lock()
        self._kept: dict[str, Mapping[str, Property]] = {}
        self._is_whole_read = False

    def properties(self, sink: str) -> Mapping[str, Property]:
        """Give a sink's properties by name; empty where the environment does not tell."""
        name = ENTITIES[sink]
        with self._lock:
            if name not in self._kept:
                self._kept[name] = self._light(name) or self._whole().get(name, {})
            return self._kept[name]

    def catalogue(self, sink: str) -> tuple[TargetField, ...]:
        """Give the fields that a mapping may fill: the standard ones that exist there, and the environment's own."""
        found = self.properties(sink)
        standard = FIELDS[sink]
        names = {each.name for each in standard}
        level: Level = "line" if sink == "journals" else "header"
        own = [
            TargetField(name=each.name, label=label_from(each.name), type=_TYPES.get(each.type, "text"), level=level)
            for each in found.values()
            if each.is_writable and each.name not in names | WRITABLE[sink] and _is_own(each.name)
        ]
        kept = [each for each in standard if not found or _stands(each.name, found)]
        return (*kept, *own)

    def unknown(self, sink: str, names: set[str]) -> list[str]:
        """Give the names that neither the standard list nor the environment knows."""
        strange = names - WRITABLE[sink]
        if not strange:
            return []
        found = self.properties(sink)
        return sorted(name for name in strange if name not in found or not found[name].is_writable)

    def _light(self, name: str) -> Mapping[str, Property]:
        try:
            said = self._client.public_entity(name)
        except ConnectorError:
            return {}
        rows = said.get("Properties")
        return (
            {str(row.get("Name")): _public(row) for row in rows if isinstance(row, dict)}
            if isinstance(rows, list)
            else {}
        )

    def _whole(self) -> Mapping[str, Mapping[str, Property]]:
        if not self._is_whole_read:
            self._is_whole_read = True
            with suppress(ConnectorError, ParseError):
                self._kept |= dict(entity_types(self._client.metadata(), frozenset(ENTITIES.values())))
        return self._kept


def entity_types(xml: bytes, wanted: frozenset[str]) -> Iterator[tuple[str, Mapping[str, Property]]]:
    """Read some entity types out of `$metadata`, one element at a time. Raises ParseError.

    A document type is refused: entities in it could blow the memory up.
    """
    if _DOCTYPE in xml[:4096].upper():
        raise ParseError("metadata with a document type")
    for _, element in iterparse(BytesIO(xml), events=("end",)):  # noqa: S314 - no document type, see above
        if element.tag.endswith("}EntityType"):
            name = element.get("Name", "")
            if name in wanted:
                yield name, {each.name: each for each in map(_property, element) if each is not None}
            element.clear()


def _property(element: Element) -> Property | None:
    if not element.tag.endswith("}Property"):
        return None
    said = {note.get("Term", "").rpartition(".")[2]: note.get("Bool", "true") for note in element}
    return Property(
        name=element.get("Name", ""),
        type=element.get("Type", "").rpartition(".")[2],
        is_required=said.get("IsRequired") == "true",
        is_writable="false" not in (said.get("AllowEditOnCreate"), said.get("ConfigurationKeyEnabled")),
    )


def _public(row: Mapping[str, Any]) -> Property:
    return Property(
        name=str(row.get("Name")),
        type=str(row.get("DataType") or row.get("TypeName") or "").rpartition(".")[2],
        is_required=bool(row.get("IsMandatory")),
        is_writable=row.get("AllowEditOnCreate") is not False and row.get("ConfigurationEnabled") is not False,
    )


def _stands(name: str, found: Mapping[str, Property]) -> bool:
    """Keep what the environment has, and what is a mapping's own or belongs to the journal's header."""
    return name in found or name in ("MainAccount", "JournalName", "TransDate", "TransactionDate", "CurrencyCode")


def _is_own(name: str) -> bool:
    """Tell an extension's field: Microsoft's naming rule gives it a prefix with an underscore, or a suffix Custom."""
    return "_" in name or name.endswith("Custom")
