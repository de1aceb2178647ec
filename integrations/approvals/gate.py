"""The gate before every verb that the two-person rule may hold; an approval opens it once, for one deed."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from integrations.errors import ConfigurationError
from integrations.models import Action, ApprovalRequest, ApprovalRule

NEEDS_APPROVAL: Final = "needs_approval"
CHANGED: Final = "changed_since_asked"
_HELD: Final[dict[str, str]] = {
    Action.PUBLISH: "This company publishes a mapping only after a second person approved it. Leave it a draft, and "
    "ask for its publication on the mapping's page.",
    Action.UNDO: "This company reverses documents only after a second person approved it. Ask for it on the undo's "
    "page.",
    Action.IDENTITY: "This company changes what a connection leads to only after a second person approved it. Ask for "
    "it on the connection's page.",
    Action.REPLAY: "This company books these amounts again only after a second person approved it. Ask for it on the "
    "page of the record, problem or reconciliation.",
    Action.RULE: "The two-person rule is loosened only after a second person approved it. Ask for it under Two-person "
    "rule.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing to be done. `content` is JSON of all that must still be so when it is approved."""

    tenant_id: int
    action: Action
    subject: str
    content: Any

    @property
    def digest(self) -> str:
        """Give what the content is known by."""
        parts = json.dumps(self.content, sort_keys=True, default=str)
        return hashlib.sha256(parts.encode()).hexdigest()


def rule_of(tenant_id: int) -> ApprovalRule:
    """Give a company's rule, or an unsaved one that asks for nobody."""
    return ApprovalRule.objects.for_tenant(tenant_id).first() or ApprovalRule(tenant_id=tenant_id)


def holds(tenant_id: int, action: Action) -> bool:
    """Tell whether a company asks for a second person for an action, whatever its amount."""
    rule = rule_of(tenant_id)
    return rule.is_on if action == Action.RULE else bool(getattr(rule, action.value))


def demand(deed: Deed, approval: int | None, *, is_held: bool) -> None:
    """Let a deed pass that is not held, or that the request `approval` was granted for; the grant is used up.

    Call it in the deed's own transaction, with what it is about locked. Raises ConfigurationError: nobody approved
    (code `needs_approval`), or what was approved is not this (code `changed_since_asked`).
    """
    if approval is None:
        if is_held:
            raise ConfigurationError(_HELD[deed.action], code=NEEDS_APPROVAL)
        return
    granted = ApprovalRequest.objects.for_tenant(deed.tenant_id).filter(
        pk=approval,
        state=ApprovalRequest.State.GRANTED,
        action=deed.action,
        subject=deed.subject,
        digest=deed.digest,
    )
    if not granted.update(state=ApprovalRequest.State.DONE):
        raise ConfigurationError(
            "It is not what was asked for any more: something of it has changed since. Look at it as it is now, and "
            "ask anew.",
            code=CHANGED,
        )
