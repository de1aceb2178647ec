"""Amounts, their currencies and exact JSON: no float ever touches an amount. No Django here."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any, NoReturn

import simplejson

# ISO 4217 (list one, as amended to 2026): every currency has 2 decimals but these.
_DECIMALS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),  # noqa: SIM905
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),  # noqa: SIM905
    **dict.fromkeys("CLF UYW".split(), 4),  # noqa: SIM905
}
_CODE = re.compile(r"[A-Z]{3}")
_EXACT = Context(prec=60)
_LONGEST_PLAIN = 60


# JSON


def _plain(amount: Decimal) -> str:
    """Write a number without exponent, unless that would be absurdly long (1E+999999 is a line of JSON, too)."""
    if not amount.is_finite():
        raise ValueError(f"{amount} is not an amount.")
    if abs(amount.adjusted()) > _LONGEST_PLAIN:
        return str(amount)
    return format(amount, "f")


def _encode_other(value: object) -> Any:
    """Give JSON for what the encoder does not know by itself."""
    if isinstance(value, Decimal):
        return simplejson.RawJSON(_plain(value))
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} has no time zone.")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form.")


_ENCODER = simplejson.JSONEncoder(
    separators=(",", ":"), use_decimal=False, namedtuple_as_object=False, allow_nan=False, default=_encode_other
)


def to_json(value: Any) -> str:
    """Write compact JSON, pure ASCII: Decimal as an exact number, date and aware datetime as ISO strings.

    Raises ValueError for NaN, infinity and naive datetimes, TypeError for other types.
    """
    return _ENCODER.encode(value)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


def from_json(text: str | bytes) -> Any:
    """Read JSON: numbers with a fraction or exponent become Decimal, others int. Raises ValueError."""
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text))
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("The JSON is nested too deeply.") from error


# Currencies


def decimals(currency: str) -> int:
    """Give the number of decimals of an ISO 4217 code: 2 for EUR, 0 for JPY, 3 for KWD. Raises ValueError."""
    if not _CODE.fullmatch(currency):
        raise ValueError(f"“{currency}” is not an ISO 4217 currency code.")
    return _DECIMALS.get(currency, 2)


def quantum(currency: str) -> Decimal:
    """Give the smallest amount of a currency: 0.01 for EUR, 1 for JPY. Raises ValueError."""
    return Decimal(1).scaleb(-decimals(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round to the currency's decimals, halves away from zero, as invoices do."""
    return amount.quantize(quantum(currency), rounding=ROUND_HALF_UP, context=_EXACT)


def from_minor(amount_minor: int, currency: str, places: int | None = None) -> Decimal:
    """Give major units of an integer of minor ones; `places` where the system counts decimals in its own way."""
    return Decimal(amount_minor).scaleb(-(decimals(currency) if places is None else places), context=_EXACT)


def to_minor(amount: Decimal, currency: str, places: int | None = None) -> int:
    """Give minor units of an amount in major ones. Raises ValueError if it has more decimals than that."""
    minor = amount.scaleb(decimals(currency) if places is None else places, context=_EXACT)
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} {currency} has more decimals than its currency.")
    return int(minor)


def split(amount: Decimal, weights: Sequence[Decimal | int], currency: str) -> tuple[Decimal, ...]:
    """Share an amount out by weight, exact to the currency's smallest unit: the shares add up to the amount.

    What rounding leaves goes to the largest remainders, the first of equals first. Only zero weights: equal shares.
    Raises ValueError without weights, for weights that cancel out, or if the amount is finer than its currency.
    """
    units = to_minor(amount, currency)
    ratios = [Fraction(weight) for weight in weights]
    if ratios and not any(ratios):
        ratios = [Fraction(1)] * len(ratios)
    total = sum(ratios)
    if not total:
        raise ValueError(f"{amount} {currency} cannot be shared out over weights that add up to nothing.")
    exact = [units * ratio / total for ratio in ratios]
    shares = [share.numerator // share.denominator for share in exact]
    by_remainder = sorted(range(len(shares)), key=lambda i: shares[i] - exact[i])
    for i in by_remainder[: units - sum(shares)]:
        shares[i] += 1
    return tuple(from_minor(share, currency) for share in shares)


def format_money(amount: Decimal, currency: str) -> str:
    """Write an amount for people: “1,234.50 EUR”. Decimals beyond the currency's own are kept, so nothing is hidden."""
    places = max(decimals(currency), -int(amount.normalize(_EXACT).as_tuple().exponent))
    return f"{amount:,.{places}f} {currency}"
