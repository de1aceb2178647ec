"""From a formula's tree to closures, so that a formula read once runs fast on many records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final

from mappings.errors import FormulaError
from mappings.formula_arithmetic import ADD, ARITHMETIC, COMPARISONS, MULTIPLY, SUBTRACT, bounded, number, text
from mappings.formula_formats import check_format
from mappings.formula_functions import ANY_NUMBER, FUNCTIONS, Function
from mappings.formula_lazy import LAZY, lookup
from mappings.formula_syntax import Node
from mappings.rows import Level
from mappings.scope import Run, Scope, is_line_path, reader
from mappings.value_maps import LookupTable
from mappings.values import Value, is_blank

_HUNDREDTH: Final = Decimal("0.01")
_FAST: Final[dict[str, Callable[[Decimal, Decimal], Decimal]]] = {"+": ADD, "-": SUBTRACT, "*": MULTIPLY}


@dataclass(frozen=True, slots=True)
class _Site:
    """Where a node stands: the level of its row, the maps within reach, and whether it is inside SUM."""

    level: Level
    maps: Mapping[str, LookupTable]
    is_in_sum: bool = False


def compile_node(node: Node, *, level: Level, maps: Mapping[str, LookupTable]) -> Run:
    """Turn a tree into one function of a scope. Both raise FormulaError alone."""
    return _compile(node, _Site(level, maps))


def _compile(node: Node, site: _Site) -> Run:
    return _COMPILERS[node.kind](node, site)


def _all(nodes: tuple[Node, ...], site: _Site) -> list[Run]:
    return [_compile(node, site) for node in nodes]


def _literal(node: Node, site: _Site) -> Run:
    value = node.value
    return lambda scope: value


def _field(node: Node, site: _Site) -> Run:
    name, position = node.name, node.position
    if site.level == "header" and is_line_path(name) and not site.is_in_sum:
        reason = f"{name} has a value on each line: in a header row it can stand in SUM only"
        raise FormulaError(reason, position=position)
    read = reader(name)

    def run(scope: Scope) -> Value:
        try:
            value = read(scope)
            return value if type(value) is str or type(value) is Decimal else _for_formulas(value, scope.zone)
        except FormulaError as fault:
            reason = f"{name}: {fault.reason}"
            raise FormulaError(reason, position=position, code=fault.code, value=fault.value) from None

    return run


def _for_formulas(value: Value, zone: tzinfo) -> Value:
    """Give a field as formulas know it: whole numbers as decimals, time stamps in the site's zone."""
    if type(value) is int:
        return Decimal(value)
    if not isinstance(value, datetime):
        return value
    try:
        return value.astimezone(zone)
    except (OverflowError, ValueError):
        raise FormulaError("the time stamp is outside the calendar", code="bad_value") from None


def _placed(node: Node, work: Run) -> Run:
    """Run `work`; give its errors the node's place and its blank fields, and turn decimal's own errors into ours."""
    fields = [(child.name, reader(child.name)) for child in node.children if child.kind == "field"]

    def run(scope: Scope) -> Value:
        try:
            return work(scope)
        except FormulaError as fault:
            if fault.position:
                raise
            empty = [name for name, read in fields if fault.code == "wrong_type" and is_blank(read(scope))]
            raise _naming(fault, empty).at(node.position) from None
        except ArithmeticError:
            reason = "a number becomes too large or too small"
            raise FormulaError(reason, position=node.position, code="overflow") from None

    return run


def _naming(fault: FormulaError, empty: list[str]) -> FormulaError:
    """Name the fields that are empty, since that is nearly always the cause."""
    if not empty:
        return fault
    names = ", ".join(empty)
    return FormulaError(f"{fault.reason} ({names} is empty)", code="empty_field", value=names)


def _chain(node: Node, site: _Site) -> Run:
    """Compile a chain of one precedence, worked out from left to right."""
    operands = _all(node.children, site)
    operators = [str(operator) for operator in node.operators]
    if len(operands) == 2:
        return _placed(node, _binary(operators[0], operands[0], operands[1]))
    first, *others = operands
    places = [int(operator.start_pos or 0) + 1 for operator in node.operators]
    steps = list(zip([ARITHMETIC[operator] for operator in operators], others, places, strict=True))

    def run(scope: Scope) -> Value:
        value = first(scope)
        for apply, operand, position in steps:
            try:
                value = apply(value, operand(scope))
            except FormulaError as fault:
                raise fault.at(position) from None
        return value

    return _placed(node, run)


