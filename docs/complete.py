"""The build fails where something that users can name is not documented."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError

import symsched
from symsched import catalogue, integrations


class NotDocumented(SphinxError):
    """What ends the build."""

    category = "Not documented"


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.connect("builder-inited", check_comments)
    app.connect("env-updated", check_pages)  # in every build: one that failed keeps nothing for the next
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def check_comments(app: Sphinx) -> None:
    """Every entry of the library has its documentation above it."""
    _require("entries of the library have no comment", [n for n, e in catalogue.entries().items() if not e.doc.strip()])


def check_pages(app: Sphinx, env: BuildEnvironment) -> None:
    """Every public name, and every entry of the library, stands on a page."""
    documented = {name for name, *_ in env.domains.python_domain.get_objects()}
    _require("public names are on no page", sorted({*public_names()} - documented))
    shown = {name for name, _, kind, *_ in env.domains.standard_domain.get_objects() if kind == "entry"}
    _require("entries of the library are on no page", sorted(catalogue.entries().keys() - shown))


def public_names() -> Iterator[str]:
    """What users can import: the names of the package, and of the integrations what makes schedules or takes them."""
    yield from (f"symsched.{name}" for name in symsched.__all__)
    for name in integrations.names():
        module = integrations.load(name)
        functions = inspect.getmembers(module, inspect.isfunction)
        made = {function.__name__ for _, function in functions if function.__module__ == module.__name__}
        names = {name for name in made if name.startswith("from_")} | {*getattr(module, "__all__", ())}
        yield from (f"{module.__name__}.{name}" for name in sorted(names))


def _require(title: str, missing: list[str]) -> None:
    if missing:
        raise NotDocumented(f"{title}: {', '.join(missing)}")
