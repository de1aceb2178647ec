"""Which rules hold for which writable set."""

from collections.abc import Callable
from dataclasses import dataclass

from integrations.connectors.dynamics365.simulator.rules import customers, free_text, headers, lines, marking
from integrations.connectors.dynamics365.simulator.rules.shapes import BY_HEADER, SHAPES
from integrations.connectors.dynamics365.simulator.schema import Values
from integrations.connectors.dynamics365.simulator.site import Site
from integrations.connectors.dynamics365.simulator.store import Row


def _nothing(site: Site, set_name: str, row: Row) -> None:
    """Follow up with nothing."""


def _as_given(site: Site, set_name: str, row: Row, changes: Values) -> Values:
    return changes


@dataclass(frozen=True, slots=True)
class Rules:
    """What is checked before a row is made, changed or deleted, and what follows."""

    create: Callable[[Site, str, Values, Values], Values]
    made: Callable[[Site, str, Row], None] = _nothing
    change: Callable[[Site, str, Row, Values], Values] = _as_given
    delete: Callable[[Site, str, Row], None] = _nothing
    gone: Callable[[Site, str, Row], None] = _nothing


_CUSTOMERS = Rules(customers.create, customers.made, customers.change, customers.delete)

RULES: dict[str, Rules] = {
    **{name: Rules(headers.create, headers.made, headers.change, headers.delete) for name in BY_HEADER},
    **{name: Rules(lines.create, lines.made, lines.change, lines.delete, lines.gone) for name in SHAPES},
    "PaymentJournalLineSettledInvoices": Rules(marking.create_settled),
    "CustomersV3": _CUSTOMERS,
    "CustomersBase": _CUSTOMERS,
    free_text.HEADERS: Rules(free_text.create_header, free_text.header_made, free_text.change, free_text.delete),
    free_text.LINES: Rules(free_text.create_line, change=free_text.change, delete=free_text.delete),
}
