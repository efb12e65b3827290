"""The cheat sheet is what its generator writes, from pairs that the parity tests run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cheat_sheet import AFTER, CURVES, FRAMEWORKS, PAGE, RUN, goes_on_otherwise, page, rows, written
from comparison import Case, agree, entries, values_of

ROWS = [(framework, row) for framework in FRAMEWORKS for row in rows(framework)]
PLAIN = [plain for group in CURVES.values() for plain in group]


def test_the_page_is_what_the_generator_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/cheat_sheet.py"


def test_every_framework_that_is_compared_has_its_column() -> None:
    files = {path.stem for path in (Path(__file__).parent / "parity").glob("*.toml")}
    assert files == {*FRAMEWORKS, "sheet"}


@pytest.mark.parametrize("row", [pytest.param(row, id=row["symsched"]) for _, row in ROWS])
def test_the_plain_text_has_the_values_of_the_entry_in_a_run(row: dict[str, Any]) -> None:
    case = Case(row["symsched"], row["sheet"], tuple(range(RUN)))
    agree(values_of(case), values_of(Case("", row["symsched"], case.steps)), case)


def test_the_frameworks_are_compared_at_every_step_of_the_run() -> None:
    """The parity tests take the steps below `steps`; no drift and no late step excuses a row of the sheet."""
    assert [row["symsched"] for _, row in ROWS if row["steps"] < RUN or {"drift", "late"} & set(row)] == []


def test_every_row_names_a_curve_and_every_curve_has_a_row() -> None:
    assert sorted(PLAIN) == sorted({row["sheet"] for _, row in ROWS})


def column(number: int) -> list[str]:
    """The cells of a column of all tables of the page."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [line.strip("| ").split(" | ")[number] for line in lines]


def codes(cells: list[str]) -> set[str]:
    return {code for cell in cells for code in re.findall(r"`[^`]+`", cell)}


def test_every_text_on_the_page_is_one_of_the_pairs() -> None:
    """The frameworks' calls stand last in the joint tables, and last but one in the tables of one framework."""
    theirs = {written(row, framework) for framework, row in ROWS}
    assert codes(column(-1)) == theirs | {f"`{row['symsched']}`" for _, row in ROWS}
    assert codes(column(-2)) == theirs | {f"`{plain}`" for plain in PLAIN}


def test_every_entry_of_the_modules_is_on_the_page() -> None:
    named = {match for cell in column(-1) for match in re.findall(r"`(\w+\.\w+)\(", cell)}
    assert named == {f"{framework}.{name}" for framework in FRAMEWORKS for name in entries(framework)}


def test_what_goes_on_otherwise_is_marked() -> None:
    assert not goes_on_otherwise("keras.CosineDecay(0.1, 100)", "cosine(0.1, 100)")
    assert goes_on_otherwise("torch.CosineAnnealingLR(0.1, 100)", "cosine(0.1, 100)")
    (row,) = (line for line in page().splitlines() if line.startswith("| half a cosine to 0 |"))
    assert re.findall(rf"(\w+) `[^`]+`{AFTER}", row) == ["torch", "transformers"]
