"""The syntax tree from the parser's reductions, and the checks that a grammar cannot make.

Errors leave here with a span and without a source.
"""

from __future__ import annotations

import builtins
import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lark import Token, Transformer

from . import limits
from .errors import ScheduleError, Span, suggest
from .nodes import (
    Annotated,
    Argument,
    Call,
    Comparison,
    Definition,
    Function,
    List,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    Pair,
    Parameter,
    Power,
    Program,
    Slice,
    Value,
    chain,
)

FACTORS = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9}
LENGTH_UNITS = ("%", "ep", "tok", "img")
UNITS = {factor + unit: (FACTORS[factor], unit) for factor in FACTORS for unit in ("", *LENGTH_UNITS)}

UNIT_WORDS = {
    "epoch": "ep", "epochs": "ep", "token": "tok", "tokens": "tok", "image": "img", "images": "img", "percent": "%",
    "thousand": "k", "million": "M", "billion": "B",
}  # fmt: skip
"""What people call the units."""

KINDS = ("value", "number", "duration", "count", "ratio", "flag", "shape", "schedule", "list", "several")
"""What a parameter may ask for; `several` takes the positional arguments that are left, as a list."""

RESERVED = ("t", "next", "prev", "rest", "pi", "inf", "true", "false", "none")
"""Names with a meaning of their own, which no definition may take."""

_WHOLE = r"[0-9](?:_?[0-9])*"
_NUMBER = re.compile(rf"((?:{_WHOLE})?(?:\.(?:{_WHOLE})?)?)(?:[eE]([+-]?[0-9]+))?(.*)")


class Builder(Transformer[Token, Any]):
    """A node for every reduction."""

    def number(self, parts: builtins.list[Token]) -> Node:
        (token,) = parts
        value, unit = _number(token)
        return Number(_span(token), 1, value, unit)

    def name(self, parts: builtins.list[Token]) -> Node:
        return Name(_span(parts[0]), 1, str(parts[0]))

    def group(self, parts: builtins.list[Any]) -> Node:
        opening, node, closing = parts
        grouped: Node = replace(node, span=_span(opening, closing))
        return grouped

    def chain(self, parts: builtins.list[Any]) -> Node:
        return _checked(chain(_span(parts[0], parts[-1]), tuple(parts[::2])))

    def operation(self, parts: builtins.list[Any]) -> Node:
        operators = tuple(str(p) for p in parts[1::2])
        return _checked(Operation(_span(parts[0], parts[-1]), _depth(parts[::2]), operators, tuple(parts[::2])))

    def negative(self, parts: builtins.list[Any]) -> Node:
        return _checked(Negative(_span(*parts), _depth(parts[1:]), parts[1]))

    def power(self, parts: builtins.list[Any]) -> Node:
        base, _, exponent = parts
        return _checked(Power(_span(base, exponent), _depth([base, exponent]), base, exponent))

    def bound(self, parts: builtins.list[Node]) -> Node | None:
        return parts[0] if parts else None

    def slice(self, parts: builtins.list[Any]) -> Node:
        operand, _, start, _, stop, closing = parts
        depth = _depth([operand, *(b for b in (start, stop) if b is not None)])
        return _checked(Slice(_span(operand, closing), depth, operand, start, stop))

    def call(self, parts: builtins.list[Any]) -> Node:
        token, closing = parts[0], parts[-1]
        arguments = tuple(a for a in parts[2:-1] if not isinstance(a, Token))
        function = Name(_span(token), 1, str(token))
        return _checked(Call(_span(token, closing), _depth([function, *arguments]), function, arguments))

    def positional(self, parts: builtins.list[Node]) -> Argument:
        (value,) = parts
        return Argument(value.span, value.depth, "", value)

    def compared(self, parts: builtins.list[Any]) -> Argument:
        left, operator, right = parts
        node = Comparison(_span(left, right), _depth([left, right]), operator, left, right)
        return self.positional([_checked(node)])

    def comparison(self, parts: builtins.list[Token]) -> str:
        return str(parts[0])

    def keyword(self, parts: builtins.list[Any]) -> Argument:
        name, _, value = parts
        if not isinstance(name, Name) or "." in name.name:
            raise ScheduleError("only a name can stand before `=`", None, name.span, "not a name", "to compare: `==`")
        return Argument(_span(name, value), value.depth, name.name, value, name.span)

    def argument_pair(self, parts: builtins.list[Any]) -> Argument:
        return self.positional([self.pair(parts)])

    def annotated(self, parts: builtins.list[Any]) -> Argument:
        key, _, kind, _, default = parts
        node = Annotated(_span(key, default), _depth([key, kind, default]), key, kind, default)
        return self.positional([node])

    def pair(self, parts: builtins.list[Any]) -> Node:
        key, _, value = parts
        return _checked(Pair(_span(key, value), _depth([key, value]), key, value))

    def list(self, parts: builtins.list[Any]) -> Node:
        items = tuple(p for p in parts if not isinstance(p, Token))
        return _checked(List(_span(parts[0], parts[-1]), _depth(items), items))

    def statement(self, parts: builtins.list[Node]) -> Node:
        return parts[0]

    def definition(self, parts: builtins.list[Any]) -> Definition:
        head, _, body = parts
        if isinstance(head, Call):
            parameters = tuple(_parameter(a) for a in head.arguments)
            _once([(p.name, p.span) for p in parameters], "parameter")
            return Function(_definable(head.function), parameters, body, span=head.span)
        if isinstance(head, Name):
            return Value(_definable(head), body, span=head.span)
        hint = "a definition is `name = ...` or `name(parameter, ...) = ...`; to compare: `==`"
        raise ScheduleError("this cannot be given a value", None, head.span, "not a name", hint)

    def start(self, parts: builtins.list[Any]) -> builtins.list[Node | Definition]:
        return [p for p in parts if not isinstance(p, Token)]


