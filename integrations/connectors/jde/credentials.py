"""What a customer types to connect JD Edwards: the form's fields, their cleaning, and the values as we use them."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from integrations.connectors.jde.approval import ApprovalRule
from integrations.connectors.jde.calendars import CLOSED, MONTHS, OPEN, PATTERNS, Calendar
from integrations.contracts import CredentialField, Settings
from integrations.dial import trust
from integrations.errors import ConfigurationError

ROOT = "/jderest"
DEFAULT_DEVICE = "ml-connector"
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_VERSION = re.compile(r"/v[123]$")
_NAME = re.compile(r"[A-Za-z0-9*_.$#@ -]{1,40}")
_DEVICE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CODES = re.compile(r"[A-Z0-9]{1,3}(,[A-Z0-9]{1,3})*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

FIELDS = (
    CredentialField(
        name="base_url",
        label="AIS server address",
        help="The address of your Application Interface Services (AIS) server, with or without /jderest.",
        placeholder="https://ais.example.com:9300/jderest",
    ),
    CredentialField(name="username", label="User", help="The JD Edwards user made for this portal."),
    CredentialField(name="password", label="Password", help="That user's password; kept sealed.", kind="secret"),
    CredentialField(
        name="environment",
        label="Environment",
        help="Named explicitly, so that the server's default never decides where is booked.",
        placeholder="JPD920",
    ),
    CredentialField(name="role", label="Role", help="*ALL, or the role made for this portal.", default="*ALL"),
    CredentialField(
        name="device_name",
        label="Device name",
        help="Sessions are bound to this name, so every server of ours can use them. Keep it as it is.",
        default=DEFAULT_DEVICE,
    ),
    CredentialField(
        name="ca_pem",
        label="Own CA certificate",
        help="Only if the server's certificate comes from a CA of your own: its certificate in PEM form.",
        required=False,
    ),
    CredentialField(
        name="order_types",
        label="Purchase order types",
        help="Document types that are read, separated by commas.",
        default="OP",
        required=False,
    ),
    CredentialField(
        name="approved_from",
        label="Orders are approved from status",
        help="The first next status (UDC 40/AT) of an approved order line in your order activity rules.",
        kind="number",
        default="280",
        required=False,
    ),
    CredentialField(
        name="closed_from",
        label="Orders are closed from status",
        help="The next status from which a line is complete.",
        kind="number",
        default="999",
        required=False,
    ),
    CredentialField(
        name="cancelled_status",
        label="Status of cancelled lines",
        help="The status that your order activity rules give a cancelled line.",
        kind="number",
        default="980",
        required=False,
    ),
    CredentialField(
        name="pending_approvals",
        label="Approval statuses that still wait",
        help="Statuses in Held Orders (F4209) that mean: approval pending.",
        default="1N,2N",
        required=False,
    ),
    CredentialField(
        name="fiscal_periods",
        label="Periods",
        help="How we learn when a company's periods begin and end, and which is current in each ledger.",
        kind="choice",
        choices=(
            (PATTERNS, "Fiscal date patterns (F0008), and the current period of each ledger"),
            (MONTHS, "Calendar months, and the general ledger's current period for all"),
        ),
        default=PATTERNS,
        required=False,
    ),
    CredentialField(
        name="prior_periods",
        label="Dates before the current period",
        help="As Allow PBCO Postings says in your General Accounting Constants. Prior years are closed either way.",
        kind="choice",
        choices=((CLOSED, "JD Edwards refuses them"), (OPEN, "It lets them pass within the fiscal year")),
        default=CLOSED,
        required=False,
    ),
)
_DEFAULTS = {field.name: field.default for field in FIELDS}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credentials:
    """A JD Edwards connection's values, parsed. The representation shows nothing secret.

    `origin` is scheme, host and port; `roots` are the paths under which AIS may answer, the likeliest first.
    """

    origin: str
    roots: tuple[str, ...]
    username: str
    password: str
    environment: str
    role: str
    device: str
    ca_pem: str
    approval: ApprovalRule
    calendar: Calendar

    @classmethod
    def of(cls, settings: Settings) -> "Credentials":
        """Read a connection's cleaned values. Raises ConfigurationError for an address that cannot be right."""
        values = {name: settings.values.get(name, "") or default for name, default in _DEFAULTS.items()}
        origin, path = split_url(values["base_url"])
        return cls(
            origin=origin,
            roots=(path,) if path.endswith(ROOT) else (path + ROOT, path),
            username=values["username"],
            password=values["password"],
            environment=values["environment"],
            role=values["role"],
            device=values["device_name"],
            ca_pem=values["ca_pem"],
            approval=_approval(values),
            calendar=Calendar(read=values["fiscal_periods"], prior_periods=values["prior_periods"]),
        )

    def __repr__(self) -> str:
        return f"Credentials(origin={self.origin!r}, environment={self.environment!r})"

    @property
    def trust(self) -> ssl.SSLContext:
        """The TLS context that also trusts the customer's own CA."""
        return trust(self.ca_pem)


