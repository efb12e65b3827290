"""The language as data: every case of `conformance/*.toml`, on every backend.

A case has a `source`, a value for some parameters in `bind`, and what must come out: `values` by step (`within` an
absolute error, where a target may miss 0 by a rounding), `duration` ("none" for a bare number), `parameters`, `text`
(canonical), `error` with the exact span. In a plan, `plan` names the schedule that is meant, and `names` lists all of
them.
"""

from __future__ import annotations

import inspect
import math
import os
import tomllib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import symsched as ss
from symsched import api

if TYPE_CHECKING:
    from conftest import Arrays

Case = dict[str, Any]

FOLDER = Path(__file__).parent / "conformance"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(FOLDER.glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]
FIELDS = {"name", "source", "bind", "plan", "names", "values", "within", "duration", "parameters", "text", "error"}
"""Everything that a case may say."""


def having(field: str) -> list[Any]:
    return [case for case in CASES if field in case.values[0]]


def schedule_of(case: Case) -> ss.Schedule:
    return ss.plan(case["source"])[case["plan"]] if "plan" in case else ss.parse(case["source"])


def step(text: str) -> float:
    """A step as the cases write it: whole where it is written so."""
    return int(text) if text.lstrip("-").isdigit() else float(text)


def by_name(function: Any, values: Case) -> Case:
    """Parameters as a callable takes them: a name that the printed text needs has a trailing underscore."""
    names = inspect.signature(function).parameters
    return {name if name in names else f"{name}_": value for name, value in values.items()}


def is_close(value: float, expected: float, tolerance: float, within: float) -> bool:
    if math.isnan(expected):
        return math.isnan(value)
    return value == expected or abs(value - expected) <= max(tolerance * abs(expected), within)


def agree(values: Any, expected: list[float], tolerance: float, within: float = 0) -> None:
    off = [(v, e) for v, e in zip(values, expected, strict=True) if not is_close(float(v), e, tolerance, within)]
    assert not off, f"(value, expected): {off}"


@pytest.mark.parametrize("case", CASES)
def test_a_case_says_only_what_is_tested(case: Case) -> None:
    assert set(case) <= FIELDS
    assert len(set(case) & {"values", "duration", "parameters", "text", "error", "names"}) > 0


def test_no_two_cases_have_one_name() -> None:
    names = [case.id for case in CASES]
    assert sorted(set(names)) == sorted(names)


def test_a_backend_that_is_asked_for_is_there() -> None:
    for name in filter(None, os.environ.get("SYMSCHED_TEST_BACKENDS", "").split(",")):
        if requires := api.backend(name).REQUIRES:
            assert import_module(requires)


@pytest.mark.parametrize("case", having("values"))
def test_one_step_gives_a_number(case: Case, backend: str) -> None:
    given = case.get("bind", {})
    late = {name: value for name, value in given.items() if not isinstance(value, str)}
    early = {name: value for name, value in given.items() if isinstance(value, str)}
    schedule = schedule_of(case).bind(**early) if early else schedule_of(case)
    steps = [step(key) for key in case["values"]]
    function = schedule.compile(backend)
    values = [function(t, **by_name(function, late)) for t in steps]
    assert all(type(v) is float for v in values)
    agree(values, list(case["values"].values()), 1e-12, case.get("within", 0))


@pytest.mark.parametrize("case", [case for case in having("values") if "bind" in case.values[0]])
def test_a_parameter_bound_early_is_a_parameter_bound_late(case: Case, backend: str) -> None:
    function = schedule_of(case).bind(**case["bind"]).compile(backend)
    values = [function(step(key)) for key in case["values"]]
    agree(values, list(case["values"].values()), 1e-12, case.get("within", 0))


@pytest.mark.parametrize("case", having("values"))
def test_an_array_of_steps_gives_an_array(case: Case, backend: str, arrays: Arrays | None) -> None:
    schedule = schedule_of(case).bind(**case.get("bind", {}))
    steps = [step(key) for key in case["values"]]
    expected = list(case["values"].values())
    function = schedule.compile(backend)
    if arrays is None:
        agree([function(float(t)) for t in steps], expected, 1e-12, case.get("within", 0))
        return
    with arrays.wide():
        values = function(arrays.make(np.array(steps[::-1], dtype=np.float64).reshape(1, -1, 1)))
        assert values.shape == (1, len(steps), 1)
        assert str(values.dtype).endswith("float64")
        agree(values.reshape(-1), expected[::-1], 1e-12, case.get("within", 0))


@pytest.mark.parametrize("case", having("values"))
def test_an_array_of_whole_steps_is_counted_exactly(case: Case, backend: str, arrays: Arrays | None) -> None:
    schedule = schedule_of(case).bind(**case.get("bind", {}))
    whole = {t: v for key, v in case["values"].items() if (t := step(key)) == int(t) and abs(t) <= 2**31 - 2}
    function = schedule.compile(backend)
    if arrays is None:
        agree([function(int(t)) for t in whole], list(whole.values()), 1e-12, case.get("within", 0))
        return
    steps = np.array([int(t) for t in whole], dtype=np.int32)
    values = function(arrays.make(steps))
    assert values.shape == steps.shape
    assert str(values.dtype).endswith(arrays.default)
    expected = [float(np.dtype(arrays.default).type(v)) for v in whole.values()]
    if "32" in arrays.default:
        agree(values, expected, 4e-7, 4e-7 if "within" in case else 0)
    else:
        agree(values, expected, 1e-12, case.get("within", 0))


@pytest.mark.parametrize("case", having("duration"))
def test_the_duration_is_exact(case: Case) -> None:
    duration = schedule_of(case).bind(**case.get("bind", {})).duration
    if case["duration"] == "none":
        assert duration is None
    else:
        assert float(duration) == case["duration"]


@pytest.mark.parametrize("case", having("parameters"))
def test_parameters_come_in_the_order_of_writing(case: Case) -> None:
    assert [p.name for p in schedule_of(case).parameters] == case["parameters"]


@pytest.mark.parametrize("case", having("names"))
def test_a_plan_names_its_schedules(case: Case) -> None:
    assert list(ss.plan(case["source"])) == case["names"]


@pytest.mark.parametrize("case", [case for case in CASES if "error" not in case.values[0]])
def test_canonical_text_parses_to_itself(case: Case) -> None:
    if "plan" in case or "names" in case:
        plan = ss.plan(case["source"])
        assert str(ss.plan(str(plan))) == str(plan)
        assert str(plan) == case.get("text", str(plan))
        return
    schedule = ss.parse(case["source"])
    assert ss.parse(str(schedule)) == schedule
    assert str(ss.parse(str(schedule))) == str(schedule) == case.get("text", str(schedule))


@pytest.mark.parametrize("case", having("error"))
def test_an_error_says_what_is_wrong_and_where(case: Case) -> None:
    expected = {"label": "", "hint": ""} | case["error"]
    with pytest.raises(ss.ScheduleError) as caught:
        provoke(case)
    error = caught.value
    found = {"title": error.title, "label": error.label, "hint": error.hint}
    if error.span is not None:
        found["at"] = list(error.span)
    assert found == expected
    assert str(error).startswith(error.title)
    assert error.source is None or "bind" in case or error.source == case["source"]


def provoke(case: Case) -> None:
    if "plan" in case:
        ss.plan(case["source"])
    else:
        ss.parse(case["source"]).bind(**case.get("bind", {}))
