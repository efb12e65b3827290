"""Code for one step at a time: the formula of each segment behind a comparison, or one formula with rows of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .lowering import Segment
from .operations import Node, number_of
from .ranges import Ranges, time_range, uses_step, walk
from .tables import Table, table
from .writer import Writer

FLAT = 6
"""Segments up to which a row of `if` is as fast as a search."""


Test = tuple[list[str], str]
"""A condition, behind the lines that define the variables in it."""


@dataclass(frozen=True)
class Syntax:
    """How a target writes statements.

    Attributes:
        branch: An `if`, from its condition and the lines behind it.
        before: The lines for a step before 0, which has the value of step 0.
        result: The statement that returns a value, from its operation and its text.
        look_up: The statement that finds the segment of a step, from its variable, the table of the ends of segments
            and their number.
        is_form: The condition that a segment is of a form, from the table of forms, the segment and the form.
        segment: The variable that holds the number of a segment.
    """

    branch: Callable[[str, list[str]], list[str]]
    before: list[str]
    result: Callable[[Node, str], str]
    look_up: str
    is_form: str
    segment: str = "i"


class Body:
    """The body of a function of one step.

    Args:
        segments: What it computes.
        writer: Prints formulas.
        syntax: How statements are written.

    Attributes:
        tables: The numbers of each table that the text uses, by its name.
    """

    def __init__(self, segments: tuple[Segment, ...], writer: Writer, syntax: Syntax) -> None:
        self.segments, self.writer, self.syntax = segments, writer, syntax
        self.tables: dict[str, Sequence[float]] = {}
        self.declared = 0  # variables outside of any branch

    def lines(self) -> list[str]:
        rows = table(self.segments)
        body = self._chosen() if rows is None else self._looked_up(rows)
        self.tables |= {name: values for values, name in self.writer.tables.items()}
        return body

    def _chosen(self) -> list[str]:
        """The formula of each segment behind an `if`."""
        segments = self.segments
        is_fixed = all(s.until is None or s.until.name == "const" for s in segments)
        tests = [] if is_fixed else self._tests()  # the variables that these need are in sight of all formulas
        blocks = self._formulas()
        tests = tests or self._tests()
        before = self.syntax.before
        if any(_is_above_zero(s.until) for s in segments[:1]):  # the first stage alone has steps below 0
            blocks[0] = before * uses_step(segments[0].value) + blocks[0]
            before = []
        body = before if any(uses_step(s.value) for s in segments) else []
        return body + (self._search if is_fixed else self._row)(tests, blocks)

    def _tests(self) -> list[Test]:
        """The conditions that a step is in each segment or before it, but for the last one."""
        found = []
        for segment in self.segments[:-1]:
            assert segment.until is not None
            lines, bound = self.writer.block(segment.until, Ranges((0.0, 0.0)), first=self.declared)
            self.declared += len(lines)
            found.append((lines, f"t {'<=' if segment.closed else '<'} {bound}"))
        return found

    def _formulas(self) -> list[list[str]]:
        starts: list[Node | None] = [None, *(s.until for s in self.segments[:-1])]
        pairs = zip(self.segments, starts, strict=True)
        return [self._returned(s.value, Ranges(time_range(s, start))) for s, start in pairs]

    def _row(self, tests: list[Test], blocks: list[list[str]]) -> list[str]:
        """One `if` behind another."""
        lines: list[str] = []
        for (needed, condition), block in zip(tests, blocks, strict=False):
            lines += [*needed, *self.syntax.branch(condition, block)]
        return lines + blocks[-1]

    def _search(self, tests: list[Test], blocks: list[list[str]]) -> list[str]:
        """A tree of comparisons, so that a thousand segments cost ten of them."""
        if len(blocks) <= FLAT:
            return self._row(tests, blocks)
        half = len(blocks) // 2
        _, condition = tests[half - 1]
        first = self._search(tests[: half - 1], blocks[:half])
        return [*self.syntax.branch(condition, first), *self._search(tests[half:], blocks[half:])]

    def _looked_up(self, rows: Table) -> list[str]:
        """The formula of all segments of a form with the numbers of the one that applies."""
        spelled = self.writer.language.table
        until, form_of, i = spelled("_UNTIL"), rows.form_of(), self.syntax.segment
        has_forms = len(rows.forms) > 1 and not rows.is_plain
        is_looked_up = has_forms or any(form.columns(len(form_of)) for form in rows.forms)
        lines = self.syntax.before * (is_looked_up or any(uses_step(form.value) for form in rows.forms))
        look_up = [self.syntax.look_up.format(i, until, len(rows.ends))] * is_looked_up
        if is_looked_up:
            self.tables[until] = rows.ends
        if has_forms:
            self.tables[spelled("_FORM")] = form_of
        for k, form in reversed(list(enumerate(rows.forms))):
            names = [spelled(name) for name in form.names(k)]
            self.tables |= zip(names, form.columns(len(form_of)), strict=True)
            self.writer.columns = [f"{name}[{i}]" for name in names]
            block = self._returned(form.value, form.ranges(len(form_of)))
            last = f"t >= {self.writer.language.real(rows.ends[-1])}"
            condition = last if rows.is_plain else self.syntax.is_form.format(spelled("_FORM"), i, k)
            if has_forms or names:  # a last stage that the step alone tells comes before the search
                lines, look_up = lines + look_up, []
            lines += self.syntax.branch(condition, block) if k else block
        return lines

    def _returned(self, value: Node, ranges: Ranges) -> list[str]:
        lines, text = self.writer.block(value, ranges, first=self.declared)
        return [*lines, self.syntax.result(value, text)]


def _is_above_zero(until: Node | None) -> bool:
    return until is not None and until.name == "const" and number_of(until) > 0


def table_names(segments: tuple[Segment, ...]) -> list[str]:
    """The names of the tables that a body may have, which nothing else is called by."""
    rows = table(segments)
    columns = [] if rows is None else [name for k, form in enumerate(rows.forms) for name in form.names(k)]
    cycles = {n.value for s in segments for n in walk(s.value) if isinstance(n.value, tuple)}
    return ["_UNTIL", "_FORM", *columns, *(f"_CYCLES{i or ''}" for i in range(len(cycles)))]