def to_program(statements: list[Node | Definition], source: str, module: str) -> Program:
    """Definitions first, one expression last, each name once."""
    last = statements[-1] if statements else None
    for statement in statements[:-1]:
        if isinstance(statement, Node):
            hint = "only the last statement is an expression: give this one a name, or join it with `>>`"
            raise ScheduleError("this expression is not used", None, statement.span, "", hint)
    definitions = [d for d in statements if not isinstance(d, Node)]
    _once([(d.name, d.span) for d in definitions], "name")
    if module:
        definitions = [replace(d, module=module, doc=_doc(source, d)) for d in definitions if isinstance(d, Function)]
    return Program(tuple(definitions), last if isinstance(last, Node) else None, source)


def _doc(source: str, definition: Function) -> str:
    """The `##` comment lines that stand right above a definition."""
    lines: list[str] = []
    for line in reversed(source[: definition.span[0]].splitlines()):
        if not line.startswith("##"):
            break
        lines.append(line[2:].removeprefix(" "))
    return "\n".join(reversed(lines))


def _once(names: list[tuple[str, Span]], what: str) -> None:
    seen: set[str] = set()
    for name, span in names:
        if name in seen:
            raise ScheduleError(f"`{name}` is defined twice", None, span, f"this {what} exists already")
        seen.add(name)


def _definable(name: Name) -> str:
    if name.name in RESERVED:
        raise ScheduleError(f"`{name.name}` has a meaning of its own", None, name.span, "choose another name")
    if "." in name.name:
        raise ScheduleError("a dotted name belongs to a module", None, name.span, "leave the dot out")
    return name.name


