"""What SuiteQL answers to a statement it does not take (vendor file, 5)."""

from typing import NoReturn

from integrations.connectors.netsuite.simulator.answers import refuse


def invalid(text: str) -> NoReturn:
    """Refuse a statement."""
    refuse(
        400,
        "INVALID_PARAMETER",
        f"Invalid search query. Detailed unprocessed description follows. {text}.",
        param="q",
    )


def unknown_identifier(name: str) -> NoReturn:
    """Refuse a column that is not there."""
    invalid(f"Search error occurred: Unknown identifier '{name}'")


def unknown_record(name: str) -> NoReturn:
    """Refuse a table that is not there, or that the role may not see."""
    invalid(f"Search error occurred: Record '{name}' was not found")
