"""What a ping of BILL checks once name and TLS are good: sign-in, organization, each permission, and a first read."""

from collections.abc import Callable

from integrations.connectors.billcom.client import Listing
from integrations.connectors.billcom.session import BillSession
from integrations.connectors.billcom.streams import KINDS, NEWEST_FIRST
from integrations.contracts import PingCheck, Session
from integrations.errors import ConfigurationError, PrivilegeError
from integrations.money import format_money


def environment(session: Session) -> str:
    """Compare BILL's environment with the connection's. Raises ConfigurationError."""
    ours = _ours(session)
    kind, is_production = ours.settings.environment, ours.credentials.is_production
    there = "production" if is_production else "developer sandbox"
    if kind != "sandbox" and is_production != (kind == "live"):
        raise ConfigurationError(
            f"This is a {kind} connection, but BILL's {there} is chosen. Choose the other environment, or connect it "
            "under a connection of its own kind.",
            code="billcom_environment_mismatch",
            field="base_url",
            value=there,
        )
    return f"BILL's {there}."


def sign_in(session: Session) -> str:
    """Sign in afresh, whatever is cached: a changed password must show. Raises AuthenticationError."""
    _ours(session).client.sign_in()
    return "Signed in."


def organization(session: Session) -> str:
    """Ask whose session it is. Raises AuthenticationError when it is another organization's."""
    identity = _ours(session).identity()
    return f"{identity.name} ({identity.details['organization_id']})."


def permission(slug: str) -> Callable[[Session], str]:
    """Make a check that this list may be read: in BILL a user may write what he cannot read."""

    def run(session: Session) -> str:
        _ours(session).client.page(Listing(path=KINDS[slug].path), limit=1)
        return "May be read."

    return run


def accounts(session: Session) -> str:
    """Check that there is an account to code lines to. Raises ConfigurationError."""
    entries = [one for one in session.reference_values() if one.kind == "account"]
    usable = sum(one.is_active for one in entries)
    if not usable:
        raise ConfigurationError(
            "BILL's chart of accounts holds no account that takes lines. Bring your chart into BILL first.",
            code="billcom_no_accounts",
        )
    return f"{usable} accounts take lines."


def webhooks(session: Session) -> str:
    """Look at the organization's subscriptions; without the right for them the schedule alone reads."""
    try:
        found = _ours(session).subscriptions()
    except PrivilegeError:
        return "This user may not manage webhooks; payments then arrive on schedule."
    off = sum(not one.is_enabled for one in found)
    return f"{len(found)} of 10 webhook subscriptions in use" + (f", {off} of them switched off." if off else ".")


def first_read(session: Session) -> str:
    """Read the newest payment and say what was understood of it. Raises ContractError if it cannot be read."""
    ours = _ours(session)
    rows, _ = ours.client.page(Listing(path="payments", sort=NEWEST_FIRST), limit=1)
    if not rows:
        return "There are no payments yet."
    newest = KINDS["payments"].parse(rows[0])
    funded = format_money(newest.funding_amount or newest.amount, "USD")
    return f"Newest payment: {newest.confirmation_number or newest.id} over {funded}, {newest.single_status or '?'}."


CHECKS = (
    PingCheck(slug="environment", label="Compare the environments", run=environment),
    PingCheck(slug="sign_in", label="Sign in", run=sign_in),
    PingCheck(slug="organization", label="Ask whose session it is", run=organization),
    PingCheck(slug="permission:vendors", label="Read vendors", run=permission("vendors")),
    PingCheck(slug="permission:bills", label="Read bills", run=permission("bills")),
    PingCheck(slug="permission:payments", label="Read payments", run=permission("payments")),
    PingCheck(slug="permission:accounts", label="Read the chart of accounts", run=permission("chart_of_accounts")),
    PingCheck(slug="accounts", label="Look for accounts to code to", run=accounts),
    PingCheck(slug="webhooks", label="Look at webhooks", run=webhooks),
    PingCheck(slug="first_read", label="Read the newest payment", run=first_read),
)


def _ours(session: Session) -> BillSession:
    assert isinstance(session, BillSession)
    return session
