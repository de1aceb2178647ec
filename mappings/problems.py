"""What is wrong with a mapping, or with a record under it: one fault of one row, said in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """One fault of one row, in a mapping or for a record. Problems with equal code, field and value have one cause.

    `line` counts from 1 and is None for the header; `row_id` is empty where no row exists; `value` is what was met.
    """

    row_id: str
    field: str
    code: str
    sentence: str
    value: str = ""
    line: int | None = None

    def __str__(self) -> str:
        return self.sentence
