"""A random sample of the mutants that Cosmic Ray makes: so many of each file, the same ones each time.

Annotations are left out: no code reads them, so a mutant of one changes nothing.
"""

from __future__ import annotations

import ast
import difflib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec
from statements import Place


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    file: str
    operator: str
    occurrence: int
    place: Place
    source: str
    """The text of the file as it was."""
    changed: str

    @property
    def name(self) -> str:
        """What tells it from all other mutants of these files."""
        line, column = self.place
        return f"{self.file}:{line}:{column} {self.operator} {self.occurrence}"

    @property
    def change(self) -> str:
        """What it changes, as a diff."""
        before, after = (text.splitlines(keepends=True) for text in (self.source, self.changed))
        lines = difflib.unified_diff(before, after, self.file, self.file, n=1)
        return "".join(lines)


def drawn(files: Iterable[str], each: int, seed: int) -> Iterator[Mutant]:
    """The mutants of each file, named from the folder that this runs in."""
    for file in files:
        source = Path(file).read_text(encoding="utf-8")
        places = annotations(source)
        real = [spec for spec in mutants(file) if not any(is_within(spec, place) for place in places)]
        real.sort(key=identity)
        chance = random.Random(f"{seed} {file}")  # noqa: S311 (no secret)
        for spec in chance.sample(real, min(each, len(real))):
            operator = get_operator(spec.operator_name)()
            changed = mutate_code(source, operator, spec.occurrence)
            yield Mutant(file, spec.operator_name, spec.occurrence, spec.start_pos, source, changed)


def mutants(file: str) -> list[MutationSpec]:
    database = WorkDB(":memory:", WorkDB.Mode.create)
    init([Path(file)], database, {})
    return [item.mutations[0] for item in database.work_items]


def identity(mutant: MutationSpec) -> tuple[Place, str, int]:
    return mutant.start_pos, mutant.operator_name, mutant.occurrence


def annotations(source: str) -> list[tuple[Place, Place]]:
    """Where the annotations of a file begin and end."""
    nodes = [
        node
        for parent in ast.walk(ast.parse(source))
        for field in ("annotation", "returns")
        if isinstance(node := getattr(parent, field, None), ast.expr)
    ]
    return [((n.lineno, n.col_offset), (n.end_lineno or 0, n.end_col_offset or 0)) for n in nodes]


def is_within(mutant: MutationSpec, place: tuple[Place, Place]) -> bool:
    begin, end = place
    return begin <= mutant.start_pos and mutant.end_pos <= end
