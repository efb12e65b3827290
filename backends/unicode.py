"""Unicode: the formula of a schedule for a terminal, one row per stage beside a brace."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any, ClassVar

from .figures import Figure, grouped
from .letters import GREEK, Letter
from .notation import ATOM, POWER, PRODUCT, Notation, Piece, Row, Stage
from .typed import columns
from .typeset import ROWS, STYLES, typeset

REQUIRES = ""
FUNCTION = ""

WIDTH = 80
"""Columns that a formula does not pass where it can be broken."""


def emit(
    schedule: Any, *, style: str = STYLES[0], symbol: str | None = None, time: str = "t", rows: int | str = ROWS
) -> str:
    """The formula of a schedule.

    Args:
        schedule: A `symsched.Schedule`.
        style: "cases" with the numbers in the formula, "symbolic" with letters and a legend, "stages" for a table.
        symbol: What the formula is equal to, such as `lr` or `η`; a left side with its own `=` is printed as it stands.
        time: The name of the step, printed as the name of a parameter is.
        rows: How many stages are printed of a schedule with more.

    Raises:
        ScheduleError: An option is unknown or does not fit the schedule, or a node has no notation.
    """
    return typeset(schedule, Unicode(), style, symbol, time, rows)


_RAISED = str.maketrans("0123456789-+tinx", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵗⁱⁿˣ")
_LOWERED = str.maketrans("0123456789ijkmnptx", "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₘₙₚₜₓ")
_PARTS = {("1", "2"): "½", ("1", "3"): "⅓", ("2", "3"): "⅔", ("1", "4"): "¼", ("3", "4"): "¾", ("1", "8"): "⅛"}
_BRACKETS = {"()": ("(", ")"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉"), "abs": ("|", "|")}
_MINUS = "\N{MINUS SIGN}"
_THIN = "\N{NARROW NO-BREAK SPACE}"
_FIRST_WORD = re.compile(r"[^\W\d_]{2}")
_LAST_INDEX = re.compile(r"[₀-₉ᵢⱼₖₘₙₚₜₓ]$|_\w+$")


class Unicode(Notation):
    """Draws forms with the characters of a terminal."""

    name = "unicode"
    plus, minus, sign, times, modulo = " + ", f" {_MINUS} ", _MINUS, " · ", " mod "
    relations: ClassVar = {"<": " < ", "<=": " ≤ ", ">": " > ", ">=": " ≥ ", "==": " = ", "!=": " ≠ "}
    constants: ClassVar = {"pi": "π", "inf": "∞", "e": "e"}
    otherwise = "otherwise"

    def figure(self, figure: Figure) -> Piece:
        digits, exponent = figure
        text = grouped(digits, _THIN)
        if not exponent:
            return Piece(text, ATOM, digit=True)
        power = "10" + str(exponent).translate(_RAISED)
        return Piece(f"{text} · {power}", PRODUCT, digit=True) if text else Piece(power, POWER, digit=True)

    def letter(self, letter: Letter) -> Piece:
        below = ",".join(GREEK.get(part, part) for part in letter.below)
        lowered = below.translate(_LOWERED)
        is_small = all(len(part) == 1 or part.isdigit() for part in letter.below) and not set(lowered) & set(below)
        index = lowered if is_small else f"_{below}"
        return Piece(GREEK.get(letter.base, letter.base) + index, ATOM, word=letter.is_word or index.startswith("_"))

    def fraction(self, top: Piece, bottom: Piece, script: bool) -> Piece:
        part = _PARTS.get((top.text, bottom.text))
        if part and not script:
            return Piece(part, ATOM, digit=True)
        text = f"{self.held(top, PRODUCT).text}/{self.held(bottom, POWER).text}"
        return Piece(text, PRODUCT, tall=not script, digit=top.digit, fraction=True, slash=True)

    def shared(self, inside: Sequence[Piece], number: Piece, outside: Sequence[Piece], script: bool) -> Piece:
        part = _PARTS.get(("1", number.text))
        if part and outside:
            share = Piece(part, ATOM, digit=True)
            is_after = bool(inside) and inside[0].digit
            return self.product([*inside, share, *outside] if is_after else [share, *inside, *outside])
        return super().shared(inside, number, outside, script)

    def power(self, base: Piece, exponent: Piece) -> Piece:
        raised = exponent.text.replace(_MINUS, "-").translate(_RAISED)
        if not set(raised) & set(exponent.text):
            return Piece(base.text + raised, POWER, base.tall, base.digit, word=base.word)
        above = exponent.text if exponent.level == ATOM else f"({exponent.text})"
        return Piece(f"{base.text}^{above}", POWER, base.tall, base.digit, word=base.word)

    def root(self, inside: Piece) -> Piece:
        text = inside.text if inside.text.isalnum() else f"({inside.text})"
        return Piece("√" + text, ATOM, inside.tall)

    def brackets(self, inside: Piece, kind: str = "()") -> Piece:
        left, right = _BRACKETS[kind]
        return Piece(left + inside.text + right, ATOM, inside.tall)

    def function(
        self, name: str, arguments: Sequence[Piece], below: Sequence[Piece] = (), above: Piece | None = None
    ) -> Piece:
        head = GREEK[name] if name == "sigma" else name
        index = ",".join(p.text for p in below)
        head += index.translate(_LOWERED) if index.isdigit() else f"[{index}]" if index else ""
        head += above.text.translate(_RAISED) if above else ""
        text = ", ".join(p.text for p in arguments)
        return Piece(f"{head}({text})", ATOM, any(p.tall for p in arguments))

    def beside(self, left: Piece, right: Piece) -> str:
        if right.word or _FIRST_WORD.match(right.text) or right.text.startswith("√"):
            return " "
        if right.text.startswith("e") and left.text[-1].isdigit():
            return self.times  # no decimal exponent
        follows = left.text[-1] in ")⌋⌉|" or left.text[-1].isalpha() or _LAST_INDEX.search(left.text)
        return " " if follows and not left.text.endswith("π") and right.text[0].isalpha() else ""

    def cases(self, rows: Sequence[Row]) -> Piece:
        body = "; ".join(f"{value.text} if {before}{after}" for value, (before, after) in rows)
        return Piece("{" + body.replace(f" if {self.otherwise}", f" {self.otherwise}") + "}", ATOM)

    def display(self, rows: Sequence[Row], is_stage: bool, legend: Sequence[tuple[str, str]], symbol: str) -> str:
        head = f"{symbol} " if symbol else ""
        if len(rows) == 1:
            value, (before, after) = rows[0]
            condition = f"   {before}{after}" if after else ""
            lines = _wrapped(head + value.text + condition, len(head))
        else:
            lines = _braced(rows, head)
        return _explained(lines, legend)

    def table(self, rows: Sequence[Stage], legend: Sequence[tuple[str, str]], symbol: str) -> str:
        return _explained(columns(("from step", "to step", symbol or "value"), rows), legend)

    def gap(self, count: int) -> Row:
        return Piece("⋮"), ("", f"({count} more)")


def _explained(lines: list[str], legend: Sequence[tuple[str, str]]) -> str:
    """Lines and the legend below them."""
    meanings = [f"{letter} = {meaning}" for letter, meaning in legend]
    if meanings:
        line = "where " + ", ".join(meanings)
        lines += [line] if len(line) <= WIDTH else _each(meanings)
    return "\n".join(lines)


def _each(meanings: Sequence[str]) -> list[str]:
    """A line for each letter of the legend."""
    lines = []
    for i, meaning in enumerate(meanings):
        head = "where " if i == 0 else "      "
        lines += _wrapped(head + meaning, 8)
    return lines


def _wrapped(text: str, indent: int, width: int = WIDTH) -> list[str]:
    """A line broken at spaces, deeper from the second on."""
    if len(text) <= width:
        return [text]
    return textwrap.wrap(
        text, width, subsequent_indent=" " * (indent + 2), break_long_words=False, break_on_hyphens=False
    )


def _braced(rows: Sequence[Row], head: str) -> list[str]:
    """Rows beside a brace; conditions in a column, or below their values where that is too wide."""
    before = max(len(b) for _, (b, _) in rows)
    conditions = [b.rjust(before) + a for _, (b, a) in rows]
    room = WIDTH - len(head) - 2
    widest = max(len(value.text) for value, _ in rows)
    lines: list[str] = []
    if widest + 3 + max(map(len, conditions)) <= room:
        lines = [value.text.ljust(widest) + "   " + c for (value, _), c in zip(rows, conditions, strict=True)]
    else:
        for value, (b, a) in rows:
            wrapped = _wrapped(value.text, 0, room)
            if len(wrapped[-1]) + 3 + len(b + a) <= room:
                lines += [*wrapped[:-1], wrapped[-1] + "   " + b + a]
            else:
                lines += [*wrapped, "    " + b + a]
    middle = (len(lines) - 1) // 2
    marks = ["⎧", *["⎪"] * (len(lines) - 2), "⎩"]
    if len(lines) > 2:
        marks[middle] = "⎨"
    heads = [head if i == middle else " " * len(head) for i in range(len(lines))]
    return [f"{h}{m} {line}".rstrip() for h, m, line in zip(heads, marks, lines, strict=True)]
