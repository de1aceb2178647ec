"""Oracle NetSuite as the registry finds it: form, session, limits, ping and explanations."""

from collections.abc import Mapping

from integrations.connectors.netsuite.checks import CHECKS
from integrations.connectors.netsuite.credentials import FIELDS, Credentials, clean, generate, read_certificate
from integrations.connectors.netsuite.explanations import EXPLANATIONS
from integrations.connectors.netsuite.session import open_session
from integrations.connectors.netsuite.sinks import SLUGS
from integrations.contracts import Connector, Expiry, Limits, Settings

_PAGES: Mapping[str, str] = {
    "customers": "/app/common/entity/custjob.nl?id=",
    "items": "/app/common/item/item.nl?id=",
    "invoices": "/app/accounting/transactions/custinvc.nl?id=",
    "credit_memos": "/app/accounting/transactions/custcred.nl?id=",
    "payments": "/app/accounting/transactions/custpymt.nl?id=",
    "refunds": "/app/accounting/transactions/custrfnd.nl?id=",
}

_RENEW = (
    "Make a new key pair under Edit, upload its certificate in NetSuite under Setup > Integration > OAuth 2.0 Client "
    "Credentials, and save with the new certificate id: the old one works until then."
)


def origin(settings: Settings) -> str:
    """Give the account's own origin. Raises ConfigurationError for what is no account id."""
    return Credentials.of(settings).origin


def limits(settings: Settings) -> Limits:
    """Give the concurrent requests that the tenant grants: NetSuite limits nothing else."""
    return Limits(concurrency=Credentials.of(settings).concurrency)


def document_url(settings: Settings, sink: str, external_id: str) -> str:
    """Give the page of a record in NetSuite's own screens."""
    page = _PAGES.get(sink)
    if not page:
        return ""
    account = Credentials.of(settings).account.lower().replace("_", "-")
    return f"https://{account}.app.netsuite.com{page}{external_id}"


def expires(settings: Settings) -> tuple[Expiry, ...]:
    """Tell when the certificate ends. Raises ConfigurationError for one that cannot be read."""
    credentials = Credentials.of(settings)
    if not credentials.certificate_pem:
        return ()
    end = read_certificate(credentials.certificate_pem).not_valid_after_utc
    return (Expiry(what="Certificate", at=end, renew=_RENEW),)


CONNECTOR = Connector(
    slug="netsuite",
    name="Oracle NetSuite",
    fields=FIELDS,
    clean=clean,
    origin=origin,
    open=open_session,
    limits=limits,
    checks=CHECKS,
    explanations=EXPLANATIONS,
    generate=generate,
    sandbox_port_offset=4,
    document_url=document_url,
    expires=expires,
    sinks=SLUGS,
)
