"""The headers for C, compiled by gcc with every warning an error."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from printed import CASES, LONG, PLAN, inputs, misses, program, run

import symsched as ss
from symsched import backends

pytestmark = pytest.mark.gcc

STRICT = ("-Wall", "-Wextra", "-Werror", "-pedantic")

MAIN = """
int main(void) {
  double pair[2], value;
  while (fread(pair, sizeof pair, 1, stdin) == 1) {
    value = calls[(int)pair[0]](pair[1]);
    fwrite(&value, sizeof value, 1, stdout);
  }
  return 0;
}
"""


def header(name: str) -> str:
    number = list(CASES).index(name)
    text: str = backends.load("c").emit(CASES[name].schedule, name=f"f{number}")
    return text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the header of every case, and one of a plan."""
    path = tmp_path_factory.mktemp("c")
    for number, name in enumerate(CASES):
        (path / f"f{number}.h").write_text(header(name), encoding="ascii")
    (path / "plan.h").write_text(backends.load("c").emit(ss.plan(PLAN)), encoding="ascii")
    return path


def driver() -> str:
    """A program that reads numbers of cases and steps, and writes values."""
    lines = ["#include <stdio.h>", *(f'#include "f{i}.h"' for i in range(len(CASES)))]
    for i, case in enumerate(CASES.values()):
        names = [p.name for p in case.schedule.parameters]
        given = ", ".join(["t", *(repr(case.given[name]) for name in names)])
        lines.append(f"static double call{i}(double t) {{ return f{i}({given}); }}")
    calls = ", ".join(f"call{i}" for i in range(len(CASES)))
    return "\n".join([*lines, f"static double (*const calls[])(double) = {{{calls}}};", MAIN])


def test_values_are_those_of_python_or_near_the_exact_ones(folder: Path) -> None:
    (folder / "main.c").write_text(driver(), encoding="ascii")
    run([program("gcc"), "-std=c99", *STRICT, "-O1", "main.c", "-lm", "-o", "main"], folder=folder)
    rows, given = inputs()
    assert list(misses(rows, run([folder / "main"], given))) == []


def test_a_plan_is_a_header_of_several_functions(folder: Path) -> None:
    text = '#include <stdio.h>\n#include "plan.h"\n#include "plan.h"\n'
    values = "lr(25.0), wd(25.0), beta(150.0), lr_modulo(5.0)"
    text += f'int main(void) {{\n  printf("%.17g %.17g %.17g %.17g", {values});\n  return 0;\n}}\n'
    (folder / "plan.c").write_text(text, encoding="ascii")
    run([program("gcc"), "-std=c99", *STRICT, "plan.c", "-lm", "-o", "plan"], folder=folder)
    plan = ss.plan(PLAN)
    expected = [plan["lr"](25), plan["wd"](25), plan["beta"](150), plan["lr_modulo"](5)]
    assert list(map(float, run([folder / "plan"]).split())) == expected


@pytest.mark.parametrize("standard", ["gnu99", "c17", "c++11", "c++20"])
def test_headers_are_valid_in_other_standards(standard: str, folder: Path) -> None:
    includes = "\n".join(
        ["#include <stdio.h>", "#include <stdlib.h>", *(f'#include "{p.name}"' for p in folder.glob("*.h"))]
    )
    (folder / "all.c").write_text(includes + "\n", encoding="ascii")
    language = "c++" if "+" in standard else "c"
    run([program("gcc"), "-x", language, f"-std={standard}", *STRICT, "-fsyntax-only", "all.c"], folder=folder)


def test_the_layout_is_that_of_clang_format(folder: Path) -> None:
    command = Path(sys.executable).with_name("clang-format")
    run([command, "--style=LLVM", "--dry-run", "--Werror", *sorted(folder.glob("*.h"))])


@pytest.mark.parametrize("length", [12, 24, 36])
def test_the_layout_holds_for_long_names(length: int, tmp_path: Path) -> None:
    for number, text in enumerate(
        [*LONG, *(CASES[name].text for name in ("family", "restarts", "shape.ease", "eden"))]
    ):
        (tmp_path / f"{number}.h").write_text(ss.emit(text, "c", name="n" * length), encoding="ascii")
    command = Path(sys.executable).with_name("clang-format")
    run([command, "--style=LLVM", "--dry-run", "--Werror", *sorted(tmp_path.glob("*.h"))])
