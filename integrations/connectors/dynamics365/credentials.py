"""What a customer types to connect Dynamics 365 F&O: the form's fields and their cleaning."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from integrations.contracts import CredentialField, Settings
from integrations.errors import ConfigurationError

CODE = "d365_credentials"
AUTHORITIES = (
    ("login.microsoftonline.com", "Worldwide (login.microsoftonline.com)"),
    ("login.microsoftonline.us", "US Government (login.microsoftonline.us)"),
    ("login.chinacloudapi.cn", "China (login.chinacloudapi.cn)"),
)
SERVICE_ROOT = "/api/services/"
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DOMAIN = re.compile(r"(?=.{4,120}\Z)[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+")
_SHARED_AUTHORITIES = ("common", "organizations", "consumers")
_COMPANY = re.compile(r"[a-z0-9]{1,4}")
_JOURNAL = re.compile(r"[^\x00-\x1f*'\"\\]{1,10}")
_SERVICE = re.compile(r"/api/services/[A-Za-z0-9_]{1,80}/[A-Za-z0-9_]{1,80}/[A-Za-z0-9_]{1,80}")

FIELDS = (
    CredentialField(
        name="environment_url",
        label="Environment address",
        help="The address of Dynamics 365 Finance in the browser, up to “.dynamics.com”.",
        placeholder="https://contoso.operations.dynamics.com",
    ),
    CredentialField(
        name="tenant_id",
        label="Entra tenant id",
        help="Microsoft Entra admin center > Identity > Overview > Tenant ID.",
        placeholder="00000000-0000-0000-0000-000000000000",
    ),
    CredentialField(
        name="client_id",
        label="Application (client) id",
        help="Microsoft Entra admin center > App registrations > the application > Overview > Application (client) ID.",
        placeholder="00000000-0000-0000-0000-000000000000",
    ),
    CredentialField(
        name="client_secret",
        label="Client secret",
        help="App registrations > the application > Certificates & secrets: the secret's Value, not its Secret ID. It "
        "is shown once.",
        kind="secret",
    ),
    CredentialField(
        name="secret_ends_on",
        label="End of the client secret",
        help="The date in the column Expires beside the secret, as 2027-03-31. Finance does not tell it: only with "
        "this date you are warned in good time.",
        required=False,
        placeholder="2027-03-31",
    ),
    CredentialField(
        name="legal_entity",
        label="Legal entity",
        help="The id of the company that is booked to, as in Finance's title bar: up to four characters.",
        placeholder="usmf",
    ),
    CredentialField(
        name="general_journal",
        label="Journal name for invoices and credit notes",
        help="General ledger > Journal setup > Journal names: a name of type Daily.",
        default="GenJrn",
    ),
    CredentialField(
        name="payment_journal",
        label="Journal name for payments and refunds",
        help="General ledger > Journal setup > Journal names: a name of type Customer payment.",
        default="CustPay",
    ),
    CredentialField(
        name="posting_service",
        label="Posting service (optional)",
        help="Only where your developers deployed a custom service that posts a journal: its address, starting with "
        "/api/services/. Empty: journals wait in Finance until somebody, or your batch job, posts them.",
        required=False,
        placeholder="/api/services/MLCGroup/MLCService/postJournal",
    ),
    CredentialField(
        name="login_host",
        label="Microsoft cloud",
        help="Where the application signs in. Worldwide, unless your organisation uses a sovereign cloud.",
        kind="choice",
        choices=AUTHORITIES,
        default=AUTHORITIES[0][0],
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credentials:
    """A connection's values, parsed. The representation shows nothing secret."""

    host: str
    tenant: str
    client_id: str
    client_secret: str
    company: str  # dataAreaId, in lower case
    general_journal: str
    payment_journal: str
    posting_service: str  # path, or empty
    authority: str

    @classmethod
    def of(cls, settings: Settings) -> "Credentials":
        """Read a connection's cleaned values."""
        values = settings.values
        return cls(
            host=_host(values.get("environment_url", "")),
            tenant=values.get("tenant_id", ""),
            client_id=values.get("client_id", ""),
            client_secret=values.get("client_secret", ""),
            company=values.get("legal_entity", ""),
            general_journal=values.get("general_journal", ""),
            payment_journal=values.get("payment_journal", ""),
            posting_service=values.get("posting_service", ""),
            authority=values.get("login_host") or AUTHORITIES[0][0],
        )

    def __repr__(self) -> str:
        return f"Credentials(host={self.host!r}, company={self.company!r})"

    @property
    def origin(self) -> str:
        """The environment's own origin; also the audience of its tokens: lower case, no slash at its end."""
        return f"https://{self.host}"

    @property
    def is_sandbox(self) -> bool:
        """Whether Microsoft itself marks the host as a sandbox or a developer's machine."""
        return any(mark in self.host for mark in (".sandbox.", ".cloudax.", ".onebox."))

    @property
    def is_production(self) -> bool:
        """Whether the host has none of the marks of sandboxes and developers' machines."""
        marks = (".sandbox.", ".cloudax.", ".onebox.", "devaos", "-test", "-dev", "-uat", "-sandbox")
        return not any(mark in self.host for mark in marks)


