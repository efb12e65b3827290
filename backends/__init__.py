"""Targets: one file each, found by listing this folder, then the entry points of the group `symsched.backends`.

A backend is a module with

- `emit(schedule) -> str`: the text of a `symsched.Schedule` for this target, which needs nothing of symsched;
- `REQUIRES`: the name of the Python package that the text imports, "" if none;
- `FUNCTION`: the name under which the text defines a callable, "" if the text is not Python.

The rules: importing a backend imports no framework; it reads the exact tree (`schedule.expr`) and the canonical text
(`str(schedule)`), and prints operations that `lowering` has made, so that there is one lowering. Text from a user
reaches the output only as canonical text, which is ASCII and was parsed, and as names that the grammar has checked.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

GROUP = "symsched.backends"


@cache
def known() -> dict[str, str]:
    """Every backend that is installed, by name: the module that holds it."""
    found = {}
    for file in files(__name__).iterdir():
        name = file.name.removesuffix(".py")
        if name != file.name and not name.startswith("_") and hasattr(import_module(f"{__name__}.{name}"), "emit"):
            found[name] = f"{__name__}.{name}"
    found.update({e.name: e.value for e in entry_points(group=GROUP)})
    return dict(sorted(found.items()))


def load(name: str) -> Any:
    """The module of a backend; KeyError for an unknown name."""
    return import_module(known()[name])


def is_available(name: str) -> bool:
    """Whether the package that the backend's text needs is installed; it is not imported."""
    requires = load(name).REQUIRES
    return not requires or find_spec(requires) is not None
