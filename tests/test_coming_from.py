"""The pages for those who come from a framework: their pairs are pairs that the parity tests run."""

from __future__ import annotations

from pathlib import Path

import pytest
from cheat_sheet import FRAMEWORKS, RUN, rows, written
from comparison import Case, agree, values_of
from test_docs import code, tables

FOLDER = Path(__file__).parent.parent / "docs" / "coming_from"


def pairs_of(framework: str) -> list[tuple[str, str]]:
    """The rows of the first table of a page."""
    first = next(tables(FOLDER / f"{framework}.md"))
    return [(code(theirs), code(ours)) for theirs, ours in first[1:]]


def test_every_framework_has_its_page() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == {*FRAMEWORKS, "timm"}


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_pair_stands_on_the_cheat_sheet(framework: str) -> None:
    known = {(written(row, framework).strip("`"), row["sheet"]) for row in rows(framework)}
    found = pairs_of(framework)
    assert set(found) - known == set()
    assert len(set(found)) == 10


@pytest.mark.parametrize(("theirs", "ours"), pairs_of("timm"))
def test_the_entries_of_timm_have_the_values_of_the_plain_texts(theirs: str, ours: str) -> None:
    case = Case(theirs, ours, tuple(range(RUN)))
    agree(values_of(case), values_of(Case("", theirs, case.steps)), case)


@pytest.mark.parametrize("framework", [*FRAMEWORKS, "timm"])
def test_the_pages_have_the_same_parts(framework: str) -> None:
    lines = (FOLDER / f"{framework}.md").read_text(encoding="utf-8").splitlines()
    assert [line[3:] for line in lines if line.startswith("## ")] == ["What differs", "Bring your code", "Use it today"]
