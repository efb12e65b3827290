"""Python text as schedules: what is read, what is refused and where, and that nothing of it is run."""

from __future__ import annotations

import inspect
import os
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from comparison import Case, agree, pairs
from hypothesis import given
from hypothesis import strategies as st

import symsched as ss
from symsched import foreign
from symsched.importing import imported

os.environ["KERAS_BACKEND"] = "jax"

HEADS = {
    "torch": "from torch.optim.lr_scheduler import *\nfrom torch.optim.swa_utils import SWALR\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n",
    "keras": "from keras.optimizers.schedules import *\n",
    "optax": "import optax\n",
    "transformers": "from transformers import *\noptimizer = AdamW(params, lr={rate})\n",
}

REFUSED = {
    "ChainedScheduler([StepLR(optimizer, step_size=10), CosineAnnealingLR(optimizer, T_max=40)])",
    "ChainedScheduler([SequentialLR(optimizer, [LinearLR(optimizer, total_iters=4), "
    "ConstantLR(optimizer, total_iters=3)], milestones=[4]), MultiStepLR(optimizer, milestones=[9, 20])])",
    "optax.piecewise_constant_schedule(1.0, None)",
}
"""Rows that hold only as far as they are compared, and None where a list is asked for."""

ROWS = [(f, row) for f in HEADS for row in pairs(f) if "_momentum(" not in row["symsched"]]


def ids(value: Any) -> str:
    return value if isinstance(value, str) else value["symsched"]


@pytest.mark.parametrize(("framework", "row"), ROWS, ids=ids)
def test_a_text_of_a_framework_is_its_entry(framework: str, row: dict[str, Any]) -> None:
    source = HEADS[framework].format(rate=row.get("rate", 0.1)) + row[framework]
    if row[framework] in REFUSED:
        with pytest.raises(ss.ScheduleError):
            imported(source)
        return
    schedule = imported(source)
    assert "\n" not in str(schedule)
    ours, written = ss.parse(str(schedule)).compile("python"), ss.parse(row["symsched"]).compile("python")
    steps = (*range(min(row.get("steps", 61), 200)), 1000, 10**6)
    agree(map(ours, steps), map(written, steps), Case(row[framework], str(schedule), steps))


@pytest.mark.parametrize("name", sorted(n for n in foreign.originals() if n.partition(".")[0] in HEADS))
def test_arguments_by_position_are_those_of_the_original(name: str) -> None:
    original = foreign.originals()[name]
    package, _, last = original.path.rpartition(".")
    parameters = list(inspect.signature(getattr(import_module(package), last)).parameters)
    assert list(original.arguments) == parameters[: len(original.arguments)]


