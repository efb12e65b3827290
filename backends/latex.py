r"""LaTeX: the formula of a schedule as a textbook prints it, without delimiters.

The text needs amsmath (`cases`, `\operatorname`), which MathJax and KaTeX have built in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from .figures import Figure, grouped
from .letters import GREEK, LIMITS, Letter
from .notation import ATOM, PAGE, POWER, PRODUCT, Notation, Piece, Row, Stage
from .typeset import ROWS, STYLES, typeset

REQUIRES = ""
FUNCTION = ""


def emit(
    schedule: Any, *, style: str = STYLES[0], symbol: str | None = None, time: str = "t", rows: int | str = ROWS
) -> str:
    r"""The formula of a schedule.

    Args:
        schedule: A `symsched.Schedule`.
        style: "cases" with the numbers in the formula, "symbolic" with letters and a legend, "stages" for a table.
        symbol: What the formula is equal to, such as `lr` or `\beta`; with `=` it is a left side as it stands.
        time: The name of the step, printed as the name of a parameter is.
        rows: How many stages are printed of a schedule with more.

    Raises:
        ScheduleError: An option is unknown or does not fit the schedule, or a node has no notation.
    """
    return typeset(schedule, Latex(), style, symbol, time, rows)


_BRACKETS = {"()": ("(", ")"), "floor": (r"\lfloor ", r" \rfloor"), "ceil": (r"\lceil ", r" \rceil"), "abs": ("|", "|")}
_STRUT = r"\rule[-1.3ex]{0pt}{4ex}"
"""Room above and below a row of a table, so that fractions do not touch its line."""
_OPERATORS = {"sigma": r"\sigma", "round": r"\operatorname{round}", "bezier": r"\operatorname{bezier}"}
_BARE = frozenset({"sin", "cos", "tan", "tanh", "ln", "log"})
"""Functions whose argument needs no brackets where it holds together."""


class Latex(Notation):
    """Draws forms in LaTeX."""

    name = "latex"
    plus, minus, sign, times, modulo = " + ", " - ", "-", r" \cdot ", r" \bmod "
    relations: ClassVar = {"<": " < ", "<=": r" \le ", ">": " > ", ">=": r" \ge ", "==": " = ", "!=": r" \ne "}
    constants: ClassVar = {"pi": r"\pi", "inf": r"\infty", "e": "e"}
    otherwise = r"\text{otherwise}"

    def figure(self, figure: Figure) -> Piece:
        digits, exponent = figure
        text = grouped(digits, r"\,")
        if not exponent:
            return Piece(text, ATOM, digit=True)
        power = f"10^{{{exponent}}}"
        return Piece(rf"{text} \cdot {power}", PRODUCT, digit=True) if text else Piece(power, POWER, digit=True)

    def letter(self, letter: Letter) -> Piece:
        base = letter.base.replace("_", r"\_")
        base = rf"\mathrm{{{base}}}" if letter.is_word else rf"\{base}" if base in GREEK else base
        below = f"_{{{', '.join(map(_index, letter.below))}}}" if letter.below else ""
        return Piece(base + below, ATOM, word=letter.is_word)

    def fraction(self, top: Piece, bottom: Piece, script: bool) -> Piece:
        if script:
            text = f"{self.held(top, PRODUCT).text}/{self.held(bottom, POWER).text}"
            return Piece(text, PRODUCT, digit=top.digit, slash=True)
        return Piece(rf"\frac{{{top.text}}}{{{bottom.text}}}", PRODUCT, tall=True, fraction=True)

    def power(self, base: Piece, exponent: Piece) -> Piece:
        return Piece(f"{base.text}^{{{exponent.text}}}", POWER, base.tall, base.digit, word=base.word)

    def root(self, inside: Piece) -> Piece:
        return Piece(rf"\sqrt{{{inside.text}}}", ATOM, inside.tall)

    def brackets(self, inside: Piece, kind: str = "()") -> Piece:
        left, right = _BRACKETS[kind]
        if inside.tall:
            left, right = rf"\left{left}", rf"{' ' * (not right.startswith(' '))}\right{right.strip()}"
            if kind == "()":
                right = r"\right)"
        return Piece(left + inside.text + right, ATOM, inside.tall)

    def function(
        self, name: str, arguments: Sequence[Piece], below: Sequence[Piece] = (), above: Piece | None = None
    ) -> Piece:
        head = _OPERATORS.get(name, rf"\{name}")
        head += f"_{{{', '.join(p.text for p in below)}}}" if below else ""
        head += f"^{{{above.text}}}" if above else ""
        first = arguments[0]
        tall = any(p.tall for p in arguments)
        is_simple = first.level >= PRODUCT and not first.is_open and not first.slash
        is_simple = is_simple and not _runs_on(first.text)
        if name in _BARE and is_simple:
            return Piece(f"{head} {first.text}", PRODUCT, tall, is_open=True)
        inside = Piece(", ".join(p.text for p in arguments), ATOM, tall)
        return Piece(head + self.brackets(inside).text, ATOM, tall)

    def beside(self, left: Piece, right: Piece) -> str:
        if left.word or right.word:
            return r" \, "
        return "" if right.text.startswith(r"\left") else " "

    def cases(self, rows: Sequence[Row]) -> Piece:
        body = r" \\ ".join(f"{value.text} & {before}{after}" for value, (before, after) in rows)
        return Piece(rf"\begin{{cases}} {body} \end{{cases}}", 0, tall=True)

    def display(self, rows: Sequence[Row], is_stage: bool, legend: Sequence[tuple[str, str]], symbol: str) -> str:
        value, (before, after) = rows[0]
        if is_stage:
            text = rf"{self._broken(value).text}, \quad {before}{after}"
        elif len(rows) == 1 and not after:
            text = self._broken(value).text
        else:
            text = self.cases([(self._broken(value), when) for value, when in rows]).text
        return _explained(f"{symbol} {text}" if symbol else text, legend)

    def table(self, rows: Sequence[Stage], legend: Sequence[tuple[str, str]], symbol: str) -> str:
        heads = r"\text{from step} & \text{to step} & " + (symbol or r"\text{value}")
        body = r" \\ ".join(_STRUT + " & ".join(row) for row in rows)
        return _explained(rf"\begin{{array}}{{rrl}} {heads} \\ \hline {body} \end{{array}}", legend)

    def gap(self, count: int) -> Row:
        return Piece(r"\vdots"), (rf"\text{{({count} more)}}", "")

    def opens(self, piece: Piece) -> bool:
        return piece.text.startswith(("(", r"\left("))

    def _broken(self, piece: Piece) -> Piece:
        """A sum that is too wide for a line, a term in each of several lines."""
        if len(piece.terms) < 2 or width(piece.text) <= PAGE:
            return piece
        lines = r" \\ & \quad {}".join(filled(piece.terms, PAGE))
        return replace(piece, text=rf"\begin{{aligned}} & {lines} \end{{aligned}}", tall=True)


def _explained(text: str, legend: Sequence[tuple[str, str]]) -> str:
    """A formula and its legend, beside each other where a line has room for both."""
    meanings = [f"{letter} = {meaning}" for letter, meaning in legend]
    if not meanings or (r"\begin" not in text and width(text + "".join(meanings)) <= PAGE):
        return r", \qquad ".join([text, *[r",\ ".join(meanings)] * bool(meanings)])
    lines = filled([m + (r",\ " if i < len(meanings) - 1 else "") for i, m in enumerate(meanings)], PAGE)
    below = r" \\ & ".join(line.removesuffix(r"\ ") for line in lines)
    return rf"\begin{{aligned}} & {text} \\ & \text{{where }} {below} \end{{aligned}}"


def _runs_on(text: str) -> bool:
    """Whether a bracket or a times sign stands on the line itself, not in a fraction or an index."""
    line, depth = "", 0
    for character in text:
        depth += (character == "{") - (character == "}")
        line += character if depth == 0 else ""
    return "(" in line or r"\cdot" in line


def _index(name: str) -> str:
    if name in LIMITS or name in GREEK:
        return rf"\{name}"
    return name if len(name) == 1 or name.isdigit() else rf"\mathrm{{{name}}}"


_UPRIGHT = re.compile(r"\\(?:begin|end|text|mathrm|operatorname)\{([^{}]*)\}")
_FRACTION = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
_GROUP = re.compile(r"[_^]?\{([^{}]*)\}")


def width(text: str) -> int:
    """About how many characters wide a formula is in print."""
    text = _UPRIGHT.sub(lambda m: "" if m[0].startswith((r"\begin", r"\end")) else m[1], text)
    text = re.sub(r"\\(?:left|right|quad|qquad|displaystyle)\b", "", text)
    text = re.sub(r"\\[A-Za-z]+ ?|\\.", "x", text).replace(" ", "")
    while (shorter := _GROUP.sub(r"\1", _FRACTION.sub(lambda m: max(m[1], m[2], key=len), text))) != text:
        text = shorter
    return len(text)


def filled(parts: Sequence[str], most: int) -> list[str]:
    """Parts put into lines that are no wider than that, as far as a part fits."""
    lines: list[str] = []
    for part in parts:
        if lines and width(lines[-1] + part) <= most:
            lines[-1] += part
        else:
            lines.append(part)
    return lines
