"""A random sample of the mutants of a session of Cosmic Ray: so many of each file, the same ones each time.

Annotations are left out: no code reads them, so a mutant of one changes nothing.
"""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec, WorkerOutcome, WorkItem, WorkResult

Place = tuple[int, int]
"""A line and a column."""


def draw(mutants: WorkDB, root: Path, each: int, seed: int, only: Sequence[str]) -> None:
    """Mark all mutants but `each` of a file as skipped; `only` names the files, all of them if it is empty."""
    files: dict[str, list[WorkItem]] = defaultdict(list)
    for item in mutants.work_items:
        files[item.mutations[0].module_path.as_posix()].append(item)
    skipped: list[str] = []
    for path, items in files.items():
        places = annotations(root / path)
        real = [item for item in items if not any(is_within(item.mutations[0], place) for place in places)]
        real.sort(key=lambda item: identity(item.mutations[0]))  # jobs are named anew in each session
        chance = random.Random(f"{seed} {path}")  # noqa: S311 (no secret)
        wanted = not only or path in only
        kept = {item.job_id for item in chance.sample(real, min(each, len(real)))} if wanted else set()
        skipped += (item.job_id for item in items if item.job_id not in kept)
    mutants.set_multiple_results(skipped, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))


def identity(mutant: MutationSpec) -> tuple[Place, str, int]:
    return mutant.start_pos, mutant.operator_name, mutant.occurrence


def annotations(path: Path) -> list[tuple[Place, Place]]:
    """Where the annotations of a file begin and end."""
    nodes = [
        node
        for parent in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for field in ("annotation", "returns")
        if isinstance(node := getattr(parent, field, None), ast.expr)
    ]
    return [((n.lineno, n.col_offset), (n.end_lineno or 0, n.end_col_offset or 0)) for n in nodes]


def is_within(mutant: MutationSpec, place: tuple[Place, Place]) -> bool:
    begin, end = place
    return begin <= mutant.start_pos and mutant.end_pos <= end
