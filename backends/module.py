"""The frame of a printed Python module: docstring, imports, helpers, tables, one function."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from keyword import iskeyword
from typing import Any

WIDTH = 88


def documentation(schedule: Any, needs: str) -> str:
    """The docstring of a module: the schedule's text and where it came from."""
    wrapped = textwrap.wrap(str(schedule), WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    text = "\n".join("    " + line for line in wrapped)
    return f'"""A schedule, printed by symsched. It needs {needs}.\n\n{text}\n"""'


def safe_names(names: tuple[str, ...], taken: frozenset[str]) -> dict[str, str]:
    """Parameters under names that Python may have: a keyword, or a name that is taken, gets a trailing underscore."""
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


def signature(names: list[str]) -> str:
    """The parameters of the function: the step, then the schedule's own by keyword."""
    return ", ".join(["t", "*", *names]) if names else "t"


def numbers(values: Sequence[float], depth: int = 0) -> str:
    """A table of numbers, wrapped, for a line at some depth of indentation."""
    items = ", ".join(repr(int(v)) if float(v).is_integer() and abs(v) <= 2**53 else repr(v) for v in values) + (
        "," if len(values) == 1 else ""
    )
    if len(items) < WIDTH - 20:
        return f"({items})"
    inside, outside = "    " * (depth + 1), "    " * depth
    return "(\n" + textwrap.fill(items, WIDTH, initial_indent=inside, subsequent_indent=inside) + f",\n{outside})"


def assemble(*blocks: str) -> str:
    """Blocks with two empty lines between them."""
    return "\n\n\n".join(b.strip("\n") for b in blocks if b.strip()) + "\n"


def indent(lines: list[str], depth: int) -> list[str]:
    return ["    " * depth + line for line in lines]
