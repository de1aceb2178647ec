"""Parses a SuiteQL statement: one SELECT, in Oracle's or SQL-92's syntax."""

from decimal import Decimal
from typing import NoReturn

from integrations.connectors.netsuite.simulator.suiteql.complaint import invalid
from integrations.connectors.netsuite.simulator.suiteql.lexer import Token, tokens
from integrations.connectors.netsuite.simulator.suiteql.nodes import (
    Between,
    Binary,
    Call,
    Case,
    Exists,
    In,
    IsNull,
    Like,
    Literal,
    Logic,
    Minus,
    Name,
    Node,
    Not,
    Order,
    Output,
    Param,
    Select,
    Source,
    Star,
)

MOST_IN = 1000
COMPARISONS = ("=", "<>", "!=", "<", ">", "<=", ">=")
RESERVED = frozenset((
    "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "ESCAPE", "BETWEEN", "IS", "NULL", "GROUP", "BY",
    "HAVING", "ORDER", "ASC", "DESC", "NULLS", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "OUTER", "CROSS", "ON", "AS",
    "DISTINCT", "CASE", "WHEN", "THEN", "ELSE", "END", "EXISTS", "UNION", "LIMIT", "OFFSET", "FETCH", "WITH",
))  # fmt: skip
DATE_LITERALS = ("DATE", "TIMESTAMP")


def parse(statement: str) -> tuple[Select, int]:
    """Give the statement's tree and the number of its parameters."""
    parser = _Parser(tokens(statement))
    select = parser.select()
    parser.expect_end()
    return select, parser.params


