"""What a customer types to connect Chargebee, how it is checked, and what follows from it: address, units, limits."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from integrations.connectors.chargebee.parse import Units
from integrations.connectors.chargebee.reader import ZERO_DECIMAL
from integrations.contracts import CredentialField, Limits, Settings
from integrations.errors import ConfigurationError

REGIONS = (("us", "United States"), ("eu", "Europe"), ("au", "Australia"))
PER_MINUTE = 150
CONCURRENCY = 5
LAG_S = 300
LONGEST_LAG_S = 3600
DOMAIN = ".chargebee.com"

_SITE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_KEY = re.compile(r"[!-~]{1,200}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PAGES = ("customers", "subscriptions", "invoices")
_NO_SITES = ("app", "www", "apidocs", "support")

FIELDS = (
    CredentialField(
        name="site",
        label="Site",
        help="The name before .chargebee.com in the address bar; the whole address will do, too. "
        "A test site's name ends in -test.",
        placeholder="acme-test",
    ),
    CredentialField(
        name="region",
        label="Region",
        help="Where Chargebee keeps the site: .eu. in the address means Europe, .au. Australia, neither United States.",
        kind="choice",
        choices=REGIONS,
        default="us",
    ),
    CredentialField(
        name="api_key",
        label="API key",
        help="A read-only key for all data, made under Settings > Configure Chargebee > API Keys and Webhooks.",
        kind="secret",
    ),
    CredentialField(
        name="requests_per_minute",
        label="Requests per minute",
        help="The limit of your Chargebee plan, shared by all programs: 150 for test sites and Starter, "
        "1000 for Performance, 3500 for Enterprise.",
        kind="number",
        required=False,
        default=str(PER_MINUTE),
    ),
    CredentialField(
        name="zero_decimal_currencies",
        label="Currencies without decimals",
        help="Codes whose amounts Chargebee gives in whole units; all others come in hundredths. "
        "Change it only if Chargebee's list of supported currencies marks more of yours with an asterisk.",
        required=False,
        default=",".join(sorted(ZERO_DECIMAL)),
    ),
)


def clean(values: Mapping[str, str]) -> dict[str, str]:
    """Normalise what was typed. Raises ConfigurationError naming the field.

    `lag_s` is kept where it is given, though no form asks for it; anything else is dropped.
    """
    typed = {name: value.strip() for name, value in values.items()}
    site, region = _site_and_region(typed.get("site", ""), typed.get("region", ""))
    cleaned = {
        "site": site,
        "region": region,
        "api_key": _api_key(typed.get("api_key", "")),
        "requests_per_minute": _whole(typed, "requests_per_minute", PER_MINUTE, 1, 100_000),
        "zero_decimal_currencies": _currencies(typed.get("zero_decimal_currencies", "")),
    }
    if typed.get("lag_s"):
        cleaned["lag_s"] = _whole(typed, "lag_s", LAG_S, 0, LONGEST_LAG_S)
    return cleaned


def origin(settings: Settings) -> str:
    """Give the site's address in its region. Source: Data centers (docs, read 2026-11-21); EU and AU inferred."""
    return region_origin(settings.values["site"], settings.values["region"])


def region_origin(site: str, region: str) -> str:
    """Give the address that a site would have in a region."""
    middle = "" if region == "us" else f".{region}"
    return f"https://{site}{middle}{DOMAIN}"


def document_url(settings: Settings, stream: str, key: str) -> str:
    """Give the page of an object in Chargebee; empty in the sandbox, which has none. Observed in public code."""
    if settings.environment == "sandbox" or stream not in _PAGES:
        return ""
    return f"{origin(settings)}/d/{stream}/{quote(key, safe='')}"


def limits(settings: Settings) -> Limits:
    """Give the plan's own limit; concurrency is ours, far below the 50 reads at once that Chargebee publishes."""
    return Limits(concurrency=CONCURRENCY, per_minute=int(settings.values.get("requests_per_minute") or PER_MINUTE))


def lag_s(settings: Settings) -> int:
    """Give how far reading stays behind the present, as Chargebee's lists do; the sandbox sets it lower."""
    return int(settings.values.get("lag_s") or LAG_S)


def units(settings: Settings) -> Units:
    """Give the connection's amount units."""
    codes = settings.values.get("zero_decimal_currencies")
    return Units(frozenset(codes.split(","))) if codes else Units()


def _site_and_region(typed: str, region: str) -> tuple[str, str]:
    """Take a site's name, its host, or any address on it; a region named in the host wins over the chosen one."""
    name, *rest = _host(typed).removesuffix(DOMAIN).split(".")
    if rest and rest[0] in ("eu", "au") and len(rest) == 1:
        region = rest.pop()
    region = region.lower() or "us"
    if rest or not _SITE.fullmatch(name) or name in _NO_SITES:
        raise _refused(
            "site",
            f"'{typed[:80]}' is no Chargebee site. Type the name before {DOMAIN} that your browser shows when you are "
            "signed in, such as acme-test.",
        )
    if region not in dict(REGIONS):
        raise _refused("region", f"'{region[:20]}' is no region of Chargebee. Choose one of the list.")
    return name, region


def _host(typed: str) -> str:
    """Give the host of an address, or what was typed as it is; an address of another system gives nothing."""
    if "/" not in typed:
        return typed.lower()
    try:
        host = urlsplit(typed if "//" in typed else f"//{typed}").hostname or ""
    except ValueError:
        return ""
    return host if host.endswith(DOMAIN) else ""


def _api_key(typed: str) -> str:
    if not _KEY.fullmatch(typed):
        problem = "holds spaces or characters that no key has" if typed else "is missing"
        raise _refused("api_key", f"The API key {problem}. Copy it from Chargebee once more.")
    return typed


def _whole(typed: Mapping[str, str], name: str, default: int, least: int, most: int) -> str:
    value = typed.get(name) or str(default)
    if not (value.isascii() and value.isdecimal() and least <= int(value) <= most):
        raise _refused(name, f"'{value[:20]}' is not a whole number from {least} to {most}.")
    return str(int(value))


def _currencies(typed: str) -> str:
    codes = {code.upper() for code in re.split(r"[\s,;]+", typed) if code} or ZERO_DECIMAL
    wrong = sorted(code for code in codes if not _CURRENCY.fullmatch(code))
    if wrong:
        raise _refused(
            "zero_decimal_currencies", f"'{wrong[0][:20]}' is no currency code. Type codes of three letters, as JPY."
        )
    return ",".join(sorted(codes))


def _refused(field: str, message: str) -> ConfigurationError:
    return ConfigurationError(message, code="chargebee_bad_setting", field=field)