T = "from torch.optim.lr_scheduler import *\n"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("optim.lr_scheduler.OneCycleLR(max_lr=0.1, total_steps=1000)", "torch.OneCycleLR(0.1, total_steps=1000)"),
        ("optim.lr_scheduler.StepLR(optimizer, 30)", "torch.StepLR(lr, step_size=30)"),
        ("import torch.optim.lr_scheduler as s\ns.StepLR(o, 30)", "torch.StepLR(lr, step_size=30)"),
        ("from torch.optim import lr_scheduler as s\nx = s.StepLR(o, 30)", "torch.StepLR(lr, step_size=30)"),
        ("from torch.optim.lr_scheduler import StepLR as S\nS(o, 30)", "torch.StepLR(lr, step_size=30)"),
        ("s = torch.optim.lr_scheduler\ns.StepLR(o, 30)", "torch.StepLR(lr, step_size=30)"),
        ("try:\n    from torch.optim.lr_scheduler import StepLR\nfinally:\n    pass\nStepLR(o, 3)", "torch.StepLR(lr, "
         "step_size=3)"),
        (T + "StepLR(torch.optim.SGD(p, 0.2), args.every)", "torch.StepLR(0.2, step_size=every)"),
        (T + "StepLR(build(model, lr=0.1), 3)", "torch.StepLR(lr, step_size=3)"),
        (T + "StepLR(mine.Adam(p, 0.9, 0.1), 3)", "torch.StepLR(lr, step_size=3)"),
        (T + "StepLR(SGD(*given, 0.1), 3)", "torch.StepLR(lr, step_size=3)"),
        (T + "StepLR(optimizer=Adam(p, lr=cfg.train.lr), step_size=2*n)", "torch.StepLR(lr, step_size=2*n)"),
        (T + "OneCycleLR(optimizer, args.lr, args.epochs*args.n)", "torch.OneCycleLR(lr, total_steps=epochs*n)"),
        (T + "lr = 0.1\no = SGD(p, lr=lr)\nlr = 0.2\nStepLR(o, 30)", "torch.StepLR(0.1, step_size=30)"),
        (T + "lr = 0.1\nlr = lr*2\nStepLR(SGD(p, lr), 30)", "torch.StepLR(0.1*2, step_size=30)"),
        (T + "a, b = 0.1, 3\nc: float = a\nStepLR(SGD(p, c), b)", "torch.StepLR(0.1, step_size=3)"),
        (T + "o = SGD(p, 0.1)\nfor x in range(9):\n    print(x)\nwith f() as g: pass\nStepLR(o, 3)  # end",
         "torch.StepLR(0.1, step_size=3)"),
        (T + "m = 'triangular2'\nCyclicLR(o, 0.1, 0.2, mode=m)", "torch.CyclicLR(0.1, max_lr=0.2, mode=triangular2)"),
        ("from math import pi, sqrt\noptax.constant_schedule(sqrt(pi)*np.pi // 2 % 3 - 1 ** +x)",
         "optax.constant_schedule(mod(floor(sqrt(pi)*pi/2), 3) - 1**x)"),
        ("optax.sgd(learning_rate=optax.constant_schedule(1.0))", "optax.constant_schedule(1)"),
        ("s = optax.cosine_decay_schedule(1.0, 9)\noptax.adamw(s)", "optax.cosine_decay_schedule(1, decay_steps=9)"),
        ("optax.sgdr_schedule([dict(init_value=0, peak_value=1, warmup_steps=2, decay_steps=9)])",
         "optax.sgdr_schedule([optax.warmup_cosine_decay_schedule(0, peak_value=1, warmup_steps=2, decay_steps=9)])"),
    ],
)  # fmt: skip
def test_a_script_is_the_schedule_that_its_last_line_makes(source: str, text: str) -> None:
    assert str(imported(source)) == text
    assert str(imported(source.replace("\n", "\r\n"))) == text


def run(source: str) -> list[float]:
    """The rates of a script that is run for real."""
    torch = import_module("torch")
    names = {"torch": torch, "model": torch.nn.Linear(1, 1)}
    *lines, last = source.split("\n")
    exec("\n".join([*lines, f"scheduler = {last}"]), names)  # noqa: S102 (a text of ours)
    values = []
    for step in range(30):
        if step > 0:
            names["scheduler"].step()
        values.append(names["scheduler"].optimizer.param_groups[0]["lr"])
    return values


@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")
@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step:UserWarning")
@pytest.mark.parametrize(
    "lines",
    [
        # OneCycleLR, and CyclicLR where it is first, leave their start to what is made after them.
        "a = StepLR(o, 3)\nb = OneCycleLR(o, 0.3, 60)\nSequentialLR(o, [a, b], [9])",
        "b = OneCycleLR(o, 0.3, 60)\na = StepLR(o, 3)\nSequentialLR(o, [a, b], [9])",
        "b = OneCycleLR(o, 0.3, 60)\na = StepLR(o, 3)\nSequentialLR(o, [b, a], [9])",
        "a = CyclicLR(o, 0.01, 0.2, 4)\nb = StepLR(o, 3)\nSequentialLR(o, [b, a], [9])",
        "b = StepLR(o, 3)\na = CyclicLR(o, 0.01, 0.2, 4)\nSequentialLR(o, [b, a], [9])",
        "SequentialLR(o, [SequentialLR(o, [ExponentialLR(o, 0.9), StepLR(o, 3)], [9]), LinearLR(o)], [15])",
        "ChainedScheduler([SequentialLR(o, [LinearLR(o), StepLR(o, 3)], [5])])",
        "warm = LinearLR(o, 0.1, 1.0, 5)\nChainedScheduler([warm, CosineAnnealingLR(o, 20)])",
    ],
)
def test_a_script_has_the_rates_of_its_run(lines: str) -> None:
    source = f"from torch.optim.lr_scheduler import *\no = torch.optim.SGD(model.parameters(), 0.1, 0.9)\n{lines}"
    steps = tuple(range(30))
    agree(map(imported(source).compile("python"), steps), run(source), Case(source, "", steps))


RUN = "this would have to be run"
NONE = "this has no counterpart in the language"