def _parameter(argument: Argument) -> Parameter:
    """The parameter that an argument in the head of a definition stands for."""
    key, kind, default = argument.value, None, None
    if argument.name:
        key, default = Name(argument.name_span, 1, argument.name), argument.value
    elif isinstance(argument.value, Pair):
        key, kind = argument.value.key, argument.value.value
    elif isinstance(argument.value, Annotated):
        key, kind, default = argument.value.key, argument.value.kind, argument.value.default
    if not isinstance(key, Name) or "." in key.name:
        raise ScheduleError("a parameter is a name", None, key.span, "not a name")
    if key.name in RESERVED and key.name != "t":
        raise ScheduleError(f"`{key.name}` has a meaning of its own", None, key.span, "choose another name")
    return Parameter(key.name, "" if kind is None else _kind(kind), default, argument.span)


def _kind(node: Node) -> str | tuple[str, ...]:
    if isinstance(node, List) and node.items and all(isinstance(i, Name) for i in node.items):
        return tuple(i.name for i in node.items if isinstance(i, Name))
    if isinstance(node, Name) and node.name in KINDS:
        return node.name
    close = suggest(node.name, KINDS) if isinstance(node, Name) else None
    hint = "a kind is one of " + ", ".join(KINDS) + ", or a list of names"
    raise ScheduleError("unknown kind", None, node.span, f"did you mean `{close}`?" if close else "", hint)


def _number(token: Token) -> tuple[Fraction, str]:
    """The exact value of a number token, and its unit."""
    match = _NUMBER.fullmatch(token)
    assert match, "the lexer and this expression agree on what a number is"
    digits, exponent, suffix = match[1].replace("_", ""), match[2] or "0", match[3]
    if suffix not in UNITS:
        close = meant_unit(suffix) or suggest(suffix, [u for u in UNITS if u])
        span = (_span(token)[1] - len(suffix), _span(token)[1])
        if close is None:
            label = f"write `{digits}*{suffix}`" if suffix.isidentifier() and not suffix.startswith("_") else ""
        else:
            label = f"did you mean `{close}`?"
        hint = "units are k, M, B for 10^3, 10^6, 10^9, and %, ep, tok, img for lengths; steps have none"
        raise ScheduleError(f"unknown unit `{suffix}`", None, span, label, hint)
    factor, unit = UNITS[suffix]
    is_short = len(digits) <= 2 * limits.DIGITS and len(exponent.lstrip("+-0")) <= len(str(limits.DIGITS))
    value = _exact(digits, int(exponent), factor) if is_short else None
    if value is None or not _is_bounded(value, digits):
        title = f"this number is too long: the limits are {limits.DIGITS} digits and an exponent of {limits.DIGITS}"
        raise ScheduleError(title, None, _span(token))
    return value, unit


def meant_unit(word: str) -> str:
    """The unit that a word is, or is another word for; "" for other words."""
    return word if word in UNITS else UNIT_WORDS.get(word, "")


def _exact(digits: str, exponent: int, factor: int) -> Fraction:
    whole, _, part = digits.partition(".")
    top, places = int(whole + part) * factor, len(part) - exponent
    return Fraction(top, 10**places) if places > 0 else Fraction(top * 10**-places)


_LARGEST = 10**limits.DIGITS
"""A number below ten times this, and of 1 over this or more, is within the limits."""


def _is_bounded(value: Fraction, digits: str) -> bool:
    """Whether a number is within the limits; it is then also in the canonical text, however it is written there."""
    top, bottom = value.as_integer_ratio()  # compared as whole numbers, which is quick
    is_near = not top or (bottom <= top * _LARGEST and top < 10 * _LARGEST * bottom)
    return len(digits.replace(".", "").strip("0")) <= limits.DIGITS and is_near


def _span(first: Any, last: Any = None, *rest: Any) -> Span:
    last = rest[-1] if rest else first if last is None else last
    start = (first.start_pos or 0) if isinstance(first, Token) else first.span[0]
    return start, (last.end_pos or 0) if isinstance(last, Token) else last.span[1]


def _depth(parts: Any) -> int:
    return 1 + max((p.depth for p in parts), default=0)


def _checked(node: Node) -> Node:
    if node.depth > limits.NESTING:
        raise ScheduleError(f"nested too deep: the limit is {limits.NESTING}", None, node.span)
    return node
