"""The page of textbook formulas: each is computed as it is written there, and compared with the text beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import mpmath
import pytest
from by_hand import NEAR_ZERO
from mpmath import mpf

import symsched as ss

PAGE = Path(__file__).parent.parent / "docs" / "textbook.md"
NAMES: dict[str, Any] = {
    "abs": abs, "min": min, "max": max, "pi": mpmath.pi, "mpf": mpf,
    **{name: getattr(mpmath, name) for name in ("exp", "log", "cos", "sqrt", "floor")},
}  # fmt: skip
"""What a formula of the page may use, beside `t` and `u`."""

STEPS = [*range(130), 0.5, 9.5, 44.5, 99.5, 1000, 12_345, 10**6]


def rows() -> list[list[str]]:
    """The cells of all tables: the schedule, its formula, who teaches it, the text."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    table = [line.strip("| ").split(" | ") for line in lines]
    return [[cell.strip("`") for cell in row] for row in table if row[0] not in ("schedule", "---")]


def computed(formula: str, t: float) -> Any:
    """A formula at a step, its numbers as they are written."""
    exact = re.sub(r"\d+(\.\d+)?", r'mpf("\g<0>")', formula)
    step = mpf(t)
    return eval(exact, {**NAMES, "t": step, "u": min(step / 100, mpf(1))})  # noqa: S307 (a text of ours)


def differences(formula: str, text: str) -> list[tuple[float, float, float]]:
    """The steps at which a formula and a text differ, with their values."""
    found, schedule = [], ss.parse(text)
    for t in STEPS:
        theirs, ours = computed(formula, t), schedule(t)
        if abs(ours - theirs) > max(1e-12 * abs(theirs), NEAR_ZERO):
            found.append((t, ours, float(theirs)))
    return found


@pytest.mark.parametrize(("formula", "text"), [pytest.param(row[1], row[3], id=row[0]) for row in rows()])
def test_a_text_is_the_formula_beside_it(formula: str, text: str) -> None:
    assert differences(formula, text) == []


def test_a_wrong_formula_is_seen() -> None:
    """The test of the test above."""
    assert differences("0.1*0.5**floor(t/11)", "step_decay(0.1, 0.5, 10)")[0] == (10, 0.05, 0.1)


def test_every_line_has_a_source_and_no_formula_stands_twice() -> None:
    assert [row for row in rows() if len(row) != 4 or not all(row)] == []
    assert len({row[1] for row in rows()}) == len({row[3] for row in rows()}) == len(rows()) > 30


def test_halving_is_what_the_callback_does() -> None:
    """The form in which it is taught, with a value that is kept from epoch to epoch."""
    rate, rates = 0.1, []
    for epoch in range(100):
        if epoch > 0 and epoch % 10 == 0:
            rate /= 2
        rates.append(rate)
    schedule = ss.parse("halving(0.1, 10)")
    assert [schedule(epoch) for epoch in range(100)] == pytest.approx(rates, rel=1e-12)