@pytest.mark.parametrize(
    ("source", "title", "marked"),
    [
        (T + "StepLR(o, len(loader))", RUN, "len(loader)"),
        (T + "x = 'ä日本'; StepLR(o,\n\tint(3.5))", RUN, "int(3.5)"),
        (T + "n = f(1)\nStepLR(o, n)", RUN, "f(1)"),
        (T + "StepLR(o, cfg['n'])", NONE, "cfg['n']"),
        (T + "StepLR(o, '30')", NONE, "'30'"),
        (T + "StepLR(o, 3 if x else 4)", "this is no comparison", "x"),
        (T + "StepLR(o, f().n)", RUN, "f().n"),
        (T + "StepLR(o, *rest)", "`*` would have to be run", "StepLR(o, *rest)"),
        (T + "StepLR(o, **rest)", "`*` would have to be run", "StepLR(o, **rest)"),
        (T + "StepLR(o, 3, step_size=4)", "`step_size` is given twice", "4"),
        (T + "StepLR(o, a.n, b.n)", "`b.n` and `a.n` would both become the parameter `n`", "b.n"),
        (T + "StepLR(o, t)", "`t` cannot be the name of a parameter", "t"),
        (T + "n = 3\nif x:\n    n = 4\nStepLR(o, n)", RUN, "n"),
        (T + "n = 3\nn += 1\nStepLR(o, n)", RUN, "n"),
        (T + "for n in x: pass\nStepLR(o, n)", RUN, "n"),
        (T + "y = (n := 3)\nStepLR(o, n)", RUN, "n"),
        (T + "def StepLR(o, n): pass\nStepLR(o, 3)", RUN, "StepLR"),
        (T + "class StepLR: pass\nStepLR(o, 3)", RUN, "StepLR"),
        (T + "o = SGD(p, 0.1)\no.param_groups[0]['lr'] = 3\nStepLR(o, 3)", RUN, "o"),
        (T + "o = SGD(p, 0.1)\nfor g in o.param_groups: g['lr'] = 3\nStepLR(o, 3)", RUN, "o"),
        (T + "o = SGD([{'params': p, 'lr': 1}], 0.1)\nStepLR(o, 3)", "the parameter groups have rates of their own",
         "SGD([{'params': p, 'lr': 1}], 0.1)"),
        (T + "o = SGD(p, 0.1)\na = LinearLR(o)\nb = StepLR(o, 3)", "this scheduler changes the same optimizer",
         "LinearLR(o)"),
        (T + "a = StepLR(o, 3)\nSequentialLR(o, [a, a], [5])", "one scheduler stands in two places of a composition",
         "SequentialLR(o, [a, a], [5])"),
        (T + "ChainedScheduler([StepLR(o, 3), SWALR(o, 0.1)])", "SWALR cannot become a schedule here: in a "
         "ChainedScheduler it sets the value, whatever the others did", "SWALR(o, 0.1)"),
        (T + "SequentialLR(o, [OneCycleLR(o, 1, 9), OneCycleLR(o, 1, 9)], [9])",
         "each OneCycleLR changes the rates of the others",
         "SequentialLR(o, [OneCycleLR(o, 1, 9), OneCycleLR(o, 1, 9)], [9])"),
        ("lr_scheduler.ReduceLROnPlateau(o)", "`lr_scheduler.ReduceLROnPlateau` cannot become a schedule: its curve "
         "depends on a metric", "lr_scheduler.ReduceLROnPlateau"),
        ("get_scheduler('cosine', o, 5, 10)", "`get_scheduler` cannot become a schedule: it looks another one up by "
         "its name: write that one, such as get_linear_schedule_with_warmup", "get_scheduler"),
        ("StepLR(o, 30)", "`StepLR` is a name in 2 libraries", "StepLR"),
        ("torch.optim.StepRL(o, 30)", "`torch.optim.StepRL` has no counterpart in the language", "torch.optim.StepRL"),
        ("from .lr_scheduler import StepLR\nStepLR(o, 3)", "`.lr_scheduler.StepLR` has no counterpart in the language",
         "StepLR"),
        ("import mine as x\nx.StepLR(o, 3)", "`mine.StepLR` has no counterpart in the language", "x.StepLR"),
        ("torch.optim.lr_scheduler.StepLR(o, step_siz=3)", "`torch.StepLR` has no argument `step_siz`",
         "torch.optim.lr_scheduler.StepLR(o, step_siz=3)"),
        (T + "SequentialLR(o, [StepLR(o), LinearLR(o)], [3])", "`torch.StepLR` needs `step_size`", "StepLR(o)"),
        (T + "x = CyclicLR(o)", "`torch.CyclicLR` needs `base_lr`", "CyclicLR(o)"),
        ("x = 1\nfor i in x: pass", "the last line makes no schedule", "for i in x: pass"),
        ("x = 1\n  y = 2", "this is not Python", " "),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_would_have_to_be_run_is_refused_in_its_place(source: str, title: str, marked: str, ends: str) -> None:
    source = source.replace("\n", ends)
    with pytest.raises(ss.ScheduleError) as caught:
        imported(source)
    assert (caught.value.title, caught.value.source) == (title, source)
    if title != "this is not Python":
        assert source[slice(*caught.value.span)] == marked.replace("\n", ends)


HOSTILE = {
    "a call": "__import__('os').system('touch {file}')",
    "an argument": "optax.constant_schedule(open('{file}', 'w'))",
    "a lambda": "(lambda: open('{file}', 'w'))()",
    "a walrus": "optax.constant_schedule((x := open('{file}', 'w')))",
    "an f-string": "optax.constant_schedule(f\"{{open('{file}', 'w')}}\")",
    "a decorator": "@open('{file}', 'w')\ndef f(): pass",
    "a default": "def f(x=open('{file}', 'w')): pass\nf(1)",
    "a comprehension": "[open('{file}', 'w') for x in [1]]",
    "an attribute": "optax.constant_schedule(().__class__.__base__)",
    "parentheses": "(" * 30_000 + ")" * 30_000,
    "minus signs": "-" * 60_000 + "1",
    "attributes": "a." * 30_000 + "b",
    "a long sum": "1" + "+1" * 30_000,
    "calls": "abs(" * 90 + "1" + ")" * 90,
    "lists": "optax.join_schedules(" + "[" * 80 + "]" * 80 + ", [])",
    "doubling": "b0 = 1\n" + "\n".join(f"b{i + 1} = b{i} + b{i}" for i in range(300)) + "\nb300",
    "many lines": "x = 1\n" * 10_000 + "x + y()",
    "a tower": "optax.constant_schedule(10**10**10)",
    "digits": "9" * 5000,
    "fewer digits": "optax.constant_schedule(" + "9" * 4000 + ")",
    "infinity": "optax.constant_schedule(1e999)",
    "quotes": "optax.constant_schedule('a\"); b(')",
    "words": "torch.optim.lr_scheduler.CyclicLR(o, 1, 2, mode='a); b(')",
    "a null": "x\0y",
    "a surrogate": "\ud800",
    "nothing": "",
    "a comment": "# StepLR(o, 3)",
    "too much": "x" * 70_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_is_run_and_all_is_refused_at_once(name: str, tmp_path: Path) -> None:
    file = tmp_path / "made"
    source = HOSTILE[name].replace("{file}", file.as_posix()).replace("{{", "{").replace("}}", "}")
    start = time.process_time()
    with pytest.raises(ss.ScheduleError) as caught:
        imported(source)
    assert str(caught.value)
    assert time.process_time() - start < 5
    assert not file.exists()


CALLS = [o.path for n, o in foreign.originals().items() if n.partition(".")[0] in HEADS]
NAMES = st.sampled_from(
    ["o", "x", "lr", "t", "a.b", "math.pi", "None", "True", "3", "0.5", "-1", "'cos'", "1e-3", "1e999"]
)
VALUES = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "*", "/", "**", "//", "%", "<", " if x else ", ":="]), inner).map(
            "".join
        ),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.tuples(inner, inner).map(lambda pair: f"{{{pair[0]}: {pair[1]}}}"),
        st.tuples(st.sampled_from([*CALLS, "max", "dict", "len", "torch.optim.SGD"]), st.lists(inner, max_size=4)).map(
            lambda call: f"{call[0]}({', '.join(call[1])})"
        ),
    ),
    max_leaves=8,
)
LINES = st.one_of(
    st.tuples(st.sampled_from(["x", "o", "lr"]), VALUES).map(" = ".join),
    VALUES,
    st.just("for x in o: lr = 3"),
    st.text(),
)


@given(st.lists(LINES, min_size=1, max_size=4).map("\n".join))
def test_any_text_is_a_schedule_or_a_schedule_error(source: str) -> None:
    try:
        schedule = imported(source)
    except ss.ScheduleError as error:
        assert str(error)  # noqa: PT017 (either is right)
    else:
        assert ss.parse(str(schedule)) == schedule
