"""Rows of the account ledger, and the arithmetic between the transaction's and the company's currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.connectors.jde.simulator.erp.accounts import number_of
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json
from integrations.sandbox.books import Currency, Entry

ZERO = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of a document: `amount` in the document's currency, `base` in the company's; debits positive."""

    account: Row
    amount: Decimal
    base: Decimal = ZERO
    subledger: str = ""
    kind: str = ""
    text: str = ""
    number: int = 0

    @property
    def party(self) -> str:
        """The address number of a subledger of type A, without its zeros."""
        return str(int(self.subledger)) if self.kind == "A" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What all ledger rows of one document share."""

    company: str
    type: str
    number: int
    day: date
    currency: str
    rate: Decimal
    batch_type: str
    batch: int
    explanation: str = ""
    remark: str = ""
    columns: Json | None = None


def convert(lines: Sequence[Line], rate: Decimal, base: Currency) -> None:
    """Fill in company amounts at a rate; a rounding cent goes into the largest line, so that a balance stays one."""
    total = sum((line.amount for line in lines), ZERO)
    for line in lines:
        line.base = base.round(line.amount * rate)
    difference = base.round(total * rate) - sum((line.base for line in lines), ZERO)
    if difference:
        max(lines, key=lambda line: abs(line.base)).base += difference


def entries_of(lines: Sequence[Line]) -> list[Entry]:
    """Give the books' entries of lines, with base amounts."""
    return [entry_of(line, at) for at, line in enumerate(lines, 1)]


def entry_of(line: Line, at: int = 0) -> Entry:
    """Give the books' entry of a line: negative amounts are credits."""
    return Entry(
        line.account["AID"],
        debit=max(line.amount, ZERO),
        credit=max(-line.amount, ZERO),
        base_debit=max(line.base, ZERO),
        base_credit=max(-line.base, ZERO),
        line=line.number or at,
        party=line.party,
        memo=line.text,
        has_base=True,
    )


def write_rows(enterprise: Enterprise, heading: Heading, lines: Sequence[Line], user: str, *, posted: str = "") -> None:
    """Insert the ledger rows: AA in the company's currency, and CA beside them for a foreign document."""
    base = enterprise.base_currency(heading.company).code
    is_foreign = heading.currency != base
    table = enterprise.store["F0911"]
    shared = {
        "KCO": heading.company,
        "DCT": heading.type,
        "DOC": heading.number,
        "DGJ": heading.day,
        "ICU": heading.batch,
        "ICUT": heading.batch_type,
        "DICJ": enterprise.clock.today(),
        "CRCD": heading.currency,
        "CRR": heading.rate if is_foreign else 0,
        "CRRM": "F" if is_foreign else "D",
        "BCRC": base,
        "POST": posted,
        "EXR": heading.remark,
        **enterprise.period_columns(heading.day, heading.company),
        **(heading.columns or {}),
    }
    for at, line in enumerate(lines, 1):
        own = {
            **shared,
            "JELN": line.number or at,
            "CO": line.account["CO"],
            "ANI": number_of(line.account),
            "AID": line.account["AID"],
            "MCU": line.account["MCU"],
            "OBJ": line.account["OBJ"],
            "SUB": line.account["SUB"],
            "SBL": line.subledger,
            "SBLT": line.kind,
            "EXA": line.text or heading.explanation,
        }
        if line.party:
            own["AN8"] = int(line.party)
        table.add(user, "P0911", **own, LT="AA", AA=line.base)
        if is_foreign:
            table.add(user, "P0911", **own, LT="CA", AA=line.amount)


def rows_of(enterprise: Enterprise, kind: str, number: int, company: str) -> list[Row]:
    """List the ledger rows of one document."""
    return enterprise.store["F0911"].find(DOC=number, DCT=kind, KCO=company)
