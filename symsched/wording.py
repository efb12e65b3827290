"""Numbers and signatures as a person writes them; canonical text is built from these too."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from .nodes import Function, Parameter

LONGEST_NUMBER, LONGEST_FORMULA = 24, 60
"""Characters of an exact number, and of a formula, in a message."""


def decimal_text(value: Fraction) -> str:
    """A number as a literal of the language: `500`, `0.05`, `1e-3`, `1e4`; a fraction where decimals do not end."""
    if value < 0:
        return "-" + decimal_text(-value)
    scale = decimal_places(value)
    if scale is None:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator * 10**scale // value.denominator))
    plain = _plain(digits, scale)
    significant = digits.rstrip("0") or "0"
    exponent = len(digits) - 1 - scale
    mantissa = significant[0] + ("." + significant[1:] if len(significant) > 1 else "")
    scientific = f"{mantissa}e{exponent}"
    return scientific if len(plain) > 4 and len(scientific) < len(plain) else plain


def decimal_places(value: Fraction) -> int | None:
    """How many decimals a number needs; None where they do not end."""
    twos, fives, rest = 0, 0, value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def _plain(digits: str, scale: int) -> str:
    if scale == 0:
        return digits
    digits = digits.rjust(scale + 1, "0")
    return f"{digits[:-scale]}.{digits[-scale:]}"


def number_text(value: Any) -> str:
    """An exact value in a message: a literal where it is one, a formula where it is not and short."""
    from sympy import Rational, sstr

    from . import constants
    from .walking import size

    if isinstance(value, Rational):
        text = decimal_text(Fraction(int(value.p), int(value.q)))
        return text if len(text) <= LONGEST_NUMBER else _rounded(constants.fraction_of(value))
    if not value.args:
        return "inf" if value.is_infinite else str(value)
    if not value.free_symbols:
        return _rounded(constants.evaluate(value))
    # In the order of the tree: to find one of its own, SymPy would work out every number in it to the last digit.
    text = sstr(value, order="none") if size(value) <= LONGEST_FORMULA else ""
    return text if 0 < len(text) <= LONGEST_FORMULA else "a formula"


def _rounded(value: Fraction | float) -> str:
    """Six digits of a number of any size."""
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(value)
    return f"{exact:.6g}".lower().replace("infinity", "inf")


class Usage(NamedTuple):
    """How a function is called, in words only where an error says it; `skip` as in `signature`."""

    function: Function
    skip: int = 0

    def __str__(self) -> str:
        return signature(self.function, self.skip)


def signature(function: Function, skip: int = 0) -> str:
    """How a function is called: `cosine(start, steps, end=0)`; `skip` leaves out that many parameters at the front."""
    return f"{function.name}({', '.join(_parameter(p) for p in function.parameters[skip:])})"


def _parameter(parameter: Parameter) -> str:
    from .format import expression_text

    if parameter.kind == "several":
        return f"{parameter.name}..."
    return parameter.name if parameter.default is None else f"{parameter.name}={expression_text(parameter.default)}"
