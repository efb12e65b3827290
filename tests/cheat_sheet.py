"""Writes `docs/cheat_sheet.md` from the pairs that the parity tests run: `python tests/cheat_sheet.py`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from comparison import FLOOR, TOLERANCE, pairs, without_entry

import symsched as ss

PAGE = Path(__file__).parent.parent / "docs" / "cheat_sheet.md"
CURVES: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("parity").joinpath("sheet.toml").read_text(encoding="utf-8")
)
"""The groups of the joint table: what each curve is, by its plain text."""

FRAMEWORKS = {
    "torch": "`torch.optim.lr_scheduler`, and `SWALR` from `torch.optim.swa_utils`",
    "optax": "`optax`",
    "keras": "`keras.optimizers.schedules`",
    "transformers": "`transformers`",
}
"""Where the names of a framework come from."""

RUN = 100
"""The length of the run in which the texts of a row are equal, in steps."""

AFTER = "\N{SUPERSCRIPT ONE}"
"""Marks a text that goes on otherwise after the run."""

INTRODUCTION = f"""\
# Cheat sheet

What one writes in torch, optax, keras and transformers, and the same curve in symsched.
`optimizer` has a learning rate of 0.1.
The tests compare every pair on this page with the framework itself, step by step.

The texts of a row of the first tables have equal values at each of the {RUN} steps of a run, 0 to {RUN - 1}.
What is marked with {AFTER} goes on otherwise after the run: a cosine that rises again, say.
There, and for arguments that are not on this page, take the entry of the framework's module, quirks included;
[the last tables](#torch) have one for everything.

"""


def rows(framework: str) -> list[dict[str, Any]]:
    """The pairs of a framework that stand on the page."""
    return [row for row in pairs(framework) if "sheet" in row]


def goes_on_otherwise(text: str, plain: str) -> bool:
    """Whether two texts that are equal in a run differ in the steps after it."""
    one, other = ss.parse(text).compile("python"), ss.parse(plain).compile("python")
    values = [(one(step), other(step)) for step in range(RUN, 2 * RUN)]
    return any(abs(a - b) > max(TOLERANCE * abs(a), FLOOR) for a, b in values)


def written(row: dict[str, Any], framework: str) -> str:
    """What one writes in a framework, as the page shows it: with bare names."""
    return f"`{row[framework].replace('optax.', '')}`"


def table(head: Iterable[str], body: Iterable[Iterable[str]]) -> Iterator[str]:
    cells = [*head]
    yield from (f"| {' | '.join(row)} |\n" for row in [cells, ["---"] * len(cells), *body])
    yield "\n"


def calls(plain: str) -> Iterator[str]:
    """What one writes in each framework for a curve."""
    for framework in FRAMEWORKS:
        for row in rows(framework):
            if row["sheet"] == plain:
                mark = AFTER if goes_on_otherwise(row["symsched"], plain) else ""
                yield f"{framework} {written(row, framework)}{mark}"


def joint() -> Iterator[str]:
    """The tables of curves, with all frameworks."""
    for group, curves in CURVES.items():
        yield f"## {group}\n\n"
        yield from table(
            ["curve", "in symsched", "in the frameworks"],
            ([words, f"`{plain}`", "<br>".join(calls(plain))] for plain, words in curves.items()),
        )


def own(framework: str) -> Iterator[str]:
    """The table of one framework: everything that is public there."""
    yield f"## {framework}\n\nThe names come from {FRAMEWORKS[framework]}.\n\n"
    yield from table(
        [f"in {framework}", "in symsched"],
        ([written(row, framework), f"`{row['symsched']}`"] for row in rows(framework)),
    )
    yield "Without an entry:\n\n"
    yield from (f"- `{name}`: {reason}\n" for name, reason in without_entry(framework).items())
    yield "\n"


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION, *joint(), *(part for framework in FRAMEWORKS for part in own(framework))]
    return "".join(parts).rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