def clean(values: Mapping[str, str]) -> dict[str, str]:
    """Normalise what was typed. Raises ConfigurationError naming the field."""
    typed = {name: values.get(name, "").strip() or default for name, default in _DEFAULTS.items()}
    typed["password"] = values.get("password", "")
    origin, path = split_url(typed["base_url"])
    typed["base_url"] = origin + path
    for name in ("username", "role", "environment"):
        _require(name, typed[name], _NAME, "Copy it from JD Edwards; it may not be empty.")
    if not typed["password"]:
        raise _wrong("password", "The password is missing.")
    if _CONTROL.search(typed["password"]):
        raise _wrong("password", "The password holds a line break or another control character. Type it once more.")
    _require("device_name", typed["device_name"], _DEVICE, "Letters, digits, dots, dashes; at most 64.")
    for name in ("order_types", "pending_approvals"):
        typed[name] = typed[name].upper().replace(" ", "")
        _require(name, typed[name], _CODES, "Codes of up to three letters or digits, separated by commas.")
    for name in ("approved_from", "closed_from", "cancelled_status"):
        if not typed[name].isdecimal() or len(typed[name]) > 3:
            raise _wrong(name, f"“{typed[name][:20]}” is not an order status: three digits, such as 280.")
    for field in FIELDS:
        if field.choices and typed[field.name] not in dict(field.choices):
            raise _wrong(field.name, f"“{typed[field.name][:40]}” is no choice of {field.label}.")
    if typed["ca_pem"]:
        _check_ca(typed["ca_pem"])
    return typed


def split_url(typed: str) -> tuple[str, str]:
    """Split an AIS address into origin and path, without version and trailing slash.

    Raises ConfigurationError: https only, for a user's password goes there; no query, no user, no odd characters.
    """
    text = typed.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _wrong("base_url", f"“{text[:80]}” is not an address.") from error
    path = _VERSION.sub("", parts.path.rstrip("/"))
    host = parts.hostname or ""
    if parts.scheme != "https":
        raise _wrong("base_url", "The address must begin with https://, as a password is sent to it.")
    if not _HOST.fullmatch(host) or parts.username or parts.query or parts.fragment or not _PATH.fullmatch(path):
        raise _wrong("base_url", f"“{text[:80]}” is not an AIS address. It looks like https://ais.example.com:9300.")
    return f"https://{host.lower()}" + (f":{port}" if port and port != 443 else ""), path


def _approval(values: Mapping[str, str]) -> ApprovalRule:
    return ApprovalRule(
        order_types=tuple(values["order_types"].split(",")),
        approved_from=int(values["approved_from"]),
        closed_from=int(values["closed_from"]),
        cancelled=values["cancelled_status"],
        pending=tuple(values["pending_approvals"].split(",")),
    )


def _require(name: str, value: str, pattern: re.Pattern[str], advice: str) -> None:
    if not pattern.fullmatch(value):
        raise _wrong(name, f"“{value[:60]}” cannot be right. {advice}")


def _check_ca(pem: str) -> None:
    try:
        trust(pem)
    except (ssl.SSLError, ValueError) as error:
        raise _wrong("ca_pem", "This is no certificate in PEM form (-----BEGIN CERTIFICATE-----).") from error


def _wrong(field: str, sentence: str) -> ConfigurationError:
    return ConfigurationError(sentence, code="jde_credentials", field=field)
