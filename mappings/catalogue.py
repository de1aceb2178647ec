"""What a mapping can read and fill: the fields of a source and of a target, with their types."""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mappings.rows import Level

FieldType: TypeAlias = Literal["text", "amount", "date", "bool", "enum", "reference", "integer"]
_JOINT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetField:
    """One field a mapping may fill.

    `reference` names the kind of reference data an id must come from; `max_length` 0 means unknown.
    """

    name: str
    label: str
    type: FieldType = "text"
    level: Level = "header"
    required: bool = False
    enum: tuple[str, ...] = ()
    max_length: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceField:
    """One field a mapping may read, with a sample from a real record.

    Line fields are named as in the line, without the `line.` under which rows read them.
    """

    name: str
    label: str
    type: FieldType = "text"
    level: Level = "header"
    sample: str = ""


def label_from(name: str) -> str:
    """Give a technical name as words, for fields that nobody gave a label: "TaxCalcMode" -> "Tax calc mode"."""
    words = [word if word.isupper() and len(word) > 1 else word.lower() for word in _JOINT.sub(" ", name).split()]
    told = " ".join(words)
    return told[:1].upper() + told[1:]
