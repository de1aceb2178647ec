"""What each endpoint version knows: entities, screens, keys, actions, and fields with the view field behind each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

VERSIONS = ("20.200.001", "22.200.001", "23.200.001", "24.200.001", "25.200.001")
DEFAULT = "Default"
CUSTOM = ("Connector", "1.0.0")  # an endpoint of the tenant's own: adds what Default lacks
INQUIRIES = ("AccountSummaryInquiry", "CompaniesStructure")

ROW_SETS = {
    ("Payment", "Adjustments"): "adjusting",
    ("Invoice", "Adjustments_1"): "adjusting",
    ("SalesInvoice", "Adjustments_1"): "adjusting",
    ("Invoice", "Adjustments"): "adjusted",
    ("SalesInvoice", "Adjustments"): "adjusted",
}

EXTRAS: dict[str, Any] = {
    "Branch": {
        "screen": "CS102000",
        "keys": ["BranchID"],
        "main": ["BAccount"],
        "actions": [],
        "fields": {
            "BranchID": ["String", "BAccount", "BranchCD"],
            "BranchName": ["String", "BAccount", "AcctName"],
            "Active": ["Boolean", "BAccount", "Active"],
        },
    },
    "CashAccount": {
        "screen": "CA202000",
        "keys": ["CashAccountID"],
        "main": ["CashAccount"],
        "actions": [],
        "fields": {
            "CashAccountID": ["String", "CashAccount", "CashAccountCD"],
            "Description": ["String", "CashAccount", "Descr"],
            "Account": ["String", "CashAccount", "AccountID"],
            "CurrencyID": ["String", "CashAccount", "CuryID"],
            "Active": ["Boolean", "CashAccount", "Active"],
        },
    },
    "Terms": {
        "screen": "CS206500",
        "keys": ["TermsID"],
        "main": ["TermsDef"],
        "actions": [],
        "fields": {
            "TermsID": ["String", "TermsDef", "TermsID"],
            "Description": ["String", "TermsDef", "Descr"],
            "DueDay": ["Short", "TermsDef", "DayDue00"],
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field; `kind` is value, link or rows; `key` is where a record keeps it ("" where nothing is behind it)."""

    name: str
    kind: str
    type: str
    view: str = ""
    key: str = ""
    since: int = 20
    fields: "Mapping[str, Field]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One top-level entity of an endpoint version."""

    name: str
    screen: str
    keys: tuple[str, ...]
    actions: tuple[str, ...]
    main: tuple[str, ...]
    fields: Mapping[str, Field]
    by_key: Mapping[str, str]

    def stored(self, name: str) -> str:
        """Give where a record keeps a field."""
        return self.fields[name].key


def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())
    return found


def _field(entity: str, main: list[str], name: str, row: list[Any], *, in_rows: bool = False) -> Field:
    if row[0] not in ("[]", "{}"):
        view, column = row[1], row[2]
        bare = in_rows or view in main
        key = "" if not column else column if bare else f"{view}.{column}"
        return Field(name=name, kind="value", type=row[0], view=view, key=key, since=(row[3:] or [20])[0], fields={})
    is_rows = row[0] == "[]"
    inner = {one: _field(entity, main, one, more, in_rows=in_rows or is_rows) for one, more in row[2].items()}
    view = next((one.view for one in inner.values() if one.view), "")
    return Field(
        name=name,
        kind="rows" if is_rows else "link",
        type=row[1],
        view=view,
        key=ROW_SETS.get((entity, view), view),
        since=(row[3:] or [20])[0],
        fields=inner,
    )


def _entity(name: str, row: dict[str, Any], main: list[str]) -> Entity:
    fields = {one: _field(name, main, one, more) for one, more in row["fields"].items()}
    return Entity(
        name=name,
        screen=row["screen"],
        keys=tuple(row["keys"]),
        actions=tuple(row["actions"]),
        main=tuple(main),
        fields=fields,
        by_key={one.key: one.name for one in reversed(list(fields.values())) if one.key},
    )


def _of_version(fields: Mapping[str, Field], version: int) -> dict[str, Field]:
    return {
        one.name: replace(one, fields=_of_version(one.fields, version)) if one.fields else one
        for one in fields.values()
        if one.since <= version
    }


def _endpoints() -> dict[tuple[str, str], dict[str, Entity]]:
    newest = {name: _entity(name, row, row["main"]) for name, row in _read().items()}
    found = {}
    for version in VERSIONS:
        number = int(version[:2])
        found[DEFAULT, version] = {
            name: replace(one, fields=_of_version(one.fields, number)) for name, one in newest.items()
        }
    extras = {name: _entity(name, row, row["main"]) for name, row in EXTRAS.items()}
    found[CUSTOM] = {**newest, **extras}
    return found


ENDPOINTS = _endpoints()
_ANY_CASE = {(name.lower(), version.lower()): entities for (name, version), entities in ENDPOINTS.items()}


def entities_of(name: str, version: str) -> Mapping[str, Entity] | None:
    """Give the entities of an endpoint, its name in any case, or None."""
    return _ANY_CASE.get((name.lower(), version.lower()))


def find_entity(entities: Mapping[str, Entity], name: str) -> Entity | None:
    """Find an entity by its name in any case."""
    return entities.get(name) or next((one for key, one in entities.items() if key.lower() == name.lower()), None)
