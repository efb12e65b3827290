"""Texts to begin with: what the tests hold of programs, right and wrong, and what the fuzzer kept."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from calls import variants
from nasty import NASTY

TESTS = Path(__file__).parent.parent
CORPUS = TESTS / "fuzzing" / "corpus"
"""Texts that reached what no other reached; libFuzzer names and writes them."""

LONGEST = 2048
"""Characters of a text that is kept."""


def seeds() -> list[str]:
    """All of them, the short ones."""
    return sorted({text for text in _all() if len(text) < LONGEST})


def corpus() -> dict[str, str]:
    """The texts that the fuzzer kept, by the names of their files."""
    return {path.name: path.read_bytes().decode("utf-8", "replace") for path in sorted(CORPUS.iterdir())}


def _all() -> Iterator[str]:
    for path in sorted((TESTS / "conformance").glob("*.toml")):
        yield from (case["source"] for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"])
    yield from NASTY.values()
    yield from variants().values()
    yield from corpus().values()
