"""Display strings: escaping, the active integration formats, and the accounts and dimensions they name."""

from dataclasses import dataclass
from datetime import date

from integrations.connectors.dynamics365.simulator.enums import DELIMITERS
from integrations.connectors.dynamics365.simulator.schema import EMPTY_DATE, Values
from integrations.connectors.dynamics365.simulator.site import CHART, Company, Invalid, Site

LEDGER = "DataEntityLedgerDimensionFormat"
DEFAULT = "DataEntityDefaultDimensionFormat"
MAIN = "MainAccount"


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """A main account with dimensions, and how it is shown."""

    main: str
    display: str


def delimiter(site: Site) -> str:
    """Give the chart of accounts delimiter."""
    return DELIMITERS[site.values("DimensionParameters", 0)["DimensionSegmentDelimiter"]]


def escaped(text: str, mark: str) -> str:
    """Put a backslash before each delimiter inside a value."""
    return text.replace(mark, f"\\{mark}")


def segments(text: str, mark: str) -> list[str]:
    """Split at the delimiters that no backslash precedes, and take the backslashes off."""
    parts, start, at = [], 0, 0
    while at < len(text):
        if text.startswith(f"\\{mark}", at):
            at += 1 + len(mark)
        elif text.startswith(mark, at):
            parts.append(text[start:at])
            at += len(mark)
            start = at
        else:
            at += 1
    return [part.replace(f"\\{mark}", mark) for part in [*parts, text[start:]]]


def account_key(site: Site, text: str, field_name: str) -> str:
    """Give the key of a customer or bank account out of its display value.

    Whether the real system takes an unescaped delimiter is not established: refused unless switched on.
    """
    mark = delimiter(site)
    parts = segments(text, mark)
    if len(parts) > 1:
        if site.options.unescaped_accounts:
            return mark.join(parts)
        raise Invalid(field_name, f"The value '{text}' has {len(parts)} segments where an account has one.")
    return parts[0]


def active_format(site: Site, kind: str, field_name: str) -> list[str]:
    """Give the segment names of the active format of a type; refuses when none is active."""
    for row in site.store.table("DimensionIntegrationFormats"):
        if row.values["DimensionFormatType"] == kind and row.values["IsActive"] == "Yes":
            return str(row.values["FinancialDimensionFormat"]).split(delimiter(site))
    raise Invalid(field_name, f"No active dimension integration format of the type {kind} exists.")


def ledger_account(site: Site, company: Company, text: str, on: date, field_name: str) -> LedgerAccount:
    """Read a ledger string; surplus segments are dropped without a word, missing ones are blank."""
    names = active_format(site, LEDGER, field_name)
    given = _filled(site, text, names)
    by_name = dict(zip(names, given, strict=True))
    main = by_name.pop(MAIN, "")
    _check_main(site, main, on, field_name)
    _check_values(site, company, by_name, on, field_name)
    _check_structure(site, main, by_name, field_name)
    return LedgerAccount(main, _joined(site, given))


def default_dimensions(site: Site, company: Company, text: str, on: date, field_name: str) -> str:
    """Check a default dimension string and give it as it is shown; empty stays empty."""
    if not text:
        return ""
    names = active_format(site, DEFAULT, field_name)
    given = _filled(site, text, names)
    _check_values(site, company, dict(zip(names, given, strict=True)), on, field_name)
    return _joined(site, given)


def is_active(values: Values, on: date) -> bool:
    """Tell whether a row with ActiveFrom and ActiveTo holds on a day."""
    begins, ends = values["ActiveFrom"], values["ActiveTo"]
    return bool((begins == EMPTY_DATE or begins <= on) and (ends == EMPTY_DATE or on <= ends))


def _filled(site: Site, text: str, names: list[str]) -> list[str]:
    given = segments(text, delimiter(site))[: len(names)]
    return given + [""] * (len(names) - len(given))


def _joined(site: Site, given: list[str]) -> str:
    mark = delimiter(site)
    return mark.join(escaped(part, mark) for part in given)


def _check_main(site: Site, main: str, on: date, field_name: str) -> None:
    values = site.values("MainAccounts", CHART, main)
    if not values:
        raise Invalid(field_name, f"Main account {main or '(blank)'} does not exist in the chart of accounts {CHART}.")
    if values["IsSuspended"] == "Yes":
        raise Invalid(field_name, f"Main account {main} is suspended.")
    if values["DoNotAllowManualEntry"] == "Yes":
        raise Invalid(field_name, f"Manual entry is not allowed for main account {main}.")
    if not is_active(values, on):
        raise Invalid(field_name, f"Main account {main} is not active on {on.isoformat()}.")


def _check_values(site: Site, company: Company, given: dict[str, str], on: date, field_name: str) -> None:
    for dimension, value in given.items():
        if not value:
            continue
        found = site.values("FinancialDimensionValues", dimension, "", value) or site.values(
            "FinancialDimensionValues", dimension, company.area, value
        )
        if not found:
            raise Invalid(field_name, f"The value {value} is not valid for the financial dimension {dimension}.")
        if found["IsSuspended"] == "Yes" or found["IsTotal"] == "Yes" or not is_active(found, on):
            raise Invalid(field_name, f"The dimension value {value} of {dimension} is suspended or not active.")
        if found["IsBlockedForManualEntry"] == "Yes":
            raise Invalid(field_name, f"Manual entry is blocked for the dimension value {value} of {dimension}.")


def _check_structure(site: Site, main: str, given: dict[str, str], field_name: str) -> None:
    for prefix, needed in site.options.required_dimensions.items():
        missing = [name for name in needed if main.startswith(prefix) and not given.get(name)]
        if missing:
            raise Invalid(
                field_name,
                f"The combination {main} is not valid in the account structure: {', '.join(missing)} must be given.",
            )
