"""Pages of Markdown that show schedules, for places that know no more than Markdown.

A fence `schedule` becomes a comment with the same text, so that nothing is lost, followed by what the block shows, up
to a comment that ends it. Another run renews what stands between the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from . import options
from .blocks import Block, block, place
from .errors import ScheduleError

FENCE = re.compile(r"(?P<margin>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<word>[^\s`{]*)(?P<options>[^`]*)")
COMMENT = re.compile(r"(?P<margin>[ \t>]*)<!-- schedule(?P<options>( .*)?)")
CLOSE, END = "-->", "<!-- /schedule -->"


@dataclass
class Page:
    """A page while it is written.

    Attributes:
        stem: How the names of its pictures begin.
        pictures: The text of each picture by the name of its file.
        errors: What is wrong, with the number of the line.
    """

    stem: str
    pictures: dict[str, str] = field(default_factory=dict)
    errors: list[tuple[int, ScheduleError]] = field(default_factory=list)
    blocks: int = 0

    def lines(self, lines: Sequence[str]) -> Iterator[str]:
        """The lines of the page, given those that it has now."""
        i = 0
        while i < len(lines):
            found = FENCE.fullmatch(lines[i]) or COMMENT.fullmatch(lines[i])
            if found is None:
                yield lines[i]
                i += 1
                continue
            inside, after = _inside(lines, i, found)
            if found.groupdict().get("word", "schedule") == "schedule":
                self.blocks += 1
                program = [_without(found["margin"], line) for line in lines[i + 1 : inside]]
                yield from self._block(i + 1, found["margin"], found["options"].strip(), program)
            else:
                yield from lines[i:after]
            i = after

    def _block(self, line: int, margin: str, asked: str, program: list[str]) -> Iterator[str]:
        """A block whose fence stands in a line."""
        text = "\n".join(program)
        try:
            found = block(text, options.written(asked))
            shown = ["\n".join(part) for part in self._parts(found)]
            if CLOSE in text or CLOSE in asked:
                raise ScheduleError(f"`{CLOSE}` would end the comment that keeps this text", hint="write `-- >`")
        except ScheduleError as error:
            self.errors.append((line + 1 + place(error, text), error))
            return
        kept = "\n".join([f"<!-- schedule {asked}".rstrip(), *program, CLOSE])
        for row in "\n\n".join([kept, *shown, END]).split("\n"):
            yield (margin + row).rstrip()

    def _parts(self, found: Block) -> Iterator[list[str]]:
        for formula in found.formulas:
            yield ["```math", formula.latex, "```"]
        for number, picture in enumerate(found.pictures, 1):
            name = f"{self.stem}-{_file_name(found.name) or self.blocks}"
            name += f"-{number}" * (len(found.pictures) > 1) + ".svg"
            if name in self.pictures:
                raise ScheduleError(f"two pictures would be `{name}`", hint="give the blocks different names")
            self.pictures[name] = picture.draw().svg + "\n"
            yield [f"![{_escaped(picture.alt)}]({quote(name)})"]
        if found.caption:
            yield [f"*{_escaped(found.caption)}*"]
        if found.table:
            head, *body = found.table
            yield [_row(head), _row(["---:"] * len(head)), *map(_row, body)]
        for source in found.sources:
            yield ["<details>", f"<summary>{escape(source.title)}</summary>"]
            yield [f"```{source.language}", source.text, "```"]
            yield ["</details>"]


def _inside(lines: Sequence[str], start: int, opened: re.Match[str]) -> tuple[int, int]:
    """The line after the text of a fence or a comment, and the one after all that belongs to it."""
    fence = opened.groupdict().get("fence")
    if fence is not None:
        closed = re.compile(rf"[ \t>]*{re.escape(fence)}{re.escape(fence[0])}*[ \t]*")
        end = next((i for i in range(start + 1, len(lines)) if closed.fullmatch(lines[i])), len(lines))
        return end, min(end + 1, len(lines))
    end = next((i for i in range(start + 1, len(lines)) if CLOSE in lines[i]), len(lines))
    for i in range(end + 1, len(lines)):
        if COMMENT.fullmatch(lines[i]):
            break
        if _without(opened["margin"], lines[i]).rstrip() == END:
            return end, i + 1
    return end, min(end + 1, len(lines))  # nothing was shown yet


def _without(margin: str, line: str) -> str:
    """A line without the spaces and the `>` in which its block stands; an empty line has no space after the `>`."""
    return "" if line.rstrip() == margin.rstrip() else line.removeprefix(margin)


def _file_name(name: str) -> str:
    if not re.fullmatch(r"[\w-]*", name):
        raise ScheduleError(f"`{name}` is no name for a file", hint="use letters, digits, `_` and `-`")
    return name


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """A text in which Markdown finds nothing of its own."""
    return re.sub(r"([\\`*_\[\]<>|&$~])", r"\\\1", text)
