"""Printed source: what it says of itself, how it is laid out, what it needs, and what it computes."""

from __future__ import annotations

import ast
import inspect
import json
import math
import random
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import exact
import golden
import numpy as np
import pytest
import sympy
from calls import examples
from worked import failure

import symsched as ss
from symsched import api
from symsched.backends import header


def has_types(package: str) -> bool:
    """Whether a package says that its types are checked; it is not imported."""
    found = find_spec(package) if package else None
    return found is None or Path(found.origin or "").with_name("py.typed").is_file()


PYTHON = [target for target in golden.targets() if api.backend(target.backend).FUNCTION]
"""The targets that print Python."""

USUAL = [target for target in PYTHON if not target.form]
"""Those in their usual form, which `compile` runs."""

SINGLE = [case for case in golden.CASES if case != "plan"]

TYPED = [target for target in PYTHON if has_types(api.backend(target.backend).REQUIRES)]

PRINTED = [(case, target) for case in golden.CASES for target in golden.targets()]


def bound(case: str) -> ss.Schedule:
    schedule = golden.schedule(case)
    assert isinstance(schedule, ss.Schedule)
    return schedule.bind(**golden.CASES[case].get("parameters", {}))


# What is kept


@pytest.mark.parametrize(("case", "target"), PRINTED, ids=str)
def test_the_source_is_the_one_that_was_reviewed(case: str, target: golden.Target) -> None:
    kept = golden.path(case, target).read_text(encoding="ascii")
    assert target.emit(golden.schedule(case)) == kept


def test_every_file_that_is_kept_belongs_to_a_case() -> None:
    known = {golden.path(case, target) for case, target in PRINTED}
    assert set(golden.FOLDER.glob("*/*")) == known


@pytest.mark.parametrize(("case", "target"), PRINTED, ids=str)
def test_the_header_holds_the_schedule(case: str, target: golden.Target) -> None:
    schedule = golden.schedule(case)
    found = header.read(target.emit(schedule))
    assert found is not None
    assert found.options == {"to": target.backend} | ({"as": target.form} if target.form else {})
    read = ss.plan(found.text) if isinstance(schedule, ss.Plan) else ss.parse(found.text)
    assert read == schedule


@pytest.mark.parametrize("name", examples())
def test_the_header_of_every_entry_parses_back(name: str) -> None:
    schedule = ss.parse(examples()[name])
    found = header.read(schedule.emit("python"))
    assert found is not None
    assert ss.parse(found.text) == schedule


@pytest.mark.parametrize("target", USUAL, ids=str)
def test_what_runs_is_what_is_printed(target: golden.Target) -> None:
    function = bound("worked_example").compile(target.backend)
    assert function.source == golden.path("worked_example", target).read_text(encoding="ascii")  # type: ignore[attr-defined]


