"""Other libraries: one file each, imported only when asked for; none imports its library before it is used.

What a file may offer

- `from_...(...)`: a `Schedule` of what that library has;
- `from_text(text)`: the same of a text that the library reads, for `symsched import --from NAME`;
- `composed(call)`: an imported call as it behaves inside the library's compositions;
- what a framework has a place for, such as a scheduler; `__all__` names it, for the site;
- what a program that writes documents looks for by name: `setup` for Sphinx, `formatter` for superfences;
- `register()`: the library reads schedules by itself from then on;
- `schedule(text)` and `plan(text)`: a type of an option on the command line;
- `log(...)`: the text and the curve, in the log of a run.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from ..errors import absent


@cache
def names() -> tuple[str, ...]:
    """The files of this folder."""
    found = (f.name.removesuffix(".py") for f in files(__name__).iterdir() if f.name.endswith(".py"))
    return tuple(sorted(name for name in found if not name.startswith("_")))


@cache
def load(name: str) -> Any | None:
    """The module of a library; None for one that there is no file for."""
    return import_module(f"{__name__}.{name}") if name in names() else None


def needed(package: str) -> Any:
    """A package that is about to be used; the extra that installs it has its name.

    Raises:
        ScheduleError: It is not installed.
    """
    if find_spec(package) is None:
        raise absent(package)
    return import_module(package)
