"""The options of a block in a document: texts that say what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

from .errors import ScheduleError, listing, suggest

NONE, WITHOUT = "none", "noplot"
"""What is not shown: `formula: none`, and `plot: none` in one word."""


@dataclass(frozen=True)
class Options:
    """What is asked for.

    Attributes:
        formula: The style of the formula, None for no formula.
        symbol: The left side of the formula, such as `\\eta`.
        time: The name of the step in the formula, None for the usual one.
        plot: What the picture is told, None for no picture.
        is_plotted: Whether a picture was asked for, and not only not refused.
        table: Steps whose values are shown.
        source: Targets whose source is shown, each with its form, "" for the usual one.
        overlay: Further schedules in the picture.
        bind: Values of parameters.
        name: What the document calls the block.
        caption: What stands below the picture.
    """

    formula: str | None = "cases"
    symbol: str | None = None
    time: str | None = None
    plot: Mapping[str, Any] | None = field(default_factory=dict)
    is_plotted: bool = False
    table: tuple[float, ...] = ()
    source: tuple[tuple[str, str], ...] = ()
    overlay: tuple[str, ...] = ()
    bind: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    caption: str = ""


NAMES = tuple(f.name for f in fields(Options) if f.type != "bool")
"""The names of the options."""


def read(given: Mapping[str, str]) -> Options:
    """Options from texts.

    Raises:
        ScheduleError: There is no such option, or its text does not fit it.

    Example:
        >>> read({"plot": "steps=5k, log", "table": "0, 1k"}).plot
        {'steps': 5000, 'log': True}
    """
    given = dict(given)
    if given.pop(WITHOUT, None) is not None:
        given["plot"] = NONE
    for name in given.keys() - set(NAMES):
        close = suggest(name, NAMES)
        hint = f"did you mean `{close}`?" if close else f"there are {listing(NAMES)}"
        raise ScheduleError(f"unknown option `{name}`", hint=hint)
    found: dict[str, Any] = {name: text.strip() for name, text in given.items() if name in ("name", "caption")}
    found |= {name: given[name].strip() or None for name in ("symbol", "time") if name in given}
    if "formula" in given:
        found["formula"] = None if given["formula"].strip() == NONE else given["formula"].strip() or "cases"
    if "plot" in given:
        found["plot"] = _plot(given["plot"])
        found["is_plotted"] = found["plot"] is not None
    if "table" in given:
        found["table"] = _steps("table", _parts(given["table"]))
    if "source" in given:
        found["source"] = tuple(_target(part) for part in _parts(given["source"]))
    if "overlay" in given:
        found["overlay"] = tuple(part for part in _parts(given["overlay"].replace("|", "\n"), "\n"))
    if "bind" in given:
        found["bind"] = _pairs("bind", _parts(given["bind"]))
    return Options(**found)


def written(text: str) -> dict[str, str]:
    """Options as Markdown writes them behind the name of a fence, in braces or not.

    Example:
        >>> written('{ #rate plot=log table="0, 100" }')
        {'name': 'rate', 'plot': 'log', 'table': '0, 100'}
    """
    inside = text.strip()
    if inside.startswith("{") and inside.endswith("}"):
        inside = inside[1:-1]
    if not re.fullmatch(rf"(\s*{_OPTION.pattern}(?=\s|$))*\s*", inside):
        raise ScheduleError(f"cannot read the options `{text.strip()}`", hint='write { plot=log table="0, 100" }')
    found: dict[str, str] = {}
    for match in _OPTION.finditer(inside):
        if match["id"]:
            found["name"] = match["id"]
        elif match["name"]:
            found[match["name"]] = (match["value"] or "").strip("\"'")
    return found


_OPTION = re.compile(r"""(?:\#(?P<id>[\w-]+)|\.[\w-]+|(?P<name>[\w-]+)(?:=(?P<value>"[^"]*"|'[^']*'|[^\s"']*))?)""")
"""`#name`, `.class`, which says nothing here, `option`, or `option=value`."""


@contextmanager
def complaints(option: str = "") -> Iterator[None]:
    """What the command line would say about its arguments, as the one error of the language."""
    from click import UsageError

    try:
        yield
    except UsageError as error:
        raise ScheduleError(f"`{option}`: {error.message}" if option else error.message) from None


def _parts(text: str, separator: str = ",") -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _steps(option: str, texts: list[str]) -> tuple[float, ...]:
    from .reading import steps_of

    with complaints(option):
        return tuple(steps_of(texts))


def _pairs(option: str, texts: list[str]) -> dict[str, str]:
    """`total=10000, peak=1e-3` by name."""
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            raise ScheduleError(f"`{option}`: `{text}` is not NAME=VALUE, such as total=10000")
        if name in pairs:
            raise ScheduleError(f"`{option}`: `{name}` is given twice")
        pairs[name] = value
    return pairs


def _target(text: str) -> tuple[str, str]:
    """`torch`, or `torch as scheduler`."""
    target, _, form = (part.strip() for part in text.partition(" as "))
    return target, form


def _plot(text: str) -> dict[str, Any] | None:
    """`steps=5000, log`, or `none`."""
    settings: dict[str, Any] = {}
    for word in _parts(text.replace(",", " "), " "):
        name, _, value = word.partition("=")
        if word == NONE:
            return None
        if word == "log":
            settings["log"] = True
        elif name == "steps" and value:
            (settings["steps"],) = _steps("plot", [value])
        else:
            raise ScheduleError(f"`plot` does not know `{word}`", hint="write steps=5000, log, or none")
    return settings
