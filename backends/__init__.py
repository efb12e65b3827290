"""Targets: one file each, found by listing this folder, then the entry points of the group `symsched.backends`.

A backend is a module with

- `emit(schedule) -> str`: the text of a `symsched.Schedule` for this target, which needs nothing of symsched;
- `REQUIRES`: the name of the Python package that the text imports, "" if none;
- `FUNCTION`: the name under which the text defines a callable, "" if the text is not Python;
- `FORMS`, if it is there: what `emit` takes as `form`, the usual one first;
- `NATIVE`, if it is there and true: that callable is an object of the framework, or its class where parameters are
  open, and has the arguments and the precision of the framework; else it is a function `schedule(t, ...)`.

The rules: importing a backend imports no framework; it reads the exact tree (`schedule.expr`) and the canonical text
(`str(schedule)`), and prints operations that `lowering` has made, so that there is one lowering. Text from a user
reaches the output only as canonical text, which is ASCII and was parsed, and as names that the grammar has checked.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "symsched.backends"


@cache
def load(name: str) -> Any | None:
    """The module of a backend; None for an unknown name. No other backend is imported."""
    if name in _files():
        module = import_module(f"{__name__}.{name}")
        return module if hasattr(module, "emit") else None
    entry = _entry_points().get(name)
    return entry.load() if entry is not None else None


def _entry_points() -> dict[str, EntryPoint]:
    """The backends that other packages bring; looking for them takes longer than importing one of ours."""
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _files() -> set[str]:
    names = (f.name for f in files(__name__).iterdir())
    return {n.removesuffix(".py") for n in names if n.endswith(".py") and not n.startswith("_")}


@cache
def known() -> tuple[str, ...]:
    """The names of all backends. Modules of this folder that only share their work with others print nothing."""
    own = (name for name in _files() if load(name) is not None)
    return tuple(sorted({*own, *_entry_points()}))


def is_available(name: str) -> bool:
    """Whether the package that a backend's text needs is installed; it is not imported."""
    module = load(name)
    return module is not None and (not module.REQUIRES or find_spec(module.REQUIRES) is not None)
