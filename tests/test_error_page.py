"""The page of errors is what its generator writes, from cases that the conformance tests run."""

from __future__ import annotations

import re

from error_page import PAGE, PARTS, is_shown, kind, mistakes, page
from test_conformance import having


def test_the_page_is_what_the_generator_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/error_page.py"


def test_every_kind_of_mistake_stands_on_the_page_once() -> None:
    shown = [kind(case["error"]) for cases in mistakes().values() for case in cases]
    cases = [parameter.values[0] for parameter in having("error")]
    assert sorted(shown) == sorted({kind(case["error"]) for case in cases if is_shown(case)})
    assert set(PARTS) <= set(mistakes())


def test_mistakes_that_differ_in_names_and_numbers_are_of_one_kind() -> None:
    titles = ["`steps` must be 0 steps or more, but got -10", "`every` must be 0 steps or more, but got -1.5"]
    assert len({kind({"title": title}) for title in titles}) == 1
    assert kind({"title": "unknown shape `a`"}) != kind({"title": "unknown schedule `a`"})


def test_every_error_shows_a_place() -> None:
    blocks = re.findall(r"```error\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) > 100
    assert all(re.search(r"^ *\^+", block, flags=re.MULTILINE) for block in blocks)
