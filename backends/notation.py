"""What a target of formulas brings: how each form is drawn. `formula.py` says which forms a tree has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

from .figures import Figure
from .letters import Letter

PAGE = 84
"""Characters that fit a line of a page."""

MOD, SUM, PRODUCT, POWER, ATOM = range(5)
"""How tightly a piece holds together, loosest first."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A printed part of a formula.

    Attributes:
        text: What is printed.
        level: How tightly it holds together.
        tall: It is higher than a line of text.
        digit: It begins with a digit, so that a number in front of it needs a times sign.
        fraction: It is a fraction, which needs a times sign in front.
        slash: It has a slash, so that a factor behind it needs a times sign.
        word: It is a name of several letters.
        is_open: It ends with the argument of a function that has no brackets.
        moves: It is a factor that depends on the step.
        terms: The terms of a sum with their signs, where a line that is too long may be broken.
    """

    text: str
    level: int = ATOM
    tall: bool = False
    digit: bool = False
    fraction: bool = False
    slash: bool = False
    word: bool = False
    is_open: bool = False
    moves: bool = False
    terms: tuple[str, ...] = ()


Row = tuple[Piece, tuple[str, str]]
"""A value and its condition, which is in two parts so that a terminal can align the second."""

Stage = tuple[str, str, str]
"""The first step of a stage, the step at which the next one begins, and its value."""


class Notation(ABC):
    """Draws forms. The texts are infix operators with their spaces."""

    name: str
    plus: str
    minus: str
    sign: str
    times: str
    modulo: str
    relations: ClassVar[dict[str, str]]
    constants: ClassVar[dict[str, str]]
    otherwise: str

    @abstractmethod
    def figure(self, figure: Figure) -> Piece:
        """A number that is not negative."""

    @abstractmethod
    def letter(self, letter: Letter) -> Piece:
        """The name of a parameter."""

    @abstractmethod
    def fraction(self, top: Piece, bottom: Piece, script: bool) -> Piece:
        """One piece over another; beside a slash in small print."""

    @abstractmethod
    def power(self, base: Piece, exponent: Piece) -> Piece:
        """A base, which is an atom, with an exponent."""

    @abstractmethod
    def root(self, inside: Piece) -> Piece:
        """A square root."""

    @abstractmethod
    def brackets(self, inside: Piece, kind: str = "()") -> Piece:
        """A piece in brackets: `()`, `floor`, `ceil`, `abs`."""

    @abstractmethod
    def function(
        self, name: str, arguments: Sequence[Piece], below: Sequence[Piece] = (), above: Piece | None = None
    ) -> Piece:
        """A function, with what stands below its name and the power that it is raised to."""

    @abstractmethod
    def beside(self, left: Piece, right: Piece) -> str:
        """What stands between two factors that need no times sign."""

    @abstractmethod
    def cases(self, rows: Sequence[Row]) -> Piece:
        """A choice inside a formula."""

    @abstractmethod
    def display(self, rows: Sequence[Row], is_stage: bool, legend: Sequence[tuple[str, str]], symbol: str) -> str:
        """A whole schedule.

        Args:
            rows: The pieces; one that always holds has an empty condition.
            is_stage: The one row is a stage, printed with the interval in which it holds.
            legend: Letters and what they stand for.
            symbol: The left side of the equation, or an empty text.
        """

    @abstractmethod
    def table(self, rows: Sequence[Stage], legend: Sequence[tuple[str, str]], symbol: str) -> str:
        """A whole schedule as a table, with the symbol above its values."""

    @abstractmethod
    def gap(self, count: int) -> Row:
        """A row that stands for some that are left out."""

    def verbatim(self, text: str) -> str:
        """A text of the user that is no name."""
        return text

    def opens(self, piece: Piece) -> bool:
        """Whether a piece begins with a round bracket."""
        return piece.text.startswith("(")

    def rank(self, piece: Piece) -> tuple[bool, bool, int]:
        """The place of a factor: numbers, names, brackets; after them what depends on the step, in the same order."""
        is_bracket = piece.level <= SUM or self.opens(piece)
        place = 3 if is_bracket else 2 if piece.fraction else 0 if piece.digit else 1
        return piece.is_open, piece.moves, place

    def held(self, piece: Piece, level: int) -> Piece:
        """A piece in brackets if it is looser than its surroundings bear."""
        return piece if piece.level >= level else self.brackets(piece)

    def negative(self, piece: Piece) -> Piece:
        piece = self.held(piece, PRODUCT)
        return replace(piece, text=self.sign + piece.text, level=SUM, digit=True, fraction=False, terms=())

    def product(self, factors: Sequence[Piece]) -> Piece:
        """Factors beside each other, with a times sign only where one is needed."""
        if len(factors) == 1:
            return factors[0]
        last = len(factors) - 1
        parts = [self._factor(f, i == last or factors[i + 1].is_open) for i, f in enumerate(factors)]
        text = parts[0].text
        for left, right in pairwise(parts):
            looks_like_a_call = left.word and self.opens(right)
            splits = right.fraction and (right.slash or left.digit or left.fraction or left.word)
            needs_sign = right.digit or splits or left.slash or looks_like_a_call
            text += (self.times if needs_sign else self.beside(left, right)) + right.text
        tall = any(p.tall for p in parts)
        return Piece(text, PRODUCT, tall, parts[0].digit, parts[0].fraction, parts[-1].slash, is_open=parts[-1].is_open)

    def _factor(self, piece: Piece, may_be_open: bool) -> Piece:
        piece = self.held(piece, PRODUCT)
        return piece if may_be_open or not piece.is_open else self.brackets(piece)

    def shared(self, inside: Sequence[Piece], number: Piece, outside: Sequence[Piece], script: bool) -> Piece:
        """A product of which some factors stand over a number."""
        top = self.product(inside) if inside else self.figure(("1", 0))
        return self.product([self.fraction(top, number, script), *outside])