class _Parser:
    """Recursive descent over the tokens, one method per level of precedence."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self.params = 0

    def select(self) -> Select:
        self._expect("SELECT")
        is_distinct = self._accept("DISTINCT")
        outputs = [self._output()]
        while self._accept(","):
            outputs.append(self._output())
        self._expect("FROM")
        sources = self._sources()
        where = self._condition() if self._accept("WHERE") else None
        group_by = self._group_by()
        having = self._condition() if self._accept("HAVING") else None
        order_by = self._order_by()
        return Select(tuple(outputs), tuple(sources), where, group_by, having, order_by, is_distinct)

    def expect_end(self) -> None:
        if self._next.text in ("LIMIT", "OFFSET", "FETCH"):
            invalid(f"Syntax error: {self._next.text} is not supported; use the query parameters limit and offset")
        if self._next.kind != "end":
            self._unexpected()

    # Clauses

    def _output(self) -> Output:
        node = self._value()
        if self._accept("AS"):
            return Output(node, self._word())
        if self._next.kind in ("word", "quoted") and self._next.text not in RESERVED:
            return Output(node, self._word())
        return Output(node, None)

    def _sources(self) -> list[Source]:
        sources = [self._source("")]
        while True:
            if self._accept(","):
                sources.append(self._source(","))
            elif self._next.text in ("JOIN", "INNER", "LEFT"):
                kind = "LEFT" if self._accept("LEFT") else "INNER"
                self._accept("OUTER" if kind == "LEFT" else "INNER")
                self._expect("JOIN")
                sources.append(self._source(kind))
            elif self._next.text in ("RIGHT", "FULL", "CROSS"):
                invalid(f"Syntax error: {self._next.text} JOIN is not supported")
            else:
                break
        if {"INNER", "LEFT"} & {one.kind for one in sources} and "," in {one.kind for one in sources}:
            invalid("Syntax error: Oracle and SQL-92 join syntax cannot be mixed in one query")
        return sources

    def _source(self, kind: str) -> Source:
        if self._next.text == "(":
            invalid("Syntax error: a sub-query is not supported in FROM")
        table = self._word()
        alias = table
        if self._accept("AS") or (self._next.kind in ("word", "quoted") and self._next.text not in RESERVED):
            alias = self._word()
        on = None
        if kind in ("INNER", "LEFT"):
            self._expect("ON")
            on = self._condition()
        return Source(table.lower(), alias.lower(), kind, on)

    def _group_by(self) -> tuple[Node, ...]:
        if not self._accept("GROUP"):
            return ()
        self._expect("BY")
        terms = [self._value()]
        while self._accept(","):
            terms.append(self._value())
        return tuple(terms)

    def _order_by(self) -> tuple[Order, ...]:
        if not self._accept("ORDER"):
            return ()
        self._expect("BY")
        terms = [self._order_term()]
        while self._accept(","):
            terms.append(self._order_term())
        return tuple(terms)

    def _order_term(self) -> Order:
        node = self._value()
        is_descending = self._accept("DESC")
        if not is_descending:
            self._accept("ASC")
        nulls = ""
        if self._accept("NULLS"):
            nulls = self._word().upper()
        return Order(node, is_descending, nulls)

    # Conditions

    def _condition(self) -> Node:
        parts = [self._conjunction()]
        while self._accept("OR"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Logic("OR", tuple(parts))

    def _conjunction(self) -> Node:
        parts = [self._negation()]
        while self._accept("AND"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else Logic("AND", tuple(parts))

    def _negation(self) -> Node:
        if self._accept("NOT"):
            return Not(self._negation())
        if self._accept("EXISTS"):
            self._expect("(")
            select = self.select()
            self._expect(")")
            return Exists(select)
        if self._next.text == "(" and self._holds_a_condition():
            self._advance()
            inner = self._condition()
            self._expect(")")
            return inner
        return self._comparison()

    def _holds_a_condition(self) -> bool:
        """Look ahead in a parenthesis for what only conditions have at its own level."""
        depth = 0
        for token in self._tokens[self._at :]:
            if token.text == "(":
                depth += 1
            elif token.text == ")":
                depth -= 1
                if depth == 0:
                    return False
            elif depth == 1 and (token.text in COMPARISONS or token.text in _CONDITIONAL):
                return token.kind in ("word", "op")
        return False

    def _comparison(self) -> Node:
        left = self._value()
        if self._next.kind == "op" and self._next.text in COMPARISONS:
            op = self._advance().text
            return Binary("<>" if op == "!=" else op, left, self._value())
        if self._accept("IS"):
            is_negated = self._accept("NOT")
            self._expect("NULL")
            return IsNull(left, is_negated)
        is_negated = self._accept("NOT")
        if self._accept("IN"):
            return self._in(left, is_negated=is_negated)
        if self._accept("LIKE"):
            pattern = self._value()
            escape = self._value() if self._accept("ESCAPE") else None
            return Like(left, pattern, escape, is_negated)
        if not self._accept("BETWEEN"):
            self._unexpected()
        low = self._value()
        self._expect("AND")
        return Between(left, low, self._value(), is_negated)

    def _in(self, left: Node, *, is_negated: bool) -> Node:
        self._expect("(")
        if self._next.text == "SELECT":
            select = self.select()
            self._expect(")")
            return In(left, select, is_negated)
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._expect(")")
        if len(values) > MOST_IN:
            invalid(f"Maximum number of arguments in IN is {MOST_IN}, found {len(values)}")
        return In(left, tuple(values), is_negated)

    # Values

    def _value(self) -> Node:
        left = self._product()
        while self._next.kind == "op" and self._next.text in ("+", "-", "||"):
            left = Binary(self._advance().text, left, self._product())
        return left

    def _product(self) -> Node:
        left = self._factor()
        while self._next.kind == "op" and self._next.text in ("*", "/"):
            left = Binary(self._advance().text, left, self._factor())
        return left

    def _factor(self) -> Node:
        token = self._advance()
        if token.text == "?":
            self.params += 1
            return Param(self.params - 1)
        if token.kind == "string":
            return Literal(token.text[1:-1].replace("''", "'"))
        if token.kind == "number":
            return Literal(Decimal(token.text))
        if token.text == "-":
            return Minus(self._factor())
        if token.text == "*":
            return Star()
        if token.text == "(":
            inner = self._value()
            self._expect(")")
            return inner
        if token.kind not in ("word", "quoted"):
            self._unexpected(token)
        return self._named(token)

    def _named(self, token: Token) -> Node:
        if token.text == "NULL":
            return Literal(None)
        if token.text == "CASE":
            return self._case()
        if token.text in DATE_LITERALS and self._next.kind == "string":
            invalid("Date literals are not supported; use TO_DATE or TO_TIMESTAMP")
        if token.kind == "word" and token.text in RESERVED:
            self._unexpected(token)
        if self._next.text == "(":
            return self._call(token.text)
        if not self._accept("."):
            return Name(None, _plain(token))
        if self._accept("*"):
            return Star(_plain(token))
        column = self._advance()
        if column.kind not in ("word", "quoted"):
            self._unexpected(column)
        if self._next.text == "(":
            return self._call(f"{token.text}.{column.text}")
        return Name(_plain(token), _plain(column))

    def _call(self, name: str) -> Node:
        self._expect("(")
        if self._accept(")"):
            return Call(name, ())
        is_distinct = self._accept("DISTINCT")
        args = [self._value()]
        while self._accept(","):
            args.append(self._value())
        self._expect(")")
        return Call(name, tuple(args), is_distinct)

    def _case(self) -> Node:
        whens = []
        while self._accept("WHEN"):
            condition = self._condition()
            self._expect("THEN")
            whens.append((condition, self._value()))
        default = self._value() if self._accept("ELSE") else None
        self._expect("END")
        if not whens:
            self._unexpected()
        return Case(tuple(whens), default)

    # Tokens

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _advance(self) -> Token:
        token = self._tokens[self._at]
        if token.kind != "end":
            self._at += 1
        return token

    def _accept(self, text: str) -> bool:
        token = self._tokens[self._at]
        if token.text == text and token.kind in ("word", "op"):
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            self._unexpected()

    def _word(self) -> str:
        token = self._advance()
        if token.kind not in ("word", "quoted") or (token.kind == "word" and token.text in RESERVED):
            self._unexpected(token)
        return _plain(token)

    def _unexpected(self, token: Token | None = None) -> NoReturn:
        found = token or self._next
        invalid(f"Syntax error: unexpected '{found.raw}'")


_CONDITIONAL = frozenset(("AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS", "EXISTS"))


def _plain(token: Token) -> str:
    return token.raw.strip('"').lower()
