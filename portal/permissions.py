"""What each role may do: the one table that views, templates and tests read."""

from enum import StrEnum

from portal.models import Role


class Ability(StrEnum):
    VIEW = "view"  # see everything of the company except secrets
    OPERATE = "operate"  # run, pause, replay, retry, skip
    MAP = "map"  # edit and publish mappings, accept differences, sign off
    CONFIGURE = "configure"  # connections, syncs, schedules, policies
    MANAGE = "manage"  # team and company
    EXPORT = "export"  # take the trail out


ROLE_ABILITIES: dict[Role, frozenset[Ability]] = {
    Role.OWNER: frozenset(Ability),
    Role.ADMIN: frozenset(Ability),
    Role.ACCOUNTANT: frozenset({Ability.VIEW, Ability.OPERATE, Ability.MAP, Ability.EXPORT}),
    Role.OPERATOR: frozenset({Ability.VIEW, Ability.OPERATE}),
    Role.AUDITOR: frozenset({Ability.VIEW, Ability.EXPORT}),
    Role.VIEWER: frozenset({Ability.VIEW}),
}

ROLE_SENTENCES: dict[Role, str] = {
    Role.OWNER: "Everything, including other owners and closing the company account.",
    Role.ADMIN: "Connections, syncs, mappings and the team.",
    Role.ACCOUNTANT: "Mappings, differences, retries and signing off; no credentials.",
    Role.OPERATOR: "Runs, retries and replays.",
    Role.AUDITOR: "Reads everything and takes the trail out; changes nothing.",
    Role.VIEWER: "Reads everything, changes nothing.",
}


def is_allowed(role: str, ability: Ability) -> bool:
    """Tell whether a role may do something; an unknown role may do nothing."""
    return role in Role.values and ability in ROLE_ABILITIES[Role(role)]


def assignable_roles(actor_role: str) -> tuple[Role, ...]:
    """List the roles that someone may give to, or take from, others: only an owner may touch owners."""
    if not is_allowed(actor_role, Ability.MANAGE):
        return ()
    return tuple(role for role in Role if role is not Role.OWNER or actor_role == Role.OWNER)
