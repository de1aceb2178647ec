"""Account numbers: how they are written, which accounts take entries, and what a subledger must be."""

from datetime import date

from integrations.connectors.jde.simulator.erp import fiscal
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.refusal import by_the_books, refuse
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.books import BooksRefusal, Currency

EDITS = {
    "N": "is a title account and takes no entries (posting edit N)",
    "I": "is inactive (posting edit I)",
    "M": "takes machine-generated entries only (posting edit M)",
}
NEEDS_SUBLEDGER = ("S", "L")


def resolve(enterprise: Enterprise, text: str) -> Row:
    """Find an account by `unit.object[.subsidiary]` or by its short id of eight digits."""
    text = text.strip()
    table = enterprise.store["F0901"]
    if len(text) == 8 and text.isdecimal():
        found = table.first(AID=text)
    else:
        unit, _, rest = text.partition(".")
        object_account, _, subsidiary = rest.partition(".")
        found = table.first(OBJ=object_account.strip(), MCU=unit.strip(), SUB=subsidiary.strip())
    if found is None:
        refuse("Account Number Invalid", f"Account {text} does not exist in the account master.", "account")
    return found


def number_of(account: Row) -> str:
    """Write an account as `unit.object[.subsidiary]`."""
    return ".".join(part for part in (account["MCU"], account["OBJ"], account["SUB"]) if part)


def require_postable(
    enterprise: Enterprise, account: Row, *, company: str, currency: str, subledger: str = "", kind: str = ""
) -> None:
    """Refuse an account that takes no such entry from people; trade accounts are for the system alone."""
    number, edit = number_of(account), account["PEC"] or ""
    if edit in EDITS:
        refuse("Account Does Not Allow Posting", f"Account {number} {EDITS[edit]}.", "account")
    if edit in NEEDS_SUBLEDGER and not subledger:
        refuse("Subledger Required", f"Account {number} needs a subledger and type (posting edit {edit}).", "subledger")
    unit = enterprise.store["F0006"].first(MCU=account["MCU"])
    if unit is None or unit["PECC"] in ("N", "P"):
        refuse("Business Unit Does Not Allow Posting", f"Business unit {account['MCU']} takes no entries.", "account")
    if account["CO"] != company:
        text = (
            f"Account {number} belongs to company {account['CO']}, not {company}; no intercompany settlement is set up."
        )
        refuse("Intercompany Out of Balance", text, "account")
    if account["CRCD"] and account["CRCD"] != currency:
        text = f"Account {number} is monetary and takes {account['CRCD']} only, not {currency}."
        refuse("Currency Code Invalid for Monetary Account", text, "currencyCode")
    _require_subledger(enterprise, subledger, kind)


def subledger_of(text: str, kind: str) -> str:
    """Write a subledger as it is stored: address numbers with leading zeros."""
    text = text.strip()
    return text.zfill(8) if kind == "A" and text.isdecimal() else text


def require_company(enterprise: Enterprise, code: str, control: str = "company") -> None:
    """Refuse a company that does not exist or only holds the constants."""
    if code == "00000" or enterprise.company(code) is None:
        refuse("Company Invalid", f"Company {code} does not exist in the company constants.", control)


def require_currency(enterprise: Enterprise, code: str) -> Currency:
    """Give a currency; refuses one that is not set up."""
    try:
        return enterprise.books.currencies.get(code)
    except BooksRefusal as refusal:
        raise by_the_books(refusal, "currencyCode") from refusal


def require_open_period(enterprise: Enterprise, day: date, company: str, module: str) -> list[str]:
    """Refuse a G/L date before a ledger's current period, outside the date patterns, or in a month closed by hand.

    Gives the warnings: of one that is far ahead, or before the cut-off where the constants allow that.
    """
    constants = enterprise.company(company)
    assert constants is not None
    try:
        enterprise.books.periods.require_open(day)
        told = fiscal.require_current(
            enterprise.store, constants, day, module, allows_prior=enterprise.options.allows_prior_periods
        )
    except BooksRefusal as refusal:
        raise by_the_books(refusal, "glDate") from refusal
    ahead = f"G/L date {day} is after the cut-off (PACO)." if enterprise.is_far_ahead(day) else ""
    return [warning for warning in (told, ahead) if warning]


def _require_subledger(enterprise: Enterprise, subledger: str, kind: str) -> None:
    if bool(subledger) != bool(kind):
        refuse("Subledger Type Required", "Subledger and subledger type go together.", "subledgerType")
    if not kind:
        return
    if kind != "A":
        refuse(
            "Subledger Type Invalid", f"Subledger type {kind} is not set up; A is (address number).", "subledgerType"
        )
    if not subledger.isdecimal() or enterprise.store["F0101"].first(AN8=int(subledger)) is None:
        refuse("Subledger Invalid", f"Subledger {subledger} is not an address number.", "subledger")
