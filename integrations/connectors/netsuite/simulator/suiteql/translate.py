"""Checks a parsed statement and writes it as SQLite SQL: names, types, permissions, grouping."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from integrations.connectors.netsuite.simulator.answers import refuse
from integrations.connectors.netsuite.simulator.suiteql.calls import CALLS
from integrations.connectors.netsuite.simulator.suiteql.complaint import invalid, unknown_identifier, unknown_record
from integrations.connectors.netsuite.simulator.suiteql.grouping import has_aggregate, is_grouped
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
    Param,
    Select,
    Source,
    Star,
)
from integrations.connectors.netsuite.simulator.suiteql.sql import (
    Access,
    Query,
    Scope,
    Sql,
    common_type,
    comparable,
    mismatch,
    number,
)
from integrations.connectors.netsuite.simulator.suiteql.tables import TABLES, Column, Table

_COMPARED = ("=", "<>", "<", ">", "<=", ">=")


def translate(select: Select, params: int, access: Access) -> Query:
    """Check a statement for a role and give it as SQL."""
    work = Translator(access, params)
    body, columns = work.select(select, None)
    order = work.order(select, columns)
    return Query(text=body, order=order, columns=tuple(columns), params=tuple(work.params))


class Translator:
    """Walks one statement; parameters take the type of what they are compared with."""

    def __init__(self, access: Access, params: int) -> None:
        self._access = access
        self.params = ["text"] * params
        self._scope = Scope()

    def select(self, select: Select, outer: Scope | None) -> tuple[str, list[tuple[str, str]]]:
        """Write a SELECT without its ORDER BY and give its columns with their types."""
        self._scope = Scope(outer=outer)
        sources = "".join(self._source(source) for source in select.sources)
        where = f" WHERE {self._condition(select.where)}" if select.where else ""
        outputs, columns = self._outputs(select)
        self._check_groups(select)
        group = ", ".join(self.value(node).text for node in select.group_by)
        having = f" HAVING {self._condition(select.having)}" if select.having else ""
        distinct = "DISTINCT " if select.is_distinct else ""
        body = f"SELECT {distinct}{', '.join(outputs)} FROM {sources}{where}"  # noqa: S608 - built from checked names
        return f"{body}{' GROUP BY ' + group if group else ''}{having}", columns

    def order(self, select: Select, columns: list[tuple[str, str]]) -> str:
        """Write the terms of ORDER BY, nulls as Oracle places them."""
        return ", ".join(self._order_term(term, columns) for term in select.order_by)

    def value(self, node: Node) -> Sql:
        """Write a value."""
        written = _VALUES.get(type(node))
        if written is None:
            invalid("Syntax error: a value is expected")
        return written(self, node)

    # FROM

    def _source(self, source: Source) -> str:
        table = TABLES.get(source.table)
        if table is None or not self._sees(table):
            unknown_record(source.table)
        if source.alias in self._scope.tables:
            invalid(f"Search error occurred: the alias '{source.alias}' is used twice")
        self._scope.tables[source.alias] = table
        text = f'{self._restricted(table)} AS "{source.alias}"'
        if source.kind == "":
            return text
        if source.kind == ",":
            return f", {text}"
        assert source.on is not None
        return f" {source.kind} JOIN {text} ON {self._condition(source.on)}"

    def _sees(self, table: Table) -> bool:
        if table.permission == "*":
            return self._access.types is None or bool(self._access.types)
        return table.permission in self._access.permissions

    def _restricted(self, table: Table) -> str:
        if table.permission != "*" or self._access.types is None:
            return f"ns_{table.name}"
        types = ", ".join(f"'{one}'" for one in self._access.types)
        seen = f"SELECT id FROM ns_transaction WHERE type IN ({types})"  # noqa: S608 - our own codes
        column = {"transaction": "id", "nexttransactionlinelink": "nextdoc"}.get(table.name, '"transaction"')
        return f"(SELECT * FROM ns_{table.name} WHERE {column} IN ({seen}))"  # noqa: S608 - our own names

    # SELECT list, groups, order

    def _outputs(self, select: Select) -> tuple[list[str], list[tuple[str, str]]]:
        texts: list[str] = []
        columns: list[tuple[str, str]] = []
        for output in select.outputs:
            if isinstance(output.node, Star):
                for name in self._star(output.node):
                    sql = self.value(name)
                    columns.append((name.column, sql.type))
                    texts.append(f'{sql.text} AS "{name.column}"')
                continue
            sql = self.value(output.node)
            plain = output.node.column if isinstance(output.node, Name) else f"expr{len(columns) + 1}"
            columns.append((output.alias or plain, sql.type))
            texts.append(f'{sql.text} AS "{columns[-1][0]}"')
        return texts, columns

    def _star(self, star: Star) -> list[Name]:
        if star.table is not None and star.table not in self._scope.tables:
            unknown_identifier(star.table)
        return [
            Name(alias, column)
            for alias, table in self._scope.tables.items()
            if star.table in (None, alias)
            for column in table.columns
        ]

    def _check_groups(self, select: Select) -> None:
        has_aggregates = any(has_aggregate(output.node) for output in select.outputs)
        if not select.group_by and not has_aggregates:
            return
        for output in select.outputs:
            if not is_grouped(output.node, select.group_by):
                invalid("Search error occurred: not a GROUP BY expression")

    def _order_term(self, term: Order, columns: list[tuple[str, str]]) -> str:
        node, never_null = term.node, False
        if isinstance(node, Name) and node.table is None and node.column in [name for name, _ in columns]:
            text = f'"{node.column}"'
            never_null = node.column == "id"
        elif isinstance(node, Literal) and isinstance(node.value, Decimal):
            text = str(int(node.value))
            if not 1 <= int(node.value) <= len(columns):
                invalid("Search error occurred: ORDER BY item must be the number of a SELECT-list expression")
        else:
            text = self.value(node).text
            never_null = isinstance(node, Name) and node.column in ("id", "transaction", "uniquekey", "nextdoc")
        direction = "DESC" if term.is_descending else "ASC"
        nulls = term.nulls or ("FIRST" if term.is_descending else "LAST")
        return f"{text} {direction}" if never_null else f"{text} {direction} NULLS {nulls}"

    # Conditions

    def _condition(self, node: Node) -> str:
        written = _CONDITIONS.get(type(node))
        if written is None or (isinstance(node, Binary) and node.op not in _COMPARED):
            invalid("Syntax error: a condition is expected")
        return written(self, node)

    def _logic(self, node: Logic) -> str:
        return "(" + f" {node.op} ".join(self._condition(part) for part in node.parts) + ")"

    def _not(self, node: Not) -> str:
        return f"NOT ({self._condition(node.operand)})"

    def _compare(self, node: Binary) -> str:
        left, right = self._alike(node.left, node.right)
        return f"{left} {node.op} {right}"

    def _is_null(self, node: IsNull) -> str:
        return f"{self.value(node.operand).text} IS {'NOT ' if node.is_negated else ''}NULL"

    def _in(self, node: In) -> str:
        word = "NOT IN" if node.is_negated else "IN"
        left = self.value(node.operand)
        if isinstance(node.values, Select):
            return f"{left.text} {word} ({self._nested(node.values, left)})"
        values = [self._alike(node.operand, one)[1] for one in node.values]
        return f"{left.text} {word} ({', '.join(values)})"

    def _exists(self, node: Exists) -> str:
        return f"EXISTS ({self._nested(node.select, None)})"

    def _nested(self, select: Select, wanted: Sql | None) -> str:
        here = self._scope
        text, columns = self.select(select, here)
        self._scope = here
        if wanted is not None and (len(columns) != 1 or not comparable(wanted.type, columns[0][1])):
            invalid("Search error occurred: the sub-query does not fit what it is compared with")
        return text

    def _like(self, node: Like) -> str:
        operand, pattern = self.value(node.operand), self._text_of(node.pattern)
        if operand.type not in ("text", "null"):
            invalid("Search error occurred: LIKE needs a text field")
        escape = f" ESCAPE {self._text_of(node.escape)}" if node.escape else ""
        return f"{operand.text} {'NOT ' if node.is_negated else ''}LIKE {pattern}{escape}"

    def _text_of(self, node: Node) -> str:
        sql = self.expect(node, "text")
        if sql.type != "text":
            invalid("Search error occurred: LIKE needs a text pattern")
        return sql.text

    def _between(self, node: Between) -> str:
        left, low = self._alike(node.operand, node.low)
        _, high = self._alike(node.operand, node.high)
        return f"{left} {'NOT ' if node.is_negated else ''}BETWEEN {low} AND {high}"

    def _alike(self, left: Node, right: Node) -> tuple[str, str]:
        """Write two values that are compared, each with the other's type where it has none of its own."""
        if isinstance(left, Param) and not isinstance(right, Param):
            second, first = self._alike(right, left)
            return first, second
        one = self.value(left)
        two = self.expect(right, one.type) if isinstance(right, Param) else self.value(right)
        if isinstance(right, Literal) and isinstance(right.value, str) and one.type in ("int", "num"):
            return one.text, number(right.value, one.type)
        if isinstance(left, Literal) and isinstance(left.value, str) and two.type in ("int", "num"):
            return number(left.value, two.type), two.text
        if not comparable(one.type, two.type):
            mismatch(one.type, two.type)
        if one.type == "text" and two.type in ("int", "num"):
            return one.text, f"num_text({two.text})"
        if two.type == "text" and one.type in ("int", "num"):
            return f"num_text({one.text})", two.text
        return one.text, two.text

    # Values

    def _name(self, node: Name) -> Sql:
        found = self._scope.find(node)
        if found is None:
            self._complain(node)
        alias, column = found
        return Sql(f'"{alias}"."{column.name}"', column.type)

    def _complain(self, node: Name) -> NoReturn:
        tables = [table for alias, table in self._scope.tables.items() if node.table in (None, alias)]
        if any(node.column in table.unusable for table in tables):
            refuse(500, "UNEXPECTED_ERROR", "An unexpected error occurred. Error ID: sandbox-suiteql-field")
        if not tables:
            unknown_identifier(f"{node.table}.{node.column}")
        unknown_identifier(node.column)

    def _literal(self, node: Literal) -> Sql:
        if node.value is None:
            return Sql("NULL", "null")
        if isinstance(node.value, Decimal):
            return Sql(str(node.value), "int" if node.value == node.value.to_integral_value() else "num")
        escaped = node.value.replace("'", "''")
        return Sql(f"'{escaped}'", "text")

    def _param(self, node: Param) -> Sql:
        return self.expect(node, "text")

    def expect(self, node: Node, wanted: str) -> Sql:
        """Write a value, a parameter with the type wanted here."""
        if not isinstance(node, Param):
            return self.value(node)
        kind = "text" if wanted == "null" else wanted
        self.params[node.index] = kind
        return Sql(f"?{node.index + 1}", "text" if kind == "date" else kind)

    def _minus(self, node: Minus) -> Sql:
        inner = self.value(node.operand)
        self.require_number(inner)
        return Sql(f"-({inner.text})", inner.type)

    def _arithmetic(self, node: Binary) -> Sql:
        if node.op in _COMPARED:
            invalid("Syntax error: a value is expected, not a comparison")
        left, right = self.value(node.left), self.value(node.right)
        if node.op == "||":
            return Sql(f"({self.as_text(left)} || {self.as_text(right)})", "text")
        if left.type == "date" and node.op in "+-" and right.type in ("int", "num"):
            return Sql(f"date_plus({left.text}, {'' if node.op == '+' else '-'}({right.text}))", "date")
        self.require_number(left)
        self.require_number(right)
        if left.type == right.type == "int" and node.op != "/":
            return Sql(f"({left.text} {node.op} {right.text})", "int")
        return Sql(f"d_calc('{node.op}', {left.text}, {right.text})", "num")

    def as_text(self, sql: Sql) -> str:
        """Write a value as text for `||`, null as nothing."""
        if sql.type in ("int", "num"):
            return f"ifnull(num_text({sql.text}), '')"
        if sql.type == "date":
            return f"ifnull(date_text({sql.text}, 'MM/DD/YYYY'), '')"
        return f"ifnull({sql.text}, '')"

    def require_number(self, sql: Sql) -> None:
        if sql.type not in ("int", "num", "null"):
            invalid("Search error occurred: a number is expected; use || to join texts")

    def _case(self, node: Case) -> Sql:
        whens = [(self._condition(condition), self.value(value)) for condition, value in node.whens]
        default = self.value(node.default) if node.default else Sql("NULL", "null")
        kind = common_type([value.type for _, value in whens] + [default.type])
        text = " ".join(f"WHEN {condition} THEN {value.text}" for condition, value in whens)
        return Sql(f"CASE {text} ELSE {default.text} END", kind)

    def _call(self, node: Call) -> Sql:
        call = CALLS.get(node.name)
        if call is None:
            invalid(f"Search error occurred: Unknown function '{node.name}'")
        return call(self, node)

    def column_of(self, node: Node) -> tuple[str, Column]:
        """Give the column that `BUILTIN.DF` is asked about."""
        found = self._scope.find(node) if isinstance(node, Name) else None
        if found is None:
            if isinstance(node, Name):
                self._complain(node)
            invalid("Search error occurred: BUILTIN.DF needs a field")
        return found


_VALUES: Mapping[type, Callable[[Translator, Any], Sql]] = {
    Name: Translator._name,
    Literal: Translator._literal,
    Param: Translator._param,
    Minus: Translator._minus,
    Binary: Translator._arithmetic,
    Case: Translator._case,
    Call: Translator._call,
}
_CONDITIONS: Mapping[type, Callable[[Translator, Any], str]] = {
    Logic: Translator._logic,
    Not: Translator._not,
    Binary: Translator._compare,
    IsNull: Translator._is_null,
    In: Translator._in,
    Exists: Translator._exists,
    Like: Translator._like,
    Between: Translator._between,
}
