"""The one error that users see, and how it is drawn.

A diagnostic is a record: what is wrong (`title`), where (`source` and `span`), the shortest thing that helps,
beside the caret (`label`), and what to write instead (`hint`). Rendering is one function.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy

Span = tuple[int, int]
"""Start and end offset in characters, half-open."""

WIDTH = 76  # columns of the quoted source line
LONGEST_TITLE, LONGEST_HINT = 240, 480  # characters: names of any length can stand in both


class ScheduleError(ValueError):
    """A schedule that does not mean anything, with the place and a way out.

    Attributes:
        title: What is wrong, one line, the user's own words in backticks.
        source: The text that was read, or None when there is none (a backend that cannot print a node).
        span: Start and end offset in `source`, in characters, half-open; None without a source.
        label: What stands beside the caret; may be empty.
        hint: What to write instead; may be empty.
        key: The place of the text in a configuration, such as `optimizer.lr`; empty where that is not known.

    Example:
        >>> import symsched
        >>> try:
        ...     symsched.parse("cosin(1, 10)")
        ... except symsched.ScheduleError as error:
        ...     print(error.title, error.span)
        unknown schedule `cosin` (0, 5)
    """

    __module__ = "symsched"

    is_open_end = False
    """What is missing is the value of a neighbour, which may still be written."""

    key = ""

    def __init__(
        self, title: str, source: str | None = None, span: Span | None = None, label: str = "", hint: str = ""
    ) -> None:
        super().__init__(title)
        self.title = _shortened(title, LONGEST_TITLE)
        self.source = source
        self.span = span
        self.label = _shortened(label, WIDTH)
        self.hint = _shortened(hint, LONGEST_HINT)

    def at(self, key: str) -> ScheduleError:
        """The same error with the place of its text in a configuration; what is around it is added in front.

        Args:
            key: A name of a mapping, or a path of them with dots.

        Example:
            >>> import symsched
            >>> try:
            ...     symsched.parse("cosin(1, 10)")
            ... except symsched.ScheduleError as error:
            ...     print(error.at("lr").at("optimizer"))
            optimizer.lr: unknown schedule `cosin`
            <BLANKLINE>
              cosin(1, 10)
              ^^^^^ did you mean `cosine`?
        """
        placed = copy(self)
        placed.key = ".".join(filter(None, (key, self.key)))
        return placed

    def __str__(self) -> str:
        return render(self)

    def __repr__(self) -> str:
        """As a traceback shows it: Hydra and others print this form alone, and the place belongs to the error."""
        return f"ScheduleError: {self}"

    def __reduce__(self) -> tuple[type[ScheduleError], tuple[object, ...], dict[str, object]]:
        return type(self), (self.title, self.source, self.span, self.label, self.hint), dict(vars(self))


@contextmanager
def placed(key: str) -> Iterator[None]:
    """Errors of what is read inside have this key."""
    try:
        yield
    except ScheduleError as error:
        raise error.at(key) from None


def absent(package: str, extra: str = "") -> ScheduleError:
    """The error for a package that is asked for and not installed; an extra may have another name."""
    return ScheduleError(f"`{package}` is not installed", hint=f"pip install symsched[{extra or package}]")


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."


def render(error: ScheduleError) -> str:
    """Draw an error: the title, the source line with a caret under the span, the hint."""
    blocks = [f"{error.key}: {error.title}" if error.key else error.title]
    if error.source is not None and error.span is not None:
        blocks.append(_quote(error.source, error.span, error.label))
    if error.hint:
        blocks.append("Hint: " + error.hint)
    return "\n\n".join(blocks)


def _quote(source: str, span: Span, label: str) -> str:
    start = min(span[0], len(source))
    line_start = source.rfind("\n", 0, start) + 1
    line_end = source.find("\n", start)
    line_end = len(source) if line_end < 0 else line_end
    line = source[line_start:line_end].rstrip("\r")
    column = start - line_start
    length = max(min(span[1], line_end) - start, 1)

    line, column, length = _cut(line, column, length)
    gutter = f"{source.count(chr(10), 0, start) + 1} | " if "\n" in source.strip("\n") else "  "
    line = "".join(c if c.isprintable() else " " for c in line)
    indent = " " * (len(gutter) + _columns(line[:column]))
    carets = "^" * max(_columns(line[column : column + length]), 1)
    return f"{gutter}{line}\n{indent}{carets} {label}".rstrip()


def _cut(line: str, column: int, length: int) -> tuple[str, int, int]:
    """Keep `WIDTH` characters of a long line around the place."""
    if len(line) <= WIDTH:
        return line, column, length
    length = min(length, WIDTH // 2)
    left = max(0, min(column - (WIDTH - length) // 2, len(line) - WIDTH))
    cut = line[left : left + WIDTH]
    if left > 0:
        cut = "..." + cut[3:]
    if left + WIDTH < len(line):
        cut = cut[:-3] + "..."
    return cut, column - left, length


def _columns(text: str) -> int:
    """Columns that a terminal needs for a text; East Asian wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def suggest(name: str, options: Iterable[str]) -> str | None:
    """The option that was probably meant: equal but for case, closest within a third of the length, else a part."""
    options = sorted(options)
    for option in options:
        if option.lower() == name.lower():
            return option
    limit = max(len(name) // 3, 1)
    alike = [o for o in options if abs(len(o) - len(name)) <= limit]  # the others are further away
    distance, option = min(((_distance(name, o), o) for o in alike), default=(limit + 1, ""))
    if distance <= limit and distance < len(name):
        return option
    begun = [o for o in options if len(o) > 2 and name.lower().startswith(o)]  # polynomial is poly, tokens are tok
    longer = [o for o in options if len(name) > 3 and o.endswith(name.lower())]  # a step is a multistep
    return max(begun, key=len) if begun else min(longer, key=len) if longer else None


def _distance(a: str, b: str) -> int:
    """Edits between two words: insert, delete, replace, or swap two neighbours."""
    older, last, row = [0], [0], list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, last, row = last, row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y)))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], older[j - 2] + 1)
    return row[-1]


def listing(options: Iterable[str], limit: int = 12) -> str:
    """The options in words when there are few, else an empty text."""
    options = sorted(options)
    return ", ".join(options) if 0 < len(options) <= limit else ""
