"""The grammar itself, as Lark sees it."""

from __future__ import annotations

import io
import logging
from importlib.resources import files

import pytest
from lark import Lark, logger

from symsched.syntax import Lines

GRAMMAR = files("symsched.grammar").joinpath("schedule.lark").read_text(encoding="ascii")


def conflicts(grammar: str) -> str:
    """What Lark says when it resolves a conflict by itself."""
    log = io.StringIO()
    handler, level = logging.StreamHandler(log), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        Lark(grammar, parser="lalr", lexer="basic", postlex=Lines(), debug=True)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    return log.getvalue()


def test_no_conflict_is_resolved_in_silence() -> None:
    assert conflicts(GRAMMAR) == ""


def test_a_conflict_would_be_seen() -> None:
    assert "conflict" in conflicts(GRAMMAR.replace("| MINUS unary ", "| MINUS unary\n      | unary POWER unary "))


def test_every_terminal_has_a_name() -> None:
    parser = Lark(GRAMMAR, parser="lalr", lexer="basic", postlex=Lines())
    assert [t.name for t in parser.terminals if t.name.startswith("__")] == []


@pytest.mark.parametrize("text", ["f(x)", "f(x) = x; f(1)", "f(x: number = 2) = x; f()", "A[1:2]", "[1, 2:3]"])
def test_forms_that_begin_alike_are_told_apart(text: str) -> None:
    from symsched.syntax import parse_program

    assert parse_program(text).expression is not None
