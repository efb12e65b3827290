"""The command `render`: Markdown files with what their schedules show, and whether they are up to date."""

from __future__ import annotations

from pathlib import Path

import click

from . import reading
from .faults import WRONG, Command, complain


@click.command(cls=Command)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(dir_okay=False))
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write elsewhere.")
@click.option("--check", is_flag=True, help="Write nothing; are the files what would be written?")
@click.pass_context
def render(ctx: click.Context, files: tuple[str, ...], output: str | None, check: bool) -> None:
    """The schedules of Markdown files as formulas, pictures and tables.

    Renews the files themselves, unless there is -o.

    Example: symsched render notes.md -o README.md
    """
    if output is not None and len(files) > 1:
        raise click.UsageError("-o takes one file")
    if "-" in files:
        raise click.UsageError("render takes files: its pictures stand beside them")
    results = [_render(file, output or file, check) for file in files]
    ctx.exit(0 if all(results) else WRONG)


def _render(file: str, output: str, check: bool) -> bool:
    """One file; whether it means something, and is up to date where that was asked."""
    from .pages import Page

    text = reading.file_text(file)
    page = Page(Path(output).stem)
    new = "\n".join(page.lines(text.split("\n")))
    for line, error in page.errors:
        complain(error, f"{file}:{line}: ")
    if page.errors:
        return False
    found = {Path(output): new, **{Path(output).with_name(name): svg for name, svg in page.pictures.items()}}
    stale = [path for path, content in found.items() if not path.exists() or _content(path) != content]
    command = f"symsched render {file}" + f" -o {output}" * (output != file)
    for path in stale:
        if check:
            click.echo(f"{path} is not what symsched writes now: {command}", err=True)
        else:
            path.write_text(found[path], encoding="utf-8", newline=_newline(Path(file)))
    return not (check and stale)


def _content(path: Path) -> str:
    return reading.file_text(str(path))


def _newline(path: Path) -> str:
    """Lines end as they do in the file that is read."""
    return "\r\n" if b"\r\n" in path.read_bytes() else "\n"
