"""How an author writes a number: `0.05`, `10500`, `10^4`, `3 10^-4`, `1/3`."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

from ..wording import decimal_places

LONGEST = 17
"""Significant digits beyond which a number is rounded in a formula."""

ROUNDED = 12
"""Significant digits that are left of such a number."""

Figure = tuple[str, int]
"""Decimal digits times a power of ten: ("3", -4), ("10500", 0), and ("", 4) for the bare power."""


def figure(value: Fraction) -> Figure | None:
    """A positive number or 0 as decimals; None where a fraction is shorter."""
    digits, exponent = _significant(value)
    if exponent is None:
        return None
    if len(digits) > 4 and len(str(value.numerator)) + len(str(value.denominator)) < len(digits):
        return None
    if len(digits) > LONGEST:
        digits, exponent = _rounded(value)
    if digits == "1" and (exponent >= 4 or exponent < -2):
        return "", exponent
    if exponent < -2 or exponent >= LONGEST or (exponent >= 6 and len(digits) <= 2):
        return digits[0] + ("." + digits[1:] if len(digits) > 1 else ""), exponent
    return _plain(digits, exponent), 0


def grouped(digits: str, space: str) -> str:
    """Digits in groups of three from five digits on."""
    whole, point, rest = digits.partition(".")
    return f"{int(whole):,}".replace(",", space) + point + rest if len(whole) > 4 else digits


def plain(value: Fraction) -> str | None:
    """The digits without a power of ten, for the base of a power; None where that is long."""
    digits, exponent = _significant(value)
    if exponent is None or not -6 < exponent < 6 or len(digits) > 6:
        return None
    return _plain(digits, exponent)


def is_ratio(value: Fraction) -> bool:
    """Whether a positive factor is written as a fraction: a half, three quarters, two thirds."""
    if value.denominator == 1:
        return False
    return figure(value) is None or (value < 1 and value.denominator in (2, 4, 8))


def _significant(value: Fraction) -> tuple[str, int | None]:
    """The significant digits and the exponent of the first; no exponent where the decimals do not end."""
    if value == 0:
        return "0", 0
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > 64:
        return _rounded(value)
    places = decimal_places(value)
    if places is None:
        return "", None
    digits = str(value.numerator * 10**places // value.denominator)
    return digits.rstrip("0"), len(digits) - 1 - places


def _rounded(value: Fraction) -> tuple[str, int]:
    quotient = Context(prec=ROUNDED).divide(Decimal(value.numerator), Decimal(value.denominator))
    digits = "".join(map(str, quotient.as_tuple().digits))
    return digits.rstrip("0"), quotient.adjusted()


def _plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    return whole + ("." + digits[exponent + 1 :] if len(digits) > exponent + 1 else "")
