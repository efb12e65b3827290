"""What to say where a parse stops: the user's words for what Lark knows as terminals.

`unexpected_character` is for what no text may hold, `unexpected_token` for a word in the wrong place. Both look for
notations that people bring from elsewhere first.
"""

from __future__ import annotations

import unicodedata

from lark import Token

from .builder import meant_unit
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
    "$": "a parameter is a bare name", "%": "as in 10%; a rest is mod(a, b)", "\\": "a line ends by itself",
    "!": "to compare: `!=`",
}  # fmt: skip
"""ASCII characters that mean something in other notations."""

MISUSES = {
    "->": "write `>>`", "=>": "write `>>`", "<<": "write `>>`", ">>>": "write `>>`", ">>=": "write `>>`",
    "//": "write floor(a/b)", "+=": "write `=`", "-=": "write `=`", "*=": "write `=`",
}  # fmt: skip
"""Operators of other notations, which are two of ours."""

CHOICE = ("", "write where(t < 100, a, b) to choose; one `where` may stand in another")
STAGE = ("write `>>`", "")
LENGTH = ("leave it out", "a length is a number of steps")

WORDS = {
    **dict.fromkeys(("then", "followed"), STAGE),
    **dict.fromkeys(("steps", "step", "iterations", "updates"), LENGTH),
    **dict.fromkeys(("if", "else", "and", "or", "not"), CHOICE),
    "lambda": ("leave it out", "a formula in `t` is a schedule"),
}
"""Words of other notations, and of English: what to write, and why."""

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
    return _Place(source, before, token, at).diagnosis()


class _Place:
    """The place where a parse stopped."""

    def __init__(self, source: str, before: list[Token], token: Token, at: int) -> None:
        self.source, self.before, self.token, self.at = source, before, token, at
        self.kind = token.type
        self.text = "" if token.type == "$END" else str(token)
        self.last = before[-1] if before else Token("", "", 0, end_pos=0)
        self.opened = _opened(before)

    def error(self, title: str, label: str = "", hint: str = "") -> ScheduleError:
        return ScheduleError(title, self.source, (self.at, self.at + max(len(self.text), 1)), label, hint)

    def error_at(self, token: Token, title: str, label: str = "", hint: str = "") -> ScheduleError:
        start = token.start_pos or 0
        return ScheduleError(title, self.source, (start, start + len(token)), label, hint)

    def never_closed(self) -> ScheduleError:
        opener = self.opened[-1]
        title = f"this {BRACKETS[str(opener)]} is never closed"
        return self.error_at(opener, title, "opened here", f"add `{CLOSING[str(opener)]}`")

    def diagnosis(self) -> ScheduleError:
        last = self.last.type
        if last in OPERATORS | COMPARISONS | {"EQUALS"} and (label := self.misuse()):
            both = Token("", f"{self.last}{self.text}", self.last.start_pos)
            return self.error_at(both, f"unexpected `{both}`", label)
        if self.kind in ("RPAREN", "RBRACKET") and not self.opened:
            return self.error(f"this {BRACKETS[self.text]} closes nothing", "", "remove it, or open one before")
        if last in OPERANDS and self.opened:
            opener = str(self.opened[-1])
            if self.kind in ("RPAREN", "RBRACKET") and CLOSING[opener] != self.text:
                return self.error(f"`{self.text}` does not close `{opener}`", f"write `{CLOSING[opener]}`")
            on_new_line = "\n" in self.source[self.last.end_pos or 0 : self.at]
            if self.kind in ("$END", "SEPARATOR", "EQUALS") or on_new_line:
                return self.never_closed()
        return self.missing_operator() if last in OPERANDS else self.missing_operand()

    def missing_operand(self) -> ScheduleError:
        """Something had to follow an operator, a comma or an opening bracket."""
        if self.kind == "PLUS":
            return self.error("a sign `+` is not needed", "leave it out")
        if not self.before:
            return self.error(f"a schedule cannot begin with `{self.text}`")
        if self.kind == "$END" and self.opened and self.last.type in ("LPAREN", "LBRACKET", "COMMA", "COLON"):
            return self.never_closed()
        if self.kind in ("$END", "SEPARATOR"):
            return self.error_at(self.last, f"nothing follows `{self.last}`", "write what comes next")
        return self.error(f"unexpected `{self.text}` after `{self.last}`", "something is missing before it")

    def missing_operator(self) -> ScheduleError:
        """Two operands stand side by side, or a word stands where an operator is due."""
        between = self.source[self.last.end_pos or 0 : self.at]
        if self.kind in OPERATORS and ("\n" in between or ";" in between):
            way = "leave out the `;`" if ";" in between else f"end the line before with `{self.text}`"
            return self.error(f"a statement cannot begin with `{self.text}`", "", way)
        if self.kind in ("NAME", "NUMBER", "LPAREN"):
            return self.side_by_side()
        if self.kind in COMPARISONS and (label := MISUSES.get(self.source[self.at : self.at + 2], "")):
            both = Token("", self.source[self.at : self.at + 2], self.at)
            return self.error_at(both, f"unexpected `{both}`", label)
        if self.kind in COMPARISONS:
            if len(self.before) > 1 and self.before[-2].type in COMPARISONS:
                return self.error("a comparison has two sides", *CHOICE)
            label = "to go on with another stage: `>>`" if self.kind == "GREATER" else ""
            return self.error("a comparison can only be an argument", label, CHOICE[1])
        if self.kind == "COLON":
            return self.error("unexpected `:`", "", "`:` stands in slices, A[10:20], and in keyframes, 0:1e-3")
        if self.kind == "EQUALS":
            hint = "a definition is `name = ...`, one a line; an argument is `name=...`"
            return self.error("unexpected `=`", "to compare: `==`" if self.opened else "", hint)
        if self.kind == "COMMA":
            return self.error("unexpected `,`", "", "one part follows another with `>>`; a list is [30, 60]")
        if self.kind == "RBRACKET":
            return self.error("a slice needs a `:`", "", "write A[10:20], A[10:] or A[:20]; one value is at(A, 10)")
        return self.error(f"unexpected `{self.text}`")

    def side_by_side(self) -> ScheduleError:
        if self.text in WORDS:
            return self.error(f"unexpected `{self.text}`", *WORDS[self.text])
        if WORDS.get(self.last, LENGTH) != LENGTH:  # `steps` may be a parameter
            return self.error_at(self.last, f"unexpected `{self.last}`", *WORDS[self.last])
        title = f"unexpected `{self.text}` after `{self.last}`"
        if self.last.type == "NUMBER" and (unit := meant_unit(self.text)):
            return self.error(f"unexpected `{self.text}`", f"write `{self.last}{unit}`")
        if self.last.type == "NUMBER" and self.kind in ("NAME", "LPAREN"):
            return self.error(title, "write `*` to multiply")
        if self.last.type == "NUMBER" and self.last.isdigit() and self.text.isdigit() and len(self.text) == 3:
            return self.error(title, f"one number is `{self.last}_{self.text}`", "arguments are separated by `,`")
        hint = "arguments are separated by `,`" if self.opened else "one part follows another with `>>`"
        return self.error(title, "an operator is missing", hint)

    def misuse(self) -> str:
        """What to write for two operators that are one in other notations."""
        return MISUSES.get(f"{self.last}{self.text}", "") if self.last.end_pos == self.at else ""


def _opened(tokens: list[Token]) -> list[Token]:
    stack: list[Token] = []
    for token in tokens:
        if token.type in ("LPAREN", "LBRACKET"):
            stack.append(token)
        elif token.type in ("RPAREN", "RBRACKET") and stack:
            stack.pop()
    return stack
