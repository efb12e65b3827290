"""What all notations share: a schedule in one of three styles, as rows with conditions, a table, or letters."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import tree
from ..errors import ScheduleError, suggest
from . import arithmetic, forms  # noqa: F401 (fill the table of rules)
from .choices import Row, laid_out, lifted
from .formula import Formula
from .letters import is_letter, is_name, letter
from .notation import Notation, Piece, Stage
from .notation import Row as Printed
from .symbolic import BASE, symbolic

STYLES = ("cases", "symbolic", "stages")
"""Numbers in a formula, letters with a legend, a table with a row for each stage; the usual one first."""

ROWS = 10
"""Stages that are printed of a schedule with many."""


def typeset(
    schedule: Any, notation: Notation, style: str = STYLES[0], symbol: str | None = None, time: str = "t",
    rows: int | str = ROWS,
) -> str:  # fmt: skip
    """The text of a schedule.

    Raises:
        ScheduleError: An option is unknown, or the schedule cannot be written in this style.
    """
    if style not in STYLES:
        close = suggest(style, STYLES)
        hint = f"did you mean `{close}`?" if close else "styles are " + ", ".join(STYLES)
        raise ScheduleError(f"unknown style `{style}`", hint=hint)
    most = _count(rows)
    if style == "cases":
        return printed(schedule, notation, laid_out(schedule.expr), symbol, time, most)
    formula = Formula(notation, [p.name for p in schedule.parameters], time)
    if style == "stages":
        found = laid_out(schedule.expr)
        if any(row.relation is not None or row.clock not in (None, tree.t) for row in found):
            found = [Row(schedule.expr)]  # a choice by something else, such as the step in a cycle, is one stage
        table = _table(formula, found, most)
        return notation.table(table, _cycles(formula), _name(formula, symbol) if symbol else "")
    name = "" if symbol is None else symbol.lstrip("\\")
    call = symbolic(schedule, name if is_letter(name) else BASE, time)
    formula = Formula(notation, [p.name for p in schedule.parameters], time, call.letters, call.known)
    found = laid_out(call.schedule.expr, call.known)
    is_stage = len(found) == 2 and found[0].high == call.schedule.duration and not found[1].value.has(tree.t)
    shown = _rows(formula, found[:1] if is_stage else found, most)
    legend = _cycles(formula)
    values = [(formula.name(n).text, formula.piece(v).text) for n, v in call.values.items() if n in formula.used]
    return notation.display(shown, is_stage, values + legend, _left_side(formula, symbol))


def printed(
    schedule: Any, notation: Notation, rows: list[Row], symbol: str | None = None, time: str = "t", most: int = ROWS
) -> str:
    """The text of a schedule with the numbers in the formula."""
    formula = Formula(notation, [p.name for p in schedule.parameters], time)
    shown = _rows(formula, rows, most)
    return notation.display(shown, False, _cycles(formula), _left_side(formula, symbol))


def _count(rows: int | str) -> int:
    text = str(rows)
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 2:
        raise ScheduleError(f"`rows` is a number of stages, 2 or more, but this is `{text[:20]}`")
    return int(text)


def shortened(rows: list[Row], most: int = ROWS) -> tuple[list[Row], list[Row]]:
    """The first stages of many, and the last ones; where there are few, all of them and none."""
    if len(rows) <= most + 1:
        return rows, []
    last = max(1, most // 5)
    return rows[: most - last], rows[-last:]


# The left side


def _name(formula: Formula, symbol: str) -> str:
    """What is equal to the formula: a name as a letter, anything else as it stands."""
    name = symbol.lstrip("\\")
    return formula.notation.letter(letter(name)).text if is_name(name) else formula.notation.verbatim(symbol)


def _left_side(formula: Formula, symbol: str | None) -> str:
    """The left side of the equation with its sign."""
    if not symbol:
        return ""
    if "=" in symbol:
        return formula.notation.verbatim(symbol)
    write = formula.notation
    at = write.brackets(formula.name(formula.time))
    return _name(formula, symbol) + at.text + write.relations["=="].rstrip()


# Rows


def _rows(formula: Formula, rows: list[Row], most: int) -> list[Printed]:
    """Printed rows, those in the middle of many left out."""
    first, last = shortened(rows, most)
    if not last:
        return _merged(formula, first)
    gap = formula.notation.gap(len(rows) - len(first) - len(last))
    return [*_merged(formula, first), gap, *_merged(formula, last)]


def _merged(formula: Formula, rows: list[Row]) -> list[Printed]:
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
    if len(merged) == 1 and merged[0].high is None and merged[0].relation is None and merged[0].low in (None, 0):
        return [(values[0], ("", ""))]
    return [(value, _run(formula, formula.condition(row))) for value, row in zip(values, merged, strict=True)]


def _table(formula: Formula, rows: list[Row], most: int) -> list[Stage]:
    """The rows of a table: the first step, the step at which the next stage begins, the value."""
    first, last = shortened(rows, most)
    found = [_stage(formula, row) for row in first]
    if last:
        mark, words = formula.notation.gap(len(rows) - len(first) - len(last))
        gap = (mark.text, mark.text, "".join(words)) if any(words) else ("", "", mark.text)
        found += [gap, *(_stage(formula, row) for row in last)]
    return found


def _stage(formula: Formula, row: Row) -> Stage:
    write = formula.notation
    low = formula.piece(tree.ZERO if row.low is None else row.low).text
    high = write.constants["inf"] if row.high is None else formula.piece(row.high).text
    low = write.relations[">"].lstrip() + low if row.low_open else low
    high = write.relations["<="].lstrip() + high if row.high_closed else high
    return low, high, formula.piece(lifted(row.value)).text


def _run(formula: Formula, steps: Generator[Any, Piece, tuple[str, str]]) -> tuple[str, str]:
    """The condition that the steps print."""
    try:
        wanted = next(steps)
        while True:
            wanted = steps.send(formula.piece(*wanted))
    except StopIteration as done:
        result: tuple[str, str] = done.value
        return result


def _cycles(formula: Formula) -> list[tuple[str, str]]:
    """The letters of cycles; printing what they stand for may bring more of them."""
    found: list[tuple[str, str]] = []
    while len(found) < len(formula.cycles.legend):
        symbol, value = formula.cycles.legend[len(found)]
        found.append((formula.name(symbol.name).text, formula.piece(value).text))
    return found
