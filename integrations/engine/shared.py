"""The one Redis client of this process for what workers share: limits and tokens. Nothing here is the truth."""

from functools import lru_cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

_PATIENCE_S = 1.0


@lru_cache(maxsize=1)
def shared_redis() -> Redis:
    """Give the client: short time-outs and one more try, as callers know what to do without Redis."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=_PATIENCE_S,
        socket_connect_timeout=_PATIENCE_S,
        retry=Retry(NoBackoff(), 1),
    )
