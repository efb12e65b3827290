"""Measure how many mutants of the compiler's core the tests find: `python tests/mutation/run.py`.

Works on a copy of the checkout. The mutants are drawn at random, so many of each file.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import WorkerOutcome
from sample import draw

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

Verdict = tuple[str, bool, str]
"""The file of a mutant, whether a test found it, and what it changes."""


@click.command(help=__doc__)
@click.option("--each", default=20, show_default=True, help="Mutants of a file.")
@click.option("--seed", default=1, show_default=True, help="Another number draws other mutants.")
@click.argument("files", nargs=-1)
def main(each: int, seed: int, files: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy, session = Path(folder) / "copy", Path(folder) / "mutants.sqlite"
        shutil.copytree(ROOT, copy, symlinks=True, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        cosmic_ray(copy, "init", HERE / "config.toml", session)
        with use_db(session) as mutants:
            draw(mutants, copy, each, seed, files)
        cosmic_ray(copy, "baseline", HERE / "config.toml")
        cosmic_ray(copy, "exec", HERE / "config.toml", session)
        with use_db(session) as mutants:
            report(list(verdicts(mutants)))


def cosmic_ray(copy: Path, *arguments: object) -> None:
    """Run Cosmic Ray in the copy, where this interpreter is `python`, with the backends that need no framework."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "SYMSCHED_TEST_BACKENDS": "python,numpy"}
    command = [sys.executable, "-m", "cosmic_ray.cli", *map(str, arguments)]
    subprocess.run(command, cwd=copy, env=environment, check=True)


def verdicts(mutants: WorkDB) -> Iterable[Verdict]:
    files = {item.job_id: item.mutations[0].module_path.as_posix() for item in mutants.work_items}
    for job, result in mutants.results:
        if result.worker_outcome != WorkerOutcome.SKIPPED:
            yield files[job], result.is_killed, result.diff or ""


def report(found: list[Verdict]) -> None:
    """What survived, then the score of each file and of all."""
    for _, is_killed, change in sorted(found):
        if not is_killed:
            click.echo(change)
    for file in sorted({file for file, _, _ in found}):
        click.echo(f"{file:28}{score([is_killed for f, is_killed, _ in found if f == file])}")
    click.echo(f"{'all':28}{score([is_killed for _, is_killed, _ in found])}")


def score(killed: list[bool]) -> str:
    """The share of mutants that were found, with its binomial standard error."""
    share = sum(killed) / len(killed)
    error = math.sqrt(share * (1 - share) / len(killed))
    return f"{sum(killed):4} of {len(killed):4}  {share:6.1%} +- {error:.1%}"


if __name__ == "__main__":
    main()
