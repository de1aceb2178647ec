"""$filter: OData v3 as the contract-based API takes it, with typed literals; what it cannot do is 500."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.connectors.acumatica.simulator.answers import server_error
from integrations.connectors.acumatica.simulator.body import custom_key
from integrations.connectors.acumatica.simulator.contract import Entity, Field
from integrations.connectors.acumatica.simulator.store import Record
from integrations.connectors.acumatica.simulator.values import DATE_ONLY, INTEGERS, NUMBERS, read_moment

ODATA = "Microsoft.Data.OData.ODataException"
MISFIT = "A binary operator with incompatible types was detected."
FUNCTIONS = ("substringof", "startswith", "endswith")
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a is not None and b is not None and a > b,
    "ge": lambda a, b: a is not None and b is not None and a >= b,
    "lt": lambda a, b: a is not None and b is not None and a < b,
    "le": lambda a, b: a is not None and b is not None and a <= b,
}
_TOKEN = re.compile(
    r"\s*(?:(?P<stamp>datetimeoffset|datetime|date|guid)'(?P<at>[^']*)'|'(?P<text>(?:[^']|'')*)'"
    r"|(?P<number>-?\d+(?:\.\d+)?)(?P<suffix>[MmLlDdFf]?)(?![\w])|(?P<word>cf\.\w+|[A-Za-z_]\w*(?:/\w+)*)|(?P<mark>[(),=]))"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token: kind is text, number, moment, guid, word, mark or end."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Column:
    """A field that a filter names."""

    view: str
    key: str
    type: str


Test = Callable[[Record], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter; `views` are the views whose fields are and-ed, `keyset` a key field compared by `gt`."""

    test: Test
    views: frozenset[str]
    keyset: str
    on_details: bool


def tokens_of(text: str) -> list[Token]:
    """Split a filter into tokens or refuse it."""
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            server_error(f"Syntax error at position {at} in '{text}'.", ODATA)
        at = match.end()
        found.append(_token(match))
    return [*found, Token("end", None)]


def _token(match: re.Match[str]) -> Token:
    if match["stamp"]:
        return Token("guid" if match["stamp"] == "guid" else "moment", match["at"])
    if match["text"] is not None:
        return Token("text", match["text"].replace("''", "'"))
    if match["number"]:
        return Token("number", Decimal(match["number"]))
    return Token("word", match["word"]) if match["word"] else Token("mark", match["mark"])


