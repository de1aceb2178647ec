"""The functions a SuiteQL statement may call, each written as SQLite SQL."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from integrations.connectors.netsuite.simulator.suiteql.complaint import invalid
from integrations.connectors.netsuite.simulator.suiteql.functions import strftime_of, text_date
from integrations.connectors.netsuite.simulator.suiteql.nodes import Call, Literal, Node, Param, Star
from integrations.connectors.netsuite.simulator.suiteql.sql import Sql, common_type

if TYPE_CHECKING:
    from integrations.connectors.netsuite.simulator.suiteql.translate import Translator

ISO_SECONDS, ISO_DAY = "YYYY-MM-DD HH24:MI:SS", "YYYY-MM-DD"
DEFAULT_DATE = "MM/DD/YYYY"

Writer = Callable[["Translator", Call], Sql]


def _count(work: "Translator", call: Call) -> Sql:
    (arg,) = _args(call, 1)
    if isinstance(arg, Star):
        return Sql("COUNT(*)", "int")
    return Sql(f"COUNT({'DISTINCT ' if call.is_distinct else ''}{work.value(arg).text})", "int")


def _sum(work: "Translator", call: Call) -> Sql:
    sql = work.value(_args(call, 1)[0])
    work.require_number(sql)
    distinct = "DISTINCT " if call.is_distinct else ""
    if sql.type == "int":
        return Sql(f"SUM({distinct}{sql.text})", "int")
    return Sql(f"d_sum({distinct}{sql.text})", "num")


def _average(work: "Translator", call: Call) -> Sql:
    sql = work.value(_args(call, 1)[0])
    work.require_number(sql)
    return Sql(f"AVG({sql.text})", "num")


def _extreme(work: "Translator", call: Call) -> Sql:
    sql = work.value(_args(call, 1)[0])
    return Sql(f"{call.name}({sql.text})", sql.type)


def _coalesce(work: "Translator", call: Call) -> Sql:
    if len(call.args) < 2:
        invalid(f"Search error occurred: {call.name} needs at least two arguments")
    written = [work.value(arg) for arg in call.args]
    return Sql(f"COALESCE({', '.join(sql.text for sql in written)})", common_type([sql.type for sql in written]))


def _case_of_text(work: "Translator", call: Call) -> Sql:
    sql = work.expect(_args(call, 1)[0], "text")
    return Sql(f"u_{call.name.lower()}({sql.text})", "text")


def _text_function(work: "Translator", call: Call) -> Sql:
    parts = [work.value(arg).text for arg in call.args]
    name = {"LENGTH": "LENGTH", "TRIM": "TRIM", "SUBSTR": "SUBSTR", "REPLACE": "REPLACE"}[call.name]
    return Sql(f"{name}({', '.join(parts)})", "int" if name == "LENGTH" else "text")


def _concat(work: "Translator", call: Call) -> Sql:
    one, two = _args(call, 2)
    return Sql(f"({work.as_text(work.value(one))} || {work.as_text(work.value(two))})", "text")


def _absolute(work: "Translator", call: Call) -> Sql:
    sql = work.value(_args(call, 1)[0])
    work.require_number(sql)
    return Sql(f"ABS({sql.text})", sql.type)


def _round(work: "Translator", call: Call) -> Sql:
    sql = work.value(call.args[0]) if call.args else Sql("NULL", "null")
    work.require_number(sql)
    places = work.value(call.args[1]).text if len(call.args) > 1 else "0"
    return Sql(f"ROUND({sql.text}, {places})", "num")


def _trunc(work: "Translator", call: Call) -> Sql:
    sql = work.value(call.args[0]) if call.args else Sql("NULL", "null")
    if sql.type == "date":
        return Sql(f"(substr({sql.text}, 1, 10) || ' 00:00:00')", "date")
    work.require_number(sql)
    return Sql(f"CAST({sql.text} AS INTEGER)", "int")


def _to_char(work: "Translator", call: Call) -> Sql:
    if not 1 <= len(call.args) <= 2:
        invalid("Search error occurred: TO_CHAR needs a value and a format")
    sql = work.value(call.args[0])
    if sql.type in ("int", "num"):
        return Sql(f"num_text({sql.text})", "text")
    if sql.type != "date":
        return Sql(sql.text, "text")
    picture = _picture(call.args[1]) if len(call.args) == 2 else DEFAULT_DATE
    if picture == ISO_SECONDS:
        return Sql(sql.text, "text")
    if picture == ISO_DAY:
        return Sql(f"substr({sql.text}, 1, 10)", "text")
    escaped = picture.replace("'", "''")
    return Sql(f"date_text({sql.text}, '{escaped}')", "text")


def _to_date(work: "Translator", call: Call) -> Sql:
    if not 1 <= len(call.args) <= 2:
        invalid(f"Search error occurred: {call.name} needs a text and a format")
    picture = _picture(call.args[1]) if len(call.args) == 2 else DEFAULT_DATE
    given = call.args[0]
    if isinstance(given, Literal) and isinstance(given.value, str):
        try:
            return Sql(f"'{text_date(given.value, picture)}'", "date")
        except ValueError:
            invalid(f"Search error occurred: '{given.value}' does not fit the date format '{picture}'")
    sql = work.expect(given, "text")
    if sql.type != "text" or (not isinstance(given, Param) and sql.type == "date"):
        invalid(f"Search error occurred: {call.name} needs a text")
    escaped = picture.replace("'", "''")
    return Sql(f"text_date({sql.text}, '{escaped}')", "date")


def _display(work: "Translator", call: Call) -> Sql:
    (arg,) = _args(call, 1)
    alias, column = work.column_of(arg)
    here = f'"{alias}"."{column.name}"'
    if column.names == "#type":
        return Sql(f"df_type({here})", "text")
    if column.names == "#status":
        return Sql(f'df_status("{alias}"."type", {here})', "text")
    if not column.names:
        return Sql(f"CAST({here} AS TEXT)", "text")
    table, _, name = column.names.partition(".")
    return Sql(f"(SELECT df.{name} FROM ns_{table} df WHERE df.id = {here})", "text")  # noqa: S608 - our own names


def _args(call: Call, count: int) -> tuple[Node, ...]:
    if len(call.args) != count:
        invalid(f"Search error occurred: {call.name} needs {count} argument(s)")
    return call.args


def _picture(node: Node) -> str:
    picture = node.value if isinstance(node, Literal) else None
    if not isinstance(picture, str) or strftime_of(picture) is None:
        invalid("Search error occurred: date format not recognized")
    return picture


CALLS: Mapping[str, Writer] = {
    "COUNT": _count,
    "SUM": _sum,
    "AVG": _average,
    "MIN": _extreme,
    "MAX": _extreme,
    "COALESCE": _coalesce,
    "NVL": _coalesce,
    "UPPER": _case_of_text,
    "LOWER": _case_of_text,
    "LENGTH": _text_function,
    "TRIM": _text_function,
    "SUBSTR": _text_function,
    "REPLACE": _text_function,
    "CONCAT": _concat,
    "ABS": _absolute,
    "ROUND": _round,
    "TRUNC": _trunc,
    "TO_CHAR": _to_char,
    "TO_DATE": _to_date,
    "TO_TIMESTAMP": _to_date,
    "BUILTIN.DF": _display,
}
