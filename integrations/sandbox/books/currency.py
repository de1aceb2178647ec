"""Currencies with their decimals, rounding, and exchange rates that move from month to month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from integrations.sandbox.books.refusal import BooksRefusal, Reason

RATE_PLACES = Decimal("0.00000001")
_QUANTA = {places: Decimal(1).scaleb(-places) for places in range(7)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """A currency; `per_unit` is its usual price in the reference currency in which all rates are quoted."""

    code: str
    name: str
    decimals: int
    per_unit: Decimal

    def round(self, amount: Decimal) -> Decimal:
        """Round half up to the currency's decimals."""
        return amount.quantize(_QUANTA[self.decimals], ROUND_HALF_UP)


class Currencies:
    """The currencies an organisation has set up, and what one is worth in another on a day."""

    def __init__(self, currencies: Iterable[Currency]) -> None:
        self._by_code = {currency.code: currency for currency in currencies}
        self._rates: dict[tuple[str, str, int], Decimal] = {}
        self._fixed: dict[tuple[str, str], Decimal] = {}

    def get(self, code: str) -> Currency:
        """Give a currency by its ISO code; refuses one that is not set up."""
        currency = self._by_code.get(code)
        if currency is None:
            raise BooksRefusal(Reason.UNKNOWN_CURRENCY, f"Currency {code} is not set up.", code)
        return currency

    def all(self) -> list[Currency]:
        """List the currencies set up."""
        return list(self._by_code.values())

    def fix_rate(self, code: str, base: str, rate: Decimal) -> None:
        """Make one unit of `code` worth `rate` units of `base` on every day."""
        self._fixed[code, base] = rate

    def rate(self, code: str, base: str, on: date) -> Decimal:
        """Give how many units of `base` one unit of `code` costs: it moves monthly, by 1 % at most."""
        if code == base:
            return Decimal(1)
        fixed = self._fixed.get((code, base))
        if fixed is not None:
            return fixed
        key = (code, base, on.year * 12 + on.month)
        if key not in self._rates:
            self._rates[key] = self._drifted(code, base, key[2])
        return self._rates[key]

    def _drifted(self, code: str, base: str, month: int) -> Decimal:
        drift = Decimal((month * 7 + len(code) + ord(code[0])) % 11 - 5) / 500
        pair = self.get(code).per_unit / self.get(base).per_unit
        return (pair * (1 + drift)).quantize(RATE_PLACES, ROUND_HALF_UP)
