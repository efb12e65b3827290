"""Reads formulas in Unicode back and evaluates them, so that tests can compare them with the schedules."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵗⁱⁿˣ", "0123456789-tinx", strict=True))
MINUS = "\N{MINUS SIGN}"
_PARTS = {"½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅛": 1 / 8}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d[\d\u202f]*(?:\.\d+)?)|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵗⁱⁿˣ]+)|(?P<part>[½⅓⅔¼¾⅛])|(?P<mod>mod\b)"
    r"|(?P<name>π|[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵗⁱⁿˣ]{2,}[₀-₉]*(?:_\w+)?|[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵗⁱⁿˣ](?:[₀-₉ᵢⱼₖ]+|_\w+)?)|(?P<sign>.))"
)
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "tanh": math.tanh, "ln": math.log, "exp": math.exp,
    "log₂": math.log2, "log₁₀": math.log10, "min": min, "max": max, "round": round,
    "\N{GREEK SMALL LETTER SIGMA}": lambda x: 1 / (1 + math.exp(-x)), "√": math.sqrt,
}  # fmt: skip
_RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, "≤": lambda a, b: a <= b, ">": lambda a, b: a > b, "≥": lambda a, b: a >= b,
    "=": lambda a, b: math.isclose(a, b), "≠": lambda a, b: a != b,
}  # fmt: skip
_CLOSING = {"(": ")", "⌊": "⌋", "⌈": "⌉", "|": "|", "√": ")"}


def tokens(text: str) -> list[tuple[str, str]]:
    return [(m.lastgroup or "", m[m.lastgroup or 0]) for m in _TOKEN.finditer(text) if m.lastgroup]


class Reader:
    """One formula at one assignment of its letters."""

    def __init__(self, text: str, values: Mapping[str, float]) -> None:
        self.tokens, self.place, self.values = [*tokens(text), ("end", "")], 0, values

    @property
    def next(self) -> tuple[str, str]:
        return self.tokens[self.place]

    def take(self, *wanted: str) -> str:
        kind, text = self.next
        if wanted and text not in wanted:
            raise ValueError(f"{text!r} instead of {wanted}")
        self.place += 1
        return text if kind else ""

    def whole(self) -> Any:
        value = self.relation()
        assert self.next[0] == "end", self.tokens[self.place :]
        return value

    def relation(self) -> Any:
        values, holds = [self.modulo()], True
        while self.next[1] in _RELATIONS:
            compare = _RELATIONS[self.take()]
            values.append(self.modulo())
            holds = holds and compare(values[-2], values[-1])
        return values[0] if len(values) == 1 else holds

    def modulo(self) -> float:
        value = self.sum()
        while self.next[0] == "mod":
            self.take()
            value %= self.sum()
        return value

    def sum(self) -> float:
        sign = -1 if self.next[1] == MINUS and self.take() else 1
        value = sign * self.product()
        while self.next[1] in ("+", MINUS):
            value += self.product() if self.take() == "+" else -self.product()
        return value

    def product(self) -> float:
        value = self.power()
        while True:
            kind, text = self.next
            if text == "/":
                self.take()
                value /= self.power()
            elif text == "·":
                self.take()
                value *= self.power()
            elif kind in ("number", "name", "part") or text in ("(", "⌊", "⌈", "√"):
                value *= self.power()
            else:
                return value

    def power(self) -> float:
        base = self.atom()
        while self.next[1] == "^" or self.next[0] == "raised":
            if self.next[0] == "raised":
                exponent = "".join(_RAISED[c] for c in self.take())
                base **= Reader(exponent.replace("-", MINUS), self.values).whole()
            else:
                self.take()
                base **= self.atom()
        return base

    def atom(self) -> float:
        kind, text = self.next
        self.take()
        if kind == "number":
            return float(text.replace("\u202f", ""))
        if kind == "part":
            return _PARTS[text]
        if text in ("⌊", "⌈", "(", "|"):
            value = self.modulo()
            self.take(_CLOSING[text])
            return float(
                math.floor(value)
                if text == "⌊"
                else math.ceil(value)
                if text == "⌈"
                else abs(value)
                if text == "|"
                else value
            )
        if text in _FUNCTIONS:
            return self.call(text)
        assert kind == "name", (kind, text)
        return {"π": math.pi, "e": math.e, **self.values}[text]

    def call(self, name: str) -> float:
        above = "".join(_RAISED[c] for c in self.take()) if self.next[0] == "raised" else "1"
        if name == "√" and self.next[1] != "(":
            return math.sqrt(self.atom())
        self.take("(")
        arguments = [self.modulo()]
        while self.next[1] == ",":
            self.take()
            arguments.append(self.modulo())
        self.take(")")
        return float(_FUNCTIONS[name](*arguments) ** float(above))


def value(formula: str, values: Mapping[str, float]) -> float:
    """The value of a printed schedule: of its formula, or of the row whose condition holds."""
    lines = formula.splitlines()
    known = dict(values)
    for start in [i for i, line in enumerate(lines) if line.startswith("where ")][:1]:
        text = ", ".join(line.removeprefix("where ").strip() for line in lines[start:])
        for meaning in re.split(r", (?=\w+ = )", text):
            name, _, body = meaning.partition(" = ")
            known[name] = Reader(body, known).whole()
        lines = lines[:start]
    rows = [re.sub("^[⎧⎨⎪⎩] ", "", line) for line in lines]
    joined: list[str] = []
    for row in rows:
        if row.startswith("  ") and joined:
            joined[-1] += "   " + row.strip()
        else:
            joined.append(row)
    for row in joined:
        body, *condition = re.split(r" {3,}", row)
        if not condition or condition[0] == "otherwise" or Reader(condition[0], known).whole():
            return float(Reader(body, known).whole())
    raise ValueError(f"no row holds at {values}")
