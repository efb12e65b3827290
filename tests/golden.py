"""Schedules whose printed source is kept, for every target that prints source; `python tests/golden.py` writes it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import symsched as ss
from symsched import api, backends

FOLDER = Path(__file__).parent / "golden"

CASES: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "schedules.toml").read_text(encoding="utf-8"))


def targets() -> list[str]:
    """The targets that print source: those that name a function."""
    return [name for name in backends.known() if "name" in api.options_of(name)]


def schedule(case: str) -> ss.Schedule | ss.Plan:
    text = CASES[case]["text"]
    return ss.plan(text) if case == "plan" else ss.parse(text)


def path(case: str, target: str) -> Path:
    return FOLDER / target / f"{case}.txt"


def printed() -> Iterator[tuple[str, str, str]]:
    """Every case on every target."""
    for case in CASES:
        for target in targets():
            yield case, target, schedule(case).emit(target)


if __name__ == "__main__":
    for case, target, text in printed():
        path(case, target).parent.mkdir(exist_ok=True)
        path(case, target).write_text(text, encoding="ascii")
