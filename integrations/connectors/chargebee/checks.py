"""What a ping of Chargebee checks once name and TLS are good: sign-in, each permission, and a first read."""

from collections.abc import Callable

from integrations.connectors.chargebee.billing import site_day
from integrations.connectors.chargebee.parse_documents import parse_invoice
from integrations.connectors.chargebee.session import TEST_SUFFIX, ChargebeeSession, as_region_error
from integrations.contracts import PingCheck, Session
from integrations.errors import ConfigurationError
from integrations.money import decimals, format_money

_CATALOGUES = {"v1": "Product Catalog 1.0", "v2": "Product Catalog 2.0"}
_CATALOGUE_LISTS = {"v1": ("plans", "addons"), "v2": ("items", "item_prices")}


def sign_in(session: Session) -> str:
    """Ask the site what it is. Raises ConfigurationError: wrong key, site, region or kind of site."""
    ours = _ours(session)
    try:
        configuration = ours.configuration
    except ConfigurationError as error:
        raise as_region_error(ours, error) from error
    _check_environment(ours)
    return f"Signed in to {configuration.domain} ({_CATALOGUES[configuration.catalogue]})."


def permission(*paths: str) -> Callable[[Session], str]:
    """Make a check that these lists may be read."""

    def run(session: Session) -> str:
        for path in paths:
            _ours(session).client.page(path, {}, limit=1)
        return "May be read."

    return run


def catalogue_permission(session: Session) -> str:
    """Check that what is sold may be read, in the catalogue that the site uses."""
    ours = _ours(session)
    lists = _CATALOGUE_LISTS[ours.configuration.catalogue]
    permission(*lists)(session)
    return f"{' and '.join(lists).replace('_', ' ').capitalize()} may be read."


def currencies(session: Session) -> str:
    """Check that currencies may be read; name those whose decimals Chargebee may count otherwise than we do."""
    ours = _ours(session)
    codes = [currency.code for currency in ours.currencies if currency.is_enabled]
    base = next((currency.code for currency in ours.currencies if currency.is_base), "not named")
    doubtful = [code for code in codes if _is_doubtful(ours, code)]
    warning = (
        f" Please compare one invoice in {', '.join(doubtful)}: if its total is too small by a hundred, add the "
        "currency to those without decimals under Connections."
        if doubtful
        else ""
    )
    return f"Base currency {base}; {len(codes)} in use.{warning}"


def first_read(session: Session) -> str:
    """Read the newest invoice and say what was understood of it. Raises ContractError if it cannot be read."""
    ours = _ours(session)
    newest = list(ours.client.page("invoices", {"sort_by[desc]": "date"}, limit=1).objects("invoice"))
    if not newest:
        return "There are no invoices yet."
    invoice = parse_invoice(newest[0], ours.units)
    return (
        f"Newest invoice: {invoice.id} of {site_day(invoice.date, invoice.site_time_zone)} over "
        f"{format_money(invoice.total, invoice.currency_code)}."
    )


CHECKS = (
    PingCheck(slug="sign_in", label="Sign in", run=sign_in),
    PingCheck(slug="permission:customers", label="Read customers", run=permission("customers", "subscriptions")),
    PingCheck(slug="permission:invoices", label="Read invoices", run=permission("invoices")),
    PingCheck(slug="permission:credit_notes", label="Read credit notes", run=permission("credit_notes")),
    PingCheck(slug="permission:transactions", label="Read payments and refunds", run=permission("transactions")),
    PingCheck(slug="permission:items", label="Read the product catalogue", run=catalogue_permission),
    PingCheck(slug="permission:events", label="Read events", run=permission("events")),
    PingCheck(slug="permission:currencies", label="Read currencies", run=currencies),
    PingCheck(slug="first_read", label="Read the newest invoice", run=first_read),
)


def _ours(session: Session) -> ChargebeeSession:
    assert isinstance(session, ChargebeeSession)
    return session


def _check_environment(session: ChargebeeSession) -> None:
    """Refuse a live site under a test connection and the reverse; the sandbox may be either."""
    environment = session.settings.environment
    is_test = session.configuration.domain.endswith(TEST_SUFFIX)
    if environment == "sandbox" or is_test == (environment == "test"):
        return
    raise ConfigurationError(
        f"'{session.configuration.domain}' is a {'test' if is_test else 'live'} site, but this is a {environment} "
        "connection. Connect it under a connection of its own kind.",
        code="chargebee_environment_mismatch",
        field="site",
        value=session.configuration.domain,
    )


def _is_doubtful(session: ChargebeeSession, code: str) -> bool:
    """Tell whether ISO knows no decimals where we read hundredths; Chargebee marks such ones on a web page only."""
    try:
        return decimals(code) == 0 and session.units.of(code) != 1
    except ValueError:
        return False
