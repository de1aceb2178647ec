"""What a ping of NetSuite checks once name and TLS are good: key, clock, sign-in, each permission, and a first read."""

from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.connectors.netsuite.auth import CLOCK_TOLERANCE_S, describe_skew
from integrations.connectors.netsuite.credentials import check_certificate, check_key
from integrations.connectors.netsuite.session import NetSuiteSession
from integrations.connectors.netsuite.suiteql import Query
from integrations.contracts import PingCheck, Session
from integrations.errors import AuthenticationError, ConfigurationError


def key(session: Session) -> str:
    """Look at the key and certificate themselves. Raises ConfigurationError: too small, wrong kind, not a pair."""
    credentials = _ours(session).credentials
    private_key = check_key(credentials.private_key_pem, credentials.algorithm)
    kind = f"RSA, {private_key.key_size} bits" if isinstance(private_key, rsa.RSAPrivateKey) else "P-256"
    if not credentials.certificate_pem:
        return f"{kind}."
    end = check_certificate(credentials.certificate_pem, private_key).not_valid_after_utc
    return f"{kind}; the certificate is valid until {end:%Y-%m-%d} ({(end - datetime.now(UTC)).days} days)."


def environment(session: Session) -> str:
    """Compare the account with the connection's kind. Raises ConfigurationError; the sandbox may be either.

    Source: section 1 of the vendor file (account ids of sandboxes, Release Preview and test drives).
    """
    ours = _ours(session)
    account, kind, is_production = ours.credentials.account, ours.environment, ours.credentials.is_production
    there = "a production account" if is_production else "a sandbox, Release Preview or test account"
    if kind != "sandbox" and is_production != (kind == "live"):
        raise ConfigurationError(
            f"{account} is {there}, but this is a {kind} connection. Connect it under a connection of its own kind.",
            code="netsuite_environment_mismatch",
            field="account_id",
            value=account,
        )
    return f"{account} is {there}."


def clock(session: Session) -> str:
    """Compare the clocks. Raises AuthenticationError when they differ by more than a minute."""
    skew_s = _ours(session).client.clock_skew_s()
    if skew_s is None:
        return "NetSuite does not tell its time before the sign-in."
    if abs(skew_s) > CLOCK_TOLERANCE_S:
        raise AuthenticationError(
            f"This server's clock is {describe_skew(skew_s)} NetSuite's; signed requests are refused beyond a minute.",
            code="netsuite_clock_skew",
        )
    return "The clocks agree."


def sign_in(session: Session) -> str:
    """Buy a fresh token, whatever is cached: a revoked certificate must show. Raises AuthenticationError."""
    life_s = _ours(session).client.sign_in()
    return f"Signed in for {life_s // 60} minutes."


def rest(session: Session) -> str:
    """Make a call that needs nothing but the REST permission. Raises AuthenticationError naming the role."""
    _ours(session).client.listed("currency")
    return "The role may use REST web services."


def suiteql(session: Session) -> str:
    """Run the smallest queries. Raises PrivilegeError where the role may not query, or not see accounts or postings."""
    rows = list(_ours(session).client.rows(Query(sql="SELECT a.id FROM account a ORDER BY a.id"), limit=1))
    if not rows:
        raise ConfigurationError(
            "SuiteQL runs, but shows no accounts: the role lacks Lists > Accounts, or its subsidiaries hide them.",
            code="netsuite_permission_missing",
            value="Lists > Accounts",
        )
    posted = "SELECT a.transaction FROM transactionaccountingline a WHERE a.transaction = 0 ORDER BY a.transaction"
    list(_ours(session).client.rows(Query(sql=posted), limit=1))  # every document that is read back is looked up there
    return "SuiteQL may be used."


def permission(record: str) -> Callable[[Session], str]:
    """Make a check that records of this type may be opened."""

    def run(session: Session) -> str:
        count = _ours(session).client.listed(record)
        return f"May be opened ({count} there)."

    return run


def first_read(session: Session) -> str:
    """Read what the account is."""
    identity = _ours(session).identity()
    kind = "production" if identity.is_production else "not production"
    return f"{identity.name}, base currency {identity.base_currency or 'not told'}, {kind}."


CHECKS = (
    PingCheck(slug="environment", label="Compare account and kind of connection", run=environment),
    PingCheck(slug="key", label="Look at key and certificate", run=key),
    PingCheck(slug="clock", label="Compare the clocks", run=clock),
    PingCheck(slug="sign_in", label="Sign in", run=sign_in),
    PingCheck(slug="permission:rest", label="Use REST web services", run=rest),
    PingCheck(slug="permission:suiteql", label="Query with SuiteQL", run=suiteql),
    PingCheck(slug="permission:customer", label="Open customers", run=permission("customer")),
    PingCheck(slug="permission:item", label="Open items", run=permission("serviceSaleItem")),
    PingCheck(slug="permission:invoice", label="Open invoices", run=permission("invoice")),
    PingCheck(slug="permission:payment", label="Open customer payments", run=permission("customerPayment")),
    PingCheck(slug="first_read", label="Read what the account is", run=first_read),
)


def _ours(session: Session) -> NetSuiteSession:
    assert isinstance(session, NetSuiteSession)
    return session
