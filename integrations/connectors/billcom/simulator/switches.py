"""What is not established about BILL, or differs from one customer to the next: turned by the control API."""

from dataclasses import dataclass, field, fields
from typing import Any

CHOICES = {
    "unknown_fields": ("refuse", "ignore", "system_error"),
    "duplicate_invoices": ("allow", "per_vendor", "per_org"),
    "duplicate_vendors": ("allow", "refuse"),
    "nonpositive_lines": ("refuse", "allow"),
    "approval_unsaid": ("refuse", "drop"),
    "paging": ("offset", "keyset"),
    "reissue": ("same_payment", "new_payment"),
}


@dataclass(slots=True, kw_only=True)
class Switches:
    """The switches with their defaults: of two readings of the documentation, the one harder for a client.

    Counts such as `fail_after_commit` and `bad_signatures` say how many of the next requests or deliveries are struck.
    """

    statuses: dict[str, int] = field(default_factory=dict)  # HTTP status by BDC code, instead of the usual one
    calls_per_hour: int = 20_000
    logins_per_hour: int = 200
    in_flight: int = 3
    lockout_after: int = 5  # wrong passwords in a row; the number is not documented
    lockout_s: int = 900
    second_login_ends_first: bool = False
    mfa_required: bool = True  # documented for production; a sandbox that asks too hides no mistake
    unknown_fields: str = "refuse"
    duplicate_invoices: str = "allow"  # the client must not lean on BILL for this
    duplicate_vendors: str = "allow"
    nonpositive_lines: str = "refuse"
    po_number_max: int = 0
    check_zip: bool = True
    mask_tax_id: bool = False
    paid_edit_code: str = "BDC_1143"
    paid_edit_status: int = 400
    approval_unsaid: str = "refuse"
    approval_moves_bill: bool = False  # whether `updatedTime` moves and `bill.updated` is sent
    payment_moves_bill: bool = False
    reissue: str = "same_payment"
    payment_step_s: int = 0  # BILL's own sandbox advances payments by timers; 0: only by order
    settle_s: int = 3600  # how long a cancellation or a void is pending
    default_max: int = 20  # the guide says 100
    paging: str = "offset"
    page_token_life_s: int = 0
    empty_next_page: bool = False
    repeats_page_token: bool = False
    fail_after_commit: int = 0
    double_encoded_webhooks: bool = False
    bad_signatures: int = 0
    signs_with_old_key_s: int = 0
    history_while_disabled: bool = True

    def change(self, changes: dict[str, Any]) -> None:
        """Turn switches by name; `ValueError` names one that does not exist or cannot be turned so."""
        known = {one.name: getattr(self, one.name) for one in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"Unknown switch {name!r}. Known: {', '.join(known)}.")
            if type(value) is not type(known[name]):
                raise ValueError(f"Switch {name!r} wants a {type(known[name]).__name__}, not {value!r}.")
            if value not in CHOICES.get(name, (value,)):
                raise ValueError(f"Switch {name!r} is one of {', '.join(CHOICES[name])}.")
        for name, value in changes.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, Any]:
        """Give all switches as they stand."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def strike(self, name: str) -> bool:
        """Use up one of a counted switch; False when none is left."""
        left = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return bool(left)
