"""Names of a module that import a framework when they are asked for, and not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from ..errors import absent


def late(module: str, framework: str, files: Mapping[str, str]) -> tuple[list[str], Callable[[str], Any]]:
    """The `__all__` and the `__getattr__` of a module.

    Args:
        module: The name of the module.
        framework: The package that the files import, beside torch; the extra that installs it has the same name.
        files: The file beside the module where each name is.

    Raises:
        ScheduleError: The package is not installed, when a name is asked for.
    """

    def get(name: str) -> Any:
        if name not in files:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        try:
            return getattr(import_module(f"{module.rpartition('.')[0]}.{files[name]}"), name)
        except ModuleNotFoundError as error:
            if error.name not in (framework, "torch"):
                raise
            raise absent(error.name, framework) from None

    return [*files], get
