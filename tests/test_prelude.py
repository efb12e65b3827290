"""The library is read entry by entry: what that gives is what its files say."""

from __future__ import annotations

import subprocess
import sys

import pytest

from symsched import prelude
from symsched.syntax import parse_program


@pytest.mark.parametrize("name", prelude.modules())
def test_entries_are_those_of_the_whole_file(name: str) -> None:
    """Same names in the same order; all fields are compared, those too that two equal functions may differ in."""
    whole = parse_program(prelude.text(name), module=name)
    assert whole.expression is None
    assert [repr(entry) for entry in prelude.module(name).values()] == [repr(d) for d in whole.definitions]


def test_what_is_compared_holds_places_and_comments() -> None:
    """The test of the test above."""
    shown = repr(prelude.module("core")["linear"])
    assert "A straight line from" in shown
    place = prelude.text("core").index("linear(start: value")
    assert f"span=({place}, " in shown


def test_an_entry_is_looked_up_by_its_name() -> None:
    core = prelude.module("core")
    assert "cosine" in core
    assert "cosin" not in core
    assert core.get("cosin") is None
    assert core["cosine"] is core["cosine"] is prelude.find("cosine")
    assert dict(prelude.module("no_such_module")) == {}


def test_public_entries_are_those_without_an_underscore() -> None:
    core = prelude.module("core")
    hidden = set(core) - set(prelude.public(core))
    assert hidden == {name for name in core if name.startswith("_")} != set()


def test_a_program_parses_the_entries_that_it_uses() -> None:
    code = """
import gc, symsched
from symsched.nodes import Function
symsched.parse("cosine(1, 10)")(3)
print(*sorted(f"{o.module}.{o.name}" for o in gc.get_objects() if isinstance(o, Function)))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["core.cos", "core.cosine", "core.fall", "shape.cosine"]
