"""Names of a module that import a framework when they are asked for, and not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..errors import ScheduleError


def late(module: str, framework: str, files: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a module.

    Args:
        module: The name of the module.
        framework: The package that the files import; the extra that installs it has the same name.
        files: The file beside the module where each name is.

    Raises:
        ScheduleError: The package is not installed, when a name is asked for.
    """
    package = module.rpartition(".")[0]

    def get(name: str) -> Any:
        if name not in files:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        if find_spec(framework) is None:
            raise ScheduleError(f"`{framework}` is not installed", hint=f"pip install symsched[{framework}]")
        return getattr(import_module(f"{package}.{files[name]}"), name)

    return get
