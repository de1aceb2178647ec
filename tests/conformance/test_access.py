"""Signing in: the ping, wrong secrets, and that no secret and no token is ever seen."""

import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from integrations import registry
from integrations.errors import ConfigurationError, ConnectorError, UnknownOutcomeError
from tests.conformance.bench import Bench, bench_of, run_ping
from tests.conformance.reading import whole
from tests.conformance.secrecy import altered, assert_fit_to_show, leaks, secrets_of
from tests.conformance.systems import SLUGS, TRIED, name_of, trial_of
from tests.conformance.writing import Ledger

SECRETS = [(slug, each.name) for slug in SLUGS for each in registry.connector(slug).fields if each.is_secret]


@pytest.mark.parametrize("slug", SLUGS)
def test_it_pings_its_system(bench: Bench, slug: str):
    assert all(run_ping(bench))


@pytest.mark.parametrize(("slug", "secret"), SECRETS)
def test_it_explains_a_wrong_secret(slug: str, secret: str):
    with bench_of(slug) as fresh:
        wrong = altered(fresh.connector, secret, fresh.typed())
        with pytest.raises(ConfigurationError) as caught:
            run_ping(fresh, **wrong)
        assert_fit_to_show(fresh, caught.value)
        assert caught.value.code in {each.code for each in fresh.connector.explanations}


@pytest.mark.parametrize("slug", SLUGS)
def test_it_knows_its_system_again(bench: Bench, slug: str):
    with bench.session() as first, bench.session() as second:
        assert first.identity().fingerprint == second.identity().fingerprint


@pytest.mark.parametrize("slug", SLUGS)
def test_it_shows_no_secret_in_what_it_prints_of_itself(bench: Bench, slug: str):
    run_ping(bench)
    with bench.session() as session:
        session.identity()
        said = [repr(bench.settings()), repr(bench.connector), repr(session), str(session)]
        said += [repr(value) for value in vars(session).values()]
        assert leaks(bench, " ".join(said)) == []


@pytest.fixture
def log() -> Iterator[structlog.testing.LogCapture]:
    """Catch every line at debug, also of loggers that took their settings before."""
    captured, before = structlog.testing.LogCapture(), structlog.get_config()
    structlog.configure(
        processors=[captured],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        cache_logger_on_first_use=False,
    )
    settled = _settled_loggers()
    for logger, _ in settled:
        del logger.__dict__["bind"]
    yield captured
    structlog.configure(**before)
    for logger, bind in settled:
        logger.__dict__["bind"] = bind


def _settled_loggers() -> list[tuple[Any, Any]]:
    """Give the modules' loggers that keep what they were bound to at their first use."""
    modules = [module for name, module in sys.modules.items() if name.startswith(("integrations", "audit"))]
    values = [value for module in modules for value in vars(module).values()]
    lazy = {id(value): value for value in values if isinstance(value, structlog._config.BoundLoggerLazyProxy)}
    return [(each, each.__dict__["bind"]) for each in lazy.values() if "bind" in each.__dict__]


@pytest.mark.parametrize("slug", SLUGS)
def test_it_logs_no_secret_and_no_token(bench: Bench, slug: str, log, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    run_ping(bench)
    with bench.session() as session:
        whole(bench, session, "reference_values")
    assert any(entry["event"] == "call" for entry in log.entries)
    assert secrets_of(bench)
    assert leaks(bench, f"{log.entries} {caplog.text}") == []


@pytest.mark.parametrize(("slug", "sink"), TRIED, ids=[name_of(case) for case in TRIED])
def test_it_shows_no_secret_of_a_write(ledger: Ledger, slug: str, sink: str, log, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    trial = trial_of(slug, sink)
    drafts = [ledger.draft(trial) for _ in range(3)]
    said = [repr(ledger.sink(drafts[0]).book(drafts[0]))]
    with pytest.raises(ConnectorError) as refused:
        ledger.book(trial.refused(drafts[1]))
    ledger.bench.fault("answer_lost_after_commit", times=1, **trial.write)
    with pytest.raises(UnknownOutcomeError) as lost:
        ledger.book(drafts[2])
    for error in (refused.value, lost.value):
        said += [repr(error), error.message, error.answer, error.value, error.field]
    said += [repr(ledger.sink(drafts[0])), repr(drafts), str(log.entries), caplog.text]
    assert any(entry["event"] == "call" and entry["method"] == trial.write["method"] for entry in log.entries)
    assert secrets_of(ledger.bench)
    assert leaks(ledger.bench, " ".join(said)) == []
