r"""What a block of a document shows: a program with options, as formulas, pictures, a table and source texts.

The ways into a document only lay this out: Sphinx, Python-Markdown, and `symsched render`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from . import __version__, options, reading
from .api import backend, prints_plans
from .errors import ScheduleError
from .options import Options
from .picture import plot
from .plans import Plan
from .schedule import Schedule

if TYPE_CHECKING:
    from .picture import Picture as Drawing


@dataclass(frozen=True)
class Formula:
    """The formula of one schedule, without delimiters, and the same for where nobody draws formulas."""

    latex: str
    plain: str


@dataclass(frozen=True)
class Picture:
    """A curve, or several in one picture, which is drawn when the format is known.

    Attributes:
        curves: The schedules by name.
        settings: What else `symsched.plot` is told.
    """

    curves: tuple[tuple[str, Schedule], ...]
    settings: tuple[tuple[str, Any], ...]

    @property
    def alt(self) -> str:
        """What stands where no picture can."""
        return "; ".join(str(one) for _, one in self.curves)

    @property
    def key(self) -> str:
        """A name that no other picture has."""
        content = repr((__version__, self.curves, self.settings))
        return f"schedule-{sha256(content.encode()).hexdigest()[:16]}"

    def draw(self) -> Drawing:
        """The picture in all its formats."""
        return plot(dict(self.curves), **dict(self.settings))


@dataclass(frozen=True)
class Source:
    """A source text, with what it is called and the language in which it is written."""

    title: str
    language: str
    text: str


@dataclass(frozen=True)
class Block:
    """All that a block shows.

    Attributes:
        formulas: One for each schedule.
        pictures: One for each schedule.
        table: Rows of cells, the head first; empty without a table.
        sources: One for each target.
        name: What the document calls the block, "" if nothing.
        caption: What stands below the picture.
    """

    formulas: tuple[Formula, ...]
    pictures: tuple[Picture, ...]
    table: tuple[tuple[str, ...], ...]
    sources: tuple[Source, ...]
    name: str
    caption: str


def block(text: str, given: Mapping[str, str]) -> Block:
    """Read a block.

    Args:
        text: A program of the language, a plan too.
        given: Options by name; `symsched.options` says which there are.

    Raises:
        ScheduleError: The text does not mean anything, or an option does not. `place` tells which.

    Example:
        >>> found = block("linear(1, 100)", {"table": "0, 50", "plot": "none"})
        >>> found.table
        (('step', 'value'), ('0', '1'), ('50', '0.5'))
    """
    asked = options.read(given)
    schedules = _schedules(text, asked.bind)
    if asked.is_plotted or asked.overlay:
        _require_values(schedules.values(), "picture")
    if asked.table:
        _require_values(schedules.values(), "table")
    return Block(
        tuple(_formula(name, one, asked, len(schedules)) for name, one in schedules.items()) if asked.formula else (),
        tuple(_pictures(text, schedules, asked)),
        tuple(_table(schedules, asked.table)) if asked.table else (),
        tuple(_source(text, asked.bind, *wanted) for wanted in asked.source),
        asked.name,
        asked.caption,
    )


def inline(text: str) -> Formula:
    """The formula of one schedule in the middle of a sentence."""
    schedule = Schedule(text)
    return Formula(schedule.latex(), schedule.emit("unicode"))


def place(error: ScheduleError, text: str) -> int:
    """The line of a block's text, from 0, where the mistake is; -1 where it is not in the text."""
    if error.span is None or error.source != text:
        return -1
    return text.count("\n", 0, error.span[0])


def _schedules(text: str, values: Mapping[str, str]) -> dict[str, Schedule]:
    with options.complaints():
        return reading.schedules(text, values)


def _require_values(schedules: Iterable[Schedule], wanted: str, bound: Iterable[str] = ()) -> None:
    """Numbers are there for what is made of numbers."""
    free = [p.name for one in schedules for p in one.parameters if p.name not in bound]
    if free:
        names = " and ".join(f"`{name}`" for name in dict.fromkeys(free))
        hint = f"bind: {', '.join(f'{name}=...' for name in dict.fromkeys(free))}"
        raise ScheduleError(f"a {wanted} needs values: there is none for {names}", hint=hint)


def _formula(name: str, schedule: Schedule, asked: Options, number: int) -> Formula:
    settings: dict[str, Any] = {} if asked.time is None else {"time": asked.time}
    symbol = asked.symbol
    if name and (symbol is None or number > 1):
        if symbol is not None:
            raise ScheduleError("a plan names its formulas by itself", hint="leave out `symbol`")
        symbol = rf"\mathrm{{{name}}}".replace("_", r"\_")
    if symbol is not None:
        settings["symbol"] = symbol if "=" in symbol else f"{symbol}({_clock(settings)}) ="
    plain = schedule.emit("unicode").rstrip("\n")
    return Formula(schedule.latex(style=asked.formula, **settings), f"{name}(t) is\n\n{plain}" if name else plain)


def _clock(settings: Mapping[str, Any]) -> str:
    """The step as formulas write it."""
    return Schedule("t").latex(**settings)


def _pictures(text: str, schedules: Mapping[str, Schedule], asked: Options) -> Iterator[Picture]:
    """A picture for each schedule, or one for all of them and those that are laid over them."""
    if asked.plot is None:
        return
    settings = tuple(asked.plot.items())
    if asked.overlay:
        for other in asked.overlay:
            _require_values(_schedules(other, {}).values(), "picture", asked.bind)
        with options.complaints("overlay"):
            curves = reading.curves([text, *asked.overlay], asked.bind, None)
        pictures = [Picture(tuple(curves.items()), settings)]
    else:  # a formula with letters has no curve
        pictures = [Picture(((name, one),), settings) for name, one in schedules.items() if not one.parameters]
    for picture in pictures:
        picture.draw()  # what cannot be drawn is a mistake of the block
        yield picture


def _table(schedules: Mapping[str, Schedule], steps: tuple[float, ...]) -> Iterator[tuple[str, ...]]:
    yield ("step", *(name or "value" for name in schedules))
    functions: list[Callable[[float], float]] = [one.compile("python") for one in schedules.values()]
    for step in steps:
        yield (str(step), *(f"{function(step) + 0.0:.6g}" for function in functions))


def _source(text: str, values: Mapping[str, str], target: str, form: str) -> Source:
    program = _program(text, values)
    source = program.emit(target, **({"form": form} if form else {}))
    language = "python" if backend(target).FUNCTION else target if prints_plans(target) else "text"
    return Source(f"{target} ({form})" if form else target, language, source.rstrip("\n"))


def _program(text: str, values: Mapping[str, str]) -> Schedule | Plan:
    """The program as a whole: a plan prints its schedules together."""
    if reading.is_plan(text):
        return Plan(text).bind(**values) if values else Plan(text)
    return reading.bound(reading.one_schedule(text, {}, None), values)
