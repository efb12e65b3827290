"""The library: every `.sched` file in `grammar/prelude/` is a module, `core` is searched without a prefix.

A body that is the bare name `primitive` is worked out by `symsched.primitives`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from .nodes import Function, Name
from .syntax import parse_program

CORE, SHAPE = "core", "shape"


@cache
def modules() -> tuple[str, ...]:
    """The names of all modules, found by listing the folder."""
    folder = files("symsched.grammar").joinpath("prelude")
    return tuple(sorted(f.name.removesuffix(".sched") for f in folder.iterdir() if f.name.endswith(".sched")))


@cache
def module(name: str) -> dict[str, Function]:
    """The functions of a module by name; empty if there is no such module."""
    if name not in modules():
        return {}
    text = files("symsched.grammar").joinpath("prelude", f"{name}.sched").read_text(encoding="ascii")
    return {d.name: d for d in parse_program(text, module=name).definitions if isinstance(d, Function)}


def find(name: str) -> Function | None:
    """A function by the name that a program writes: `cosine`, `torch.StepLR`, `shape.cosine`."""
    prefix, _, last = name.rpartition(".")
    return module(prefix or CORE).get(last)


def public(functions: dict[str, Function]) -> dict[str, Function]:
    """The entries of a module that are meant for users."""
    return {name: f for name, f in functions.items() if not name.startswith("_")}


def is_primitive(function: Function) -> bool:
    """Whether the compiler works this function out itself."""
    return bool(function.module) and isinstance(function.body, Name) and function.body.name == "primitive"
