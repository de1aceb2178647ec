"""What differs from one Acumatica site to the next or is not established, switched by the control API."""

from dataclasses import dataclass, field, fields
from typing import Any

CHOICES = {
    "unknown_fields": ("ignore", "refuse"),
    "overlong": ("refuse", "truncate"),
    "customer_numbering": ("either", "manual", "auto"),
    "direct_line_account": ("expense", "sales"),
    "row_order": ("hashed", "key", "random"),
    "endpoint_list": ("object", "array"),
}


@dataclass(slots=True, kw_only=True)
class Options:
    """The switches with their defaults: of two readings of the vendor file, the one harder for a client.

    Counts such as `silent_actions` say how many of the next calls are struck.
    """

    api_users: int = 3  # open sessions; a trial licence has 2
    login_limit_status: int = 500  # or 429: not established
    login_error_status: int = 500
    lockout_after: int = 5
    session_idle_s: int = 1200
    token_life_s: int = 3600
    refresh_life_s: int = 30 * 86400
    refresh_rotates: bool = True
    gives_refresh_token: bool = True
    cores: int = 4
    queue_length: int = 20
    requests_per_minute: int = 0  # 0: no limit, as in a trial licence
    retry_after: bool = False
    unknown_fields: str = "ignore"
    overlong: str = "refuse"
    patch_available: bool = True
    codes_in_paths: bool = False
    endpoint_list: str = "object"
    row_order: str = "hashed"
    cross_view_and_is_empty: bool = True
    timezone_offset_min: int = 0
    operation_polls: int = 1
    operation_s: float = 0.2
    silent_actions: int = 0  # answered 204 without an effect
    concurrency_conflicts: int = 0  # writes and actions that end with "Another process has updated"
    html_redirects: int = 0  # entity calls answered 302 to an error page
    hold_on_entry: bool = True
    require_payment_ref: bool = True
    validate_totals: bool = False
    require_control_total: bool = False
    credit_terms_in_memos: bool = False
    auto_post: bool = True
    restrict_closed_periods: bool = True
    manual_numbering: bool = False
    sales_lines_need_item: bool = True
    advanced_so_invoices: bool = False
    direct_line_account: str = "expense"
    customer_numbering: str = "either"
    customer_key_length: int = 10
    void_needs_release: bool = False
    approve_refunds: bool = False
    subaccounts_on: bool = True
    account_checked_at_save: bool = True
    missing_rates: list[str] = field(default_factory=list)

    def change(self, changes: dict[str, Any]) -> None:
        """Set switches by name; `ValueError` names one that does not exist or cannot be set so."""
        known = self.shown()
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"Unknown option {name!r}. Known: {', '.join(known)}.")
            wanted = type(known[name])
            if wanted is not type(value) and not (wanted is float and type(value) is int):
                raise ValueError(f"Option {name!r} wants a {wanted.__name__}, not {value!r}.")
            if value not in CHOICES.get(name, (value,)):
                raise ValueError(f"Option {name!r} is one of {', '.join(CHOICES[name])}.")
        for name, value in changes.items():
            setattr(self, name, type(known[name])(value))

    def shown(self) -> dict[str, Any]:
        """Give all switches as they stand."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def strike(self, name: str) -> bool:
        """Use up one of a counted switch; False when none is left."""
        left = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return bool(left)
