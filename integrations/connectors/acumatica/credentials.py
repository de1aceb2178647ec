"""What a customer types to connect Acumatica: the form's fields and their cleaning."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from integrations.contracts import CredentialField, Settings
from integrations.errors import ConfigurationError

PASSWORD, CODE, COOKIE = "password", "authorization_code", "cookie"
SIGN_INS = (
    (PASSWORD, "Connected application and a user's password (recommended)"),
    (CODE, "Connected application and a consent in the browser"),
    (COOKIE, "User name and password without connected application (being withdrawn by Acumatica)"),
)
SIGN_IN_CHOICES = tuple(choice for choice, _ in SIGN_INS)
DEFAULT_ENDPOINT, DEFAULT_VERSION = "Default", "24.200.001"
_TAIL = re.compile(r"/(?:entity|main|frames|identity|\(w\(\d+\)\))(?:/.*)?$", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_PATH = re.compile(r"(?:/[A-Za-z0-9_.~-]{1,64}){0,4}")
_SEGMENT = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CLIENT = re.compile(r"[\x21-\x7e]{1,100}@[\x20-\x7e]{1,100}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN = re.compile(r"[^\x00-\x1f\x7f<>]{1,128}")

FIELDS = (
    CredentialField(
        name="instance_url",
        label="Address",
        help="What stands in the browser's address line when you work in Acumatica, up to and with the instance name.",
        placeholder="https://company.acumatica.com or https://host/Instance",
    ),
    CredentialField(
        name="endpoint_name",
        label="Endpoint",
        help="Web Service Endpoints (SM207060): Default, or the name of your own endpoint that extends it.",
        required=False,
        default=DEFAULT_ENDPOINT,
    ),
    CredentialField(
        name="endpoint_version",
        label="Endpoint version",
        help="Any version that SM207060 lists for this endpoint; 24.200.001 or newer is best.",
        required=False,
        default=DEFAULT_VERSION,
    ),
    CredentialField(
        name="grant",
        label="Way of signing in",
        help="A connected application (SM303010) keeps one licence session however long the sync runs.",
        kind="choice",
        choices=SIGN_INS,
        required=False,
        default=PASSWORD,
    ),
    CredentialField(
        name="client_id",
        label="Client id",
        help="Connected Applications (SM303010) > Client ID, with the part after the @: it names the tenant.",
        placeholder="88358B02-A48D-A50E-F710-39C1636C30F6@Company",
        required=False,
    ),
    CredentialField(
        name="client_secret",
        label="Client secret",
        help="Connected Applications (SM303010) > Secrets > Add Shared Secret. It is shown once.",
        kind="secret",
        required=False,
    ),
    CredentialField(
        name="username",
        label="User name",
        help="A user of its own for this portal, with the role of the guide (Users, SM201010).",
        required=False,
    ),
    CredentialField(name="password", label="Password", help="This user's password.", kind="secret", required=False),
    CredentialField(
        name="tenant",
        label="Tenant",
        help="Only without connected application: the login name of the tenant (Tenants, SM203520).",
        required=False,
    ),
    CredentialField(
        name="branch",
        label="Branch",
        help="Branch id (Branches, CS102000) under which documents are entered; empty: the user's default branch.",
        required=False,
    ),
    CredentialField(
        name="redirect_uri",
        label="Redirect address",
        help="Only for a consent in the browser: exactly as registered in SM303010.",
        required=False,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credentials:
    """An Acumatica connection's values, parsed. The representation shows nothing secret."""

    base: str  # https://host/Instance, without a slash at its end
    endpoint_name: str
    endpoint_version: str
    sign_in: str
    client_id: str
    client_secret: str
    username: str
    password: str
    tenant: str
    branch: str
    redirect_uri: str

    @classmethod
    def of(cls, settings: Settings) -> "Credentials":
        """Read a connection's cleaned values."""
        values = settings.values
        return cls(
            base=base_url(values.get("instance_url", "")),
            endpoint_name=values.get("endpoint_name") or DEFAULT_ENDPOINT,
            endpoint_version=values.get("endpoint_version") or DEFAULT_VERSION,
            sign_in=values.get("grant") or PASSWORD,
            client_id=values.get("client_id", ""),
            client_secret=values.get("client_secret", ""),
            username=values.get("username", ""),
            password=values.get("password", ""),
            tenant=values.get("tenant", ""),
            branch=values.get("branch", ""),
            redirect_uri=values.get("redirect_uri", ""),
        )

    def __repr__(self) -> str:
        return f"Credentials(base={self.base!r})"

    @property
    def origin(self) -> str:
        """The site's origin, `https://host`."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def endpoint(self) -> str:
        """The path of the endpoint below the base, `entity/Default/24.200.001`."""
        return f"entity/{self.endpoint_name}/{self.endpoint_version}"

    @property
    def tenant_name(self) -> str:
        """The tenant's login name: what the client id names, else what was typed."""
        return self.client_id.partition("@")[2] or self.tenant

    @property
    def uses_cookies(self) -> bool:
        """Whether it signs in without connected application."""
        return self.sign_in == COOKIE


