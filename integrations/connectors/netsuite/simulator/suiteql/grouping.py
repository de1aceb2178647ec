"""Which values are aggregates and which stand still within a group."""

from integrations.connectors.netsuite.simulator.suiteql.nodes import (
    Binary,
    Call,
    Case,
    Literal,
    Minus,
    Name,
    Node,
    Param,
    Star,
)

AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG")


def has_aggregate(node: Node | None) -> bool:
    """Tell whether a value contains an aggregate."""
    if isinstance(node, Call):
        return node.name in AGGREGATES or any(has_aggregate(arg) for arg in node.args)
    return any(has_aggregate(child) for child in children_of(node))


def is_grouped(node: Node, groups: tuple[Node, ...]) -> bool:
    """Tell whether a value is the same for all rows of a group."""
    if node in groups or isinstance(node, Literal | Param):
        return True
    if isinstance(node, Call) and node.name in AGGREGATES:
        return True
    if isinstance(node, Name | Star):
        return False
    inside = node.args if isinstance(node, Call) else children_of(node)
    return all(is_grouped(child, groups) for child in inside)


def children_of(node: Node | None) -> tuple[Node, ...]:
    """Give the values a value is made of, function arguments aside."""
    if isinstance(node, Binary):
        return node.left, node.right
    if isinstance(node, Minus):
        return (node.operand,)
    if isinstance(node, Case):
        values = tuple(value for _, value in node.whens)
        return (*values, node.default) if node.default else values
    return ()
