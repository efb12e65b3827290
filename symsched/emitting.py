"""What `emit` and `latex` print, and whether a file that was printed is still what would be printed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from . import reading
from .errors import ScheduleError

SHOWN = 20
"""Lines of a difference that are shown."""


def known_target(target: str | None) -> str:
    """The target, which is one that there is."""
    from .api import backend

    if target is None:
        raise click.UsageError("Missing option '--to'.")
    try:
        backend(target)
    except ScheduleError as error:
        raise click.UsageError(f"{error.title}: {error.hint}") from None
    return target


def source(text: str, target: str, values: Mapping[str, str], name: str | None = None, form: str | None = None) -> str:
    """The source of a program; of a plan the schedule with that name, or all of them."""
    from .api import options_of, prints_plans
    from .plans import Plan

    given: dict[str, str] = {"form": form} if form is not None else {}
    _require(target, given, options_of(target))
    if not reading.is_plan(text):
        if name is not None:
            given["name"] = name
            _require(target, given, options_of(target))
        return reading.one_schedule(text, values, None).emit(target, **given)
    if name is None and prints_plans(target):
        plan = Plan(text)
        reading.known(values, plan)
        return (plan.bind(**values) if values else plan).emit(target, **given)
    if name is not None and "name" in options_of(target):
        given["name"] = name
    return reading.one_schedule(text, values, name).emit(target, **given)


def targets() -> tuple[str, ...]:
    """The names of all targets."""
    from . import backends

    return backends.known()


def styles() -> tuple[str, ...]:
    """The styles of a formula."""
    from .backends.typeset import STYLES

    return STYLES


def formula(text: str, values: Mapping[str, str], name: str | None, options: Mapping[str, Any]) -> str:
    """The formula of a program, or of the schedule of a plan with that name, in LaTeX; an option may be left open."""
    given = {option: value for option, value in options.items() if value is not None}
    style = given.get("style")
    if style not in (None, *styles()):
        raise click.UsageError(f"unknown style `{style}`: styles are {', '.join(styles())}")
    return reading.one_schedule(text, values, name).latex(**given)


def _require(target: str, given: Mapping[str, str], takes: list[str]) -> None:
    for option in given.keys() - set(takes):
        raise click.UsageError(f"`{target}` takes no --{ {'form': 'as'}.get(option, option) }")


def is_current(path: str) -> bool:
    """Whether a printed file is what would be printed now; if not, the difference goes to stderr."""
    found = difference(path)
    if found:
        click.echo(f"{path} is not what symsched prints now:\n{found}", err=True)
    return not found


def difference(path: str) -> str:
    """How a printed file differs from what would be printed now; "" where it does not.

    Raises:
        ScheduleError: The file was not printed by symsched, or its text means nothing any more.
    """
    from .api import emit
    from .backends import header
    from .plans import Plan

    old = reading.file_text(path)
    found = header.read(old)
    if found is None:
        hint = "symsched emit SCHEDULE --to python -o FILE writes one"
        raise ScheduleError("this file has no header of symsched", hint=hint)
    options = dict(found.options)
    target = options.pop("to", "")
    try:
        schedule = Plan(found.text) if reading.is_plan(found.text) else found.text
        new = emit(schedule, target, **{{"as": "form"}.get(k, k): v for k, v in options.items()})
    except ScheduleError as error:
        raise ScheduleError(f"its header is wrong: {error.title}", found.text, error.span, error.label) from None
    new = new if new.endswith("\n") else new + "\n"
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), path, "printed now", lineterm="", n=1))
    more = [f"... ({len(lines) - SHOWN} more lines)"] * (len(lines) > SHOWN)
    return "\n".join([*lines[:SHOWN], *more])


def write(path: str, text: str) -> None:
    """A file that ends in one newline."""
    Path(path).write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
