"""Sets a company's two-person rule: tightening counts at once, loosening needs a second person once the rule is on."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from audit.record import change_config
from integrations.approvals.gate import Deed, demand, rule_of
from integrations.errors import ConfigurationError
from integrations.models import Action, ApprovalRule

FLAGS = ("publish", "undo", "identity", "replay")
LAPSE_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a rule says. `amount` is in `currency`; both count only where `replay` is on."""

    publish: bool = False
    undo: bool = False
    identity: bool = False
    replay: bool = False
    amount: Decimal = Decimal(0)
    currency: str = ""
    lapse_days: int = LAPSE_DAYS

    def dumped(self) -> dict[str, Any]:
        """Give it as JSON, the amount as text."""
        return {**asdict(self), "amount": f"{self.amount:.2f}"}

    @classmethod
    def load(cls, stored: dict[str, Any]) -> "Settings":
        """Read what `dumped` gave."""
        return cls(**{**stored, "amount": Decimal(stored["amount"])})


def settings_of(rule: ApprovalRule) -> Settings:
    """Give what a stored rule says."""
    return Settings(
        publish=rule.publish,
        undo=rule.undo,
        identity=rule.identity,
        replay=rule.replay,
        amount=Decimal(rule.replay_amount),
        currency=rule.replay_currency,
        lapse_days=rule.lapse_days,
    )


def is_looser(before: Settings, after: Settings) -> bool:
    """Tell whether anything would ask for nobody that asks for a second person now; another currency counts so."""
    if any(getattr(before, flag) and not getattr(after, flag) for flag in FLAGS):
        return True
    return before.replay and after.replay and (after.amount > before.amount or after.currency != before.currency)


def rule_deed(tenant_id: int, wanted: Settings) -> Deed:
    """Give what changing a company's rule comes to, from what it says now."""
    content = {"before": settings_of(rule_of(tenant_id)).dumped(), "after": wanted.dumped()}
    return Deed(tenant_id=tenant_id, action=Action.RULE, subject="two-person rule", content=content)


def change_rule(*, tenant_id: int, wanted: Settings, actor: str, approval: int | None = None) -> bool:
    """Keep a company's rule; give whether anything changed. Safe to call twice.

    Raises ConfigurationError: a loosening that nobody approved, or an amount without a currency.
    """
    if wanted.replay and not wanted.currency:
        raise ConfigurationError("Say in which currency the amount is.", code="no_currency", field="currency")
    with transaction.atomic():
        _lock(tenant_id)
        before = settings_of(rule_of(tenant_id))
        if before == wanted and approval is None:
            return False
        demand(rule_deed(tenant_id, wanted), approval, is_held=is_looser(before, wanted))
        _save(tenant_id, wanted)
        details = {"before": before.dumped(), "after": wanted.dumped()}
        change_config(
            tenant_id=tenant_id,
            actor=actor,
            subject="two-person rule",
            action="set the two-person rule",
            details=details,
        )
    return True


def _save(tenant_id: int, wanted: Settings) -> None:
    values = {flag: getattr(wanted, flag) for flag in FLAGS}
    values |= {"replay_amount": wanted.amount, "replay_currency": wanted.currency, "lapse_days": wanted.lapse_days}
    ApprovalRule.objects.update_or_create(tenant_id=tenant_id, defaults=values)


def _lock(tenant_id: int) -> None:
    """Let one change of a company's rule happen at a time, also where there is no row yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"two-person rule of {tenant_id}"])