# How it is written


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every entry of the library and every case on every target that prints Python."""
    folder = tmp_path_factory.mktemp("printed")
    (folder / "ruff.toml").write_text('target-version = "py311"\n', encoding="ascii")
    for target in PYTHON:
        for number, text in enumerate(examples().values()):
            (folder / f"entry{number}_{target}.py").write_text(target.emit(ss.parse(text)), encoding="ascii")
        for case in golden.CASES:
            (folder / f"{case}_{target}.py").write_text(target.emit(golden.schedule(case)), encoding="ascii")
    return folder


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_layout_is_that_of_ruff(modules: Path) -> None:
    assert run(modules, "ruff", "format", "--check", "--diff", ".") == ""


def test_ruff_finds_nothing(modules: Path) -> None:
    assert run(modules, "ruff", "check", ".") == ""


def test_a_badly_laid_out_module_is_seen(tmp_path: Path) -> None:
    """The test of the tests above."""
    (tmp_path / "bad.py").write_text("import os\nx=1\n", encoding="ascii")
    assert run(tmp_path, "ruff", "format", "--check", ".") != ""
    assert run(tmp_path, "ruff", "check", ".") != ""


def test_the_types_hold(modules: Path, tmp_path: Path) -> None:
    """A framework that says nothing of its types is taken as it is."""
    strict = ["mypy", "--strict", "--cache-dir", str(tmp_path)]
    untyped = ["--ignore-missing-imports", "--allow-subclassing-any"]
    for options, targets in ((strict, TYPED), (strict + untyped, [t for t in PYTHON if t not in TYPED])):
        kept = [f"{case}_{target}.py" for case in golden.CASES for target in targets]
        assert not kept or run(modules, *options, *kept) == ""


def test_every_constant_that_stands_for_a_number_of_the_text_has_its_name() -> None:
    text = ss.parse("peak = 3e-3; warmup_steps = 250; warmup(linear, warmup_steps) >> cosine(peak, 1e4)").emit("python")
    found = {t.targets[0].id: t.value for t in ast.parse(text).body if isinstance(t, ast.Assign)}  # type: ignore[attr-defined]
    assert {name: ast.literal_eval(found[name]) for name in ("PEAK", "WARMUP_STEPS", "COSINE_STEPS")} == {
        "PEAK": 0.003,
        "WARMUP_STEPS": 250,
        "COSINE_STEPS": 10_000,
    }
    assert ast.unparse(found["END"]) == "WARMUP_STEPS + COSINE_STEPS"


def test_a_plan_shares_its_constants() -> None:
    lines = golden.schedule("plan").emit("python").splitlines()
    assert lines.count("PEAK = 0.001") == 1
    assert [line for line in lines if line.startswith("def ")] == [
        "def lr(t: float) -> float:",
        "def weight_decay(t: float) -> float:",
        "def beta(t: float) -> float:",
    ]


# What it needs, and what it computes


SCRIPT = """
import json, runpy, sys
from functools import partial
from importlib.util import find_spec
request = json.load(sys.stdin)
values = {}
for path, name, steps, parameters in request:
    found = runpy.run_path(path)[name]
    function = found(**parameters) if isinstance(found, type) else partial(found, **parameters)
    values[path] = [float(function(t)).hex() for t in steps]
assert not [name for name in sys.modules if name.partition(".")[0] in ("symsched", "sympy", "lark")]
json.dump(values, sys.stdout)
"""


@pytest.mark.parametrize("target", PYTHON, ids=str)
def test_a_printed_module_runs_without_symsched(target: golden.Target, tmp_path: Path) -> None:
    request = []
    for case in SINGLE:
        path = tmp_path / f"{case}.py"
        path.write_text(golden.path(case, target).read_text(encoding="ascii"), encoding="ascii")
        last = golden.CASES[case]["steps"]
        steps = [0, 1, last // 3, last // 2, last - 1, last, 10**6]
        name = api.backend(target.backend).FUNCTION
        request.append([str(path), name, steps, golden.CASES[case].get("parameters", {})])
    done = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT],
        input=json.dumps(request),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    found = json.loads(done.stdout)
    for case, (path, _, steps, parameters) in zip(SINGLE, request, strict=True):
        function = with_parameters(golden.schedule(case).compile(target.backend), parameters)  # type: ignore[union-attr]
        assert found[path] == [float(function(t)).hex() for t in steps], case


def with_parameters(found: Any, parameters: dict[str, float]) -> Any:
    """A function of the step; parameters are arguments of the class where there is one."""
    return found(**parameters) if isinstance(found, type) else partial(found, **parameters)


ULP = 2.1
"""Units in the last place that a value may be off by; all lines but one of the fifty stages are within 2."""

CURVED = 5.0
"""The same where there are waves or powers: below its middle a cosine is a sine squared, which doubles errors."""


def steps_of(case: str) -> list[float]:
    """Every whole step of a run, and 10,000 others; 1,000 for a thousand stages, which are slow to work out exactly."""
    last = golden.CASES[case]["steps"]
    pick = random.Random(case)  # noqa: S311 (no secret)
    return [*range(last), *(pick.uniform(0, last) for _ in range(1000 if case == "thousand_stages" else 10_000))]


def errors(expr: Any, steps: list[float], *columns: list[float]) -> Iterator[float]:
    """How far values are from the exact ones, in units in the last place."""
    for step, *values in zip(steps, *columns, strict=True):
        truth = exact.number(exact.value(expr, Fraction(step)))
        unit = math.ulp(float(truth))
        yield from (abs(float((exact.mp.mpf(v) - truth) / unit)) for v in values)


@pytest.mark.parametrize("case", SINGLE)
def test_values_are_the_exact_ones(case: str) -> None:
    schedule, steps = bound(case), steps_of(case)
    one = schedule.compile("python")
    many = schedule.compile("numpy")(np.array(steps))
    worst = max(errors(schedule.expr, steps, [one(t) for t in steps], many.tolist()))
    assert worst <= (CURVED if schedule.expr.has(sympy.cos, sympy.sin, sympy.exp, sympy.Pow) else ULP)


def test_a_wrong_value_is_seen() -> None:
    """The test of the test above."""
    expr = bound("wsd").expr
    assert max(errors(expr, [100.0], [float(exact.value(expr, Fraction(100))) * (1 + 1e-15)])) > 4


# What can be asked for


def test_a_name_is_the_name_of_the_function() -> None:
    text = ss.parse("cosine(1, 10)").emit("python", name="lr")
    assert "\ndef lr(t: float) -> float:\n" in text
    assert text.splitlines()[text.splitlines().index('"""', 1) - 1] == "symsched emit --to python --name lr"


