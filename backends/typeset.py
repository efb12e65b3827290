"""What `latex` and `unicode` share: a schedule in one of two styles, as rows with conditions and a legend."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import tree
from ..errors import ScheduleError, suggest
from . import arithmetic, forms  # noqa: F401 (fill the table of rules)
from .choices import Row, laid_out, lifted
from .formula import Formula
from .notation import Notation, Piece
from .notation import Row as Printed
from .symbolic import Symbolic, symbolic

STYLES = ("cases", "symbolic")


def typeset(schedule: Any, notation: Notation, style: str, symbol: str | None, time: str) -> str:
    """The text of a schedule.

    Raises:
        ScheduleError: The style is unknown, or the schedule is no single call and cannot be written with letters.
    """
    if style not in STYLES:
        close = suggest(style, STYLES)
        hint = f"did you mean `{close}`?" if close else "styles are " + ", ".join(STYLES)
        raise ScheduleError(f"unknown style `{style}`", hint=hint)
    if style == "cases":
        return printed(schedule, notation, laid_out(schedule.expr), symbol or "", time)
    call = symbolic(schedule)
    formula = Formula(notation, [p.name for p in schedule.parameters], time, call.letters, call.known)
    rows = laid_out(call.expr)
    is_stage = len(rows) == 2 and not rows[1].value.has(tree.t) and rows[1].clock == tree.t
    shown = _rows(formula, rows[:1] if is_stage else rows)
    return notation.display(shown, is_stage, _values(formula, call) + _legend(formula), symbol or "")


def printed(schedule: Any, notation: Notation, rows: list[Row], symbol: str = "", time: str = "t") -> str:
    """The text of some rows of a schedule, with the numbers in the formula."""
    formula = Formula(notation, [p.name for p in schedule.parameters], time)
    return notation.display(_rows(formula, rows), False, _legend(formula), symbol)


def _rows(formula: Formula, rows: list[Row]) -> list[Printed]:
    """Printed rows; neighbours that look the same become one, and a row that always holds has no condition."""
    values: list[Piece] = []
    merged: list[Row] = []
    for row in rows:
        value = formula.piece(lifted(row.value))
        if values and values[-1].text == value.text and row.clock is not None and row.clock == merged[-1].clock:
            last = merged[-1]
            merged[-1] = Row(last.value, last.clock, last.low, last.low_open, row.high, row.high_closed)
        else:
            values.append(value)
            merged.append(row)
    if len(merged) == 1 and merged[0].high is None and merged[0].relation is None:
        return [(values[0], ("", ""))]
    return [(value, _run(formula, formula.condition(row))) for value, row in zip(values, merged, strict=True)]


def _run(formula: Formula, steps: Generator[Any, Piece, tuple[str, str]]) -> tuple[str, str]:
    """The condition that the steps print."""
    try:
        wanted = next(steps)
        while True:
            wanted = steps.send(formula.piece(*wanted))
    except StopIteration as done:
        result: tuple[str, str] = done.value
        return result


def _values(formula: Formula, call: Symbolic) -> list[tuple[str, str]]:
    return [(formula.name(name).text, formula.piece(value).text) for name, value in call.values.items()]


def _legend(formula: Formula) -> list[tuple[str, str]]:
    """The letters of cycles; printing what they stand for may bring more of them."""
    found: list[tuple[str, str]] = []
    while len(found) < len(formula.cycles.legend):
        letter, value = formula.cycles.legend[len(found)]
        found.append((formula.name(letter.name).text, formula.piece(value).text))
    return found
