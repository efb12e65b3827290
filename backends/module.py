"""A printed Python module: docstring, imports, constants, helpers, functions; laid out as `ruff format` leaves it."""

from __future__ import annotations

import builtins
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from keyword import iskeyword
from types import MappingProxyType
from typing import Any

from ..errors import ScheduleError
from . import header

WIDTH = 88
"""Columns of a line."""

_DEFINITIONS = ("def ", "class ", "@")
"""How a block begins that stands two empty lines below the imports, and not one."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


@dataclass
class Source:
    """The parts of a module. Those of several schedules are put together, and what is the same stands once.

    Attributes:
        imports: Import lines.
        constants: The text of each constant of the schedule, by its name.
        tables: The text of each table and of each constant that only this module uses, by its name.
        helpers: The text of each function that the module keeps to itself, by its name.
        functions: The texts of the functions or the classes that the module is for.
    """

    imports: list[str] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)
    functions: list[str] = field(default_factory=list)

    def text(self, doc: str) -> str:
        """The module."""
        imports = sorted(dict.fromkeys(self.imports), key=_place)
        split = next((i for i, line in enumerate(imports) if _is_foreign(line)), len(imports))
        blocks = [imports[:split], imports[split:], list(self.constants.values()), list(self.tables.values())]
        head = "\n\n".join([doc, *("\n".join(block) for block in blocks if block)])
        is_bare = not (self.constants or self.tables or self.helpers)
        if is_bare and not any(text.startswith(_DEFINITIONS) for text in self.functions):
            return "\n\n".join([head, *self.functions]) + "\n"
        return assemble(head, *self.helpers.values(), *self.functions)

    def names(self) -> set[str]:
        """What the functions may use, so that none of them can have that name."""
        imported = {line.split()[-1].partition(".")[0] for line in self.imports}
        return {"t", *self.constants, *self.tables, *self.helpers, *imported, *dir(builtins)}

    def joined(self, other: Source, number: int) -> Source:
        """This module with another one in it; what is named as here and means something else gets a number there."""
        mine = {**self.constants, **self.tables, **self.helpers}
        theirs = {**other.constants, **other.tables, **other.helpers}
        taken = mine.keys() | theirs.keys()
        renames: dict[str, str] = {}
        while True:
            texts = {name: _renamed(text, renames) for name, text in theirs.items()}
            clash = [n for n in theirs if n in mine and n not in renames and mine[n] != texts[n]]
            if not clash:
                break
            renames |= {n: next(free for i in count(number) if (free := f"{n}_{i}") not in taken) for n in clash}

        def moved(part: Mapping[str, str]) -> dict[str, str]:
            return {renames.get(name, name): texts[name] for name in part}

        return Source(
            [*self.imports, *other.imports],
            {**self.constants, **moved(other.constants)},
            {**self.tables, **moved(other.tables)},
            {**self.helpers, **moved(other.helpers)},
            [*self.functions, *(_renamed(text, renames) for text in other.functions)],
        )


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return _NAME.sub(lambda match: names.get(match[0], match[0]), text) if names else text


def _place(line: str) -> tuple[bool, bool, str]:
    """Where an import stands among others."""
    return _is_foreign(line), line.startswith("from"), line


def _is_foreign(line: str) -> bool:
    """Whether an import is of a package that does not come with Python."""
    return line.split()[1].partition(".")[0] not in sys.stdlib_module_names


def module(
    schedules: Any,
    target: str,
    name: str,
    needs: str,
    source: Callable[[Any, str, str], Source],
    form: str = "",
    usual: str = header.FUNCTION,
) -> str:
    """The module of a schedule, or of a plan with a function for each of its schedules.

    Args:
        schedules: A `symsched.Schedule` or a `symsched.Plan`.
        target: The name of the backend.
        name: The name of the function; a plan has its own.
        needs: What the module needs, in words.
        source: Makes the parts of one schedule from it, its name, and the prefix of names that are computed.
        form: The form that was asked for, "" for the usual one.
        usual: The name that need not be asked for.
    """
    command = header.command(target, name, form, usual)
    parts, doc = contents(schedules, name, needs, command, source)
    names = parts.names()
    for own in functions(schedules) if isinstance(schedules, Mapping) else [name]:
        if own in names:
            raise ScheduleError(
                f"a module for `{target}` uses `{own}` for itself", hint="give the schedule another name"
            )
    return parts.text(docstring(doc))


def contents(
    schedules: Any, name: str, needs: str, command: str, source: Callable[[Any, str, str], Source]
) -> tuple[Source, list[str]]:
    """The parts of the file of a schedule or of a plan, and the lines of its header."""
    if not isinstance(schedules, Mapping):
        doc = header.documentation({named(name): schedules}, str(schedules), needs, command)
        return source(schedules, name, ""), doc
    parts, own = Source(), functions(schedules)
    for number, (each, schedule) in enumerate(own.items(), 1):
        parts = parts.joined(source(schedule, named(each), f"{each}_"), number)
    return parts, header.documentation(own, str(schedules), needs, command)


def functions(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The schedules of a plan that become functions: numbers that others are made of become constants."""
    used = {d.name for name, s in plan.items() for d in s.program.definitions if d.name != name}
    return {name: s for name, s in plan.items() if s.duration is not None or name not in used} or dict(plan)


