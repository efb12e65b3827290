"""What to say where a parse stops: the user's words for what Lark knows as terminals.

`unexpected_character` is for what no text may hold, `unexpected_token` for a word in the wrong place. Both look for
notations that people bring from elsewhere first.
"""

from __future__ import annotations

import unicodedata

from lark import Token

from .errors import ScheduleError

LOOKALIKES = {
    "\u2192": ">>", "\u21d2": ">>", "\u226b": ">>", "\u00bb": ">>",
    "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2010": "-",
    "\u00d7": "*", "\u22c5": "*", "\u00b7": "*", "\u2217": "*", "\u00f7": "/",
    "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "\u03c0": "pi", "\u221e": "inf",
    "\u00b2": "**2", "\u00b3": "**3", "\uff0c": ",", "\uff1b": ";", "\uff1a": ":",
}  # fmt: skip
"""Characters beyond ASCII that are typed for one of ours."""

NOTATIONS = {
    "|": "write `>>`", "^": "write `**`", "'": "names need no quotes", '"': "names need no quotes",
    "`": "names need no quotes", "{": "write `(` or `[`", "}": "write `)` or `]`", "&": "use `min` or `where`",
    "$": "a parameter is a bare name", "%": "`%` follows a number", "\\": "a line ends by itself",
    "!": "to compare: `!=`",
}  # fmt: skip
"""ASCII characters that mean something in other notations."""

OPERANDS = {"NUMBER", "NAME", "RPAREN", "RBRACKET"}
OPERATORS = {"ARROW", "PLUS", "MINUS", "TIMES", "DIVIDE", "POWER"}
COMPARISONS = {"LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL", "EQUAL", "NOT_EQUAL"}
BRACKETS = {"(": "parenthesis", "[": "bracket", ")": "parenthesis", "]": "bracket"}
CLOSING = {"(": ")", "[": "]"}


def unexpected_character(source: str, at: int) -> ScheduleError:
    """A character that stands for nothing in the language."""
    character = source[at]
    label = NOTATIONS.get(character, "")
    plain = LOOKALIKES.get(character) or unicodedata.normalize("NFKC", character)
    if not character.isascii() and plain != character and plain.isascii() and plain.isprintable():
        label = f"write `{plain}`" if plain.strip() else "write a plain space"
    name = f"`{character}`" if character.isprintable() else f"U+{ord(character):04X}"
    return ScheduleError(f"unexpected character {name}", source, (at, at + 1), label)


def unexpected_token(source: str, before: list[Token], token: Token, at: int) -> ScheduleError:
    """A word where it cannot stand; `before` are the words that were read, `at` is its place."""
    at_end = token.type == "$END"
    text = "" if at_end else str(token)
    last = before[-1] if before else None
    opened = _opened(before)

    def error(title: str, label: str = "", hint: str = "", start: int = at, end: int | None = None) -> ScheduleError:
        return ScheduleError(title, source, (start, start + max(len(text), 1) if end is None else end), label, hint)

    def never_closed(opener: Token) -> ScheduleError:
        start = opener.start_pos or 0
        title = f"this {BRACKETS[str(opener)]} is never closed"
        return error(title, "opened here", f"add `{CLOSING[str(opener)]}`", start, start + 1)

    if last is not None and last.type in OPERATORS | COMPARISONS | {"EQUALS"} and (misuse := _misuse(last, token, at)):
        start = last.start_pos or 0
        return error(f"unexpected `{source[start : at + len(text)]}`", misuse, "", start, at + len(text))
    if token.type in ("RPAREN", "RBRACKET") and not opened:
        return error(f"this {BRACKETS[text]} closes nothing", "", "remove it, or open one before")
    if last is not None and last.type in OPERANDS and opened:
        if token.type in ("RPAREN", "RBRACKET") and CLOSING[str(opened[-1])] != text:
            return error(f"`{text}` does not close `{opened[-1]}`", f"write `{CLOSING[str(opened[-1])]}`")
        if at_end or token.type in ("SEPARATOR", "EQUALS") or "\n" in source[last.end_pos or 0 : at]:
            return never_closed(opened[-1])
    if last is None or last.type in OPERATORS | COMPARISONS | {"COMMA", "COLON", "EQUALS", "LPAREN", "LBRACKET"}:
        return _missing_operand(error, never_closed, opened, last, token, text)
    return _missing_operator(error, before, opened, token, text)


