"""What the measure of mutants rests on: which statement is where, marks that change nothing, and work with bounds."""

from __future__ import annotations

import builtins
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import pytest
from mutation.statements import MARK, marked, statement_at

HERE = Path(__file__).parent
WORKS = """
import os, sys
from apart import apart
seen = []
def loop():
    while True:
        pass
for work in (lambda: seen.append(1) or seen, loop, lambda: os._exit(3), lambda: 1 / 0):
    try:
        print(apart(work, 1), seen)
    except Exception as error:
        print(repr(error))
"""
SOURCE = '''"""A file."""
from __future__ import annotations

def sign(x: float) -> int:
    """Which way."""
    if x > 0:
        return 1
    return (0 if x == 0
        else -1)

class Box:
    side = 1 + 2

    def area(self):
        with_corner = [self.side * i for i in range(self.side)]
        return sum(with_corner)

TABLE = {
    "half": lambda x: x / 2,
    "less": lambda x: [
        x - 1 for _ in range(x)
    ],
}
'''


def test_a_place_is_in_the_innermost_statement_of_a_function() -> None:
    lines = SOURCE.splitlines()
    begins = {"if x > 0": 6, "return 1": 7, "else -1": 8, "self.side * i": 15, "sum(": 16, "x / 2": 19, "x - 1": 20}
    for text, line in begins.items():
        (at,) = (n for n, found in enumerate(lines) if text in found)
        assert statement_at("file", SOURCE, (at + 1, lines[at].index(text))) == f"file:{line}"


def test_what_is_outside_of_functions_is_in_no_statement() -> None:
    for line in (4, 11, 12, 14, 18):
        assert statement_at("file", SOURCE, (line, 11)) is None


def test_marks_say_what_ran_and_change_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[str] = []
    monkeypatch.setattr(builtins, MARK, reached.append, raising=False)
    names = run_path(str(written(tmp_path)))
    assert names["sign"](-2) == -1
    assert reached == ["file:6", "file:8"]
    reached.clear()
    assert names["Box"]().area() == 9
    assert reached == ["file:15", "file:16"]
    reached.clear()
    assert names["TABLE"]["less"](1) == [0]
    assert reached == ["file:20"]
    assert (names["__doc__"], names["sign"].__doc__) == ("A file.", "Which way.")


def test_a_marked_file_runs_where_nothing_listens(tmp_path: Path) -> None:
    names = run_path(str(written(tmp_path)))
    assert (names["sign"](3), names["Box"]().area(), names["TABLE"]["half"](1)) == (1, 9, 0.5)


def written(folder: Path) -> Path:
    path = folder / "boxes.py"
    path.write_text(marked("file", SOURCE))
    return path


def test_work_apart_answers_or_says_how_it_ended() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORKS], check=True, capture_output=True, text=True, cwd=HERE / "mutation"
    )
    answered, looped, ended, failed = done.stdout.splitlines()
    assert answered == "[1] []"
    assert looped == "OutOfTimeError()"
    assert ended == "DiedError('exit status 3')"
    assert failed.startswith("RuntimeError")
    assert "ZeroDivisionError" in done.stderr
