"""What a ping of F&O checks after name and TLS: sign-in, registration, company, journals, dimensions, roles."""

from collections.abc import Callable

from integrations.connectors.dynamics365.odata import Query, flag, text
from integrations.connectors.dynamics365.session import DynamicsSession
from integrations.connectors.dynamics365.setup import DEFAULT, LEDGER
from integrations.contracts import PingCheck, Session
from integrations.errors import ConfigurationError

DAILY, PAYMENT = "Daily", "CustPayment"


def environment(session: Session) -> str:
    """Refuse a host that Microsoft marks as a sandbox under a live connection. Raises ConfigurationError.

    The reverse shows nowhere: newer environments are called like production ones, whatever they are.
    Source: section 1 of the vendor file (addresses of environments).
    """
    ours = _ours(session)
    if ours.environment == "live" and ours.credentials.is_sandbox:
        raise ConfigurationError(
            f"{ours.credentials.host} is a sandbox or a developer's environment, but this is a live connection. "
            "Connect it under a test connection.",
            code="d365_environment_mismatch",
            field="environment_url",
            value=ours.credentials.host,
        )
    return f"{ours.credentials.host}."


def sign_in(session: Session) -> str:
    """Buy a fresh token, whatever is cached: an expired secret must show. Raises AuthenticationError."""
    life_s = _ours(session).client.sign_in()
    return f"Signed in at Microsoft Entra ID for {life_s // 60} minutes."


def registered(session: Session) -> str:
    """Make the smallest call. Raises AuthenticationError where F&O does not know the application."""
    next(_ours(session).client.rows(Query(entity_set="LegalEntities", order="LegalEntityId", top=1)), None)
    return "F&O lets the application in."


def company(session: Session) -> str:
    """Find the legal entity. Raises ConfigurationError naming those there are."""
    row = _ours(session).legal_entity()
    return f"{text(row, 'Name')} ({text(row, 'LegalEntityId')})."


def general_journal(session: Session) -> str:
    """Find the journal name for invoices. Raises ConfigurationError."""
    return _journal(_ours(session), _ours(session).credentials.general_journal, DAILY, "general_journal")


def payment_journal(session: Session) -> str:
    """Find the journal name for payments. Raises ConfigurationError."""
    return _journal(_ours(session), _ours(session).credentials.payment_journal, PAYMENT, "payment_journal")


def dimensions(session: Session) -> str:
    """See that a ledger dimension format is active. Raises ConfigurationError."""
    setup = _ours(session).ground.setup
    ledger = setup.delimiter.join(setup.format(LEDGER).segments)
    default = setup.formats.get(DEFAULT)
    said = setup.delimiter.join(default.segments) if default else "none active"
    return f"Ledger format {ledger}; default format {said}."


def accounts(session: Session) -> str:
    """Read the chart of accounts. Raises ConfigurationError for an empty one, PrivilegeError."""
    count = len(_ours(session).ground.setup.main_accounts)
    if not count:
        raise ConfigurationError(
            "The application's user sees no main account: its role lacks the chart of accounts.",
            code="d365_privilege_missing",
            value="MainAccounts",
        )
    return f"{count} main accounts."


def readable(entity_set: str) -> Callable[[Session], str]:
    """Make a check that an entity may be read. Raises PrivilegeError naming it."""

    def run(session: Session) -> str:
        found = next(_ours(session).client.rows(Query(entity_set=entity_set, top=1)), None)
        return "May be read." if found is not None else "May be read (nothing there yet)."

    return run


def _journal(session: DynamicsSession, name: str, kind: str, field: str) -> str:
    names = session.ground.setup.journal_names
    row = names.get(name)
    if row is None:
        there = ", ".join(sorted(each for each, found in names.items() if text(found, "Type") == kind)[:15])
        raise ConfigurationError(
            f"{session.credentials.company.upper()} has no journal name {name}. Of type {kind} there are: "
            f"{there or 'none'}.",
            code="d365_journal_name_missing",
            field=field,
            value=name,
        )
    if text(row, "Type") != kind:
        raise ConfigurationError(
            f"The journal name {name} is of type {text(row, 'Type')}; {kind} is needed here.",
            code="d365_journal_name_type",
            field=field,
            value=name,
        )
    if text(row, "NewVoucher") == "Manually":
        raise ConfigurationError(
            f"The journal name {name} wants voucher numbers by hand: set New voucher to “One voucher number only”.",
            code="d365_voucher_by_hand",
            field=field,
            value=name,
        )
    waits = flag(row, "IsApprovalActive") or flag(row, "IsWorkflowApprovalActive")
    notes = [" Its journals wait for approval before they post."] if waits else []
    notes += [" Its lines are deleted at posting."] if flag(row, "DeleteLinesAfterPosting") else []
    return f"{name} ({kind}).{''.join(notes)}"


CHECKS = (
    PingCheck(slug="environment", label="Compare address and kind of connection", run=environment),
    PingCheck(slug="sign_in", label="Sign in at Microsoft Entra ID", run=sign_in),
    PingCheck(slug="registered", label="Be let in by F&O", run=registered),
    PingCheck(slug="company", label="Find the legal entity", run=company),
    PingCheck(slug="permission:journal_names", label="Find the journal for invoices", run=general_journal),
    PingCheck(slug="payment_journal", label="Find the journal for payments", run=payment_journal),
    PingCheck(slug="dimensions", label="Find the dimension formats", run=dimensions),
    PingCheck(slug="permission:accounts", label="Read the chart of accounts", run=accounts),
    PingCheck(slug="permission:customers", label="Read customers", run=readable("CustomersV3")),
    PingCheck(slug="permission:journals", label="Read general journals", run=readable("LedgerJournalHeaders")),
    PingCheck(slug="permission:payments", label="Read payment journals", run=readable("CustomerPaymentJournalHeaders")),
    PingCheck(slug="permission:transactions", label="Read customer transactions", run=readable("CustTransactions")),
)


def _ours(session: Session) -> DynamicsSession:
    assert isinstance(session, DynamicsSession)
    return session
