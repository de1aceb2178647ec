"""Roles with their permissions and levels; a GET opens a record for editing, so it needs the level to edit."""

from dataclasses import dataclass, field

from integrations.connectors.netsuite.simulator.answers import refuse
from integrations.connectors.netsuite.simulator.records.types import PERMISSIONS
from integrations.connectors.netsuite.simulator.schema import RecordType
from integrations.sandbox.app import Json

LEVELS = ("none", "view", "create", "edit", "full")
REST = "REST Web Services"
OAUTH = "Log in using OAuth 2.0 Access Tokens"
WORKBOOK = "SuiteAnalytics Workbook"
SETUP = (REST, OAUTH, WORKBOOK)
KNOWN = (*SETUP, *PERMISSIONS)

NEEDED = {"GET": "edit", "POST": "create", "PUT": "edit", "PATCH": "edit", "DELETE": "full"}


@dataclass(slots=True, kw_only=True)
class Role:
    """A role; what `levels` does not name is not permitted."""

    id: str
    name: str
    levels: dict[str, str] = field(default_factory=dict)
    is_administrator: bool = False

    def may(self, permission: str, level: str = "view") -> bool:
        """Tell whether the role has a permission at this level or above."""
        return LEVELS.index(self.levels.get(permission, "none")) >= LEVELS.index(level)

    def grant(self, changes: Json) -> None:
        """Set levels by permission, `true` for full and `false` for none; `ValueError` names what is not known."""
        for permission, level in changes.items():
            wanted = {True: "full", False: "none"}.get(level, level) if isinstance(level, bool) else level
            if permission not in KNOWN:
                raise ValueError(f"Unknown permission {permission!r}. Known: {', '.join(KNOWN)}.")
            if wanted not in LEVELS:
                raise ValueError(f"Unknown level {level!r}. Known: {', '.join(LEVELS)}.")
            self.levels[permission] = wanted


def integration_role(id: str, name: str) -> Role:
    """Make the role that the set-up guide describes, with every permission."""
    return Role(id=id, name=name, levels=dict.fromkeys(KNOWN, "full"))


def require(role: Role, type: RecordType, method: str) -> None:
    """Refuse a record operation that the role has no permission for."""
    if not role.may(type.permission, NEEDED[method]):
        refuse(
            403,
            "INSUFFICIENT_PERMISSION",
            f"Permission Violation: You need a higher level of the '{type.permission}' permission to access this page. "
            "Please contact your account administrator.",
        )