def clean(values: Mapping[str, str]) -> dict[str, str]:
    """Normalise what was typed. Raises ConfigurationError naming the field. Cleaning twice changes nothing."""
    host = _host(values.get("environment_url", ""))
    return {
        "environment_url": f"https://{host}",
        "tenant_id": _tenant(values.get("tenant_id", "")),
        "client_id": _client(values.get("client_id", "")),
        "client_secret": _secret(values.get("client_secret", "")),
        "secret_ends_on": _end(values.get("secret_ends_on", "")),
        "legal_entity": _company(values.get("legal_entity", "")),
        "general_journal": _journal("general_journal", "GenJrn", values),
        "payment_journal": _journal("payment_journal", "CustPay", values),
        "posting_service": _service(values.get("posting_service", ""), host),
        "login_host": _authority(values.get("login_host", "")),
    }


def _host(typed: str) -> str:
    """Take the host of an address copied from the browser. Raises ConfigurationError."""
    text = typed.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise _wrong("environment_url", f"“{text[:80]}” is no address.") from error
    if not _DOMAIN.fullmatch(host) or parts.scheme != "https" or parts.username or port not in (None, 443):
        raise _wrong(
            "environment_url",
            f"“{text[:80]}” is not the address of an environment. Copy it from the browser: it looks like "
            "https://contoso.operations.dynamics.com.",
        )
    return host


def _tenant(typed: str) -> str:
    text = typed.strip().lower()
    if text in _SHARED_AUTHORITIES or not (_GUID.fullmatch(text) or _DOMAIN.fullmatch(text)):
        raise _wrong(
            "tenant_id",
            "Give the tenant's own id (or its domain name): see Microsoft Entra admin center > Identity > Overview.",
        )
    return text


def _client(typed: str) -> str:
    text = typed.strip().lower()
    if not _GUID.fullmatch(text):
        raise _wrong("client_id", "Copy the Application (client) ID as Entra shows it, in groups of 8-4-4-4-12.")
    return text


def _secret(typed: str) -> str:
    text = typed.strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise _wrong("client_secret", "Paste the client secret's Value, without spaces. It is shown once, when made.")
    if _GUID.fullmatch(text.lower()):
        raise _wrong(
            "client_secret", "This is the Secret ID. Paste the column Value instead; if it is gone, make anew."
        )
    return text


def _end(typed: str) -> str:
    text = typed.strip()
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise _wrong("secret_ends_on", f"“{text[:40]}” is no date. Write year, month and day: 2027-03-31.") from error


def _company(typed: str) -> str:
    text = typed.strip().lower()
    if not _COMPANY.fullmatch(text):
        raise _wrong("legal_entity", "A legal entity's id has one to four letters and digits, such as usmf.")
    return text


def _journal(name: str, default: str, values: Mapping[str, str]) -> str:
    text = values.get(name, "").strip() or default
    if not _JOURNAL.fullmatch(text):
        raise _wrong(
            name, "Give a journal name of up to ten characters: General ledger > Journal setup > Journal names."
        )
    return text


def _service(typed: str, host: str) -> str:
    text = typed.strip()
    for prefix in (f"https://{host}", host):
        text = text.removeprefix(prefix)
    if text and not _SERVICE.fullmatch(text):
        raise _wrong(
            "posting_service",
            f"Give an address of this environment with group, service and operation: {SERVICE_ROOT}Group/Service/name.",
        )
    return text


def _authority(typed: str) -> str:
    text = typed.strip() or AUTHORITIES[0][0]
    if text not in dict(AUTHORITIES):
        raise _wrong("login_host", "Choose one of the listed clouds.")
    return text


def _wrong(field: str, message: str) -> ConfigurationError:
    return ConfigurationError(message, code=CODE, field=field)
