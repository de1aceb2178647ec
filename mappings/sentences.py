"""How faults of rows are said to an accountant: the line, the field, what was met, and the next step."""

from mappings.errors import FormulaError, RowError
from mappings.problems import RowProblem
from mappings.rows import Filter, FormulaSpec, Row

_VALUE_CHARS = 200
_MET_IN_RECORDS = frozenset(
    {"bad_value", "empty_field", "wrong_type", "division_by_zero", "overflow", "too_many_steps"}
)


def row_problem(row: Row, fault: RowError, line: int | None) -> RowProblem:
    """Say why a row gives no value, for the header or for a line (counted from 1)."""
    if fault.code == "no_mapping":
        said = fault.reason
    elif isinstance(fault, FormulaError) and isinstance(row.spec, FormulaSpec):
        said = f"the formula for {row.target} stops at column {fault.position}: {fault.reason}"
    else:
        said = f"field {row.target}: {fault.reason}"
    return RowProblem(
        row_id=row.id,
        field=row.target,
        code=fault.code,
        sentence=_sentence(said, fault.advice or _advice(fault), line),
        value=fault.value[:_VALUE_CHARS],
        line=line,
    )


def filter_problem(condition: Filter, fault: RowError) -> RowProblem:
    """Say why a filter could not be judged."""
    place = f" at column {fault.position}" if isinstance(fault, FormulaError) else ""
    said = f"the filter '{condition.reason}' stops{place}: {fault.reason}"
    return RowProblem(
        row_id=condition.id,
        field="filter",
        code=fault.code,
        sentence=_sentence(said, fault.advice or _advice(fault), None),
        value=fault.value[:_VALUE_CHARS],
    )


def map_problem(name: str, sentence: str) -> RowProblem:
    """Say what is wrong with a value map as a whole."""
    return RowProblem(row_id="", field=name, code="bad_map", sentence=f"Value map {name}: {sentence}", value=name)


def catalogue_problem(row: Row | None, field: str, code: str, said: str, advice: str) -> RowProblem:
    """Say what does not agree with the catalogues; without a row where a required field has none."""
    return RowProblem(row_id=row.id if row else "", field=field, code=code, sentence=_sentence(said, advice, None))


def _advice(fault: RowError) -> str:
    if fault.code in _MET_IN_RECORDS:
        return "Correct the value in the source, or the row."
    return "Correct the formula." if isinstance(fault, FormulaError) else "Correct the row."


def _sentence(said: str, advice: str, line: int | None) -> str:
    if line is not None:
        return f"Line {line}: {said}. {advice}"
    return f"{said[:1].upper()}{said[1:]}. {advice}"