def named(name: str) -> str:
    """A name for a function or a class.

    Raises:
        ScheduleError: It is none.
    """
    if not _NAME.fullmatch(name) or iskeyword(name) or name.startswith("_"):
        raise ScheduleError(f"`{name}` cannot be the name of a function", hint="letters, digits and _: --name lr")
    return name


def form_of(target: str, form: str, forms: Sequence[str]) -> str:
    """A form that a target has, "" for the first one, which is the usual one.

    Raises:
        ScheduleError: It has no such form.
    """
    if form not in forms:
        raise ScheduleError(f"`{target}` has no form `{form}`", hint=f"forms are {', '.join(forms)}")
    return "" if form == forms[0] else form


def docstring(lines: Sequence[str]) -> str:
    return '"""' + "\n".join(lines) + '\n"""'


def safe_names(names: tuple[str, ...], taken: Iterable[str]) -> dict[str, str]:
    """Parameters under names that Python may have: a keyword, or a name that is taken, gets a trailing underscore."""
    taken = set(taken)
    safe: dict[str, str] = {}
    for name in names:
        own = name
        while own in taken or iskeyword(own) or own in safe.values() or (own != name and own in names):
            own += "_"
        safe[name] = own
    return safe


def letter(names: Iterable[str]) -> str:
    """A letter for variables, x, x1, x2, ..., that no parameter uses so."""
    used = {name.rstrip("0123456789") for name in names}
    return next(
        letter for letter in ["x", "y", "z", "u", "v", "w", *("x" * n for n in range(2, 99))] if letter not in used
    )


def define(
    name: str, arguments: Sequence[str], result: str, doc: Sequence[str], body: Sequence[str], depth: int = 0
) -> str:
    """A function, at a depth of indentation; arguments that do not fit into a line stand below each other."""
    width = WIDTH - 4 * depth
    arrow = f" -> {result}" if result else ""
    line = f"def {name}({', '.join(arguments)}){arrow}:"
    if len(line) > width:
        inside = "    " + ", ".join(arguments)
        rows = [inside] if len(inside) <= width else [f"    {a}," for a in arguments]
        line = "\n".join([f"def {name}(", *rows, f"){arrow}:"])
    about = [] if not doc else ['"""' + doc[0] + ('"""' if len(doc) == 1 else ""), *doc[1:], *['"""'] * (len(doc) > 1)]
    return "\n".join([line, *indent([*about, *body], 1)])


def about(schedule: Any, summary: str, others: Mapping[str, str] = MappingProxyType({}), note: str = "") -> list[str]:
    """What a docstring says: a summary, a note, other arguments, and the parameters that are not bound."""
    found = {**others, **header.parameters(schedule)}
    head = [summary, *(["", *textwrap.wrap(note, WIDTH - 8)] if note else [])]
    if not found:
        return head
    fill = textwrap.TextWrapper(WIDTH - 12, subsequent_indent="    ", break_long_words=False).fill
    lines = [fill(f"{name}: {what}") for name, what in found.items()]
    return [*head, "", "Args:", *indent([line for text in lines for line in text.splitlines()], 1)]


def figure(value: float) -> str:
    """A number; whole numbers have no point, and long ones have their digits in groups."""
    if value.is_integer() and abs(value) <= 2**53:
        return f"{int(value):_}" if abs(value) >= 10_000 else str(int(value))
    return repr(value)


def numbers(name: str, values: Sequence[float], form: str = "{}") -> str:
    """A constant that is a table of numbers, wrapped."""
    items = ", ".join(repr(int(v)) if float(v).is_integer() and abs(v) <= 2**53 else repr(v) for v in values)
    line = f"{name} = {form.format(f'({items})')}" if len(values) != 1 else f"{name} = {form.format(f'({items},)')}"
    if len(line) <= WIDTH:
        return line
    inside = textwrap.fill(items, WIDTH, initial_indent="    ", subsequent_indent="    ")
    return f"{name} = {form.format(f'({chr(10)}{inside},{chr(10)})')}  # fmt: skip"


def assemble(*blocks: str) -> str:
    """Blocks with two empty lines between them."""
    return "\n\n\n".join(b.strip("\n") for b in blocks if b.strip()) + "\n"


def listed(head: str, items: Sequence[str], tail: str, depth: int = 1) -> list[str]:
    """A list in a line at a depth of indentation, or item by item, with room for numbers behind its names."""
    line, room = f"{head}{', '.join(items)}{tail}", WIDTH - 4 * depth - 2 * len(items)
    return [line] if len(line) <= room else [head, *(f"    {item}," for item in items), tail]


def indent(lines: Iterable[str], depth: int) -> list[str]:
    return ["    " * depth + line if line else line for line in lines]
