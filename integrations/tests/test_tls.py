"""TLS to pinned addresses, and the first steps of a ping."""

import pytest

from integrations.dial import trust
from integrations.engine.egress import EgressGuard, SandboxEgress
from integrations.errors import ConfigurationError
from integrations.http import Http
from integrations.probe import probe
from integrations.tests.certificates import HOST, ca_pem, server_context
from integrations.tests.wire import Server, ToLoopback, answer, closed_port, tools_for


@pytest.fixture
def names():
    return []


@pytest.fixture
def secured(tmp_path, names):
    with Server(lambda seen, connection: answer(), server_context(tmp_path, names)) as server:
        yield server


def over_tls(port):
    return tools_for(0, egress=ToLoopback(port, scheme="https"))


def test_it_verifies_and_names_the_real_host_at_the_pinned_address(secured, names):
    reply = Http(f"https://{HOST}", over_tls(secured.port), verify=trust(ca_pem())).read("GET", "/x")
    assert (reply.status, names) == (200, [HOST])


def test_it_refuses_a_certificate_of_an_unknown_authority(secured):
    with pytest.raises(ConfigurationError, match=r"certificate of acme\.example is not trusted"):
        Http(f"https://{HOST}", over_tls(secured.port)).write("POST", "/x", json={})


def test_it_refuses_a_certificate_of_another_host(secured):
    with pytest.raises(ConfigurationError, match=r"certificate of other\.example is not trusted"):
        Http("https://other.example", over_tls(secured.port), verify=trust(ca_pem())).read("GET", "/x")


def test_it_makes_one_context_per_authority():
    assert trust(ca_pem()) is trust(ca_pem())


# Probe


def test_it_probes_name_and_certificate(secured):
    steps = probe(f"https://{HOST}", over_tls(secured.port), trust(ca_pem()))
    assert [(step.slug, step.ok) for step in steps] == [("resolve", True), ("tls", True)]


def test_it_says_that_a_certificate_is_not_trusted(secured):
    step = probe(f"https://{HOST}", over_tls(secured.port))[-1]
    assert (step.ok, step.code, "CA certificate" in step.fix) == (False, "tls_untrusted", True)


def test_it_says_that_nobody_answers():
    step = probe(f"https://{HOST}", over_tls(closed_port()))[-1]
    assert (step.ok, step.code) == (False, "unreachable")


def test_it_says_that_the_other_side_speaks_no_tls():
    with Server(lambda seen, connection: answer(400)) as plain:
        step = probe(f"https://{HOST}", over_tls(plain.port))[-1]
    assert (step.ok, step.code) == (False, "tls_failed")


def test_it_stops_at_a_host_that_does_not_exist():
    steps = probe("https://nowhere.example", tools_for(0, egress=EgressGuard(resolver=lambda host, port: [])))
    assert [(step.slug, step.ok, step.code) for step in steps] == [("resolve", False, "host_unknown")]


def test_it_says_that_a_sandbox_is_dialled_on_this_machine():
    with Server(lambda seen, connection: answer()) as server:
        steps = probe(f"https://{HOST}", tools_for(0, egress=SandboxEgress({"": server.port})))
    assert [step.detail for step in steps] == [
        f"Sandbox: answered by the simulator on this machine, port {server.port}.",
        "Connected, without encryption.",
    ]
