"""Who calls: the token's company and abilities, judged by the same table as the screens, and how often it may call."""

import math
import time
from dataclasses import dataclass
from typing import Any, cast

import structlog
from django.core.cache import cache
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle
from redis.exceptions import RedisError

from portal.api.problem import Problem, Refused
from portal.models import ApiToken, Tenant, User
from portal.permissions import Ability
from portal.tokens import abilities_of, find_token, note_use

log = structlog.get_logger()
CALLS_A_MINUTE = 240
ABILITY_KEY = "x-ability"  # where the OpenAPI document names what an operation asks for
_WINDOW_S = 60
_ACTOR_CHARS = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever calls, as every operation sees it."""

    token: ApiToken
    abilities: frozenset[Ability]

    @property
    def tenant(self) -> Tenant:
        """Give the company: every query starts from it."""
        return self.token.tenant

    @property
    def user(self) -> User:
        """Give the person in whose name the token acts."""
        return self.token.membership.user

    @property
    def actor(self) -> str:
        """Give what the trail names: the person, and the token."""
        return f"{self.user.email} (token {self.token.name})"[:_ACTOR_CHARS]


class Token(HttpBearer):
    """Let in who holds a token with an ability."""

    def __init__(self, ability: Ability) -> None:
        super().__init__()
        self.ability = ability

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Give the caller; None for a text that is no token. Raises Refused."""
        found = find_token(token.strip())
        if found is None:
            return None
        if found.tenant.is_suspended:
            raise Refused(403, "suspended", f"{found.tenant.name} is suspended.", next_step="Write to our support.")
        caller = Caller(token=found, abilities=abilities_of(found))
        demand(caller, self.ability)
        note_use(found)
        return caller


class PerToken(BaseThrottle):
    """Bound the calls of one token; where Redis cannot be asked, nobody is held up."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the call in its minute."""
        window = int(time.time()) // _WINDOW_S
        key = f"api-calls:{caller_of(request).token.pk}:{window}"
        try:
            return bool(cache.add(key, 1, 2 * _WINDOW_S)) or cache.incr(key) <= CALLS_A_MINUTE
        except (RedisError, ValueError) as error:  # ValueError: it ran out between the two
            log.warning("api.not_counted", error=str(error))
            return True

    def wait(self) -> float:
        """Give the seconds until the next minute."""
        return math.ceil(_WINDOW_S - time.time() % _WINDOW_S)


def demand(caller: Caller, ability: Ability) -> None:
    """Raise Refused where the caller may not do this."""
    if ability not in caller.abilities:
        raise Refused(403, "forbidden", f"This token may not {ability.value}: its role is {caller.token.role}.")


def caller_of(request: HttpRequest) -> Caller:
    """Give who calls."""
    return cast(Caller, request.auth)  # type: ignore[attr-defined]  # set by django-ninja


_PER_TOKEN = PerToken()


def operation(ability: Ability, success: dict[int, Any], *refusals: int, **more: Any) -> dict[str, Any]:
    """Give what every operation declares: who may call it, what it answers, and which refusals it knows besides."""
    extra = {ABILITY_KEY: ability.value, **more.pop("openapi_extra", {})}
    return {
        "auth": Token(ability),
        "throttle": _PER_TOKEN,
        "response": {**success, **dict.fromkeys((401, 403, *refusals, 422, 429), Problem)},
        "openapi_extra": extra,
        **more,
    }
