"""What differs from one NetSuite account to the next: features, preferences and form settings, switched by control."""

from dataclasses import dataclass, field, fields
from typing import Any

SERVICES = ("rest_web_services", "oauth2", "analytics")


@dataclass(slots=True)
class Options:
    """The account's switches, with what a new sandbox account has.

    `tax_engine` is suitetax, legacy or none; `mandatory` names per record type the fields its form insists on, lines as
    `item.department`; `allow_override` says whether a sent document number is kept or silently ignored.
    """

    tax_engine: str = "suitetax"
    mandatory: dict[str, list[str]] = field(default_factory=dict)
    allow_override: bool = True
    auto_apply_default: bool = False
    allow_date_outside_period: bool = True
    allow_non_gl_changes: bool = True
    invoice_approval: bool = False
    concurrency_limit: int = 5
    shuffle: bool = False
    timezone: str = "America/Los_Angeles"
    rest_web_services: bool = True
    oauth2: bool = True
    analytics: bool = True
    broken_throttle_body: bool = False

    def change(self, changes: dict[str, Any]) -> None:
        """Set switches by name; `ValueError` names one that does not exist or has the wrong type."""
        known = {one.name: getattr(self, one.name) for one in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"Unknown option {name!r}. Known: {', '.join(known)}.")
            if type(value) is not type(known[name]):
                raise ValueError(f"Option {name!r} wants a {type(known[name]).__name__}, not {value!r}.")
            setattr(self, name, value)
        if self.tax_engine not in ("suitetax", "legacy", "none"):
            raise ValueError("tax_engine is suitetax, legacy or none.")
