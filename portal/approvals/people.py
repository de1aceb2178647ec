"""Who may approve: members whose role may do the thing itself, never support staff, never who asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.approvals.requests import Person
from integrations.models import Action
from portal.models import Membership, Role, Tenant, User
from portal.permissions import Ability, is_allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What somebody's role must allow for a thing to be asked for and approved; `role`: only this one."""

    ability: Ability
    role: Role | None = None

    def is_met_by(self, membership: Membership) -> bool:
        """Tell whether a member may do it."""
        if self.role is not None and membership.role != self.role:
            return False
        return is_allowed(membership.role, self.ability)


NEEDS: dict[str, Need] = {  # by the kind of request
    "publish": Need(ability=Ability.MAP),
    "maps": Need(ability=Ability.MAP),
    "undo": Need(ability=Ability.MAP),
    "identity": Need(ability=Ability.CONFIGURE, role=Role.OWNER),
    "replay": Need(ability=Ability.OPERATE),
    "heal": Need(ability=Ability.MAP),
    "post-anew": Need(ability=Ability.MAP),
    "rule": Need(ability=Ability.MANAGE),
}
_KIND_OF: dict[str, str] = {
    Action.PUBLISH: "publish",
    Action.UNDO: "undo",
    Action.IDENTITY: "identity",
    Action.REPLAY: "replay",
    Action.RULE: "rule",
}


def person_of(user: User) -> Person:
    """Give a user as requests name them."""
    return Person(id=user.pk, email=user.email)


def eligible_of(members: Sequence[Membership], kind: str) -> list[User]:
    """Give those of a company's members who may ask for and approve a kind of request."""
    need = NEEDS[kind]
    return [each.user for each in members if is_eligible(each, need)]


def members_of(tenant: Tenant | int) -> list[Membership]:
    """Give a company's members with their accounts, by address."""
    rows = Membership.objects.for_tenant(tenant).select_related("user")
    return list(rows.order_by("user__email"))


def is_eligible(membership: Membership, need: Need) -> bool:
    """Tell whether a member may do a thing, asked or approved: support staff never do."""
    user = membership.user
    return user.is_active and not user.is_staff and not user.is_superuser and need.is_met_by(membership)


def eligible_for(tenant: Tenant | int, action: Action) -> list[User]:
    """Give the members of a company who may approve an action that another one asked for."""
    return eligible_of(members_of(tenant), _KIND_OF[action])
