"""What a ping of JD Edwards checks: the server, what it can do, the sign-in, each table and each orchestration."""

from collections.abc import Callable, Mapping
from typing import Any

from integrations.connectors.jde.calendars import MONTHS
from integrations.connectors.jde.discovery import input_names
from integrations.connectors.jde.orchestrations import ORCHESTRATIONS, PING, Orchestration
from integrations.connectors.jde.query import Query
from integrations.connectors.jde.session import JdeSession
from integrations.contracts import PingCheck, Session
from integrations.errors import ConfigurationError, PrivilegeError


def server(session: Session) -> str:
    """Ask AIS for its configuration, with the test of its HTML server. Raises what is wrong with either."""
    configuration = _ours(session).client.readiness()
    caching = " It answers reads from a cache: ask your CNC administrator to switch defaultCachingOn off."
    return f"{configuration.version or 'AIS'} answers.{caching if configuration.is_caching else ''}"


def capabilities(session: Session) -> str:
    """Look whether the server can do what is needed. Raises ConfigurationError."""
    configuration = _ours(session).client.readiness()
    lacking = {"dataservice", "query", "outputType"} - configuration.capabilities
    if configuration.is_capability_missing or (configuration.capabilities and lacking):
        raise ConfigurationError(
            f"The AIS server lacks the capability {', '.join(sorted(lacking)) or 'to read data'}. It needs a newer "
            "Tools Release, or the capability was switched off.",
            code="jde_capability_missing",
            value=", ".join(sorted(lacking)),
        )
    return "The server reads data as needed."


def sign_in(session: Session) -> str:
    """Sign in afresh, whatever is kept. Raises AuthenticationError, or ConfigurationError for another environment."""
    ours = _ours(session)
    signed_in = ours.client.sign_in()
    formats = signed_in.formats
    formats.day(ours.client.today())
    advice = "" if "yyyy" in formats.simple_date else " Years of two digits: better use four in the user profile."
    where = f"{signed_in.environment or ours.credentials.environment} as {signed_in.role or ours.credentials.role}"
    return f"Signed in to {where}; days are written {formats.simple_date}.{advice}"


def table(name: str, column: str) -> Callable[[Session], str]:
    """Make a check that a table may be read."""

    def run(session: Session) -> str:
        found = _ours(session).client.page(Query(table=name, columns=(column,)), size=1).rows
        return "May be read." if found else "May be read, but shows no rows: row security may hide them."

    return run


def tables(*names: tuple[str, str]) -> Callable[[Session], str]:
    """Make a check that several tables may be read."""

    def run(session: Session) -> str:
        for name, column in names:
            table(name, column)(session)
        return "May be read."

    return run


def fiscal_calendar(session: Session) -> str:
    """Try to read fiscal date patterns. Where the customer does not let us, periods are taken as calendar months."""
    if _ours(session).credentials.calendar.read == MONTHS:
        return "Periods are calendar months, as the connection says."
    try:
        return table("F0008", "DTPN")(session)
    except PrivilegeError:
        return "May not be read: periods are taken as calendar months. Allow F0008 if your fiscal periods are others."


def server_clock(session: Session) -> str:
    """Run MLC_SYS_PING, which writes nothing. Raises ConfigurationError where it is missing or differs."""
    said = _ours(session).client.ping()
    day, environment = str(said.get("serverDate") or ""), str(said.get("environment") or "")
    if not day:
        raise ConfigurationError(
            f"{PING.name} runs, but gives no serverDate. Compare it with its specification page.",
            code="jde_orchestration_differs",
            value=PING.name,
        )
    return f"It is {day} on the server{f' ({environment})' if environment else ''}."


def orchestration(one: Orchestration) -> Callable[[Session], str]:
    """Make a check that an orchestration was imported as the contract says. It is not run."""

    def run(session: Session) -> str:
        found = _ours(session).client.discover(one.name)
        if found is None:
            raise PrivilegeError(
                f"{one.name} is not found: it is not imported, not shared, or the user may not view it. Import it, "
                "share it, and give the user view security (P00950UO).",
                code="jde_orchestration_missing",
                value=one.name,
            )
        _check(one, found)
        return "Imported as the contract says."

    return run


def _check(one: Orchestration, found: Mapping[str, Any]) -> None:
    if found.get("inputFormat") != "Generic":
        raise _differs(one, f"takes the input format {found.get('inputFormat')} instead of Generic")
    if found.get("udoGroup") != "Shared":
        raise _differs(one, f"is {found.get('udoGroup')} instead of Shared", "jde_orchestration_not_shared")
    if _is_true(found.get("containsContinueOnError")):
        raise _differs(one, "goes on after errors: set On Error to Abort in every step", "jde_continue_on_error")
    names = input_names(found)
    if not names:
        return  # the designer may hide them; they show themselves with the first run
    if lacking := [name for name in one.required if name not in names]:
        raise _differs(one, f"does not take the input {', '.join(lacking)}")


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def _differs(one: Orchestration, what: str, code: str = "jde_orchestration_differs") -> ConfigurationError:
    return ConfigurationError(
        f"{one.name} {what}. Compare it with its specification page in Orchestrator Studio.", code=code, value=one.name
    )


CHECKS = (
    PingCheck(slug="server", label="Ask the AIS server and its HTML server", run=server),
    PingCheck(slug="capabilities", label="Look what the server can do", run=capabilities),
    PingCheck(slug="sign_in", label="Sign in", run=sign_in),
    PingCheck(
        slug="permission:set_up",
        label="Read companies, currencies, business units, accounts",
        run=tables(("F0010", "CO"), ("F0013", "CRCD"), ("F0006", "MCU"), ("F0901", "AID")),
    ),
    PingCheck(slug="fiscal_calendar", label="Read fiscal date patterns", run=fiscal_calendar),
    PingCheck(
        slug="permission:address_book",
        label="Read the address book and suppliers",
        run=tables(("F0101", "AN8"), ("F0116", "AN8"), ("F01151", "AN8"), ("F0401", "AN8")),
    ),
    PingCheck(slug="permission:ledger", label="Read the account ledger", run=tables(("F0911", "DOC"))),
    PingCheck(
        slug="permission:payables",
        label="Read vouchers and payments",
        run=tables(("F0411", "DOC"), ("F0413", "PYID"), ("F0414", "PYID")),
    ),
    PingCheck(
        slug="permission:orders",
        label="Read purchase orders and receipts",
        run=tables(("F4301", "DOCO"), ("F4311", "DOCO"), ("F43121", "DOCO"), ("F4209", "DOCO")),
    ),
    *(
        PingCheck(slug=f"orchestration:{one.name}", label=f"Look at {one.name}", run=orchestration(one))
        for one in ORCHESTRATIONS
    ),
    PingCheck(slug="first_read", label="Ask for the server's day", run=server_clock),
)


def _ours(session: Session) -> JdeSession:
    assert isinstance(session, JdeSession)
    return session