def _binary(operator: str, left: Run, right: Run) -> Run:
    """Compile the frequent case: two numbers go straight to the decimal context."""
    careful = ARITHMETIC[operator]
    exact = _FAST.get(operator)
    if exact is None:
        return lambda scope: careful(left(scope), right(scope))

    def run(scope: Scope) -> Value:
        one, other = left(scope), right(scope)
        if type(one) is Decimal and type(other) is Decimal:
            return exact(one, other)
        return careful(one, other)

    return run


def _join(node: Node, site: _Site) -> Run:
    parts = _all(node.children, site)
    return _placed(node, lambda scope: bounded("".join([text(part(scope)) for part in parts])))


def _compare(node: Node, site: _Site) -> Run:
    left, right = _all(node.children, site)
    compare = COMPARISONS[node.name]
    return _placed(node, lambda scope: compare(left(scope), right(scope)))


def _negate(node: Node, site: _Site) -> Run:
    operand = _compile(node.children[0], site)
    if node.name == "+":
        return _placed(node, lambda scope: number(operand(scope)))
    return _placed(node, lambda scope: number(operand(scope)).copy_negate())


def _percent(node: Node, site: _Site) -> Run:
    operand = _compile(node.children[0], site)
    return _placed(node, lambda scope: MULTIPLY(number(operand(scope)), _HUNDREDTH))


def _call(node: Node, site: _Site) -> Run:
    if node.name == "LOOKUP":
        return _lookup(node, site)
    if node.name in LAZY:
        return _lazy(node, site)
    function = FUNCTIONS.get(node.name)
    if function is None:
        known = ", ".join(sorted([*FUNCTIONS, *LAZY, "LOOKUP"]))
        raise FormulaError(f"there is no function {node.name[:40]}. There are {known}", position=node.position)
    _check_count(node, function.least, function.most)
    if node.name == "TEXT" and node.children[1].kind == "literal":
        _check_literal_format(node.children[1])
    return _placed(node, _strict(function, _all(node.children, site)))


def _lazy(node: Node, site: _Site) -> Run:
    function = LAZY[node.name]
    _check_count(node, function.least, function.most)
    if node.name != "SUM":
        return _placed(node, function.build(node, _all(node.children, site)))
    if site.is_in_sum:
        raise FormulaError("SUM cannot stand inside SUM", position=node.position)
    inner = _Site(site.level, site.maps, is_in_sum=True)
    return _placed(node, function.build(node, _all(node.children, inner)))


def _lookup(node: Node, site: _Site) -> Run:
    _check_count(node, 2, ANY_NUMBER)
    name = node.children[0].name or str(node.children[0].value)  # a bare name or text in quotes
    table = site.maps.get(name)
    if table is None:
        reason = f"there is no value map '{name[:60]}'"
        raise FormulaError(reason, position=node.children[0].position, code="unknown_map", value=name[:60])
    if len(node.children) - 1 != table.columns:
        reason = f"{name} is looked up by {table.columns} values, not {len(node.children) - 1}"
        raise FormulaError(reason, position=node.position)
    return _placed(node, lookup(table, _all(node.children[1:], site)))


def _check_count(node: Node, least: int, most: int) -> None:
    given = len(node.children)
    if least <= given <= most:
        return
    wanted = str(least) if least == most else f"{least} or more" if most == ANY_NUMBER else f"{least} to {most}"
    raise FormulaError(f"{node.name} takes {wanted} arguments, not {given}", position=node.position)


def _check_literal_format(node: Node) -> None:
    try:
        check_format(node.value)
    except FormulaError as fault:
        raise fault.at(node.position) from None


def _strict(function: Function, arguments: list[Run]) -> Run:
    """Call a function on all its arguments; one and two are spelled out, being the frequent cases."""
    work = function.run
    if len(arguments) == 1:
        (only,) = arguments
        return lambda scope: work(only(scope))
    if len(arguments) == 2:
        first, second = arguments
        return lambda scope: work(first(scope), second(scope))
    return lambda scope: work(*[argument(scope) for argument in arguments])


_COMPILERS: Final[dict[str, Callable[[Node, _Site], Run]]] = {
    "literal": _literal,
    "field": _field,
    "call": _call,
    "join": _join,
    "sum": _chain,
    "product": _chain,
    "compare": _compare,
    "negate": _negate,
    "percent": _percent,
}
