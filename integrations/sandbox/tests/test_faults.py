"""Fault rules: seeded, matched, counted."""

import httpx
import pytest

from integrations.sandbox.app import Request
from integrations.sandbox.faults import Faults
from integrations.sandbox.tests.echo import Echo
from integrations.sandbox.world import World

READ = Request.make("GET", "/api/v2/invoices?limit=1")
WRITE = Request.make("POST", "/api/v2/invoices")


def planned(rules, requests, seed=1):
    faults = Faults()
    faults.set_rules({"seed": seed, "rules": rules})
    return [faults.plan(request, is_write=request.method == "POST") for request in requests]


def test_it_gives_the_same_faults_for_the_same_seed():
    rules = [{"kind": "connection_reset", "rate": 0.3}]
    assert planned(rules, [READ] * 50, seed=7) == planned(rules, [READ] * 50, seed=7)


def test_it_gives_other_faults_for_another_seed():
    rules = [{"kind": "connection_reset", "rate": 0.3}]
    assert planned(rules, [READ] * 50, seed=7) != planned(rules, [READ] * 50, seed=8)


def test_it_stops_after_its_times():
    plans = planned([{"kind": "server_error", "times": 2}], [READ] * 4)
    assert [plan.answer for plan in plans] == ["server_error", "server_error", None, None]


def test_it_matches_method_and_path():
    rules = [{"kind": "server_error", "method": "get", "path": "/invoices"}]
    other = Request.make("GET", "/api/v2/customers")
    assert [plan.answer for plan in planned(rules, [READ, WRITE, other])] == ["server_error", None, None]


def test_it_matches_path_patterns():
    assert planned([{"kind": "server_error", "path": "/api/*/invoices"}], [READ])[0].answer == "server_error"


def test_it_loses_commits_of_writes_only():
    plans = planned([{"kind": "answer_lost_after_commit"}], [READ, WRITE])
    assert [plan.drop_after for plan in plans] == [False, True]


def test_it_adds_latency_to_another_fault():
    rules = [{"kind": "latency", "value_s": 0.25}, {"kind": "gateway_html"}]
    plan = planned(rules, [READ])[0]
    assert (plan.delay_s, plan.answer) == (0.25, "gateway_html")


def test_it_counts_hits_by_kind_after_they_end():
    faults = Faults()
    faults.set_rules({"rules": [{"kind": "rate_limit"}]})
    faults.plan(READ, is_write=False)
    faults.clear()
    assert faults.hits() == {"rate_limit": 1}


@pytest.mark.parametrize(("kind", "hint"), [("rate_limit", "7"), ("rate_limit_no_hint", None)])
def test_it_throttles_with_and_without_a_hint(kind, hint):
    world = World([Echo])
    world.faults("echo").set_rules({"rules": [{"kind": kind, "value_s": 7}]})
    client = httpx.Client(transport=httpx.WSGITransport(world.wsgi("echo")), base_url="http://echo.example")
    answer = client.get("/")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, hint)


def test_it_cuts_connections_over_wsgi_too():
    world = World([Echo])
    world.faults("echo").set_rules({"rules": [{"kind": "connection_reset"}]})
    client = httpx.Client(transport=httpx.WSGITransport(world.wsgi("echo")), base_url="http://echo.example")
    with pytest.raises(httpx.ReadError):
        client.get("/")
