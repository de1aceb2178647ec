"""How record types are described: fields with their kinds, sublists with their keys."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "bool", "int", "num", "date", "moment", "enum", "ref", "refs", "list", "object"]

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LABELS = {
    "tranDate": "Date",
    "entity": "Customer",
    "class": "Class",
    "tranId": "Transaction Number",
    "otherRefNum": "PO #",
    "arAcct": "A/R Account",
    "isInactive": "Inactive",
    "itemId": "Item Name/Number",
    "entityId": "Customer ID",
    "payment": "Payment Amount",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One property; `targets` are the record types a reference may name, `choices` an enumeration's ids and names."""

    name: str
    kind: Kind
    targets: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, "Field"] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    is_read_only: bool = False
    is_custom: bool = False
    is_mandatory: bool = False

    @property
    def label(self) -> str:
        """The field's name as the screens show it."""
        return _LABELS.get(self.name) or _HUMPS.sub(" ", self.name[:1].upper() + self.name[1:])


Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """A record type. Records of one `group` share ids and external ids; `permission` is what a role needs."""

    name: str
    group: str
    fields: Fields
    permission: str
    title: str
    code: str = ""
    is_writable: bool = True

    @property
    def is_transaction(self) -> bool:
        """Whether it posts to the books."""
        return self.group == "transaction"


def plain(kind: Kind, names: str, *, read_only: bool = False, custom: bool = False) -> list[Field]:
    """Describe several fields of one kind, given as one string of names."""
    return [Field(name=name, kind=kind, is_read_only=read_only, is_custom=custom) for name in names.split()]


def ref(name: str, *targets: str, read_only: bool = False, mandatory: bool = False) -> Field:
    """Describe a reference to one of these record types, or to the type of the same name."""
    return Field(name=name, kind="ref", targets=targets or (name,), is_read_only=read_only, is_mandatory=mandatory)


def enum(name: str, *, read_only: bool = False, **choices: str) -> Field:
    """Describe an enumeration; ids that are no identifiers are given with a leading underscore."""
    clean = {id.lstrip("_"): text for id, text in choices.items()}
    return Field(name=name, kind="enum", choices=clean, is_read_only=read_only)


def sublist(name: str, key: str, *fields: Field | list[Field], mandatory: bool = False) -> Field:
    """Describe a sublist; `key` names the properties that identify a line, empty where it has none."""
    return Field(name=name, kind="list", key=tuple(key.split()), fields=table(*fields), is_mandatory=mandatory)


def subrecord(name: str, *fields: Field | list[Field], read_only: bool = False) -> Field:
    """Describe a subrecord."""
    return Field(name=name, kind="object", fields=table(*fields), is_read_only=read_only)


def table(*fields: Field | Iterable[Field]) -> dict[str, Field]:
    """Index fields by name."""
    flat: list[Field] = []
    for one in fields:
        flat.extend([one] if isinstance(one, Field) else one)
    return {one.name: one for one in flat}
