"""Which purchase orders are approved: JD Edwards has no fixed code, so every part of the rule is configurable."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRule:
    """The customer's order activity rules, as far as approval needs them."""

    order_types: tuple[str, ...] = ("OP",)
    approved_from: int = 280
    closed_from: int = 999
    cancelled: str = "980"
    pending: tuple[str, ...] = ("1N", "2N")


class Statused(Protocol):
    """What the rule looks at in an order line."""

    @property
    def next_status(self) -> str:
        """NXTR."""
        ...

    @property
    def last_status(self) -> str:
        """LTTR."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether amount or quantity is open."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A row of Held Orders: approval status, and the code that released it (blank: still held)."""

    status: str
    released_by: str


def why_not_approved(
    rule: ApprovalRule, order_type: str, hold_code: str, lines: Iterable[Statused], holds: Iterable[Hold]
) -> str:
    """Say why an order is not approved; empty if it is. Cancelled lines do not count."""
    if order_type not in rule.order_types:
        return f"orders of type {order_type} are not read"
    if hold_code:
        return f"hold code {hold_code} stands on the order"
    if any(hold.status in rule.pending and not hold.released_by for hold in holds):
        return "an approval is pending"
    return _why_lines(rule, [line for line in lines if line.last_status != rule.cancelled])


def _why_lines(rule: ApprovalRule, lines: list[Statused]) -> str:
    if not lines:
        return "every line is cancelled"
    statuses = [int(line.next_status) if line.next_status.isdecimal() else 0 for line in lines]
    if all(status >= rule.closed_from for status in statuses) or not any(line.is_open for line in lines):
        return "nothing is open any more"
    early = [status for status in statuses if status < rule.approved_from]
    return f"a line stands at status {min(early)}, before {rule.approved_from}" if early else ""
