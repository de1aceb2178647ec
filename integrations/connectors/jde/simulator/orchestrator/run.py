"""One run of an orchestration, and what its steps share: the reference look-up, lines, documents."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integrations.connectors.jde.simulator.erp.accounts import require_currency, resolve, subledger_of
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.ledger import ZERO, Line, convert
from integrations.connectors.jde.simulator.erp.refusal import refuse
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json

CREATED, DUPLICATE = "CREATED", "DUPLICATE"


@dataclass(slots=True, kw_only=True)
class Run:
    """What a step sees. Rows inserted after `blind_after` are not seen by look-ups: another run made them meanwhile."""

    enterprise: Enterprise
    user: str
    inputs: Json
    blind_after: int | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def reference(self) -> str:
        """The caller's reference."""
        return str(self.inputs["externalRef"])

    def find(self, table: str, **equal: Any) -> list[Row]:
        """Look rows up as the orchestration's own data request does."""
        rows = self.enterprise.store[table].find(**equal)
        return [row for row in rows if self.blind_after is None or row.number <= self.blind_after]

    def answer(self, result: str, batch: int | None, kind: str, **outputs: Any) -> Json:
        """Give the outputs."""
        common = {"result": result, "contractVersion": "1", "batchNumber": batch, "batchType": kind}
        return {**common, "warnings": self.warnings, **outputs}

    def amount(self, name: str, value: Decimal, currency: str) -> Decimal:
        """Refuse an amount with more decimals than its currency has."""
        if value != require_currency(self.enterprise, currency).round(value):
            refuse("Amount Has Too Many Decimals", f"{name} {value} does not fit currency {currency}.", name)
        return value

    def lines(self, currency: str, company: str, rate: Decimal) -> list[Line]:
        """Read the lines and convert them, unless each brings both amounts."""
        base = self.enterprise.base_currency(company)
        rows: Sequence[Json] = self.inputs["lines"]
        numbers = [row["lineNumber"] for row in rows]
        if len(set(numbers)) != len(numbers):
            refuse("Line Number Used Twice", "Line numbers of a document must differ.", "lineNumber")
        brings_both = all(row["currencyAmount"] is not None for row in rows) and currency != base.code
        lines = [self._line(row, currency, base.code, brings_both=brings_both) for row in rows]
        if not brings_both:
            convert(lines, rate, base)
        return lines

    def rate(self, currency: str, company: str, day: Any) -> Decimal:
        """Give the exchange rate sent, else the system's own."""
        sent = self.inputs.get("exchangeRate")
        own = self.enterprise.rate(currency, company, day)
        return own if sent is None or own == 1 else Decimal(sent)

    def _line(self, row: Json, currency: str, base: str, *, brings_both: bool) -> Line:
        if row["currencyAmount"] is not None and not brings_both and row["currencyAmount"] != row["amount"]:
            text = "Either every line of a foreign document has a currencyAmount, or none."
            refuse("Currency Amount Invalid", text, "currencyAmount")
        kind = row["subledgerType"] or ""
        return Line(
            account=resolve(self.enterprise, row["account"]),
            amount=self.amount("amount", row["currencyAmount"] if brings_both else row["amount"], currency),
            base=self.amount("amount", row["amount"], base) if brings_both else ZERO,
            subledger=subledger_of(row["subledger"] or "", kind),
            kind=kind,
            text=self._text(row),
            number=row["lineNumber"],
        )

    def _text(self, row: Json) -> str:
        """Give a line's explanation: the source's id, then the line's remark or the document's explanation."""
        words = row["remark"] or self.inputs.get("explanation") or ""
        return f"{self.inputs['sourceId']} {words}".strip()[:30]


def item_of(run: Run, keys: Json) -> list[Row]:
    """Find a voucher's pay items by its keys; `payItem` narrows them to one."""
    wanted = {"DOC": keys["documentNumber"], "DCT": keys["documentType"], "KCO": keys["documentCompany"]}
    if keys.get("payItem"):
        wanted |= {"SFX": keys["payItem"], "SFXE": keys.get("payItemExtension") or 0}
    found = run.enterprise.store["F0411"].find(**wanted)
    if not found:
        name = f"{keys['documentType']} {keys['documentNumber']} {keys['documentCompany']} {keys.get('payItem') or ''}"
        refuse("Pay Item Not Found", f"No pay item {name.strip()}.", "documentNumber")
    return found