class FilterParser:
    """Parses one filter for one entity."""

    def __init__(self, text: str, entity: Entity, offset: datetime.timedelta) -> None:
        self._tokens = tokens_of(text)
        self._at = 0
        self._entity = entity
        self._offset = offset
        self._views: set[str] = set()
        self._keyset = ""
        self._on_details = False
        self._has_or = False

    def parse(self) -> Filter:
        """Parse to the end or refuse."""
        test = self._or()
        if self._peek().kind != "end":
            self._wrong()
        views = frozenset() if self._has_or else frozenset(self._views)
        return Filter(test, views, self._keyset, self._on_details)

    def _or(self) -> Test:
        left = self._and()
        while self._word("or"):
            self._has_or = True
            left = _either(left, self._and())
        return left

    def _and(self) -> Test:
        left = self._one()
        while self._word("and"):
            left = _both(left, self._one())
        return left

    def _one(self) -> Test:
        if self._word("not"):
            return _negated(self._one())
        if self._mark("("):
            inner = self._or()
            self._need(")")
            return inner
        token = self._next()
        if token.kind != "word":
            self._wrong()
        if token.value in FUNCTIONS:
            return self._function(token.value)
        return self._comparison(self._column(token.value))

    def _comparison(self, column: Column) -> Test:
        operator = self._next()
        if operator.kind != "word" or operator.value not in COMPARE:
            self._wrong()
        value = self._literal(column)
        compare, key = COMPARE[operator.value], column.key
        if operator.value == "gt" and self._entity.keys and key == self._entity.stored(self._entity.keys[-1]):
            self._keyset = key
        if isinstance(value, str):
            folded = value.rstrip().lower()
            return lambda record: compare(_folded(record.fields.get(key)), folded)
        return lambda record: compare(record.fields.get(key), value)

    def _function(self, name: str) -> Test:
        self._need("(")
        first, column = (self._text(), None) if name == "substringof" else (None, self._named())
        self._need(",")
        text, column = (first, self._named()) if column is None else (self._text(), column)
        self._need(")")
        if self._word("eq") and self._next() != Token("word", "true"):
            self._wrong()
        wanted, key = str(text).lower(), column.key
        if name == "substringof":
            return lambda record: wanted in _folded(record.fields.get(key))
        if name == "startswith":
            return lambda record: _folded(record.fields.get(key)).startswith(wanted)
        return lambda record: _folded(record.fields.get(key)).endswith(wanted)

    def _named(self) -> Column:
        token = self._next()
        if token.kind != "word":
            self._wrong()
        column = self._column(token.value)
        if column.type not in ("String", "Guid"):
            server_error(MISFIT, ODATA)
        return column

    def _column(self, word: str) -> Column:
        if word.startswith("cf."):
            return self._custom(word[3:])
        fields, known = self._entity.fields, None
        for part in word.split("/"):
            known = fields.get(part)
            if known is None:
                server_error(f"Could not find a property named '{part}' on type '{self._entity.name}'.", ODATA)
            self._on_details = self._on_details or known.kind == "rows"
            fields = known.fields
        return self._use(known) if known and known.kind == "value" else self._wrong()

    def _use(self, known: Field) -> Column:
        self._views.add(known.view)
        return Column(known.view, known.key, known.type)

    def _custom(self, kind: str) -> Column:
        self._need("(")
        if self._next() != Token("word", "f"):
            self._wrong()
        self._need("=")
        view, dot, column = self._text().partition(".")
        self._need(")")
        if not dot:
            self._wrong()
        self._views.add(view)
        return Column(view, custom_key(self._entity, view, column), kind)

    def _literal(self, column: Column) -> Any:
        token = self._next()
        if token == Token("word", "null"):
            return None
        if column.type == "Boolean":
            return token.value == "true" if token.value in ("true", "false") and token.kind == "word" else _misfit()
        if column.type in INTEGERS or column.type in NUMBERS:
            return token.value if token.kind == "number" else _misfit()
        if column.type == "DateTime":
            return self._moment(column, token) if token.kind == "moment" else _misfit()
        return token.value if token.kind in ("text", "guid") else _misfit()

    def _moment(self, column: Column, token: Token) -> Any:
        try:
            return read_moment(token.value, column.key if column.key in DATE_ONLY else "", self._offset)
        except ValueError:
            return self._wrong()

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _word(self, word: str) -> bool:
        if self._peek() == Token("word", word):
            self._at += 1
            return True
        return False

    def _mark(self, mark: str) -> bool:
        if self._peek() == Token("mark", mark):
            self._at += 1
            return True
        return False

    def _need(self, mark: str) -> None:
        if not self._mark(mark):
            self._wrong()

    def _text(self) -> str:
        token = self._next()
        if token.kind != "text":
            self._wrong()
        return str(token.value)

    def _wrong(self) -> Any:
        server_error(f"Syntax error at token {self._at} of the filter.", ODATA)


def _both(left: Test, right: Test) -> Test:
    return lambda record: left(record) and right(record)


def _either(left: Test, right: Test) -> Test:
    return lambda record: left(record) or right(record)


def _negated(test: Test) -> Test:
    return lambda record: not test(record)


def _folded(value: object) -> str:
    return "" if value is None else str(value).rstrip().lower()


def _misfit() -> Any:
    server_error(MISFIT, ODATA)
