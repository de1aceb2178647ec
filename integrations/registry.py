"""Finds connectors and pairs by their folders; the only importlib in the project."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from integrations.contracts import Connector, Pair

_HERE = Path(__file__).parent


def _folders(kind: str, module: str) -> list[str]:
    return sorted(path.relative_to(_HERE / kind).parts[0] for path in (_HERE / kind).glob(f"*/{module}"))


@cache
def connectors() -> dict[str, Connector]:
    """Give all connectors by slug."""
    return {
        slug: import_module(f"integrations.connectors.{slug}.connector").CONNECTOR
        for slug in _folders("connectors", "connector.py")
    }


@cache
def pairs() -> dict[str, Pair]:
    """Give all pairs by slug."""
    return {slug: import_module(f"integrations.pairs.{slug}.pair").PAIR for slug in _folders("pairs", "pair.py")}


def connector(slug: str) -> Connector:
    """Give a connector. Raises KeyError."""
    return connectors()[slug]


def pair(slug: str) -> Pair:
    """Give a pair. Raises KeyError."""
    return pairs()[slug]


def simulators() -> list[Callable[..., Any]]:
    """Give the builders of all simulators, for the sandbox."""
    return [
        import_module(f"integrations.connectors.{slug}.simulator").build
        for slug in _folders("connectors", "simulator/__init__.py")
    ]


def sandbox_hosts(slug: str) -> Mapping[str, int]:
    """Give the hosts that another simulator in a connector's folder answers for, such as a sign-in, by port offset.

    A simulator package names them in `HOSTS`; all other hosts belong to the connector's own port offset.
    """
    if not (_HERE / "connectors" / slug / "simulator" / "__init__.py").is_file():
        return {}
    hosts: Mapping[str, int] = getattr(import_module(f"integrations.connectors.{slug}.simulator"), "HOSTS", {})
    return hosts


def connector_choices() -> list[tuple[str, str]]:
    """Give (slug, name) of all connectors, for model and form choices."""
    return [(slug, found.name) for slug, found in connectors().items()]


def pair_choices() -> list[tuple[str, str]]:
    """Give (slug, name) of all pairs."""
    return [(slug, found.name) for slug, found in pairs().items()]


def folder(kind: str, slug: str) -> Path:
    """Give the folder of a connector or a pair, for its guide, page and logo."""
    return _HERE / kind / slug
