"""The modules for JavaScript, run by node and read by its checkers of types and layout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from printed import CASES, LONG, PLAN, inputs, misses, program, run

import symsched as ss
from symsched import backends

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the module of every case, and one of a plan."""
    path = tmp_path_factory.mktemp("javascript")
    emit = backends.load("javascript").emit
    for number, case in enumerate(CASES.values()):
        (path / f"f{number}.mjs").write_text(emit(case.schedule, name=f"f{number}"), encoding="ascii")
    (path / "plan.mjs").write_text(emit(ss.plan(PLAN)), encoding="ascii")
    return path


MAIN = """
import { readFileSync, writeSync } from "node:fs";

const input = readFileSync(0);
const pairs = new Float64Array(input.buffer, input.byteOffset, input.length / 8);
const values = new Float64Array(pairs.length / 2);
for (let i = 0; i < values.length; i++) {
  const [call, given] = calls[pairs[2 * i]];
  values[i] = call(pairs[2 * i + 1], given);
}
const bytes = new Uint8Array(values.buffer);
for (let begin = 0; begin < bytes.length; ) {
  begin += writeSync(1, bytes, begin);
}
"""


def driver() -> str:
    """A program that reads numbers of cases and steps, and writes values."""
    names = [f"f{i}" for i in range(len(CASES))]
    calls = ", ".join(
        f"[{name}, {json.dumps({SPELLED.get(p, p): x for p, x in case.given.items()})}]"
        for name, case in zip(names, CASES.values(), strict=True)
    )
    return "\n".join([*(f'import {{ {n} }} from "./{n}.mjs";' for n in names), f"const calls = [{calls}];", MAIN])


FROM_PYTHON = 6
"""How far values are from those of Python, in units in the last place.

The functions of V8 are off by less than one unit, so a sine may be the number beside that of Python. Its square is off
by up to four units then, where the mantissa of the sine is near 1 and that of the square near 2; two roundings follow.
"""

SPELLED = {"new": "new_", "default": "default_"}
"""Parameters that are words of the language."""


def test_values_are_those_of_python_or_near_the_exact_ones(folder: Path) -> None:
    (folder / "main.mjs").write_text(driver(), encoding="ascii")
    rows, given = inputs()
    assert list(misses(rows, run([program("node"), folder / "main.mjs"], given), FROM_PYTHON)) == []


def test_a_plan_is_a_module_of_several_functions(folder: Path) -> None:
    text = 'import { lr, wd, beta, lr_modulo } from "./plan.mjs";\n'
    text += "console.log(JSON.stringify([lr(25), wd(25), beta(150), lr_modulo(5)]));\n"
    (folder / "plan_main.mjs").write_text(text, encoding="ascii")
    plan = ss.plan(PLAN)
    expected = [plan["lr"](25), plan["wd"](25), plan["beta"](150), plan["lr_modulo"](5)]
    assert json.loads(run([program("node"), folder / "plan_main.mjs"])) == expected


def test_types_are_those_that_tsc_finds(folder: Path) -> None:
    options = ["--allowJs", "--checkJs", "--strict", "--noEmit", "--target", "es2022", "--module", "nodenext"]
    run([program("tsc"), *options, "--types", "", *sorted(folder.glob("f*.mjs")), folder / "plan.mjs"])


def test_the_layout_is_that_of_prettier(folder: Path) -> None:
    run([program("prettier"), "--check", *sorted(folder.glob("f*.mjs")), folder / "plan.mjs"])


def test_the_layout_holds_for_long_names(tmp_path: Path) -> None:
    for length in (20, 40, 70):
        for number, text in enumerate([*LONG, *(CASES[name].text for name in ("family", "restarts", "shape.ease"))]):
            text = ss.emit(text, "javascript", name="n" * length)
            (tmp_path / f"{length}_{number}.mjs").write_text(text, encoding="ascii")
    run([program("prettier"), "--check", *sorted(tmp_path.glob("*.mjs"))])
