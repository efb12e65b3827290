"""Schedules whose printed source is kept, for every target that prints source; `python tests/golden.py` writes it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import symsched as ss
from symsched import api, backends

FOLDER = Path(__file__).parent / "golden"

CASES: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "schedules.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Target:
    """A backend that prints source, in one of its forms; "" is the usual one."""

    backend: str
    form: str = ""

    def __str__(self) -> str:
        """The name of its folder."""
        return f"{self.backend}_{self.form}" if self.form else self.backend

    def emit(self, schedule: ss.Schedule | ss.Plan) -> str:
        return schedule.emit(self.backend, **({"form": self.form} if self.form else {}))


def targets() -> list[Target]:
    """The backends that name a function, once for each of their forms."""
    printing = [name for name in backends.known() if "name" in api.options_of(name)]
    return [Target(name, form) for name in printing for form in ["", *getattr(api.backend(name), "FORMS", ())[1:]]]


def schedule(case: str) -> ss.Schedule | ss.Plan:
    text = CASES[case]["text"]
    return ss.plan(text) if case == "plan" else ss.parse(text)


def path(case: str, target: Target) -> Path:
    return FOLDER / str(target) / f"{case}.txt"


def printed() -> Iterator[tuple[str, Target, str]]:
    """Every case on every target."""
    for case in CASES:
        for target in targets():
            yield case, target, target.emit(schedule(case))


if __name__ == "__main__":
    for case, target, text in printed():
        path(case, target).parent.mkdir(exist_ok=True)
        path(case, target).write_text(text, encoding="ascii")
