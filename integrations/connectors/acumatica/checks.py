"""What a ping of Acumatica checks: site, endpoint, sign-in, branch, each screen, the set-up, and a first read."""

from collections.abc import Callable
from contextlib import suppress

from integrations.connectors.acumatica.query import Query
from integrations.connectors.acumatica.reference import branches_of, ledgers
from integrations.connectors.acumatica.session import AcumaticaSession
from integrations.contracts import PingCheck, Session
from integrations.errors import ConfigurationError, PrivilegeError


def site(session: Session) -> str:
    """Ask for the endpoint list, which is open to all: it shows whether Acumatica answers at this address."""
    found = _ours(session).client.site(signed_in=False)
    return f"Acumatica {found.build or '(build not told)'} answers with {len(found.endpoints)} system endpoints."


def sign_in(session: Session) -> str:
    """Sign in, or show that the grant in use is good. Raises AuthenticationError, RateLimitError."""
    ours = _ours(session)
    listed = ours.client.site(signed_in=True)
    if ours.credentials.endpoint_version in listed.versions(ours.credentials.endpoint_name):
        _prove(ours)  # the list is open to all, whatever session is sent with it
    tenant = ours.credentials.tenant_name
    return f"Signed in{f' to the tenant {tenant}' if tenant else ' to the default tenant: name one to be sure'}."


def endpoint(session: Session) -> str:
    """Look whether endpoint and version are listed. Raises ConfigurationError naming those that are."""
    ours = _ours(session)
    name, version = ours.credentials.endpoint_name, ours.credentials.endpoint_version
    listed = ours.client.site(signed_in=True)
    versions = listed.versions(name)
    if not versions:
        names = ", ".join(sorted({one.name for one in listed.endpoints}))
        raise ConfigurationError(
            f"There is no endpoint {name} in this tenant. It lists {names or 'none'}.",
            code="acumatica_endpoint_unknown",
            field="endpoint_name",
            value=name,
        )
    if version not in versions:
        raise ConfigurationError(
            f"The endpoint {name} has no version {version} here. It lists {', '.join(versions)}: choose the newest.",
            code="acumatica_version_unknown",
            field="endpoint_version",
            value=version,
        )
    newer = max(versions)
    advice = f" {newer} is there, too." if newer > version else ""
    return f"{name} {version} is there.{advice}"


def branch(session: Session) -> str:
    """Look whether the branch is one of the ledgers' branches. Raises ConfigurationError."""
    ours = _ours(session)
    wanted = ours.credentials.branch
    there = branches_of(ledgers(ours.client))
    if wanted and there and wanted.upper() not in {each.upper() for each in there}:
        raise ConfigurationError(
            f"There is no branch {wanted} here. There are {', '.join(there)}.",
            code="acumatica_branch_unknown",
            field="branch",
            value=wanted,
        )
    return f"Documents are entered under {wanted or 'the user’s default branch'}."


def screens(*entities: str) -> Callable[[Session], str]:
    """Make a check that entities may be read. Raises PrivilegeError naming the one that may not."""

    def run(session: Session) -> str:
        client = _ours(session).client
        for entity in entities:
            client.rows(Query(entity=entity, top=1))
        return "May be read."

    return run


def first_read(session: Session) -> str:
    """Read the calendar and what the tenant is. Raises ConfigurationError without an open period."""
    ours = _ours(session)
    periods = ours.calendar.periods()
    if not any(period.is_open for period in periods):
        raise ConfigurationError(
            "No financial period is open in Acumatica. Generate and open periods (GL201000, GL503000).",
            code="acumatica_period_missing",
        )
    identity = ours.identity()
    opened = [period.name for period in periods if period.is_open]
    return f"{identity.name}, base currency {identity.base_currency or 'not told'}, {len(opened)} open periods."


def _prove(session: AcumaticaSession) -> None:
    """Make a call that needs a session; that the role may not read ledgers is another step's matter."""
    with suppress(PrivilegeError):
        session.client.rows(Query(entity="Ledger", select=("LedgerID",), top=1))


CHECKS = (
    PingCheck(slug="site", label="Find Acumatica at this address", run=site),
    PingCheck(slug="sign_in", label="Sign in", run=sign_in),
    PingCheck(slug="endpoint", label="Find the endpoint and its version", run=endpoint),
    PingCheck(
        slug="permission:set_up",
        label="Read ledgers, accounts, currencies, periods",
        run=screens("Ledger", "Account", "Currency", "FinancialPeriod"),
    ),
    PingCheck(slug="branch", label="Find the branch", run=branch),
    PingCheck(slug="permission:customers", label="Open customers", run=screens("Customer")),
    PingCheck(slug="permission:invoices", label="Open invoices and memos", run=screens("Invoice")),
    PingCheck(slug="permission:payments", label="Open payments", run=screens("Payment", "PaymentMethod")),
    PingCheck(slug="permission:journals", label="Open journal transactions", run=screens("JournalTransaction")),
    PingCheck(slug="first_read", label="Read the calendar and what the tenant is", run=first_read),
)


def _ours(session: Session) -> AcumaticaSession:
    assert isinstance(session, AcumaticaSession)
    return session
