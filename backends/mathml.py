"""MathML: the formula of a schedule for a web page, as presentation markup of MathML Core.

A piece is a run of elements, which stands in a row, a cell or a root as it is, and in an `mrow` elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any, ClassVar

from .figures import Figure, grouped
from .letters import GREEK, Letter
from .notation import ATOM, PAGE, POWER, PRODUCT, Notation, Piece, Row, Stage
from .typeset import ROWS, STYLES, typeset

REQUIRES = ""
FUNCTION = ""

NAMESPACE = "http://www.w3.org/1998/Math/MathML"


def emit(
    schedule: Any, *, style: str = STYLES[0], symbol: str | None = None, time: str = "t", rows: int | str = ROWS
) -> str:
    """The formula of a schedule.

    Args:
        schedule: A `symsched.Schedule`.
        style: "cases" with the numbers in the formula, "symbolic" with letters and a legend, "stages" for a table.
        symbol: What the formula is equal to, such as `lr` or `beta`; any other text is printed as it stands.
        time: The name of the step, printed as the name of a parameter is.
        rows: How many stages are printed of a schedule with more.

    Raises:
        ScheduleError: An option is unknown or does not fit the schedule, or a node has no notation.
    """
    return typeset(schedule, MathML(), style, symbol, time, rows)


def _operator(text: str, **attributes: str) -> str:
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<mo{given}>{escape(text)}</mo>"


def _row(piece: Piece | str) -> str:
    """A piece as one element."""
    text, depth = piece if isinstance(piece, str) else piece.text, 0
    for tag in _TAG.finditer(text):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return text if tag.end() == len(text) else f"<mrow>{text}</mrow>"
    return f"<mrow>{text}</mrow>"


def _words(text: str) -> str:
    return f"<mtext>{escape(text)}</mtext>"


_TAG = re.compile(r"<(/?)\w+[^>]*>")
_BRACKETS = {"()": ("(", ")"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉"), "abs": ("|", "|")}
_OPENING = re.compile(r"(?:<mrow>)*<mo[^>]*>\(")
_THIN = "\N{NARROW NO-BREAK SPACE}"
_SPACE = "\N{NO-BREAK SPACE}"
_APPLY = "<mo>&#x2061;</mo>"
_TIMES = "<mo>&#x2062;</mo>"
_COMMA = '<mo separator="true">,</mo>'


class MathML(Notation):
    """Draws forms in elements."""

    name = "mathml"
    plus, minus, sign = (_operator(sign) for sign in ("+", "\N{MINUS SIGN}", "\N{MINUS SIGN}"))
    times, modulo = _operator("·"), _operator("mod", lspace="0.22em", rspace="0.22em")
    relations: ClassVar = {
        sign: _operator(shown)
        for sign, shown in {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}.items()
    }
    constants: ClassVar = {"pi": "<mi>π</mi>", "inf": "<mi>∞</mi>", "e": "<mi>e</mi>"}
    otherwise = _words("otherwise")

    def figure(self, figure: Figure) -> Piece:
        digits, exponent = figure
        text = f"<mn>{grouped(digits, _THIN)}</mn>" if digits else ""
        if not exponent:
            return Piece(text, ATOM, digit=True)
        above = f"<mn>{abs(exponent)}</mn>" if exponent > 0 else f"<mrow>{self.sign}<mn>{-exponent}</mn></mrow>"
        power = f"<msup><mn>10</mn>{above}</msup>"
        return Piece(text + self.times + power, PRODUCT, digit=True) if text else Piece(power, POWER, digit=True)

    def letter(self, letter: Letter) -> Piece:
        base = f"<mi>{GREEK.get(letter.base, letter.base)}</mi>"
        if not letter.below:
            return Piece(base, ATOM, word=letter.is_word)
        parts = (f"<mn>{p}</mn>" if p.isdigit() else f"<mi>{GREEK.get(p, p)}</mi>" for p in letter.below)
        return Piece(f"<msub>{base}{_row(_COMMA.join(parts))}</msub>", ATOM, word=letter.is_word)

    def fraction(self, top: Piece, bottom: Piece, script: bool) -> Piece:
        if script:
            text = self.held(top, PRODUCT).text + "<mo>/</mo>" + self.held(bottom, POWER).text
            return Piece(text, PRODUCT, digit=top.digit, slash=True)
        return Piece(f"<mfrac>{_row(top)}{_row(bottom)}</mfrac>", PRODUCT, tall=True, fraction=True)

    def power(self, base: Piece, exponent: Piece) -> Piece:
        return Piece(f"<msup>{_row(base)}{_row(exponent)}</msup>", POWER, base.tall, base.digit, word=base.word)

    def root(self, inside: Piece) -> Piece:
        return Piece(f"<msqrt>{inside.text}</msqrt>", ATOM, inside.tall)

    def brackets(self, inside: Piece, kind: str = "()") -> Piece:
        stretchy = {} if inside.tall else {"stretchy": "false"}
        left, right = (
            _operator(mark, form=form, fence="true", **stretchy)
            for mark, form in zip(_BRACKETS[kind], ("prefix", "postfix"), strict=True)
        )
        return Piece(f"<mrow>{left}{inside.text}{right}</mrow>", ATOM, inside.tall)

    def function(
        self, name: str, arguments: Sequence[Piece], below: Sequence[Piece] = (), above: Piece | None = None
    ) -> Piece:
        head = f"<mi>{GREEK.get(name, name)}</mi>"
        index, tall = _COMMA.join(p.text for p in below), any(p.tall for p in arguments)
        if below and above is not None:
            head = f"<msubsup>{head}{_row(index)}{_row(above)}</msubsup>"
        elif below or above is not None:
            kind, other = ("msub", _row(index)) if above is None else ("msup", _row(above))
            head = f"<{kind}>{head}{other}</{kind}>"
        inside = self.brackets(Piece(_COMMA.join(p.text for p in arguments), ATOM, tall))
        return Piece(f"<mrow>{head}{_APPLY}{inside.text}</mrow>", ATOM, tall)

    def beside(self, left: Piece, right: Piece) -> str:
        return '<mspace width="0.17em"></mspace>' if left.word or right.word else _TIMES

    def opens(self, piece: Piece) -> bool:
        return _OPENING.match(piece.text) is not None

    def verbatim(self, text: str) -> str:
        return _words(text)

    def gap(self, count: int) -> Row:
        return Piece(_operator("⋮", stretchy="false")), (_words(f"({count} more)"), "")

    def cases(self, rows: Sequence[Row]) -> Piece:
        body = _table([(self._broken(value), before + after) for value, (before, after) in rows], "left left")
        return Piece(f"<mrow>{_operator('{', form='prefix', fence='true')}{body}</mrow>", 0, tall=True)

    def display(self, rows: Sequence[Row], is_stage: bool, legend: Sequence[tuple[str, str]], symbol: str) -> str:
        value, (before, after) = rows[0]
        if is_stage:
            text = f'{self._broken(value)}{_COMMA}<mspace width="1em"></mspace>{before}{after}'
        else:
            text = self._broken(value) if len(rows) == 1 and not after else self.cases(rows).text
        return self._page(symbol + text, legend)

    def table(self, rows: Sequence[Stage], legend: Sequence[tuple[str, str]], symbol: str) -> str:
        heads = (_words("from step"), _words("to step"), symbol or _words("value"))
        return self._page(_table([heads, *rows], "right right left"), legend)

    def _broken(self, piece: Piece) -> str:
        """A sum that is too wide for a line, a term in each of several lines."""
        if len(piece.terms) < 2 or len(re.sub(r"<[^>]*>|&#x206[12];", "", piece.text)) <= PAGE:
            return piece.text
        return _table([(term,) for term in piece.terms], "left")

    def _page(self, text: str, legend: Sequence[tuple[str, str]]) -> str:
        """The formula with the legend below it, a letter a line."""
        if legend:
            where = _words("where" + _SPACE)
            lines = [(where if i == 0 else "", f"{a}{self.relations['==']}{b}") for i, (a, b) in enumerate(legend)]
            text = _table([(text,), (_table(lines, "right left"),)], "left")
        return f'<math xmlns="{NAMESPACE}" display="block">{text}</math>'


def _table(rows: Sequence[Sequence[str]], columns: str) -> str:
    """A table; `columns` says on which side the cells of each column stand."""
    sides = columns.split()
    lines = "".join(
        "<mtr>" + "".join(f'<mtd style="text-align: {s}">{c}</mtd>' for c, s in zip(row, sides, strict=True)) + "</mtr>"
        for row in rows
    )
    return f'<mtable columnalign="{columns}">{lines}</mtable>'
