"""The few errors of the mapping core; whoever applies mappings to records turns them into parked records."""

from mappings.problems import RowProblem


class RowError(Exception):
    """One row cannot give its value for this record.

    `reason` is a clause for an accountant, `value` what was met, `advice` the next step as a sentence.
    """

    def __init__(self, reason: str, *, code: str, value: str = "", advice: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.value = value
        self.advice = advice


class FormulaError(RowError):
    """A formula cannot be read or worked out. `position` is the column of its text, counted from 1; 0 while unknown."""

    def __init__(
        self, reason: str, *, position: int = 0, code: str = "formula", value: str = "", advice: str = ""
    ) -> None:
        super().__init__(reason, code=code, value=value, advice=advice)
        self.position = position

    def __str__(self) -> str:
        return f"column {self.position}: {self.reason}" if self.position else self.reason

    def at(self, position: int) -> "FormulaError":
        """Give the same error placed at `position`, unless it has a place already."""
        if self.position:
            return self
        return FormulaError(self.reason, position=position, code=self.code, value=self.value, advice=self.advice)


class MappingStateError(Exception):
    """The mapping or value map is not in the state that the change needs: the message says what to do instead."""


class InvalidMappingError(Exception):
    """The mapping has faults and cannot be stored or published as it is; `problems` names each one."""

    def __init__(self, problems: tuple[RowProblem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems
