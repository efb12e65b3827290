"""Values outside the numbers: a formula is infinite or no number where NumPy says so, and never an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import symsched as ss

if TYPE_CHECKING:
    from conftest import Arrays

STEPS = np.arange(10.0)

INNER = [
    *("t", "1 - t", "2*t - 9", "t*(9 - t)", "t/3", "3/(t + 1)", "(t - 5)**2", "t**3", "1.5**t", "exp(t)", "exp(-t)"),
    *("sqrt(t)", "log(t + 1)", "floor(t/3)", "ceil(t/3)", "abs(t - 5)", "mod(t, 4)", "min(t, 5)", "max(t, 5)"),
    *("sin(t)", "tanh(t - 4)", "where(t < 5, t, 9 - t)"),
]
"""Formulas whose values have bounds of their own from step 0 to 9."""

OUTER = ["sqrt({})", "log({})", "log(1 + {})", "1/{}", "{}**0.5", "exp(300*{})", "{}**-2"]
"""Formulas that are not defined, or too large, at some numbers."""

BY_HAND = {
    name: getattr(np, name) for name in ("exp", "sqrt", "log", "floor", "ceil", "abs", "mod", "sin", "tanh", "where")
} | {"min": np.minimum, "max": np.maximum}


@pytest.mark.parametrize("offset", ["0.5", "3"])
@pytest.mark.parametrize("outer", OUTER)
@pytest.mark.parametrize("inner", INNER)
def test_a_formula_is_that_of_numpy_where_it_is_not_defined(
    inner: str, outer: str, offset: str, backend: str, arrays: Arrays | None
) -> None:
    text = outer.format(f"({inner} - {offset})")
    function = ss.parse(f"({text})[:10] >> 0").compile(backend)
    with np.errstate(all="ignore"):
        expected = eval(text, {**BY_HAND, "t": STEPS})  # noqa: S307 (written above)
    if arrays is None:
        values = [function(t) for t in STEPS.tolist()]
    else:
        with arrays.wide():
            values = np.asarray(function(arrays.make(STEPS)))
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12)
