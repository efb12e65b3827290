"""What a printed file says about itself: the text of the schedule, its formula, its stages, the command that wrote it.

The text parses back to an equal schedule, and the command prints the file anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile
from typing import Any

from .. import constants, tree
from ..nodes import Call, Name, Node, Program, Value, children
from ..precise import Curve
from .choices import Row, laid_out
from .literals import assigned, called
from .typed import Typed
from .typeset import printed, shortened

FUNCTION = "schedule"
"""The name of the function that a file defines unless another is asked for."""

TITLE = "written by symsched"

WIDTH = 84
"""Columns of a line of the text."""


def command(target: str, name: str, form: str = "", usual: str = FUNCTION) -> str:
    """The command that prints a file, given the schedule; the usual name is not said."""
    options = {"to": target, "as": form, "name": "" if name == usual else name}
    return " ".join(["symsched emit", *(f"--{option} {value}" for option, value in options.items() if value)])


def documentation(schedules: Mapping[str, Any], text: str, needs: str, line: str) -> list[str]:
    """The lines of a header."""
    title = "A schedule" if len(schedules) == 1 else f"{len(schedules)} schedules"
    lines = [f"{title}, {TITLE}. It needs {needs}." if len(schedules) == 1 else f"{title}, {TITLE}. They need {needs}."]
    lines += ["", *("    " + row for row in wrapped(text))]
    for name, schedule in schedules.items():
        rows = laid_out(schedule.expr)
        lines += ["", f"{name}(t) is", "", *("    " + row for row in formula(schedule, rows))]
        ends = stages(schedule, rows)
        if ends:
            lines += ["", *("    " + row for row in ends)]
    return [*lines, "", line]


@dataclass(frozen=True)
class Header:
    """What a printed file says of itself: the program, and the options of the command."""

    text: str
    options: dict[str, str]


def read(source: str) -> Header | None:
    """The header of a printed file, which is its beginning; None for any other file."""
    title, *lines = source.splitlines() or [""]
    if TITLE not in title:
        return None
    leader = "// " if title.startswith("// ") else ""
    lines = [line.removeprefix(leader.rstrip()).removeprefix(" " * bool(leader)) for line in lines]
    written = next((line for line in lines if line.startswith("symsched emit ")), None)
    begin = next((i for i, line in enumerate(lines) if line.startswith("    ")), len(lines))
    text = [line.removeprefix("    ") for line in takewhile(str.strip, lines[begin:])]
    if written is None or not text:
        return None
    words = written.split()[2:]
    return Header("\n".join(text), {k.removeprefix("--"): v for k, v in zip(words[::2], words[1::2], strict=False)})


def wrapped(text: str, width: int = WIDTH - 4) -> list[str]:
    """A program in lines: a statement a line, and long ones broken where the language goes on to the next line."""
    lines: list[str] = []
    for statement in text.split("; "):
        row = ""
        for i, part in enumerate(_stages_of(statement)):
            part = f">> {part}" if i else part
            if row and len(row) + 1 + len(part) <= width:
                row += " " + part
                continue
            lines += [row] * bool(row)
            *broken, row = _broken("    " * (i > 0) + part, width)
            lines += broken
        lines.append(row)
    return lines


def _stages_of(statement: str) -> Iterator[str]:
    """The operands of a chain that is in no brackets."""
    depth, begin = 0, 0
    for i, character in enumerate(statement):
        depth += (character in "([") - (character in ")]")
        if depth == 0 and statement.startswith(" >> ", i):
            yield statement[begin:i]
            begin = i + 4
    yield statement[begin:]


def _broken(part: str, width: int) -> list[str]:
    """A part that is too long, broken in its brackets and behind its operators."""
    rows, depth, last = [""], 0, ""
    for word in part.split(" "):
        may_break = rows[-1].strip() and (depth > 0 or last.endswith(("=", "+", "-", "*", "/")))
        if may_break and len(rows[-1]) + 1 + len(word) > width:
            rows.append("        " + word)
        else:
            rows[-1] += word if rows == [""] else " " + word
        depth += sum(word.count(c) for c in "([") - sum(word.count(c) for c in ")]")
        last = word
    return rows


def formula(schedule: Any, rows: list[Row]) -> list[str]:
    """The value of each stage and when it holds, in letters of a keyboard."""
    return printed(schedule, Typed(), rows).splitlines()


def stages(schedule: Any, rows: list[Row]) -> list[str]:
    """Where each stage begins, and its values at both ends; empty for a schedule of one piece or with parameters."""
    if len(rows) < 2 or schedule.parameters or not all(map(_is_fixed, rows)):
        return []
    first, last = shortened(rows)
    cells = [("from step", "value", "to value"), *map(_stage, first + last)]
    widths = [max(len(row[i]) for row in cells) for i in range(3)]
    lines = [f"{a:>{widths[0]}}  {b:<{widths[1]}}  {c}".rstrip() for a, b, c in cells]
    if last:
        lines.insert(len(lines) - len(last), "...".rjust(widths[0]))
    return lines


def _is_fixed(row: Row) -> bool:
    """Whether a stage begins and ends at steps that are known."""
    return row.clock is not None and all(tree.is_number(side) for side in (row.low, row.high) if side is not None)


def _stage(row: Row) -> tuple[str, str, str]:
    begin = Fraction(0) if row.low is None else tree.fraction(row.low)
    value = Curve(row.value)
    first = _figure(value(begin))
    if row.high is None:
        return _figure(begin), first, "" if row.value.free_symbols else first
    return _figure(begin), first, _figure(value(tree.fraction(row.high)))


def _figure(value: Any) -> str:
    return f"{constants.nearest_float(value) + 0.0:.6g}"


KINDS = {
    "duration": "a number of steps, 0 or more", "value": "a value", "number": "a number",
    "count": "a whole number, 0 or more",
}  # fmt: skip
"""Parameters of a function by the kind of what they are given to."""

UNITS = {
    "total": "steps of the whole run, above 0", "steps_per_epoch": "steps in an epoch, above 0",
    "tokens_per_step": "tokens that a step takes, above 0", "images_per_step": "images that a step takes, above 0",
}  # fmt: skip
"""Parameters that units of length stand for."""


def parameters(schedule: Any) -> dict[str, str]:
    """What each parameter that is not bound is: what it is given to, its unit and its range."""
    uses: dict[str, str] = {}
    if not schedule.parameters:
        return uses
    for name, what in _uses(schedule.program):
        uses.setdefault(name, what)
    return {p.name: uses.get(p.name, "a number") for p in schedule.parameters}


def _uses(program: Program) -> Iterator[tuple[str, str]]:
    """The names that a program uses, and what each is there."""
    yield from UNITS.items()
    bodies = [d.body for d in program.definitions if isinstance(d, Value)]
    stack: list[Node] = [node for node in (program.expression, *reversed(bodies)) if node is not None]
    while stack:
        node = stack.pop()
        function = called(node, program) if isinstance(node, Call) else None
        if isinstance(node, Call) and function is not None:
            for argument, parameter in assigned(node, function):
                if isinstance(argument.value, Name) and parameter is not None and parameter.kind in KINDS:
                    yield argument.value.name, f"`{parameter.name}` of {node.function.name}, {KINDS[parameter.kind]}"
        stack.extend(reversed(children(node)))
