"""The command line. Each command imports what it needs, so that `--help` and `list` stay quick."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

import click

from . import __version__, emitting, reading
from .errors import ScheduleError
from .faults import WRONG, Commands, complain
from .rendering import render


def _print_json(record: Any) -> None:
    click.echo(json.dumps(record))


def _encodable(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _complete(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    """Names of the prelude after what is typed of a schedule."""
    from . import catalogue

    start = re.search(r"[A-Za-z_][\w.]*$", typed)
    if start is None:
        return []
    return [typed[: start.start()] + name for name in catalogue.entries() if name.startswith(start[0])]


def _among(names: Callable[[], Iterable[str]]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Completion among names, which are looked up when they are wanted."""
    return lambda _, __, typed: [name for name in names() if name.startswith(typed)]


schedule = click.argument("schedule", shell_complete=_complete)
bind = click.option(
    "-p", "--set", "values", multiple=True, metavar="NAME=VALUE", callback=reading.pairs_of, help="Bind a parameter."
)
json_lines = click.option("--json", "as_json", is_flag=True, help="One JSON object per schedule and line.")
pick = click.option("-n", "--name", metavar="NAME", help="Which schedule of a plan.")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, prog_name="symsched", message="%(prog)s %(version)s")
def main() -> None:
    """A small language for schedules: one string, every framework.

    SCHEDULE is a text such as 'warmup(linear, 500) >> cosine(1e-3, 1e4)', or - for standard input.
    """


main.add_command(render)


@main.command()
@schedule
@bind
@json_lines
def show(schedule: str, values: dict[str, str], as_json: bool) -> None:
    """Formula, values and curve of a schedule.

    Example: symsched show 'warmup(linear, 500) >> cosine(1e-3, 1e4)'
    """
    from . import show as page

    found = reading.schedules(reading.text_of(schedule), values)
    unicode = _encodable("\u23a7\u28ff")
    for i, (name, one) in enumerate(found.items()):
        if as_json:
            _print_json({"name": name or None, **page.record(one)})
            continue
        click.echo(
            "\n" * (i > 0) + (click.style(f"{name}:", bold=True) + "\n\n") * bool(name) + page.show(one, unicode)
        )


@main.command("eval")
@schedule
@click.argument("steps", metavar="STEP...", nargs=-1, required=True)
@bind
@json_lines
def evaluate(schedule: str, steps: tuple[str, ...], values: dict[str, str], as_json: bool) -> None:
    """Values of a schedule at steps and ranges of steps.

    A range is FIRST:END:EVERY, its end left out.

    Example: symsched eval 'cosine(1e-3, 1e4)' 0 250 5k:10k:1k
    """
    found = reading.schedules(reading.text_of(schedule), values)
    at = reading.steps_of(steps)
    free = dict.fromkeys(p.name for one in found.values() for p in one.parameters)
    if free:
        options = " ".join(f"-p {name}=..." for name in free)
        raise click.UsageError(f"no value for {', '.join(f'`{name}`' for name in free)}: add {options}")
    columns = {name: [one.compile("python")(step) for step in at] for name, one in found.items()}
    if as_json:
        from .show import plain

        for name, column in columns.items():
            _print_json({"name": name or None, "steps": at, "values": [plain(v) for v in column]})
    elif "" in columns and len(at) == 1:
        click.echo(repr(columns[""][0]))
    else:
        click.echo("\n".join(_columns([("step", at), *columns.items()], headed="" not in columns)))


def _columns(columns: Iterable[tuple[str, list[Any]]], headed: bool) -> Iterable[str]:
    cells = [[name] * headed + [repr(v) for v in column] for name, column in columns]
    widths = [max(map(len, column), default=0) for column in cells]
    for row in zip(*cells, strict=True):
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


@main.command()
@click.argument("schedules", metavar="SCHEDULE", nargs=-1, required=True, shell_complete=_complete)
@click.option("--to", "target", metavar="BACKEND", shell_complete=_among(emitting.targets), help="See list --backends.")
@click.option("-o", "--output", metavar="FILE", help="Write a file.")
@click.option("-n", "--name", metavar="NAME", help="Name of the function, or which schedule of a plan.")
@click.option("--as", "form", metavar="FORM", help="Such as function, scheduler, class.")
@click.option("--check", is_flag=True, help="The arguments are files: are they what is printed now?")
@bind
@click.pass_context
def emit(ctx: click.Context, /, schedules: tuple[str, ...], target: str | None, check: bool, **options: Any) -> None:
    """The source text of a schedule or a plan for a target.

    Example: symsched emit 'cosine(1e-3, 1e4)' --to python -o schedule.py
    """
    if check:
        if target is not None or any(options.values()):
            raise click.UsageError("--check takes files and nothing else: they say themselves how they were printed")
        stale = [path for path in schedules if not emitting.is_current(path)]
        ctx.exit(WRONG if stale else 0)
    if len(schedules) > 1:
        raise click.UsageError("one schedule at a time; several with names are a plan: 'lr = ...; beta = ...'")
    output, known = options.pop("output"), emitting.known_target(target)
    text = emitting.source(reading.text_of(schedules[0]), known, **options)
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        emitting.write(output, text)


@main.command(ending=lambda: f"Styles: {', '.join(emitting.styles())}.")
@schedule
@click.option("--style", metavar="STYLE", shell_complete=_among(emitting.styles), help="Numbers, letters, or a table.")
@click.option("--symbol", metavar="NAME", help="What the formula is equal to, such as lr or eta.")
@click.option("--time", metavar="NAME", help="The letter of the step.")
@click.option("--rows", type=click.IntRange(min=2), help="Stages that are printed of many.")
@bind
@pick
def latex(schedule: str, values: dict[str, str], name: str | None, **options: Any) -> None:
    """The formula of a schedule in LaTeX.

    Example: symsched latex 'linear(1, 100)'
    """
    click.echo(emitting.formula(reading.text_of(schedule), values, name, options))


