"""What a person sees on the command line when something goes wrong: a message and an exit code, never a traceback."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from .errors import ScheduleError

WRONG, USAGE = 1, 2
NEGATIVE = re.compile(r"-\.?\d[\d_.]*([eE][+-]?\d+)?[a-zA-Z%]*")


class Command(click.Command):
    """A command that says what to do about an argument that starts with a minus.

    Args:
        ending: The last line of the help, which is looked up when help is asked for.
    """

    def __init__(self, *args: Any, ending: Callable[[], str] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ending = ending

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.ending is not None:
            formatter.write(f"\n{self.ending()}\n")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption:
            for argument in given:
                if NEGATIVE.fullmatch(argument):
                    raise click.UsageError(f"a step is 0 or more, but got {argument}", ctx) from None
                if re.match(r"-[^-]", argument) and re.search(r"[(*/]", argument):
                    title = "write -- before a schedule that starts with a minus"
                    raise click.UsageError(f"{title}: {ctx.info_name} -- '{argument}'", ctx) from None
            raise


@contextmanager
def _without_collector() -> Iterator[None]:
    """A command is over before its garbage matters, and to look for it, most of all at exit, takes longer than most."""
    before = gc.isenabled()
    gc.disable()
    atexit.register(gc.freeze)
    try:
        yield
    finally:
        if before:
            gc.freeze()
            gc.unfreeze()  # all is old now, so that nobody looks at once
            gc.enable()


class Commands(click.Group):
    """All commands; what goes wrong is a message and an exit code."""

    command_class = Command

    def main(self, *args: Any, **options: Any) -> Any:
        with _without_collector():
            return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            return super().invoke(ctx)
        except ScheduleError as error:
            complain(error)
            ctx.exit(WRONG)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            raise _failure(error) from None


class _Failure(click.ClickException):
    """A file that cannot be read or written."""

    exit_code = USAGE


def _failure(error: OSError) -> click.ClickException:
    reason = (error.strerror or str(error)).lower()
    if error.filename is None:  # nothing more can be written
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 (open until the end)
    return _Failure(reason if error.filename is None else f"{error.filename}: {reason}")


def complain(error: ScheduleError, place: str = "") -> None:
    """Draw an error on stderr, the carets in colour on a terminal."""
    title, _, rest = str(error).partition("\n")
    rest = re.sub(r"^( +)(\^+)", lambda m: m[1] + click.style(m[2], fg="red", bold=True), rest, count=1, flags=re.M)
    head = click.style("Error:", fg="red", bold=True)
    text = f"{head} {place}{click.style(title, bold=True)}" + ("\n" + rest if rest else "")
    click.echo(text, err=True, color=False if os.environ.get("NO_COLOR") else None)
