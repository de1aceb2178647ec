"""Where the guard lets calls go."""

import socket

import pytest

from integrations.engine.egress import EgressGuard, SandboxEgress, egress_for, is_dialled
from integrations.errors import ConfigurationError, UnavailableError

REFUSED = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1",
    "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::10.0.0.1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "2001:db8::1",
]  # fmt: skip
NEVER = [
    "169.254.169.254",
    "168.63.129.16",
    "fd00:ec2::254",
    "fe80::1",
    "0.0.0.0",
    "224.0.0.1",
    "::ffff:169.254.169.254",
]


def guard(*addresses, allowed=()):
    return EgressGuard(allowed, resolver=lambda host, port: list(addresses))


@pytest.mark.parametrize("address", REFUSED)
def test_it_refuses_addresses_that_are_not_public(address):
    assert not is_dialled(address, is_allowed=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
def test_it_dials_public_addresses(address):
    assert is_dialled(address, is_allowed=False)


@pytest.mark.parametrize("address", NEVER)
def test_it_never_dials_metadata_whoever_allowed_it(address):
    assert not is_dialled(address, is_allowed=True)


def test_it_pins_the_address_it_judged():
    dial = guard("93.184.216.34").dial("https", "acme.example", 443)
    assert (dial.host, dial.port, dial.scheme) == ("93.184.216.34", 443, "https")


def test_it_names_the_host_and_the_next_step():
    with pytest.raises(ConfigurationError, match=r"erp\.acme\.example leads to 10\.1\.2\.3.*ask the portal's operator"):
        guard("10.1.2.3").dial("https", "erp.acme.example", 443)


def test_it_takes_the_public_one_of_several_addresses():
    assert guard("10.0.0.1", "93.184.216.34").dial("https", "acme.example", 443).host == "93.184.216.34"


def test_it_tries_another_address_the_next_time():
    egress = guard("93.184.216.34", "93.184.216.35")
    assert {egress.dial("https", "acme.example", 443).host for _ in range(2)} == {"93.184.216.34", "93.184.216.35"}


@pytest.mark.parametrize("entry", ["erp.acme.internal", "ERP.acme.internal.", "*.acme.internal"])
def test_it_dials_private_addresses_of_hosts_that_an_operator_opened(entry):
    dial = guard("10.1.2.3", allowed=[entry]).dial("http", "ERP.acme.internal", 7077)
    assert (dial.host, dial.port, dial.scheme) == ("10.1.2.3", 7077, "http")


@pytest.mark.parametrize("host", ["acme.internal", "evilacme.internal", "erp.acme.internal.evil.example"])
def test_it_opens_no_host_that_only_looks_like_one(host):
    with pytest.raises(ConfigurationError):
        guard("10.1.2.3", allowed=["*.acme.internal"]).dial("https", host, 443)


def test_it_refuses_plain_http():
    with pytest.raises(ConfigurationError, match="plain http"):
        guard("93.184.216.34").dial("http", "acme.example", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "localhost", "[::1]"])
def test_it_is_not_fooled_by_the_ways_to_write_loopback(host):
    with pytest.raises(ConfigurationError):
        EgressGuard().dial("https", host, 443)


def test_it_says_that_a_host_does_not_exist():
    def nobody(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(ConfigurationError, match=r"nowhere\.example does not exist"):
        EgressGuard(resolver=nobody).dial("https", "nowhere.example", 443)


def test_it_says_that_a_label_is_too_long():
    with pytest.raises(ConfigurationError, match="does not exist"):
        EgressGuard().dial("https", f"{'a' * 70}.example", 443)


def test_it_comes_back_when_the_name_server_fails():
    def silent(host, port):
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    with pytest.raises(UnavailableError):
        EgressGuard(resolver=silent).dial("https", "acme.example", 443)


# Sandbox


def test_it_dials_every_host_of_a_sandbox_on_loopback():
    dial = SandboxEgress({"": 8101}).dial("https", "acme.chargebee.com", 443)
    assert (dial.host, dial.port, dial.scheme) == ("127.0.0.1", 8101, "http")


def test_it_prefers_the_longest_suffix():
    egress = SandboxEgress({"": 8106, "login.microsoftonline.com": 8107})
    assert egress.dial("https", "login.microsoftonline.com", 443).port == 8107


def test_it_dials_no_host_without_a_simulator():
    with pytest.raises(ConfigurationError, match="No simulator"):
        SandboxEgress({"chargebee.com": 8101}).dial("https", "evilchargebee.com", 443)


def test_it_maps_sandbox_connections_by_the_operators_port(settings):
    settings.SANDBOX_BASE_PORT = 8100
    assert egress_for("sandbox", "acme", 4).dial("https", "1234.suitetalk.api.netsuite.com", 443).port == 8104


def test_it_sends_a_sign_in_host_of_a_sandbox_connection_to_its_own_port(settings):
    settings.SANDBOX_BASE_PORT = 8100
    egress = egress_for("sandbox", "acme", 6, {"login.microsoftonline.com": 7})
    assert egress.dial("https", "login.microsoftonline.com", 443).port == 8107
    assert egress.dial("https", "acme.operations.dynamics.com", 443).port == 8106


def test_it_says_that_no_sandbox_runs(settings):
    settings.SANDBOX_BASE_PORT = None
    with pytest.raises(ConfigurationError, match="no sandbox runs here"):
        egress_for("sandbox", "acme", 4)


@pytest.mark.parametrize("environment", ["test", "live"])
def test_it_never_maps_other_connections_to_the_sandbox(settings, environment):
    settings.SANDBOX_BASE_PORT = 8100
    assert isinstance(egress_for(environment, "acme", 4), EgressGuard)


def test_it_opens_a_private_host_for_its_own_tenant_alone(settings):
    settings.EGRESS_ALLOW = {"acme": ["localhost"]}
    assert egress_for("live", "acme", 1).dial("http", "localhost", 80).host == "127.0.0.1"
    with pytest.raises(ConfigurationError):
        egress_for("live", "other", 1).dial("http", "localhost", 80)
