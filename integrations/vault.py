"""Seals and opens secrets with the keys of FERNET_KEYS; the only place where a connection's credentials are opened."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from fernet_fields.hkdf import derive_fernet_key

from integrations.contracts import Environment, Settings
from integrations.errors import ConfigurationError

OWN_VALUES = frozenset({"subscription_id", "subscription_key", "subscription_checked_at"})


class HasSecrets(Protocol):
    """A connection's row, as far as the vault looks at it."""

    pk: Any
    environment: Any
    values: Any
    credentials: Any
    inbound_secrets: Any


class Sealed:
    """A sealed value as it came from the database. It stays shut until the vault opens it: no page or log shows it."""

    __slots__ = ("token",)

    def __init__(self, token: bytes) -> None:
        self.token = token

    def __repr__(self) -> str:
        return "<sealed>"


# Keys


@lru_cache(maxsize=8)
def _sealer(keys: tuple[str, ...]) -> MultiFernet:
    if not all(keys) or not keys:
        raise ImproperlyConfigured("FERNET_KEYS is empty: set it to one long random text, newest first when rotating.")
    return MultiFernet([Fernet(derive_fernet_key(key)) for key in keys])


def sealer() -> MultiFernet:
    """Give what seals with the newest key and opens with any. Raises ImproperlyConfigured without keys."""
    return _sealer(tuple(settings.FERNET_KEYS))


def seal(text: str) -> str:
    """Seal a text with the newest key."""
    return sealer().encrypt(text.encode()).decode("ascii")


def unseal(token: str | bytes) -> str:
    """Open what `seal` sealed. Raises ConfigurationError when its key is gone from FERNET_KEYS."""
    try:
        return sealer().decrypt(token).decode()
    except InvalidToken as error:
        raise ConfigurationError(
            "A stored secret cannot be opened: the key that sealed it is missing from FERNET_KEYS. Put the old key "
            "back at the end of the list, or enter the secret again.",
            code="sealing_key_missing",
        ) from error


def reseal(token: bytes) -> bytes:
    """Seal anew with the newest key, so that old keys can go; what cannot be opened stays as it is."""
    try:
        return sealer().rotate(token)
    except InvalidToken:
        return token


# Connections


def _open(value: Any) -> dict[str, str]:
    if isinstance(value, Sealed):
        value = json.loads(unseal(value.token))
    return dict(value or {})


def open_credentials(connection: HasSecrets) -> dict[str, str]:
    """Open a connection's secret values. Raises ConfigurationError when their key is gone."""
    return _open(connection.credentials)


def open_inbound(connection: HasSecrets) -> dict[str, str]:
    """Open the secrets that a connection's webhooks are verified with."""
    return _open(connection.inbound_secrets)


def typed_values(values: Mapping[str, str]) -> dict[str, str]:
    """Leave out what we keep among a connection's values for ourselves: it opens nothing and changes by itself."""
    return {name: text for name, text in values.items() if name not in OWN_VALUES}


def open_settings(connection: HasSecrets) -> Settings:
    """Give a saved connection as its connector sees it, secrets opened."""
    environment: Environment = connection.environment
    values = {**connection.values, **open_credentials(connection)}
    return Settings(connection_id=str(connection.pk), environment=environment, values=values)


def put_credentials(connection: HasSecrets, changed: Mapping[str, str]) -> None:
    """Replace the secrets given and keep the others; an empty one is kept, as forms never show it. Does not save."""
    connection.credentials = {**open_credentials(connection), **{name: text for name, text in changed.items() if text}}


def put_inbound(connection: HasSecrets, changed: Mapping[str, str]) -> None:
    """Replace the inbound secrets given and keep the others. Does not save."""
    connection.inbound_secrets = {**open_inbound(connection), **changed}


def present_secrets(connection: HasSecrets) -> frozenset[str]:
    """Name the secrets that are set, without showing them."""
    return frozenset(name for name, text in open_credentials(connection).items() if text)
