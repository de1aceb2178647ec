"""What must never be seen, and whether an error is fit to be shown."""

import re
from base64 import b64decode

from integrations.contracts import Connector
from integrations.errors import ConnectorError
from tests.conformance.bench import Bench


def altered(connector: Connector, name: str, typed: dict[str, str]) -> dict[str, str]:
    """Give a well-formed but wrong value for a secret: a new key pair where the portal makes it, else another end."""
    if next(each for each in connector.fields if each.name == name).kind == "generated" and connector.generate:
        return connector.generate(typed)
    old = typed[name]
    return {name: old[:-1] + ("A" if old[-1] != "A" else "B")}


def secrets_of(bench: Bench) -> set[str]:
    """Give what must never be seen: secrets (long ones by their middle lines, too) and tokens."""
    values = [bench.typed().get(each.name, "") for each in bench.connector.fields if each.is_secret]
    lines = [line for value in values for line in value.splitlines() if not line.startswith("-----")]
    tokens = bench.tokens.ever
    inside = [part for token in tokens for part in re.findall(r'(?<=": ")[^"]{12,}|(?<=":")[^"]{12,}', token)]
    return {each for each in (*values, *lines, *tokens, *inside) if len(each) > 5}


def leaks(bench: Bench, said: str) -> list[str]:
    """Give the secrets that stand in a text, plainly or in base64."""
    plain = said + " ".join(_decoded(word) for word in re.findall(r"[A-Za-z0-9+/]{12,}={0,2}", said))
    return [secret for secret in secrets_of(bench) if secret in plain]


def _decoded(word: str) -> str:
    try:
        return b64decode(word + "=" * (-len(word) % 4)).decode("latin-1")
    except ValueError:
        return ""


def assert_fit_to_show(bench: Bench, error: ConnectorError) -> None:
    """Check that an error has a code and a short sentence without markup and secrets."""
    assert error.code
    assert error.message
    assert len(error.message) < 1500
    assert "<" not in error.message
    assert not leaks(bench, f"{error!r} {error.message} {error.answer} {error.value}")
