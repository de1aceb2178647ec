"""What differs from one environment to the next, or is not established: switches, strict by default."""

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(slots=True)
class Options:
    """The environment's switches.

    `posting_service` is the path `{Group}/{Service}/{Operation}` of a custom service that posts a journal, if deployed;
    `user_groups` are those of the service user, to whom a module's period may be restricted;
    `denied_sets` are those that the service user has no privilege for; `required_dimensions` maps the beginning of a
    main account to the dimensions that its account structure insists on; `conflicts_next` is how many of the coming
    journal lines collide on their header as if another were being written.
    """

    page_size: int = 10_000
    autopost: bool = True
    unescaped_accounts: bool = False
    duplicate_status: int = 400
    conflict_status: int = 500
    conflicts_next: int = 0
    post_status: int = 201
    empty_row_404: bool = False
    integration_key_writable: bool = False
    free_vouchers: bool = False
    checks_period_on_insert: bool = True
    automatic_settlement: bool = False
    unique_invoice_numbers: bool = True
    customer_account_required: bool = False
    posting_service: str = ""
    dataverse_events: bool = False
    user_groups: list[str] = field(default_factory=list)
    denied_sets: list[str] = field(default_factory=list)
    required_dimensions: dict[str, list[str]] = field(default_factory=dict)

    def change(self, changes: dict[str, Any]) -> None:
        """Set switches by name; `ValueError` names one that does not exist or has the wrong type."""
        known = {one.name: getattr(self, one.name) for one in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"Unknown option {name!r}. Known: {', '.join(known)}.")
            if type(value) is not type(known[name]):
                raise ValueError(f"Option {name!r} wants a {type(known[name]).__name__}, not {value!r}.")
            setattr(self, name, value)
