"""Text to syntax tree: `parse_program(text)` is all that the rest of the compiler uses.

Lark reads `grammar/schedule.lark` (LALR, linear in the text) and calls `symsched.builder` for every reduction;
`symsched.diagnosis` puts a place where the parse stopped into words.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import cast

from lark import Lark, Token, UnexpectedCharacters, UnexpectedToken

from . import limits
from .builder import Builder, to_program
from .diagnosis import OPERATORS, unexpected_character, unexpected_token
from .errors import ScheduleError
from .nodes import Definition, Node, Program


def parse_program(source: str, module: str = "") -> Program:
    """Parse a text; every failure is a `ScheduleError` with a span in `source`."""
    if len(source) > limits.SOURCE_CHARACTERS:
        title = f"a text of {len(source)} characters is too long: the limit is {limits.SOURCE_CHARACTERS}"
        raise ScheduleError(title)
    strange = None if source.isascii() else next(i for i, c in enumerate(source) if not c.isascii())
    words: list[Token] = []
    try:
        statements = _statements(source[:strange], words)
        if strange is not None:
            raise unexpected_character(source, strange)
        return to_program(statements, source, module)
    except UnexpectedCharacters as error:
        raise unexpected_character(source, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        ended = error.token.type == "$END"
        if ended and strange is not None:
            raise unexpected_character(source, strange) from None
        at = len(source) if ended else error.token.start_pos or 0
        before = [word for word in words if (word.end_pos or 0) <= at and word.type != "SEPARATOR"]
        raise unexpected_token(source, before, error.token, at) from None
    except ScheduleError as error:
        raise ScheduleError(error.title, source, error.span, error.label, error.hint) from None


def _statements(text: str, words: list[Token]) -> list[Node | Definition]:
    """Parse a text; its words are added to a list, which tells what stands before the place of an error."""
    parser = _parser().parse_interactive(text)
    for word in parser.iter_parse():
        words.append(word)
    return cast("list[Node | Definition]", parser.feed_token(Token("$END", "")))


@cache
def _parser() -> Lark:
    grammar = files("symsched.grammar").joinpath("schedule.lark").read_text(encoding="ascii")
    return Lark(grammar, parser="lalr", lexer="basic", transformer=Builder(), postlex=Lines())


class Lines:
    """Decide which line ends separate statements: not those inside brackets, after an operator, or before `>>`."""

    always_accept = ("NEWLINE",)
    OPEN, CLOSE = ("LPAREN", "LBRACKET"), ("RPAREN", "RBRACKET")
    GOES_ON = OPERATORS | {"EQUALS"}

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        depth, last, separator = 0, "", None
        for token in stream:
            kind = token.type
            if kind == "NEWLINE":
                if depth == 0 and last and last not in self.GOES_ON:
                    separator = separator or Token("SEPARATOR", "\n", token.start_pos, end_pos=token.end_pos)
                continue
            if kind == "SEPARATOR" and depth == 0:
                separator = token if last else None
                continue
            if separator is not None and not (kind == "ARROW" and separator == "\n"):
                yield separator
            separator, last = None, kind
            depth += (kind in self.OPEN) - (kind in self.CLOSE)
            yield token