# Cleaning


def clean(values: Mapping[str, str]) -> dict[str, str]:
    """Normalise what was typed. Raises ConfigurationError naming the field; what the way of signing in needs is asked.

    Unused fields are kept, so that switching the way back needs no typing.
    """
    sign_in = values.get("grant", "").strip() or PASSWORD
    if sign_in not in SIGN_IN_CHOICES:
        raise _wrong("grant", "Choose one of the ways of signing in.")
    cleaned = {
        "instance_url": base_url(values.get("instance_url", "")),
        "endpoint_name": _segment("endpoint_name", values, DEFAULT_ENDPOINT),
        "endpoint_version": _segment("endpoint_version", values, DEFAULT_VERSION),
        "grant": sign_in,
        "client_id": _client_id(values.get("client_id", "").strip()),
        "client_secret": _secret("client_secret", values.get("client_secret", "").strip()),
        "username": _plain("username", values),
        "password": _secret("password", values.get("password", "")),
        "tenant": _plain("tenant", values),
        "branch": _plain("branch", values),
        "redirect_uri": _redirect(values.get("redirect_uri", "").strip()),
    }
    _require(cleaned, sign_in)
    return cleaned


def base_url(typed: str) -> str:
    """Give the site's address with its instance path. Raises ConfigurationError for what is no https address."""
    text = typed.strip()
    text = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _wrong("instance_url", _NO_ADDRESS) from None
    host, path = (parts.hostname or "").lower(), _TAIL.sub("", parts.path.rstrip("/")).rstrip("/")
    if path.lower().endswith(".aspx"):
        path = path.rpartition("/")[0]
    if parts.scheme != "https" or parts.username or not _HOST.fullmatch(host) or not _PATH.fullmatch(path):
        raise _wrong("instance_url", _NO_ADDRESS)
    return f"https://{host}{f':{port}' if port and port != 443 else ''}{path}"


_NO_ADDRESS = (
    "This is not an Acumatica address. It looks like https://company.acumatica.com or https://host/Instance: copy it "
    "from the browser, up to and with the instance name."
)
_NEEDED = {
    PASSWORD: ("client_id", "client_secret", "username", "password"),
    CODE: ("client_id", "client_secret", "redirect_uri"),
    COOKIE: ("username", "password"),
}


def _require(cleaned: Mapping[str, str], sign_in: str) -> None:
    labels = {field.name: field.label for field in FIELDS}
    for name in _NEEDED[sign_in]:
        if not cleaned[name]:
            raise _wrong(name, f"{labels[name]} is missing: this way of signing in needs it.")


def _segment(name: str, values: Mapping[str, str], default: str) -> str:
    text = values.get(name, "").strip() or default
    if not _SEGMENT.fullmatch(text):
        raise _wrong(name, f"“{_shown(text)}” is no endpoint name or version: copy it from SM207060.")
    return text


def _client_id(text: str) -> str:
    if text and not _CLIENT.fullmatch(text):
        message = "The client id looks like 88358B02-A48D-A50E-F710-39C1636C30F6@Company: copy it whole from SM303010."
        raise _wrong("client_id", message)
    return text


def _secret(name: str, text: str) -> str:
    if _CONTROL.search(text):
        raise _wrong(name, "It contains a line break or another control character: type it again.")
    return text


def _plain(name: str, values: Mapping[str, str]) -> str:
    text = values.get(name, "").strip()
    if text and not _PLAIN.fullmatch(text):
        raise _wrong(name, f"“{_shown(text)}” cannot be right: it holds signs that Acumatica does not allow here.")
    return text


def _redirect(text: str) -> str:
    is_address = text.startswith(("https://", "http://localhost"))
    if text and (not is_address or not _PLAIN.fullmatch(text) or " " in text):
        raise _wrong("redirect_uri", "The redirect address begins with https:// and is written as in SM303010.")
    return text


def _shown(text: str) -> str:
    return re.sub(r"[\x00-\x1f<>]", " ", text)[:40]


def _wrong(field: str, message: str) -> ConfigurationError:
    return ConfigurationError(message, code="acumatica_credentials", field=field)
