"""What a process pays that has only just begun."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.chains import WORKED
from benchmarks.measuring import Group, Sides, more, seconds

starting = Group("Starting", "Each time in a new process; the peer is a Python that starts and does nothing.")

EVAL = "import sys, symsched; print(symsched.parse(sys.argv[1])(250))"


COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment in which modules are compiled but once, as pip compiles what it installs."""


def output(*command: str) -> list[float]:
    """The numbers that a process prints."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=COMPILED)
    return [float(word) for word in done.stdout.split()]


def python(code: str, *arguments: str) -> Callable[[], list[float]]:
    return partial(output, sys.executable, "-c", code, *arguments)


@starting.add("`import symsched`, over a bare Python", more(0.03), target="A11", rounds=15)
def importing() -> Sides:
    return Sides(python("pass"), python("import symsched"))


@starting.add("`symsched eval` of the worked example", seconds(0.5), target="A11", rounds=9)
def command() -> Sides:
    path = shutil.which("symsched", path=str(Path(sys.executable).parent))
    assert path is not None
    return Sides(python("print(0.0005)"), partial(output, path, "eval", WORKED, "250"))


@starting.add("parse and one value in Python", seconds(), rounds=9)
def first_value() -> Sides:
    return Sides(python("print(0.0005)"), python(EVAL, WORKED))


@starting.add("`import sympy` alone, over a bare Python", more(), rounds=9)
def sympy() -> Sides:
    return Sides(python("pass"), python("import sympy"))
