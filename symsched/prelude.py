"""The library: every `.sched` file in `grammar/prelude/` is a module, `core` is searched without a prefix.

A file is split into entries at the lines where one begins, and an entry is parsed when it is first asked for: a program
uses few of them. A body that is the bare name `primitive` is worked out by the compiler.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from .nodes import Function, Name
from .syntax import parse_program

CORE, SHAPE = "core", "shape"

_ENTRY = re.compile(r"^(?:##.*\n)*([A-Za-z_]\w*)\(", re.MULTILINE)
"""The comment above an entry and the begin of its first line; the lines after it are indented, or begin with `)`."""


class Entries(Mapping[str, Function]):
    """Functions of a module by name, in the order of the file; `places` are their begins and ends there."""

    def __init__(self, module: str, places: Mapping[str, tuple[int, int]]) -> None:
        self._module, self._places = module, places

    def __getitem__(self, name: str) -> Function:
        return _entry(self._module, *self._places[name])

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def public(self) -> Entries:
        """The entries that are meant for users."""
        return Entries(self._module, {name: at for name, at in self._places.items() if not name.startswith("_")})


@cache
def modules() -> tuple[str, ...]:
    """The names of all modules, found by listing the folder."""
    folder = files("symsched.grammar").joinpath("prelude")
    return tuple(sorted(f.name.removesuffix(".sched") for f in folder.iterdir() if f.name.endswith(".sched")))


@cache
def module(name: str) -> Entries:
    """The functions of a module by name; empty if there is no such module."""
    if name not in modules():
        return Entries(name, {})
    begins = list(_ENTRY.finditer(text(name)))
    ends = [*(entry.start() for entry in begins[1:]), len(text(name))]
    return Entries(name, {entry[1]: (entry.start(), end) for entry, end in zip(begins, ends, strict=True)})


@cache
def text(module: str) -> str:
    """The file of a module."""
    return files("symsched.grammar").joinpath("prelude", f"{module}.sched").read_text(encoding="ascii")


@cache
def _entry(module: str, begin: int, end: int) -> Function:
    """The entry at a place of a file; what stands before it is blanked, so that its spans are those in the file."""
    before = "\n".rjust(begin)[:begin]
    (entry,) = parse_program(before + text(module)[begin:end], module=module).definitions
    assert isinstance(entry, Function)
    return entry


def find(name: str) -> Function | None:
    """A function by the name that a program writes: `cosine`, `torch.StepLR`, `shape.cosine`."""
    prefix, _, last = name.rpartition(".")
    return module(prefix or CORE).get(last)


def public(functions: Entries) -> Entries:
    """The entries of a module that are meant for users."""
    return functions.public()


def is_primitive(function: Function) -> bool:
    """Whether the compiler works this function out itself."""
    return bool(function.module) and isinstance(function.body, Name) and function.body.name == "primitive"
