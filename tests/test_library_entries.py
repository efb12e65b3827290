"""What every entry of every module has: words, kinds, and a value at every step."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from calls import variants

import symsched as ss
from symsched import prelude
from symsched.nodes import Function, Parameter

ELEMENTARY = {
    "exp", "log", "log2", "log10", "sqrt", "sin", "cos", "tan", "tanh", "sigmoid", "abs", "floor", "ceil", "round",
    "mod", "min", "max", "count", "item", "sum", "product", "cumprod", "cumsum", "length", "keys", "values", "concat",
}  # fmt: skip
"""Functions of numbers and lists, whose cases are in `conformance/`."""


ENTRIES = [
    pytest.param(function, id=f"{module}.{name}")
    for module in prelude.modules()
    for name, function in prelude.public(prelude.module(module)).items()
]


@pytest.mark.parametrize("function", ENTRIES)
def test_an_entry_says_what_it_is(function: Function) -> None:
    first, *rest = function.doc.splitlines()
    assert first.endswith((".", ":", ";")) or rest
    assert len(function.doc) > 4
    assert function.doc.isascii()


@pytest.mark.parametrize("function", [e for e in ENTRIES if e.values[0].module in ("core", "shape")])  # type: ignore[union-attr]
def test_parameters_of_the_core_have_kinds(function: Function) -> None:
    names = {"u"} if function.module == "shape" else {"x", "y", "low", "high", "index"}
    free = names if function.module == "shape" or function.name in (*ELEMENTARY, "clip") else set()
    assert [p.name for p in function.parameters if not p.kind and p.name not in free] == []


ARGUMENTS: dict[str, str] = {
    "d_model": "64", "rate": "0.1", "decay_rate": "0.9", "gamma": "0.9", "factor": "0.5", "offset": "1", "power": "2",
    "exponent": "0.5", "end": "0.1", "middle": "0.5", "low": "0.1", "high": "0.9", "points": "0:0, 100:1, 300:0.5",
    "milestones": "[30, 60]", "boundaries": "[30, 60]", "values": "[3, 2, 1]", "num_decays": "3", "decay": "0.1",
    "compound": "1.001", "milestones_values": "[10:1, 20:0.5]", "visit": "2.62", "steps_per_epoch": "10", "k": "2",
    "scheduler": "cosine(1, 50)", "lr_scheduler": "cosine(1, 50)", "schedule": "cosine(1, 50)",
    "factors": "t5x.constant(1)*t5x.linear_warmup(10)",
}  # fmt: skip
"""Arguments of parameters whose kind does not say enough; a module that has one of its own name has it in CALLS."""

KINDS = {
    "value": "0.5", "number": "1.5", "count": "3", "ratio": "0.25", "flag": "true", "shape": "cosine",
    "schedule": "cosine(1, 50)", "list": "[30, 60]",
}  # fmt: skip

NO_CYCLE = {"triangular", "triangular2", "exp_range", "cosine_restarts", "cyclical", "repeat"}
NO_UNIT = {"exponential_decay", "inverse_time", "step_decay", "power_law"}
REFUSED = {**dict.fromkeys(NO_CYCLE, "what is repeated must last longer than 0 steps"), **dict.fromkeys(
    NO_UNIT, "division by zero"
)}  # fmt: skip
"""Entries that refuse a period of 0 steps, and what they say."""

CALLS = {
    "warmup_to": "warmup_to(linear, {d}, cosine(1, 150))",
    "linear_warmup_cosine": "linear_warmup_cosine(1, {d}, 2*{d})",
    "linear_warmup_linear": "linear_warmup_linear(1, {d}, 2*{d})",
    "linear_warmup_poly": "linear_warmup_poly(1, {d}, 2*{d})",
    "hold": "hold({d}, 3)",
    "decay": "decay(linear, {d}, 0, 3)",
    "where": "where(t < {d}, 1, t)",
    "keyframes": "keyframes(linear, {d}:1, 2*{d}:0)",
    "join": "join([1, 2], [{d}])",
    "fvcore.MultiStepParamScheduler": "fvcore.MultiStepParamScheduler([3, 2, 1], {d})",
}
"""Calls that depend on more than the kinds; `{d}` is a number of steps."""

OURS = {"composer", "deepspeed", "detectron2", "fvcore", "ignite", "megatron", "mmengine", "t5x", "thinc", "torchtitan"}
"""Modules whose entries are called here; those of the others are compared with what is installed."""


def argument(parameter: Parameter, steps: int) -> str:
    if isinstance(parameter.kind, tuple):
        return parameter.kind[0]
    if parameter.kind == "duration":
        return str(steps)
    return ARGUMENTS.get(parameter.name) or KINDS[parameter.kind]


def call(function: Function, steps: int) -> str:
    path = function.name if function.module == "core" else f"{function.module}.{function.name}"
    if path in CALLS:
        return CALLS[path].format(d=steps)
    given = [p for p in function.parameters if p.default is None or p.kind == "duration"]
    named = [f"{p.name}={argument(p, steps)}" for p in given if p.name != "points"]
    return f"total = 1e10; steps_per_epoch = 10; {path}({', '.join(named)})"


CALLED = [e for e in ENTRIES if e.values[0].module in {"core", *OURS} and e.values[0].name not in ELEMENTARY]  # type: ignore[union-attr]


@pytest.mark.parametrize("steps", [0, 1, 100])
@pytest.mark.parametrize("function", CALLED)
def test_an_entry_is_finite_at_every_step(function: Function, steps: int) -> None:
    if function.name == "clip":
        return
    text = call(function, steps)
    if steps == 0 and function.module == "core" and function.name in NO_UNIT | (NO_CYCLE - {"repeat"}):
        with pytest.raises(ss.ScheduleError) as caught:
            ss.parse(text)
        assert caught.value.title == REFUSED[function.name]
        return
    schedule = ss.parse(text)
    values = {t: schedule(t) for t in (0, 0.5, 1, 1.5, 2, 10, 50, 99, 100, 101, 150, 200, 250, 1e4, 1e9)}
    assert all(map(math.isfinite, values.values())), (text, values)


@pytest.mark.parametrize(("function", "options"), [
    (e.values[0], p.kind) for e in CALLED for p in e.values[0].parameters if isinstance(p.kind, tuple)  # type: ignore[union-attr]
], ids=str)  # fmt: skip
def test_every_option_is_finite_at_every_step(function: Function, options: tuple[str, ...]) -> None:
    (name,) = {p.name for p in function.parameters if p.kind == options}
    for option in options:
        text = call(function, 100)
        schedule = ss.parse(f"{text[:-1]}, {name}={option})".replace(f"{name}={options[0]}, ", "", 1))
        assert all(math.isfinite(schedule(t)) for t in (0, 1, 2, 99, 100, 101, 200, 1e4, 1e9)), option


ODD = ("[1, 2]", "[]", "[[1, 2], [3]]", "linear", "none", "inf", "t < 3", "t", "3%", "next", "linear(1, 5)[1:3]")
"""What is no number."""


@pytest.mark.parametrize("odd", ODD)
def test_whatever_an_entry_is_given_is_a_schedule_or_an_error(odd: str) -> None:
    for name, text in variants().items():
        inside = text[text.index("(") + 1 : -1] if text.endswith(")") else ""
        arguments = inside.split(", ")
        for place in range(len(arguments)):
            given = ", ".join([*arguments[:place], odd, *arguments[place + 1 :]])
            with suppress(ss.ScheduleError):
                ss.parse(f"{name.split()[0]}({given})")
