"""All benchmarks: what the files in `cases/` define."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from benchmarks.measuring import Group


def groups() -> list[Group]:
    """The groups of every file, in the order of the files."""
    files = sorted((Path(__file__).parent / "cases").glob("*.py"))
    modules = [import_module(f"benchmarks.cases.{path.stem}") for path in files]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Group)]
    return list(dict.fromkeys(found))  # a file may have two names for one group
