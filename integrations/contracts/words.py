"""The small types that all contracts are made of."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

Scalar: TypeAlias = str | int | Decimal | bool | date | datetime | None
Value: TypeAlias = "Scalar | tuple[Value, ...] | list[Value] | Mapping[str, Value]"
Day: TypeAlias = date  # inside a class with a field called date
Environment: TypeAlias = Literal["sandbox", "test", "live"]
Side: TypeAlias = Literal["source", "target"]
Module: TypeAlias = Literal["ar", "ap", "gl"]  # receivables, payables, the general ledger
LinkState: TypeAlias = Literal["standing", "reversing", "reversed"]
CompanionState: TypeAlias = Literal["standing", "reversal", "reversed"]  # reversal: it takes another one back
DIFFERENCE_OPEN = "difference_not_booked"  # MappingError of an amendment: the document stands, its difference waits
