"""`$filter`: parses the documented grammar and nothing more, and finds rows by it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal, DivisionByZero, InvalidOperation

from integrations.connectors.dynamics365.simulator.answers import bad_query
from integrations.connectors.dynamics365.simulator.odata.lexer import Word, words
from integrations.connectors.dynamics365.simulator.schema import EntitySet, Field, Values, fold
from integrations.connectors.dynamics365.simulator.store import Row, Table

NOON = time(12, tzinfo=UTC)
COMPARING = ("eq", "ne", "gt", "ge", "lt", "le")
SUMS = ("add", "sub")
PRODUCTS = ("mul", "div", "divby", "mod")

Test = Callable[[Values], bool]
Reading = Callable[[Values], object]


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of rows, with the look-ups that find all that may pass it (None: a scan is needed)."""

    test: Test
    look_ups: tuple[tuple[str, object], ...] | None = None


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison: a property, a literal, or a sum of them."""

    read: Reading
    kind: str
    field: Field | None = None
    literal: object = None


class Parser:
    """Parses one filter for one set."""

    def __init__(self, entity_set: EntitySet, text: str) -> None:
        self._set = entity_set
        self._text = text
        self._words = words(text)
        self._at = 0

    def condition(self) -> Condition:
        """Parse the whole filter."""
        found = self._either()
        if self._at != len(self._words):
            raise self._wrong()
        return found

    def _either(self) -> Condition:
        found = self._both()
        while self._takes("or"):
            left, right = found, self._both()
            found = Condition(_or(left.test, right.test), _joined(left, right))
        return found

    def _both(self) -> Condition:
        found = self._single()
        while self._takes("and"):
            left, right = found, self._single()
            found = Condition(_and(left.test, right.test), left.look_ups if left.look_ups else right.look_ups)
        return found

    def _single(self) -> Condition:
        if self._takes("not"):
            inner = self._single()
            return Condition(_not(inner.test))
        start = self._at
        if self._takes("(", kind="mark"):
            nested = self._nested()
            if nested is not None:
                return nested
            self._at = start
        return self._comparison()

    def _nested(self) -> Condition | None:
        """Parse what stands in brackets as a condition; None when it is arithmetic."""
        depth, at = 1, self._at
        while at < len(self._words) and depth:
            word = self._words[at]
            if word.kind == "name" and word.value in (*COMPARING, "and", "or", "not", "in", "has"):
                found = self._either()
                self._expect(")")
                return found
            depth += {"(": 1, ")": -1}.get(str(word.value), 0) if word.kind == "mark" else 0
            at += 1
        return None

    def _comparison(self) -> Condition:
        left = self._sum()
        word = self._next()
        operator = str(word.value)
        if word.kind != "name" or operator not in COMPARING:
            if operator in ("in", "has"):
                raise bad_query(f"The operator '{operator}' is not supported.")
            raise self._wrong()
        found = _compared(left, operator, self._sum(), self._text)
        if found.look_ups and any(name not in self._set.indexed for name, _ in found.look_ups):
            return Condition(found.test)
        return found

    def _sum(self) -> Operand:
        found = self._product()
        while (word := self._peek()) is not None and word.kind == "name" and word.value in SUMS:
            self._at += 1
            found = _computed(found, str(word.value), self._product())
        return found

    def _product(self) -> Operand:
        found = self._operand()
        while (word := self._peek()) is not None and word.kind == "name" and word.value in PRODUCTS:
            self._at += 1
            found = _computed(found, str(word.value), self._operand())
        return found

    def _operand(self) -> Operand:
        word = self._next()
        if word.kind == "mark" and word.value == "(":
            found = self._sum()
            self._expect(")")
            return found
        if word.kind == "name":
            return self._property(str(word.value))
        if word.kind == "mark":
            raise self._wrong()
        value = word.value
        kind = word.enum if word.kind == "enum" else word.kind
        return Operand(lambda values: value, kind, literal=value)

    def _property(self, name: str) -> Operand:
        if name == "null":
            return Operand(lambda values: None, "null")
        following = self._peek()
        if following is not None and following.kind == "mark" and following.value == "(":
            raise bad_query(f"An unknown function with name '{name}' was found.")
        field = self._set.fields.get(name)
        if field is None:
            raise bad_query(
                f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.DataEntities.{self._set.type}'."
            )
        kinds = {"string": "text", "decimal": "number", "int32": "number", "int64": "number"}
        kind = "moment" if field.type in ("date", "utc") else kinds.get(field.type, field.type)
        return Operand(_reader(field), kind, field)

    def _peek(self) -> Word | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def _next(self) -> Word:
        word = self._peek()
        if word is None:
            raise self._wrong()
        self._at += 1
        return word

    def _takes(self, value: str, kind: str = "name") -> bool:
        word = self._peek()
        if word is not None and word.kind == kind and word.value == value:
            self._at += 1
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._takes(mark, kind="mark"):
            raise self._wrong()

    def _wrong(self) -> Exception:
        return bad_query(f"Syntax error in '{self._text}'.")


def find(table: Table, condition: Condition | None) -> list[Row]:
    """List the rows that pass, by record id."""
    if condition is None:
        return list(table)
    test = condition.test
    ups = condition.look_ups
    if ups:
        unique = {row.rec_id: row for name, value in ups for row in table.where(name, value)}
        return [row for row in unique.values() if test(row.values)]
    return [row for row in table if test(row.values)]


def _reader(field: Field) -> Reading:
    name = field.name
    if field.type == "date":
        return lambda values: datetime.combine(values[name], NOON)
    return lambda values: fold(values[name])


def _compared(left: Operand, operator: str, right: Operand, text: str) -> Condition:
    if left.field is None and right.field is not None:
        swapped = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
        return _compared(right, swapped.get(operator, operator), left, text)
    _check_kinds(left, operator, right, text)
    if right.kind == "text" and isinstance(right.literal, str):
        return _texts(left, operator, right.literal)
    read, other = left.read, right.read
    tests: dict[str, Test] = {
        "eq": lambda values: read(values) == other(values),
        "ne": lambda values: read(values) != other(values),
        "gt": lambda values: read(values) > other(values),  # type: ignore[operator]
        "ge": lambda values: read(values) >= other(values),  # type: ignore[operator]
        "lt": lambda values: read(values) < other(values),  # type: ignore[operator]
        "le": lambda values: read(values) <= other(values),  # type: ignore[operator]
    }
    if left.kind not in ("text", "number", "moment", "null"):
        wanted = fold(right.literal)
        tests["eq"] = lambda values: read(values) == wanted
        tests["ne"] = lambda values: read(values) != wanted
    look_ups = None
    if operator == "eq" and left.field is not None and right.literal is not None and left.kind == "number":
        look_ups = ((left.field.name, right.literal),)
    return Condition(tests[operator], look_ups)


def _check_kinds(left: Operand, operator: str, right: Operand, text: str) -> None:
    if "null" in (left.kind, right.kind):
        if operator not in ("eq", "ne"):
            raise bad_query(f"'{operator}' cannot be used with null in '{text}'.")
        return
    if left.kind != right.kind:
        raise bad_query(
            f"A binary operator with incompatible types was detected in '{text}': '{left.kind}' {operator} "
            f"'{right.kind}'."
        )
    if left.kind not in ("text", "number", "moment") and operator not in ("eq", "ne"):
        raise bad_query(f"Only eq and ne are supported for the enum '{left.kind}'.")


def _texts(left: Operand, operator: str, literal: str) -> Condition:
    """Compare text; a star in the literal stands for any text, as `like` does in X++."""
    read, wanted = left.read, literal.lower()
    if "*" in wanted and operator in ("eq", "ne"):
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.split("*")), re.DOTALL)
        is_wanted = operator == "eq"
        return Condition(lambda values: bool(pattern.fullmatch(str(read(values)))) == is_wanted)
    tests: dict[str, Test] = {
        "eq": lambda values: read(values) == wanted,
        "ne": lambda values: read(values) != wanted,
        "gt": lambda values: str(read(values)) > wanted,
        "ge": lambda values: str(read(values)) >= wanted,
        "lt": lambda values: str(read(values)) < wanted,
        "le": lambda values: str(read(values)) <= wanted,
    }
    look_ups = ((left.field.name, wanted),) if operator == "eq" and left.field is not None else None
    return Condition(tests[operator], look_ups)


def _computed(left: Operand, operator: str, right: Operand) -> Operand:
    if left.kind != "number" or right.kind != "number":
        raise bad_query(f"'{operator}' needs numbers.")
    one, two = left.read, right.read

    def read(values: Values) -> object:
        return _arithmetic(operator, Decimal(str(one(values))), Decimal(str(two(values))))

    return Operand(read, "number")


def _arithmetic(operator: str, left: Decimal, right: Decimal) -> Decimal:
    try:
        if operator == "add":
            return left + right
        if operator == "sub":
            return left - right
        if operator == "mul":
            return left * right
        return left % right if operator == "mod" else left / right
    except (DivisionByZero, InvalidOperation):
        raise bad_query("Divide by zero error encountered.") from None


def _joined(left: Condition, right: Condition) -> tuple[tuple[str, object], ...] | None:
    return (*left.look_ups, *right.look_ups) if left.look_ups and right.look_ups else None


def _or(left: Test, right: Test) -> Test:
    return lambda values: left(values) or right(values)


def _and(left: Test, right: Test) -> Test:
    return lambda values: left(values) and right(values)


def _not(inner: Test) -> Test:
    return lambda values: not inner(values)
