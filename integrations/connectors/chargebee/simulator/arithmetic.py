"""Whole-number arithmetic of billing documents: taxes, shares, minor units. Rates are thousandths of a percent."""

from collections.abc import Sequence

ZERO_DECIMAL = frozenset({"JPY", "KRW", "XAF", "XOF"})


def minor(currency: str, major: int, hundredths: int = 0) -> int:
    """Turn an amount into Chargebee's minor units: as is for zero-decimal currencies, else x100 (KWD too)."""
    return major if currency in ZERO_DECIMAL else major * 100 + hundredths


def tax_on_top(amount: int, rate: int) -> int:
    """Compute a tax that is added to an amount, half away from zero."""
    return _divided(amount * rate, 100_000)


def tax_inside(amount: int, rate: int) -> int:
    """Compute the tax that an amount already includes, half away from zero."""
    return _divided(amount * rate, 100_000 + rate)


def portion(amount: int, part: int, whole: int) -> int:
    """Compute `amount * part / whole`, half away from zero; 0 of nothing."""
    return _divided(amount * part, whole) if whole else 0


def shared(total: int, weights: Sequence[int]) -> list[int]:
    """Share out a total by weights so that the shares add up to it; the last weighty one takes the rest."""
    whole = sum(weights)
    shares = [portion(total, weight, whole) for weight in weights]
    for at in range(len(weights) - 1, -1, -1):
        if weights[at] or at == 0:
            shares[at] += total - sum(shares)
            break
    return shares


def _divided(numerator: int, denominator: int) -> int:
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)
