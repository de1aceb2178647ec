"""What a customer types to connect BILL, how it is checked, and what follows from it: hosts, session name, limits."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

from integrations.contracts import CredentialField, Limits, Settings, SharedLimits
from integrations.errors import ConfigurationError

# Source: developer.bill.com/docs/environmental-differences, read 2026-11-21.
PRODUCTION, STAGE = "https://gateway.prod.bill.com", "https://gateway.stage.bill.com"
API_PATH, EVENTS_PATH = "/connect", "/connect-events"
ENVIRONMENTS = ((PRODUCTION + API_PATH, "Production"), (STAGE + API_PATH, "BILL's developer sandbox"))

# Source: developer.bill.com/docs/api-rate-limits, read 2026-11-21.
CALLS_AT_ONCE = 3
CALLS_PER_HOUR = 20_000
SIGN_INS_PER_HOUR = 200

SUBSCRIPTION_ID, SUBSCRIPTION_KEY = "subscription_id", "subscription_key"  # its id; the idempotent key of its making
SUBSCRIPTION_CHECKED_AT = "subscription_checked_at"
KEPT = (SUBSCRIPTION_ID, SUBSCRIPTION_KEY, SUBSCRIPTION_CHECKED_AT)

_KEY = re.compile(r"[!-~]{8,200}")
_ORGANIZATION = re.compile(r"008[0-9A-Za-z]{5,37}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

FIELDS = (
    CredentialField(
        name="base_url",
        label="BILL environment",
        help="Production and BILL's developer sandbox share no data, users or keys.",
        kind="choice",
        choices=ENVIRONMENTS,
        default=PRODUCTION + API_PATH,
    ),
    CredentialField(
        name="organization_id",
        label="Organization id",
        help="Begins with 008. In BILL: Settings > Sync & Integrations > Manage Developer Keys.",
        placeholder="00801...",
    ),
    CredentialField(
        name="dev_key",
        label="Developer key",
        help="In BILL: Settings > Sync & Integrations > Manage Developer Keys.",
        kind="secret",
    ),
    CredentialField(
        name="username",
        label="User or token name",
        help="The name of an AP & AR sync token (best), or the e-mail of a user made for this portal.",
    ),
    CredentialField(
        name="password",
        label="Password or token value",
        help="Shown by BILL once, when the token is made.",
        kind="secret",
    ),
    CredentialField(
        name="calls_at_once",
        label="Calls at once",
        help="BILL allows three for a developer key and organization. Lower it if other programs use the same key.",
        kind="number",
        required=False,
        default=str(CALLS_AT_ONCE),
    ),
    CredentialField(
        name="calls_per_hour",
        label="Calls per hour",
        help="BILL allows 20,000 an hour for a developer key, over all its organizations. Where several organizations "
        "are connected with one key, share them out here.",
        kind="number",
        required=False,
        default=str(CALLS_PER_HOUR),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A cleaned connection. Secrets are not in the representation."""

    base_url: str
    organization_id: str
    username: str
    dev_key: str = field(repr=False)
    password: str = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Credentials":
        """Take them from a connection's settings."""
        return cls(**{name: settings.values[name] for name in cls.__dataclass_fields__})

    @property
    def origin(self) -> str:
        """The gateway's origin."""
        return self.base_url.removesuffix(API_PATH)

    @property
    def events_url(self) -> str:
        """The root of the webhook API, beside that of the API."""
        return self.origin + EVENTS_PATH

    @property
    def is_production(self) -> bool:
        """Whether money moves there."""
        return self.origin == PRODUCTION

    @property
    def fingerprint(self) -> str:
        """What the far side is, whoever signs in: environment and organization."""
        return f"billcom:{'prod' if self.is_production else 'stage'}:{self.organization_id}"

    @property
    def session_name(self) -> str:
        """Name the shared session: another key, user or password never meets an old one."""
        digest = sha256(f"{self.dev_key}\n{self.username}\n{self.password}".encode()).hexdigest()[:16]
        return f"{self.fingerprint}:{digest}"


def clean(values: Mapping[str, str]) -> dict[str, str]:
    """Normalise what was typed. Raises ConfigurationError naming the field.

    What the portal keeps about its webhook subscription stays, though no form asks for it; anything else is dropped.
    """
    typed = {name: value.strip() for name, value in values.items()}
    cleaned = {
        "base_url": _base_url(typed.get("base_url", "")),
        "organization_id": typed.get("organization_id", ""),
        "dev_key": typed.get("dev_key", ""),
        "username": typed.get("username", ""),
        "password": values.get("password", ""),
        "calls_at_once": _whole(typed, "calls_at_once", CALLS_AT_ONCE),
        "calls_per_hour": _whole(typed, "calls_per_hour", CALLS_PER_HOUR),
    }
    if not _ORGANIZATION.fullmatch(cleaned["organization_id"]):
        raise refused(
            "organization_id",
            f"'{cleaned['organization_id'][:40]}' is no organization id. It begins with 008; copy it from Settings > "
            "Sync & Integrations > Manage Developer Keys in BILL.",
        )
    if not _KEY.fullmatch(cleaned["dev_key"]):
        raise refused("dev_key", "The developer key is missing or holds spaces. Copy it from BILL once more.")
    for name, label in (("username", "user or token name"), ("password", "password or token value")):
        if not cleaned[name].strip():
            raise refused(name, f"The {label} is missing.")
        if _CONTROL.search(cleaned[name]):
            raise refused(name, f"The {label} holds a line break or another control character. Copy it once more.")
    return cleaned | {name: typed[name] for name in KEPT if typed.get(name)}


def origin(settings: Settings) -> str:
    """Give the gateway that is dialled."""
    return Credentials.of(settings).origin


def limits(settings: Settings) -> Limits:
    """Give BILL's limits, or the part of them that the customer grants to this organization."""
    return Limits(
        concurrency=int(settings.values.get("calls_at_once") or CALLS_AT_ONCE),
        per_hour=int(settings.values.get("calls_per_hour") or CALLS_PER_HOUR),
        shared=SharedLimits(scope=_key_scope(settings), per_hour=CALLS_PER_HOUR, sign_ins_per_hour=SIGN_INS_PER_HOUR),
    )


def _key_scope(settings: Settings) -> str:
    """Name what BILL counts by, the developer key of an environment, without telling it."""
    counted = f"{Credentials.of(settings).origin}\n{settings.values.get('dev_key', '')}"
    return f"billcom-key-{sha256(counted.encode()).hexdigest()[:24]}"


def refused(field: str, message: str) -> ConfigurationError:
    """Make the error of a field of the form."""
    return ConfigurationError(message, code="billcom_bad_setting", field=field)


def _base_url(typed: str) -> str:
    """Take an environment's address in any of its spellings: only BILL's own hosts are ever called."""
    host = (urlsplit(typed if "//" in typed else f"//{typed}").hostname or "") if typed else "gateway.prod.bill.com"
    for address, _ in ENVIRONMENTS:
        if urlsplit(address).hostname == host:
            return address
    raise refused("base_url", f"'{typed[:80]}' is no environment of BILL. Choose one of the list.")


def _whole(typed: Mapping[str, str], name: str, most: int) -> str:
    value = typed.get(name) or str(most)
    if not (value.isascii() and value.isdecimal() and 1 <= int(value) <= most):
        raise refused(name, f"'{value[:20]}' is not a whole number from 1 to {most}.")
    return str(int(value))
