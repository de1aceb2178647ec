"""The connectors there are and what each offers: found out from registry, code and tests, never listed by hand."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib import import_module

from integrations import registry
from integrations.contracts import Settings, Tools
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.conformance import Conformance, Trial
from integrations.sandbox.testing import FreeLimiter, Loopback, Tokens, WorldClock
from integrations.sandbox.world import World

SLUGS = sorted(registry.connectors())
START = datetime(2026, 11, 21, 12, tzinfo=UTC)  # the worlds' clocks stand: only waiting moves them
REFERENCE_VALUES = "reference_values"


@cache
def conformance_of(slug: str) -> Conformance:
    """Give what a connector's tests declare."""
    return import_module(f"integrations.connectors.{slug}.tests.conformance").CONFORMANCE


def trial_of(slug: str, sink: str) -> Trial:
    """Give how a sink is tried."""
    return next(trial for trial in conformance_of(slug).trials if trial.sink == sink)


def build(slug: str) -> World:
    """Build a world of one connector's simulators."""
    return World([import_module(f"integrations.connectors.{slug}.simulator").build], clock=SandboxClock(START))


def typed_values(world: World, slug: str) -> dict[str, str]:
    """Give the simulator's own credentials, without what it tells beside them."""
    given = world.simulators[slug].credentials()
    return {name: value for name, value in given.items() if isinstance(value, str)}


@cache
def settings_of(slug: str) -> Settings:
    """Give the settings of a system's sandbox connection."""
    values = registry.connector(slug).clean(typed_values(build(slug), slug))
    return Settings(connection_id="1", environment="sandbox", values=values)


@cache
def offers(slug: str) -> tuple[frozenset[str], frozenset[str]]:
    """Ask an opened session for every word of the connector's code: what it does not know raises KeyError."""
    world = World()
    tools = Tools(tokens=Tokens(), limiter=FreeLimiter(), clock=WorldClock(world), egress=Loopback(9))
    session = registry.connector(slug).open(settings_of(slug), tools)
    words = _words(slug)
    try:
        known = [frozenset(word for word in words if _knows(give, word)) for give in (session.stream, session.sink)]
    finally:
        session.close()
    return known[0], known[1]


def _code(slug: str) -> Iterator[ast.AST]:
    """Walk the code that talks to the system."""
    for path in registry.folder("connectors", slug).rglob("*.py"):
        if not {"simulator", "tests"} & set(path.parts):
            yield from ast.walk(ast.parse(path.read_text()))


def _texts(slug: str) -> set[str]:
    return {node.value for node in _code(slug) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _words(slug: str) -> set[str]:
    return {text for text in _texts(slug) if text.isidentifier()}


def codes_of(slug: str) -> set[str]:
    """Give the codes that its errors carry: those that an error is made with, and all words of their form."""
    explained = [each.code.split("_")[0] for each in registry.connector(slug).explanations]
    form = re.compile(rf"{max(explained, key=explained.count)}_[a-z0-9][a-z0-9_]*")
    calls = [node for node in _code(slug) if isinstance(node, ast.Call) and _name(node.func).endswith("Error")]
    given = [word.value for call in calls for word in call.keywords if word.arg == "code"]
    return {text for text in _texts(slug) if form.fullmatch(text)} | {
        value.value for value in given if isinstance(value, ast.Constant)
    }


def _name(called: ast.expr) -> str:
    return getattr(called, "id", getattr(called, "attr", ""))


def _knows(give, word: str) -> bool:
    try:
        give(word)
    except KeyError:
        return False
    return True


STREAMS = [(slug, stream) for slug in SLUGS for stream in registry.connector(slug).streams]
SINKS = [(slug, sink) for slug in SLUGS for sink in registry.connector(slug).sinks]
TRIED = [(slug, trial.sink) for slug in SLUGS for trial in conformance_of(slug).trials]
READINGS = [*STREAMS, *((slug, REFERENCE_VALUES) for slug in SLUGS)]


def name_of(pair: tuple[str, str]) -> str:
    """Name a case so that one connector can be chosen with -k."""
    return "-".join(pair)
