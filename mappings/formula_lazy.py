"""The functions that decide themselves which arguments are worked out: choices, SUM over the lines, look-ups."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from mappings.errors import FormulaError
from mappings.formula_arithmetic import ADD, number, truth
from mappings.formula_functions import ANY_NUMBER
from mappings.formula_syntax import Node
from mappings.scope import Run, Scope, is_line_path
from mappings.value_maps import LookupTable
from mappings.values import Value, is_blank, to_text

MAX_STEPS: Final = 100_000
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LazyFunction:
    """A function that is given its arguments unevaluated."""

    build: Callable[[Node, list[Run]], Run]
    least: int
    most: int


def _if(node: Node, arguments: list[Run]) -> Run:
    """Choose; without a third argument the other choice is blank."""
    condition, then, *rest = arguments
    otherwise: Run = rest[0] if rest else lambda scope: None
    return lambda scope: then(scope) if truth(condition(scope)) else otherwise(scope)


def _and(node: Node, arguments: list[Run]) -> Run:
    return lambda scope: all(truth(argument(scope)) for argument in arguments)


def _or(node: Node, arguments: list[Run]) -> Run:
    return lambda scope: any(truth(argument(scope)) for argument in arguments)


def _coalesce(node: Node, arguments: list[Run]) -> Run:
    def run(scope: Scope) -> Value:
        for argument in arguments:
            value = argument(scope)
            if not is_blank(value):
                return value
        return None

    return run


def _sum(node: Node, arguments: list[Run]) -> Run:
    """Add the arguments up; one that reads the line is worked out on every line of the document."""
    parts = [_sum_part(child, work) for child, work in zip(node.children, arguments, strict=True)]

    def run(scope: Scope) -> Value:
        total = _ZERO
        for part in parts:
            total = ADD(total, part(scope))
        return total

    return run


def _sum_part(node: Node, work: Run) -> Callable[[Scope], Decimal]:
    if any(part.kind == "field" and is_line_path(part.name) for part in node.walk()):
        return _over_lines(node, work)
    return lambda scope: _number_or_zero(work(scope))


def _number_or_zero(value: Value) -> Decimal:
    return _ZERO if is_blank(value) else number(value)


def _over_lines(node: Node, work: Run) -> Callable[[Scope], Decimal]:
    """Add up over the lines, once a document: total or error stay in the scope's memo for the rows of later lines."""

    def run(scope: Scope) -> Decimal:
        total = scope.memo.get(work)
        if total is None:
            total = scope.memo[work] = _line_total(node, work, scope)
        if isinstance(total, FormulaError):
            raise total.with_traceback(None)
        return total

    return run


def _line_total(node: Node, work: Run, scope: Scope) -> Decimal | FormulaError:
    """Work out the total. The steps are known beforehand, since there are no loops but this one."""
    if node.size * len(scope.lines) > MAX_STEPS:
        reason = f"it would take more than {MAX_STEPS} steps over {len(scope.lines)} lines"
        return FormulaError(reason, position=node.position, code="too_many_steps")
    here, total, done = scope.line, _ZERO, 0
    try:
        for line in scope.lines:
            scope.line = line
            total = ADD(total, _number_or_zero(work(scope)))
            done += 1
    except FormulaError as fault:
        return FormulaError(
            f"on line {done + 1}: {fault.reason}",
            position=fault.position or node.position,
            code=fault.code,
            value=fault.value,
            advice=fault.advice,
        )
    except ArithmeticError:
        return FormulaError("a number becomes too large or too small", position=node.position, code="overflow")
    finally:
        scope.line = here
    return total


def lookup(table: LookupTable, keys: list[Run]) -> Run:
    """Look the keys up in the value map; a miss is a FormulaError that says where to add the entry."""

    def run(scope: Scope) -> Value:
        wanted = tuple([to_text(key(scope)) for key in keys])
        found = table.find(wanted, scope.on)
        if found is None:
            raise table.missing(wanted)
        return found

    return run


LAZY: Final[dict[str, LazyFunction]] = {
    "IF": LazyFunction(build=_if, least=2, most=3),
    "AND": LazyFunction(build=_and, least=1, most=ANY_NUMBER),
    "OR": LazyFunction(build=_or, least=1, most=ANY_NUMBER),
    "COALESCE": LazyFunction(build=_coalesce, least=1, most=ANY_NUMBER),
    "SUM": LazyFunction(build=_sum, least=1, most=ANY_NUMBER),
}
