"""What C and JavaScript share: statements in braces, layout, numbers, and the functions that neither of them has."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import constants
from . import header
from .labels import label_names
from .literals import free
from .lowering import Program
from .module import letter, safe_names
from .naming import labelled
from .operations import Node, number_of
from .ranges import Ranges
from .scalar import FLAT, Body, Syntax, table_names
from .writer import ATOM, INFIX, PRODUCT, SUM, TURNS, Language, Template, Writer, call

WIDTH = 80
"""Columns of a line."""


def indent(lines: Iterable[str], depth: int = 1) -> list[str]:
    return ["  " * depth + line if line else line for line in lines]


def spaces(line: str) -> str:
    """What a line begins with."""
    return line[: len(line) - len(line.lstrip())]


def branch(condition: str, lines: list[str]) -> list[str]:
    """An `if`."""
    return [f"if ({condition}) {{", *indent(lines), "}"]


def remark(lines: Iterable[str]) -> list[str]:
    """Lines of a comment."""
    return [f"// {line}".rstrip() for line in lines]


def defined(name: str, value: str, depth: int, broken: int = 1) -> list[str]:
    """A definition, broken behind its sign where it is too long for a line at a depth."""
    line = f"{name} = {value};"
    return [line] if len(line) + 2 * depth <= WIDTH else [f"{name} =", *indent([f"{value};"], broken)]


def filled(items: Sequence[str]) -> list[str]:
    """The items of a list in full lines."""
    text = textwrap.fill(", ".join(items) + ",", WIDTH, initial_indent="  ", subsequent_indent="  ")
    return text.splitlines()


def digits(value: float) -> str:
    """The shortest digits of a number, `1e-7` and `1e40`."""
    if float(value).is_integer() and abs(value) < 1e16:
        return str(int(value))
    return re.sub(r"e([+-])0*", lambda m: "e" + m[1].replace("+", ""), repr(value))


def with_infinity(figure: Callable[[float], str], nan: str, infinity: str) -> Callable[[float], str]:
    """How a target writes any number, from how it writes a finite one."""

    def number(value: float) -> str:
        if math.isfinite(value):
            return figure(value)
        return nan if math.isnan(value) else infinity if value > 0 else "-" + infinity

    return number


def number_in(figure: Callable[[float], str]) -> Callable[[Node], str]:
    """How a target writes the constants of a formula."""
    return lambda node: figure(constants.nearest_float(number_of(node)))


def templates(of_math: str, zero: str = "0") -> dict[str, Template]:
    """The operations that are written alike; `of_math` is a name of the library of functions."""
    functions = ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "tanh", "pow")
    return {
        **INFIX,
        "part": INFIX["over"],
        "square": (PRODUCT, "{0} * {0}", (ATOM,)),
        "where": (-1, "{0} ? {1} : {2}", (0, 0, -1)),
        "inner_length": (-1, f"{{0}} > {zero} ? {{0}} : 1", (SUM,)),
        **{name: call(of_math.format(name), 2 if name == "pow" else 1) for name in (*functions, "floor", "ceil")},
        "quarter_sin": call(of_math.format("sin")),
        "quarter_cos": call(of_math.format("cos")),
    }


def is_plain(ranges: Ranges, node: Node) -> bool:
    """Whether an operation is the one of Python: a remainder is, where nothing is below 0."""
    return node.name != "mod" or all(ranges.of(a)[0] >= 0 for a in node.args)


@dataclass(frozen=True)
class Target:
    """How a language with braces is written.

    Attributes:
        language: How formulas are written.
        syntax: How statements are written.
        declared: How a variable is defined.
        reserved: Names that nothing may be called by.
    """

    language: Language
    syntax: Syntax
    declared: str
    reserved: frozenset[str]


class Function:
    """The function of one schedule.

    Args:
        schedule: A `symsched.Schedule`.
        prefix: What computed constants begin with.
        target: How it is written.
        taken: Names that no constant has.

    Attributes:
        parameters: What the parameters are called.
        lines: The body.
        constants: The definitions of the constants that it uses, by their names.
        tables: The numbers of each table that it uses, by its name.
    """

    def __init__(self, schedule: Any, prefix: str, target: Target, taken: Iterable[str] = ()) -> None:
        program, language = labelled(schedule, bool(prefix)), target.language
        words = {"t", *target.reserved, *map(language.table, table_names(program.segments))}
        self.parameters = safe_names(program.parameters, words)
        named = tuple(map(language.spelled, [*label_names(program), *TURNS]))
        taken = set(taken)
        safe = safe_names(named, {*words, *self.parameters.values()})
        own = {name: free(other, taken) for name, other in safe.items()}
        outer = {*self.parameters.values(), *own.values()}
        x = letter(outer)
        language = replace(
            language,
            variable=target.declared,
            spelled=lambda name: own[target.language.spelled(name)],
            room=WIDTH - 2 * _depth(program) - len(target.declared.format(x + "10", "")),
        )
        writer = Writer(language, self.parameters.__getitem__, x)
        body = Body(program.segments, writer, replace(target.syntax, segment=free("i", outer)))
        self.lines = body.lines()
        self.constants, self.tables = writer.constants, body.tables


def _depth(program: Program) -> int:
    """How deep the formulas of a program stand in branches."""
    count = len(program.segments)
    return 2 + (math.ceil(math.log2(count / FLAT)) if count > FLAT else 0)


def needed(text: str, helpers: Mapping[str, str]) -> dict[str, str]:
    """The helper functions that a text calls; one may call those in front of it."""
    found: dict[str, str] = {}
    for name in reversed(list(helpers)):
        if f"{name}(" in text:
            found = {name: helpers[name], **found}
            text += helpers[name]
    return found


def parameter_notes(schedule: Any, names: Mapping[str, str], form: str) -> list[str]:
    """What each parameter is, in lines of a comment."""
    lines: list[str] = []
    for name, what in header.parameters(schedule).items():
        lines += textwrap.wrap(form.format(names[name], what), WIDTH - 3, subsequent_indent="    ")
    return lines


def assembled(*blocks: Iterable[str]) -> str:
    """Blocks of lines with an empty line between them."""
    return "\n\n".join("\n".join(block) for block in map(list, blocks) if block) + "\n"