@main.command()
@click.argument("schedules", metavar="SCHEDULE...", nargs=-1, required=True, shell_complete=_complete)
@click.option("-o", "--output", metavar="FILE", help="Write a .svg, .png or .pdf; else draw in the terminal.")
@click.option("--steps", type=click.IntRange(min=1), help="Last step to show.")
@click.option("--log", is_flag=True, help="Logarithmic values; all of them must be positive.")
@bind
@pick
def plot(
    schedules: tuple[str, ...], output: str | None, steps: int | None, log: bool, values: dict[str, str],
    name: str | None,
) -> None:  # fmt: skip
    """The curve of a schedule, or several curves in one picture.

    Example: symsched plot 'cosine(1e-3, 1e4)' -o schedule.svg
    """
    from .picture import file_format
    from .picture import plot as draw
    from .show import drawing

    if output is not None:
        try:
            file_format(output)
        except ScheduleError as error:
            raise click.UsageError(f"{error.title}: {error.hint}") from None
    found = reading.curves([reading.text_of(text) for text in schedules], values, name)
    if output is not None:
        draw(found, output, steps, log)
    else:
        click.echo("\n".join(drawing(*found.values(), steps=steps, log=log)))


@main.command()
@click.argument("one", metavar="SCHEDULE", shell_complete=_complete)
@click.argument("other", metavar="SCHEDULE", shell_complete=_complete)
@bind
@pick
@json_lines
@click.pass_context
def equivalent(
    ctx: click.Context, one: str, other: str, values: dict[str, str], name: str | None, as_json: bool
) -> None:
    """Whether two schedules are the same function of the step, and where not.

    The exit code is 1 where they differ.

    Example: symsched equivalent 'linear(1, 100)' '(1 - t/100)[:100]'
    """
    from .equivalence import drawing, equivalence

    left, right = reading.several([reading.text_of(text) for text in (one, other)], values, name)
    found = equivalence(left, right)
    if as_json:
        _print_json(found.record())
    else:
        lines = drawing(left, right, found) if _encodable("\u28ff") else []
        click.echo("\n".join([str(found), *[""][: len(lines)], *lines]))
    ctx.exit(0 if found else WRONG)


@main.command()
@click.argument("schedules", metavar="[SCHEDULE]...", nargs=-1, shell_complete=_complete)
@click.option("-f", "--file", "files", multiple=True, metavar="FILE", help="A file that holds one program.")
@bind
@json_lines
@click.pass_context
def check(
    ctx: click.Context, schedules: tuple[str, ...], files: tuple[str, ...], values: dict[str, str], as_json: bool
) -> None:
    """Whether schedules and plans mean anything, and how long they last.

    Example: symsched check 'cosine(1e-3, 1e4)' --file lr.sched
    """
    if not schedules and not files:
        raise click.UsageError("nothing to check: give a schedule, - or --file")
    from . import checking

    sources = [(None, reading.text_of(s)) for s in schedules] + [(f, reading.file_text(f)) for f in files]
    wrong = False
    for file, text in sources:
        results = checking.results(text, values, file)
        wrong |= any(r.error is not None for r in results)
        for result in results:
            if as_json:
                _print_json(result.record())
            elif result.error is not None:
                complain(result.error, f"{file}: " if file else "")
            else:
                click.echo(result.line())
    ctx.exit(WRONG if wrong else 0)


def _formats() -> list[str]:
    """The texts that `import` reads beside Python."""
    from .importing import text_formats

    return list(text_formats())


@main.command("import", ending=lambda: f"Formats: {', '.join(_formats())}.")
@click.argument("code", metavar="CODE")
@click.option("--from", "library", metavar="FORMAT", shell_complete=_among(_formats), help="What the text is.")
@bind
def import_(code: str, library: str | None, values: dict[str, str]) -> None:
    """The schedule that a piece of Python, or a text of another library, stands for.

    CODE is a call, or some lines that end in one, or - for standard input. It is read and never run.

    Example: symsched import 'optim.lr_scheduler.StepLR(optimizer, 30)' -p lr=0.1
    """
    from .importing import imported

    if library is not None and library not in _formats():
        raise click.UsageError(f"unknown format `{library}`: formats are {', '.join(_formats())}; Python needs no name")
    click.echo(str(reading.bound(imported(reading.text_of(code), library), values)))


@main.command("list")
@click.argument("name", required=False)
@click.option("--backends", is_flag=True, help="The targets instead.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_(name: str | None, backends: bool, as_json: bool) -> None:
    """The functions of the language, or one of them in full.

    Example: symsched list cosine
    """
    from . import catalogue, prelude

    if backends:
        if name is not None:
            raise click.UsageError("--backends takes no name")
        return _print_json(catalogue.backends()) if as_json else click.echo(catalogue.backends_overview())
    found = catalogue.entries()
    if name is None or (name not in found and name in prelude.modules()):
        found = catalogue.entries(name)
        text = catalogue.overview(found)
    elif name in found:
        found = {name: found[name]}
        text = catalogue.details(name, found[name])
    else:
        close = catalogue.closest(name)
        raise click.UsageError(f"unknown entry `{name}`" + (f": did you mean `{close}`?" if close else ""))
    return _print_json([catalogue.record(n, e) for n, e in found.items()]) if as_json else click.echo(text)
