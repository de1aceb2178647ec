"""The grammar of formulas: from spreadsheet text to a tree of bounded depth, every fault with its column."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from mappings.errors import FormulaError
from mappings.values import HIGHEST_DIGIT, Value

MAX_LENGTH = 2_000
MAX_DEPTH = 32

Kind: TypeAlias = Literal["literal", "field", "call", "join", "sum", "product", "compare", "negate", "percent"]

GRAMMAR = r"""
?start: comparison
?comparison: join (COMPARE join)?
?join: sum (AMPERSAND sum)*
?sum: product (SIGN product)*
?product: unary (FACTOR unary)*
?unary: percent | SIGN unary -> signed
?percent: atom | percent PERCENT -> percented
?atom: NUMBER -> number
     | STRING -> text
     | BOOLEAN -> boolean
     | NAME -> field
     | BRACKETED -> bracketed
     | FUNCTION "(" [comparison ("," comparison)*] ")" -> call
     | "(" comparison ")"
COMPARE: "<=" | ">=" | "<>" | "=" | "<" | ">"
AMPERSAND: "&"
SIGN: "+" | "-"
FACTOR: "*" | "/"
PERCENT: "%"
NUMBER: /[0-9]+(\.[0-9]+)?|\.[0-9]+/
STRING: /"(""|[^"])*"/
BOOLEAN.2: /(true|false)(?![\w.\[(])/i
FUNCTION.3: /[A-Za-z][A-Za-z0-9_]*(?=\s*\()/
NAME: /[^\W\d]\w*(\.\w+|\[[^\[\]]{1,100}\])*/
BRACKETED: /\[[^\[\]]{1,200}\]/
%ignore /\s+/
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One place of a formula. `name` is the field, function or comparison; `operators` stand between `children`."""

    kind: Kind
    position: int
    name: str = ""
    value: Value = None
    children: "tuple[Node, ...]" = ()
    operators: tuple[Token, ...] = ()
    depth: int = 1
    size: int = 1

    def field_names(self) -> frozenset[str]:
        """Give the fields the formula reads; the name of a value map, LOOKUP's first argument, is none."""
        calls = [part for part in self.walk() if part.kind == "call" and part.name == "LOOKUP"]
        are_maps = {call.children[0].position for call in calls if call.children}
        return frozenset(part.name for part in self.walk() if part.kind == "field" and part.position not in are_maps)

    def map_names(self) -> frozenset[str]:
        """Give the value maps that LOOKUP reads."""
        calls = [part for part in self.walk() if part.kind == "call" and part.name == "LOOKUP"]
        return frozenset(call.children[0].name or str(call.children[0].value) for call in calls if call.children)

    def walk(self) -> "Iterator[Node]":
        """Give this node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def _branch(kind: Kind, position: int, children: "tuple[Node, ...]", **more: Any) -> Node:
    depth = 1 + max((child.depth for child in children), default=0)
    if depth > MAX_DEPTH:
        raise FormulaError(f"it is nested more than {MAX_DEPTH} levels deep", position=position, code="too_deep")
    size = 1 + sum(child.size for child in children)
    return Node(kind=kind, position=position, children=children, depth=depth, size=size, **more)


def _at(token: Token) -> int:
    return int(token.start_pos or 0) + 1


class _Builder(Transformer):  # type: ignore[type-arg]  # lark's own way to build while parsing; called by rule name
    """Builds nodes while the text is parsed; chains of one precedence stay flat, so that length is not depth."""

    def number(self, children: list[Token]) -> Node:
        value = Decimal(str(children[0]))
        if value.adjusted() > HIGHEST_DIGIT or len(children[0]) > 50:
            raise FormulaError("the number has too many digits", position=_at(children[0]))
        return Node(kind="literal", position=_at(children[0]), value=value)

    def text(self, children: list[Token]) -> Node:
        return Node(kind="literal", position=_at(children[0]), value=children[0][1:-1].replace('""', '"'))

    def boolean(self, children: list[Token]) -> Node:
        return Node(kind="literal", position=_at(children[0]), value=children[0].upper() == "TRUE")

    def field(self, children: list[Token]) -> Node:
        return Node(kind="field", position=_at(children[0]), name=str(children[0]))

    def bracketed(self, children: list[Token]) -> Node:
        return Node(kind="field", position=_at(children[0]), name=children[0][1:-1].strip())

    def call(self, children: list[Any]) -> Node:
        arguments = tuple(child for child in children[1:] if child is not None)
        return _branch("call", _at(children[0]), arguments, name=children[0].upper())

    def signed(self, children: list[Any]) -> Node:
        sign, operand = children
        if operand.kind == "literal" and isinstance(operand.value, Decimal):
            value = operand.value if sign == "+" else operand.value.copy_negate()
            return Node(kind="literal", position=_at(sign), value=value)
        return _branch("negate", _at(sign), (operand,), name=str(sign))

    def percented(self, children: list[Any]) -> Node:
        operand, sign = children
        return _branch("percent", _at(sign), (operand,))

    def comparison(self, children: list[Any]) -> Node:
        left, operator, right = children
        return _branch("compare", _at(operator), (left, right), name=str(operator))

    def join(self, children: list[Any]) -> Node:
        return self._chain("join", children)

    def sum(self, children: list[Any]) -> Node:
        return self._chain("sum", children)

    def product(self, children: list[Any]) -> Node:
        return self._chain("product", children)

    def _chain(self, kind: Kind, children: list[Any]) -> Node:
        return _branch(kind, _at(children[1]), tuple(children[::2]), operators=tuple(children[1::2]))


_PARSER = Lark(GRAMMAR, parser="lalr", transformer=_Builder(), maybe_placeholders=True)
_HINTS = {
    ";": "arguments are separated by a comma",
    "'": "text stands in double quotes",
    "“": "text stands in straight double quotes",
    "”": "text stands in straight double quotes",
    '"': "the text has no closing quote",
    "^": "powers are not offered",
    "[": "the bracket is not closed",
}


@lru_cache(maxsize=1_024)
def parse(text: str) -> Node:
    """Read a formula; a leading `=` is allowed. Raises FormulaError alone, with the column of the fault.

    What was read is kept: the same formulas are read for every check, preview and run.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"it is longer than {MAX_LENGTH} characters", position=MAX_LENGTH + 1, code="too_long")
    if not text.strip().removeprefix("=").strip():
        raise FormulaError("it is empty", position=1)
    body = text.replace("=", " ", 1) if text.lstrip().startswith("=") else text
    try:
        return _PARSER.parse(body)  # type: ignore[return-value]  # the builder gives nodes
    except UnexpectedCharacters as fault:
        raise FormulaError(_character_reason(fault.char), position=(fault.pos_in_stream or 0) + 1) from None
    except UnexpectedToken as fault:
        raise _token_error(fault, text) from None
    except UnexpectedEOF:
        raise FormulaError("it ends too early", position=len(text) + 1) from None


def _character_reason(char: str) -> str:
    hint = _HINTS.get(char)
    return f"'{char}' cannot stand here" + (f": {hint}" if hint else "")


def _token_error(fault: UnexpectedToken, text: str) -> FormulaError:
    token = fault.token
    if token.type == "$END":
        missing = "a closing parenthesis is missing" if "RPAR" in fault.expected else "it ends too early"
        return FormulaError(missing, position=len(text) + 1)
    if token.type == "COMPARE" and fault.expected & {"$END", "RPAR"}:
        return FormulaError("only two values can be compared at a time: join comparisons by AND", position=_at(token))
    return FormulaError(f"'{str(token)[:40]}' cannot stand here", position=_at(token))