def _missing_operand(error, never_closed, opened, last, token, text):  # type: ignore[no-untyped-def]
    """Something had to follow an operator, a comma or an opening bracket."""
    if token.type == "PLUS":
        return error("a sign `+` is not needed", "leave it out")
    if last is None:
        return error(f"a schedule cannot begin with `{text}`")
    if token.type == "$END":
        if last.type in ("LPAREN", "LBRACKET", "COMMA", "COLON") and opened:
            return never_closed(opened[-1])
        start = last.start_pos or 0
        return error(f"nothing follows `{last}`", "write what comes next", "", start, start + len(last))
    if token.type == "SEPARATOR":
        start = last.start_pos or 0
        return error(f"nothing follows `{last}`", "write what comes next", "", start, start + len(last))
    return error(f"unexpected `{text}` after `{last}`", "something is missing before it")


def _missing_operator(error, before, opened, token, text):  # type: ignore[no-untyped-def]
    """Two operands stand side by side, or a word stands where an operator is due."""
    last = before[-1]
    if token.type in ("NAME", "NUMBER", "LPAREN"):
        if text in ("then", "followed", "and"):
            return error(f"unexpected `{text}`", "write `>>`")
        if text in ("steps", "step", "iterations", "updates"):
            return error(f"unexpected `{text}`", "leave it out", "a length is a number of steps")
        if last.type == "NUMBER" and text in ("k", "M", "B", "ep", "tok", "img"):
            return error(f"unexpected `{text}`", f"write `{last}{text}`")
        if last.type == "NUMBER" and token.type in ("NAME", "LPAREN"):
            return error(f"unexpected `{text}` after `{last}`", "write `*` to multiply")
        inside = bool(opened)
        hint = "arguments are separated by `,`" if inside else "one part follows another with `>>`"
        return error(f"unexpected `{text}` after `{last}`", "an operator is missing", hint)
    if token.type in COMPARISONS:
        hint = "write where(t < 100, a, b) to choose"
        return error("a comparison can only be an argument", "", hint)
    if token.type == "COLON":
        return error("unexpected `:`", "", "`:` stands in slices, A[10:20], and in keyframes, 0:1e-3")
    if token.type == "EQUALS":
        hint = "a definition is `name = ...`, one a line; an argument is `name=...`"
        return error("unexpected `=`", "to compare: `==`" if opened else "", hint)
    if token.type == "COMMA":
        return error("unexpected `,`", "", "one part follows another with `>>`; a list is [30, 60]")
    if token.type == "RBRACKET" and opened:
        return error("a slice needs a `:`", "", "write A[10:20], A[10:] or A[:20]; one value is at(A, 10)")
    return error(f"unexpected `{text}`")


def _misuse(last: Token, token: Token, at: int) -> str:
    """What to write for two operators that are one in other notations."""
    if last.end_pos != at:
        return ""
    return {
        "->": "write `>>`", "=>": "write `>>`", "<<": "write `>>`", ">>>": "write `>>`", ">>=": "write `>>`",
        "//": "write floor(a/b)", "+=": "write `=`", "-=": "write `=`", "*=": "write `=`",
    }.get(f"{last}{token}", "")  # fmt: skip


def _opened(tokens: list[Token]) -> list[Token]:
    stack: list[Token] = []
    for token in tokens:
        if token.type in ("LPAREN", "LBRACKET"):
            stack.append(token)
        elif token.type in ("RPAREN", "RBRACKET") and stack:
            stack.pop()
    return stack