@pytest.mark.parametrize("name", ["for", "2x", "", "a b", "_x", "x;import os", "l\u00e4r", "None"])
def test_a_name_that_python_may_not_have_is_refused(name: str) -> None:
    error = failure(lambda: ss.parse("cosine(1, 10)").emit("python", name=name))
    assert error.title == f"`{name}` cannot be the name of a function"


@pytest.mark.parametrize("name", ["math", "float", "STEPS", "t"])
def test_a_name_that_the_module_needs_is_refused(name: str) -> None:
    error = failure(lambda: ss.parse("cosine(1, 10)").emit("python", name=name))
    assert error.title == f"a module for `python` uses `{name}` for itself"


def test_a_schedule_of_a_plan_may_not_hide_what_another_one_needs() -> None:
    error = failure(lambda: ss.plan("peak = 1e-3; a = cosine(peak, 10); PEAK = cosine(1, 10)").emit("python"))
    assert error.title == "a module for `python` uses `PEAK` for itself"


@pytest.mark.parametrize("name", ["x", "x1", "y", "at", "i", "steps", "values", "begins"])
@pytest.mark.parametrize("target", ["python", "numpy", "torch", "jax"])
def test_any_other_name_is_one_for_the_function(name: str, target: str) -> None:
    namespace: dict[str, Any] = {}
    exec(ss.parse("warmup(linear, 8) >> cosine(1, 10)").emit(target, name=name), namespace)  # noqa: S102
    assert [float(namespace[name](t)) for t in (-3, 4, 13, 18)] == pytest.approx([0, 0.5, 0.5, 0], rel=1e-6)


def test_options_that_a_target_does_not_have_are_named() -> None:
    error = failure(lambda: ss.emit("cosine(1, 10)", "latex", name="lr"))
    assert (error.title, error.hint) == ("`latex` has no option `name`", "it takes style, symbol, time, rows")


def test_a_formula_is_of_one_schedule() -> None:
    error = failure(lambda: ss.plan("a = 1; b = 2").emit("latex"))
    assert error.title == "`latex` prints one schedule"


@pytest.mark.parametrize(
    "parameter",
    ["x", "t", "math", "schedule", "lambda", "values", "until0", "np", "float", "y1", "self", "ops", "step"],
)
@pytest.mark.parametrize("target", USUAL, ids=str)
def test_a_parameter_may_have_any_name(parameter: str, target: golden.Target) -> None:
    if parameter == "t":
        return  # the step itself
    schedule = ss.parse(f"warmup(linear, 10) >> cosine({parameter}, 2*{parameter}, 0.5*{parameter})**0.5")
    expected = schedule.bind(**{parameter: 20}).compile("python")(13)
    assert schedule(13, **{parameter: 20}) == pytest.approx(expected, rel=1e-15)
    found = schedule.compile(target.backend)
    (keyword,) = [p for p in inspect.signature(found).parameters if p != "t"]
    assert float(with_parameters(found, {keyword: 20.0})(13)) == pytest.approx(expected, rel=1e-6)
