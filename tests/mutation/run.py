"""Measure how many mutants of the compiler's core the tests find: `python tests/mutation/run.py`.

Works on a copy of the checkout. The mutants are drawn at random, so many of each file.
What was judged is kept in `build/mutants/` until a file of the checkout changes, so a run that was cut off goes on.
"""

from __future__ import annotations

import fcntl
import json
import math
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click
from checkout import CONFIG, compiled, copied, enter
from judge import Judge, Judged
from plain import difference
from reach import measured
from sample import Mutant, drawn

Pair = tuple[Mutant, Judged]


@click.command(help=__doc__)
@click.option("--each", default=20, show_default=True, help="Mutants of a file.")
@click.option("--seed", default=1, show_default=True, help="Another number draws other mutants.")
@click.option("--seconds", default=18, show_default=True, help="How long the tests of a mutant run.")
@click.option("--check", default=0, metavar="N", help="Judge N of them again with a plain pytest, and compare.")
@click.argument("files", nargs=-1)
def main(each: int, seed: int, seconds: int, check: int, files: tuple[str, ...]) -> None:
    copy = copied()
    enter(copy)
    alone = (copy.parent / "lock").open("w")
    fcntl.flock(alone, fcntl.LOCK_EX)  # another run changes the same files: wait for it
    reach = measured(copy, copy.parent / "reach.json")
    compiled(copy)
    for test in reach.failing:
        click.echo(f"fails without any change, so it judges nothing: {test}")
    click.echo(f"{len(reach.tests)} of {len(reach.collected)} tests were measured")
    judge = Judge(copy, reach, seconds)
    judge.warm()
    mutants = list(drawn(files or CONFIG["mutated"], each, seed))
    pairs = list(judgements(judge, mutants, copy.parent / f"judged in {seconds}.jsonl"))
    report(pairs)
    if check:
        compare(copy, random.Random(seed).sample(pairs, min(check, len(pairs))))  # noqa: S311 (no secret)


def judgements(judge: Judge, mutants: list[Mutant], kept: Path) -> Iterable[Pair]:
    """Judge the mutants that were not judged before, and keep each verdict at once."""
    kept.touch()
    known = {found.mutant: found for found in (Judged(**json.loads(line)) for line in kept.open(encoding="utf-8"))}
    for number, mutant in enumerate(mutants, 1):
        found = known.get(mutant.name) or judge(mutant)
        if mutant.name not in known:
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(found)) + "\n")
        click.echo(f"{number:4} of {len(mutants)}  {found.verdict:11}  {mutant.name}", err=True)
        yield mutant, found


def report(pairs: list[Pair]) -> None:
    """What was not found, then the score of each file and of all."""
    for mutant, judged in pairs:
        if not judged.is_found:
            click.echo(f"\n{mutant.file}:{mutant.place[0]}: {judged.verdict}\n{mutant.change}")
    for file in sorted({mutant.file for mutant, _ in pairs}):
        click.echo(f"{file:28}{score([judged for mutant, judged in pairs if mutant.file == file])}")
    click.echo(f"{'all':28}{score([judged for _, judged in pairs])}")
    verdicts = Counter(judged.verdict for _, judged in pairs)
    click.echo(f"\n{verdicts['out of time']} were found because the tests ran out of time.")
    click.echo(f"{verdicts['survived']} survived all tests that reach them,")
    click.echo(f"{verdicts['unfinished']} those that there was time for,")
    click.echo(f"{verdicts['unreached']} are reached by no test that was measured.")


def compare(copy: Path, pairs: list[Pair]) -> None:
    """Judge mutants in the plain way too, and say where it differs."""
    different = [(*pair, found) for pair in pairs if (found := difference(copy, *pair))]
    click.echo(f"\nA plain pytest says the same of {len(pairs) - len(different)} of {len(pairs)} mutants.")
    for mutant, judged, found in different:
        click.echo(f"{mutant.name}: {judged.verdict} {judged.by}, but {found}\n{mutant.change}")


def score(judged: list[Judged]) -> str:
    """The share of mutants that were found, and Wilson's interval that holds the true one with 95 %."""
    count, found = len(judged), sum(one.is_found for one in judged)
    share, z = found / count, 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return f"{found:4} of {count:4}  {share:6.1%}  ({middle - half:.1%} to {middle + half:.1%})"


if __name__ == "__main__":
    main()
