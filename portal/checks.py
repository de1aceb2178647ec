"""What production refuses to start with; every message says what to set."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

KEY_LENGTH = 50
FERNET_KEY_LENGTH = 32
KEY_HINT = "make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
TEST_BACKENDS = ("console", "locmem", "dummy", "filebased")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must not be so in production."""

    id: str
    is_broken: Callable[[Any], bool]
    problem: str
    remedy: str


def has_weak_secret_key(current: Any) -> bool:
    """Tell whether the secret key is missing, the default one, short or of few different characters."""
    key = current.SECRET_KEY
    return key == current.DEFAULT_SECRET_KEY or key.startswith("django-insecure-") or is_guessable(key, KEY_LENGTH)


def has_weak_fernet_keys(current: Any) -> bool:
    """Tell whether the keys that seal credentials are missing, short, or the secret key again."""
    keys = current.FERNET_KEYS
    return not keys or any(is_guessable(key, FERNET_KEY_LENGTH) or key == current.SECRET_KEY for key in keys)


def is_guessable(key: str, length: int) -> bool:
    """Tell whether a key is shorter than `length` or repeats a few characters."""
    return len(key) < length or len(set(key)) < 10


RULES = (
    Rule(
        id="portal.E001",
        is_broken=lambda current: current.DEBUG,
        problem="DEBUG is on: error pages would show settings and source.",
        remedy="Unset DEBUG or set DEBUG=false.",
    ),
    Rule(
        id="portal.E002",
        is_broken=has_weak_secret_key,
        problem=f"SECRET_KEY is missing, the default, or guessable (below {KEY_LENGTH} characters).",
        remedy=f"Set SECRET_KEY; {KEY_HINT}",
    ),
    Rule(
        id="portal.E003",
        is_broken=has_weak_fernet_keys,
        problem="FERNET_KEYS is missing, too short or equal to SECRET_KEY: customers' credentials are sealed with it.",
        remedy=f"Set FERNET_KEYS (comma-separated, newest first) and keep it safe; {KEY_HINT}",
    ),
    Rule(
        id="portal.E004",
        is_broken=lambda current: not (current.SESSION_COOKIE_SECURE and current.CSRF_COOKIE_SECURE),
        problem="Cookies would be sent over plain HTTP.",
        remedy="Unset SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE, or set both to true.",
    ),
    Rule(
        id="portal.E005",
        is_broken=lambda current: not current.SECURE_SSL_REDIRECT,
        problem="Plain HTTP would be answered.",
        remedy="Unset SECURE_SSL_REDIRECT or set it to true (and BEHIND_TLS_PROXY=true where a proxy ends TLS).",
    ),
    Rule(
        id="portal.E006",
        is_broken=lambda current: current.SECURE_HSTS_SECONDS < 3600,
        problem="Browsers are not told to stay on HTTPS (HSTS is off or below an hour).",
        remedy="Unset SECURE_HSTS_SECONDS (a year) or set it to 3600 or more.",
    ),
    Rule(
        id="portal.E007",
        is_broken=lambda current: not current.ALLOWED_HOSTS or "*" in current.ALLOWED_HOSTS,
        problem="ALLOWED_HOSTS is empty or a wildcard.",
        remedy="Set ALLOWED_HOSTS to the portal's host names, comma-separated.",
    ),
    Rule(
        id="portal.E008",
        is_broken=lambda current: current.DATABASE_URL == current.DEFAULT_DATABASE_URL,
        problem="DATABASE_URL is not set; the embedded PostgreSQL is for development only (it may lose data).",
        remedy="Set DATABASE_URL to postgres://user:password@host:port/name.",
    ),
    Rule(
        id="portal.E009",
        is_broken=lambda current: current.REDIS_URL == current.DEFAULT_REDIS_URL,
        problem="REDIS_URL is not set.",
        remedy="Set REDIS_URL to redis://:password@host:port/0.",
    ),
    Rule(
        id="portal.E010",
        is_broken=lambda current: current.SETTLE_SCALE != 1,
        problem="SETTLE_SCALE is not 1: an unknown outcome could be settled too early and a document booked twice.",
        remedy="Unset SETTLE_SCALE.",
    ),
    Rule(
        id="portal.E011",
        is_broken=lambda current: bool(current.CHAOS_CHECKPOINTS),
        problem="CHAOS_CHECKPOINTS is set: workers would be killed on purpose.",
        remedy="Unset CHAOS_CHECKPOINTS.",
    ),
    Rule(
        id="portal.E012",
        is_broken=lambda current: current.SANDBOX_BASE_PORT is not None and not current.SANDBOX_IN_PRODUCTION,
        problem="SANDBOX_BASE_PORT is set: sandbox connections would be dialled on this machine's loopback.",
        remedy="Unset SANDBOX_BASE_PORT, or set SANDBOX_IN_PRODUCTION=true if this portal offers the sandbox.",
    ),
    Rule(
        id="portal.E013",
        is_broken=lambda current: current.EMAIL_BACKEND.split(".")[-2] in TEST_BACKENDS,
        problem="EMAIL_BACKEND delivers nothing: nobody could confirm an address or reset a password.",
        remedy="Set EMAIL_BACKEND to SMTP or to one of anymail's backends (with ANYMAIL).",
    ),
)


def check_production(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """List what production must not start with, as Django system checks; nothing in development."""
    if not settings.IS_PRODUCTION:
        return []
    return [Error(rule.problem, hint=rule.remedy, id=rule.id) for rule in RULES if rule.is_broken(settings)]


def refuse_unsafe_start() -> None:
    """End the process with every broken rule and its remedy; returns where there is none."""
    broken = check_production()
    if broken:
        lines = [f"  {message.id} {message.msg}\n      {message.hint}" for message in broken]
        sys.exit("ml-connector does not start in production:\n" + "\n".join(lines))
