"""Formulas with the characters of a keyboard, for comments in code and for terminals that know no others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .figures import Figure
from .letters import Letter
from .notation import ATOM, POWER, PRODUCT, Notation, Piece, Row, Stage

WIDTH = 80
"""Columns from which a condition stands below its value."""


class Typed(Notation):
    """Draws forms with the characters of a keyboard: every product has its `*`, every power its `^`."""

    name = "ascii"
    plus, minus, sign, times, modulo = " + ", " - ", "-", "*", " mod "
    relations: ClassVar = {"<": " < ", "<=": " <= ", ">": " > ", ">=": " >= ", "==": " = ", "!=": " != "}
    constants: ClassVar = {"pi": "pi", "inf": "inf", "e": "e"}
    otherwise = "otherwise"

    def figure(self, figure: Figure) -> Piece:
        digits, exponent = figure
        return Piece(f"{digits or '1'}e{exponent}" if exponent else digits, ATOM, digit=True)

    def letter(self, letter: Letter) -> Piece:
        return Piece("_".join((letter.base, *letter.below)), ATOM, word=True)

    def fraction(self, top: Piece, bottom: Piece, script: bool) -> Piece:
        text = f"{self.held(top, PRODUCT).text}/{self.held(bottom, POWER).text}"
        return Piece(text, PRODUCT, digit=top.digit, slash=True)

    def power(self, base: Piece, exponent: Piece) -> Piece:
        return Piece(f"{base.text}^{self.held(exponent, ATOM).text}", POWER, digit=base.digit, word=base.word)

    def root(self, inside: Piece) -> Piece:
        return Piece(f"sqrt({inside.text})")

    def brackets(self, inside: Piece, kind: str = "()") -> Piece:
        return Piece(f"{'' if kind == '()' else kind}({inside.text})")

    def function(
        self, name: str, arguments: Sequence[Piece], below: Sequence[Piece] = (), above: Piece | None = None
    ) -> Piece:
        head = {"ln": "log", "sigma": "sigmoid"}.get(name, name) + "".join(p.text for p in below[:1])
        text = f"{head}({', '.join(p.text for p in (*arguments, *below[1:]))})"
        return Piece(f"{text}^{above.text}", POWER) if above else Piece(text)

    def beside(self, left: Piece, right: Piece) -> str:
        return self.times

    def cases(self, rows: Sequence[Row]) -> Piece:
        parts = [
            f"{value.text} {'' if before + after == self.otherwise else 'if '}{before}{after}"
            for value, (before, after) in rows
        ]
        return Piece(f"{{{', '.join(parts)}}}")

    def display(self, rows: Sequence[Row], is_stage: bool, legend: Sequence[tuple[str, str]], symbol: str) -> str:
        width = max(len(value.text) for value, _ in rows)
        before = max(len(first) for _, (first, _) in rows)
        lines = [f"{value.text:<{width}}   {first:>{before}}{rest}".rstrip() for value, (first, rest) in rows]
        if max(map(len, lines)) > WIDTH:
            lines = [
                line for value, (first, rest) in rows for line in (value.text, f"    {first}{rest}") if line.strip()
            ]
        head = f"{symbol} " if symbol else ""
        lines = [(head if i == 0 else " " * len(head)) + line for i, line in enumerate(lines)]
        return "\n".join([*lines, *(f"where {letter} = {meaning}" for letter, meaning in legend)])

    def table(self, rows: Sequence[Stage], legend: Sequence[tuple[str, str]], symbol: str) -> str:
        lines = columns(("from step", "to step", symbol or "value"), rows)
        return "\n".join([*lines, *(f"where {letter} = {meaning}" for letter, meaning in legend)])

    def gap(self, count: int) -> Row:
        return Piece(f"... ({count} more)"), ("", "")


def columns(heads: Stage, rows: Sequence[Stage]) -> list[str]:
    """Lines of a table: two columns of steps to the right, and values to the left."""
    cells = [heads, *rows]
    first, second = (max(len(row[i]) for row in cells) for i in range(2))
    return [f"{a:>{first}}  {b:>{second}}  {c}".rstrip() for a, b, c in cells]
