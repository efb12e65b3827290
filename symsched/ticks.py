"""Round numbers along an axis, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from .wording import decimal_text

ROUND = (1, 2, 5, 10)
PLAIN = 5
"""Characters up to which all values of an axis are written without an exponent."""
THIN = "\u2009"
"""The space between groups of three digits."""


def linear(low: float, high: float, most: int) -> list[Fraction]:
    """The multiples of a round number from `low` to `high`, at most so many."""
    first, last = Fraction(low), Fraction(high)
    decade = Fraction(10) ** math.floor(math.log10((last - first) / most))
    for step in (n * decade for n in (*ROUND, *(10 * n for n in ROUND))):
        found = [i * step for i in range(math.ceil(first / step), math.floor(last / step) + 1)]
        if len(found) <= most:
            break
    return found


def logarithmic(low: float, high: float, most: int) -> list[Fraction]:
    """Powers of ten from `low` to `high`, each n-th where there are many; multiples of them where there are few."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = next(n for n in (*ROUND, 20, 50, 100, 200) if n * most >= len(exponents))
    for factors in ((1,), (1, 2, 5)):
        values = (f * Fraction(10) ** n for n in exponents if n % every == 0 for f in factors)
        found = [v for v in values if low <= float(v) <= high]
        if 3 <= len(found) <= most:
            return found
    return linear(low, high, most)


def labels(values: Iterable[Fraction]) -> list[str]:
    """Values of an axis as literals of the language, all of them plain if they are short so: `0.5`, `2e-4`."""
    values = list(values)
    plain = [_plain(v) for v in values]
    return plain if all(len(text.lstrip("-")) <= PLAIN for text in plain) else [decimal_text(v) for v in values]


def _plain(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / value.denominator:f}"


def step_label(step: float) -> str:
    """A step in groups of three digits: `10 500`."""
    if not math.isclose(step, round(step), rel_tol=1e-12):
        return f"{step:.6g}"
    whole = round(step)
    if whole < 10_000:
        return str(whole)
    return f"{whole:,}".replace(",", THIN) if whole < 10**12 else f"{step:.6g}".replace("e+", "e")
