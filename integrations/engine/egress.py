"""Decides where a host may be dialled: resolves it, judges every address, pins one; the sandbox is on loopback."""

import socket
from collections.abc import Callable, Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from itertools import count
from typing import TypeAlias

from django.conf import settings

from integrations.contracts import Dial, Environment
from integrations.errors import ConfigurationError, UnavailableError

Address: TypeAlias = IPv4Address | IPv6Address
Resolver: TypeAlias = Callable[[str, int], list[str]]

LOOPBACK = "127.0.0.1"
_NO_HOSTS: Mapping[str, int] = {}
# Where clouds hand out their machines' credentials: never dialled, whoever allowed the host. Azure's is public.
_METADATA = frozenset(
    ip_address(text) for text in ("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
)
_NAT64 = IPv6Network("64:ff9b::/96")
_V4_COMPATIBLE = IPv6Network("::/96")


# Judging addresses


def _embedded(address: Address) -> tuple[Address, ...]:
    """Give the IPv4 addresses that an IPv6 one leads to: mapped, compatible, NAT64, 6to4, Teredo."""
    if isinstance(address, IPv4Address):
        return ()
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _V4_COMPATIBLE or address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()


def _is_never_dialled(address: Address) -> bool:
    inner = _embedded(address)
    return (
        address in _METADATA
        or (address.is_link_local or address.is_multicast or address.is_unspecified)
        or any(_is_never_dialled(part) for part in inner)
    )


def _is_public(address: Address) -> bool:
    inner = _embedded(address)
    if inner:
        return all(_is_public(part) for part in inner)
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not address.is_reserved and not _is_never_dialled(address)


def is_dialled(address: str, *, is_allowed: bool) -> bool:
    """Tell whether an address may be connected to; `is_allowed`: an operator opened its host, so private ones may."""
    parsed = ip_address(address.partition("%")[0])
    return not _is_never_dialled(parsed) if is_allowed else _is_public(parsed)


def resolve(host: str, port: int) -> list[str]:
    """Ask the name server; IPv4 first, as many machines have a broken IPv6 route. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return sorted(addresses, key=lambda address: ":" in address)


# Guards


class EgressGuard:
    """Pins public addresses; a host that an operator opened (or “*.acme.internal”) may be private and plain HTTP."""

    def __init__(self, allowed_hosts: Iterable[str] = (), *, resolver: Resolver = resolve) -> None:
        self._allowed = tuple(host.lower().rstrip(".") for host in allowed_hosts)
        self._resolver = resolver
        self._turn = count()

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        """Resolve, judge and pin.

        Raises ConfigurationError when the host is refused or unknown, UnavailableError when the name server fails.
        """
        host = host.lower().rstrip(".").strip("[]")
        is_allowed = self._is_allowed(host)
        if scheme != "https" and not is_allowed:
            raise ConfigurationError(
                f"{host} is addressed by plain {scheme}, which shows the credentials to the network. Use https://, "
                "or ask the portal's operator to allow this host.",
                code="egress_plain_http",
                value=host,
            )
        addresses = self._look_up(host, port)
        good = [address for address in addresses if is_dialled(address, is_allowed=is_allowed)]
        if not good:
            raise ConfigurationError(
                f"{host} leads to {addresses[0]}, an address inside a private network, which is not dialled. If this "
                "is your own on-premises system, ask the portal's operator to allow the host for your company.",
                code="egress_refused",
                value=host,
            )
        family = [address for address in good if (":" in address) == (":" in good[0])]
        return Dial(host=family[next(self._turn) % len(family)], port=port, scheme=scheme)

    def _is_allowed(self, host: str) -> bool:
        return any(host == entry or (entry[:2] == "*." and host.endswith(entry[1:])) for entry in self._allowed)

    def _look_up(self, host: str, port: int) -> list[str]:
        try:
            addresses = self._resolver(host, port)
        except socket.gaierror as error:
            if error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL):
                raise UnavailableError(
                    f"The name server gave no answer for {host}. It is tried again.", code="name_server", value=host
                ) from error
            raise _unknown(host) from error
        except (OSError, UnicodeError) as error:
            raise _unknown(host) from error
        if not addresses:
            raise _unknown(host)
        return addresses


def _unknown(host: str) -> ConfigurationError:
    return ConfigurationError(
        f"The host {host} does not exist: no name server knows it. Check the connection's address, site or account id.",
        code="host_unknown",
        value=host,
    )


class SandboxEgress:
    """Dials every host of a sandbox connection at its simulator's loopback port; nothing else is ever dialled.

    `ports` maps host suffixes to ports; the empty suffix stands for any host.
    """

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ports = sorted(ports.items(), key=lambda entry: -len(entry[0]))

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        """Give the simulator's port. Raises ConfigurationError for a host that no simulator answers for."""
        host = host.lower().rstrip(".")
        for suffix, simulator_port in self._ports:
            if not suffix or host == suffix or host.endswith(f".{suffix}"):
                return Dial(host=LOOPBACK, port=simulator_port, scheme="http")
        raise ConfigurationError(f"No simulator answers for {host}.", code="sandbox_host_unknown", value=host)


def egress_for(
    environment: Environment, tenant_slug: str, port_offset: int | None, hosts: Mapping[str, int] = _NO_HOSTS
) -> EgressGuard | SandboxEgress:
    """Give the guard of a connection: the sandbox map for sandbox ones, else the hosts its tenant's operator opened.

    `hosts` are those with a port offset of their own in the sandbox, such as a sign-in service.

    Raises ConfigurationError for a sandbox connection where no sandbox runs.
    """
    if environment != "sandbox":
        return EgressGuard(settings.EGRESS_ALLOW.get(tenant_slug, ()))
    if settings.SANDBOX_BASE_PORT is None or port_offset is None:
        raise ConfigurationError(
            "This connection belongs to the sandbox, and no sandbox runs here. Start it with `manage.py sandbox` and "
            "set SANDBOX_BASE_PORT, or use a test connection.",
            code="no_sandbox",
        )
    offsets = {"": port_offset, **hosts}
    return SandboxEgress({host: settings.SANDBOX_BASE_PORT + offset for host, offset in offsets.items()})
