"""Functions of the step in Python text as schedules: they are what torch makes of the same text."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from comparison import Case, agree
from torch.optim import lr_scheduler

import symsched as ss
from symsched.importing import imported

HEAD = "from torch.optim.lr_scheduler import *\nopt = torch.optim.SGD(params, lr=3e-4)\n"
STEPS = 130

LAMBDAS = {
    "exponential": "lambda e: 0.95 ** e",
    "warm-up counted from 1": "lambda e: min(1.0, (e + 1) / 10)",
    "stairs": "lambda e: 0.1 ** (e // 30)",
    "what is left": "lambda e: 1 - (e % 7) / 7",
    "choices": "lambda step: 1 if step < 30 else 0.1 if step < 60 else 0.01",
    "not": "lambda step: 1 if not step < 30 else 0.5",
    "and, or": "lambda step: 1 if step < 10 or (20 <= step and step < 40) else 0.5",
    "between": "lambda step: 1 if 10 < step <= 20 else 0.5",
    "inverse root": "lambda s: min((s + 1) ** -0.5, (s + 1) * 40 ** -1.5)",
    "mathematics": "lambda s: 0.5 * (1 + math.cos(math.pi * min(s, 100) / 100))",
    "a list of one": "[lambda s: math.exp(-0.01 * s)]",
    "defaults": "lambda s, w=20, end=0.1: max(end, 1 - s / w)",
    "a casting": "lambda s: float(s) / float(max(1, 40))",
    "from the end": "lambda s: abs(s - 50) / 50",
}

FUNCTIONS = {
    "of transformers": """
warmup, total = 10, 100
def factor(current_step: int) -> float:
    '''Linear up, a cosine down.'''
    if current_step < warmup:
        return float(current_step) / float(max(1, warmup))
    progress = float(current_step - warmup) / float(max(1, total - warmup))
    return max(0.0, 0.5 * (1.0 + math.cos(math.pi * 0.5 * 2.0 * min(progress, 1.0))))
""",
    "ways that meet": """
def factor(step, low=0.25):
    if step < 20:
        k = step / 20
    elif step < 60:
        k = 1
    else:
        k = low
    k *= 2
    return k
""",
    "a way that ends": """
def factor(step):
    k: float = 0.5
    if step >= 7:
        return k
    else:
        k = step
    return k + 1
""",
    "one name after the other": """
def factor(step):
    x = step + 1
    x = x / 2
    step = x
    return step - 1 if step < 30 else x
""",
    "a name of the text": """
rate = 10
rate = rate * 2
def factor(e):
    pass
    return e * rate
other = 5
""",
}


def stepped(source: str) -> list[float]:
    """The rates of an optimizer that torch's scheduler of a text steps."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=3e-4)
    names: dict[str, Any] = {"LambdaLR": lr_scheduler.LambdaLR, "opt": optimizer, "math": math}
    exec(source, names)  # noqa: S102 (the text is above)
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        names["scheduler"].step()
    return rates


def check(source: str) -> None:
    schedule = imported(HEAD + source)
    text = str(schedule)
    steps = tuple(range(STEPS))
    agree(map(ss.parse(text).compile("python"), steps), stepped(source), Case(source, text, steps))


@pytest.mark.parametrize("function", LAMBDAS.values(), ids=LAMBDAS)
def test_a_lambda_is_the_factor_of_the_rate(function: str) -> None:
    check(f"scheduler = LambdaLR(opt, {function})")
    check(f"f = {function}\nscheduler = LambdaLR(optimizer=opt, lr_lambda=f, last_epoch=-1)")


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_is_the_factor_of_the_rate(function: str) -> None:
    check(f"{function}scheduler = LambdaLR(opt, factor)")


def test_a_function_is_a_schedule() -> None:
    assert imported("lambda step: 1e-3 * 0.5 ** (step / 1000)") == ss.parse("1e-3*0.5**(t/1000)")
    assert imported("def lr(step):\n    return 1 if step < 5 else scale") == ss.parse("where(t < 5, 1, scale)")


def test_names_that_stand_outside_are_not_the_step() -> None:
    assert imported(f"{HEAD}e = 3\nw = e*2\nLambdaLR(opt, lambda e: e*w)") == ss.parse("3e-4*(t*(3*2))")
    assert imported(f"{HEAD}w = e*2\nLambdaLR(opt, lambda e: e*w)") == ss.parse("3e-4*(t*(e*2))")


RUN = "this would have to be run"


@pytest.mark.parametrize(
    ("source", "title", "marked"),
    [
        ("LambdaLR(opt, f)", "this function would have to be run", "f"),
        ("LambdaLR(opt)", "`LambdaLR` needs `optimizer` and `lr_lambda`", "LambdaLR(opt)"),
        ("LambdaLR(opt, [lambda e: 1, lambda e: 2])", "this function would have to be run",
         "[lambda e: 1, lambda e: 2]"),
        ("LambdaLR(opt, lambda: 3)", RUN, "lambda: 3"),
        ("LambdaLR(opt, lambda e, f: 3)", RUN, "lambda e, f: 3"),
        ("LambdaLR(opt, lambda *e: 3)", RUN, "lambda *e: 3"),
        ("LambdaLR(opt, lambda e: int(e / 2))", RUN, "int(e / 2)"),
        ("LambdaLR(opt, lambda e: np.interp(e, xs, ys))", RUN, "np.interp(e, xs, ys)"),
        ("LambdaLR(opt, lambda e: e if e else 1)", "this is no comparison", "e"),
        ("def f(e):\n  if e < 3: return 1\nLambdaLR(opt, f)", RUN, "f"),
        ("def f(e):\n  if e < 3: k = 1\n  return k\nLambdaLR(opt, f)", RUN, "f"),
        ("def f(e):\n  for i in e: e = i\n  return e\nLambdaLR(opt, f)", RUN, "f"),
        ("def f(e):\n  print(e)\n  return e\nLambdaLR(opt, f)", RUN, "f"),
        ("def f(e):\n  if e < 9:\n    if e < 3: return 1\n    e = 2\n  return e\nLambdaLR(opt, f)", RUN, "f"),
        ("w = 3\ndef f(e):\n  return e * w\nw = 5\nLambdaLR(opt, f)", RUN, "w"),
        ("w = 3\nf = lambda e, v=w: e * v\nw = 5\nLambdaLR(opt, f)", RUN, "w"),
        ("@g\ndef f(e):\n  return e\nLambdaLR(opt, f)", RUN, "f"),
        ("def f(e):\n  return e\nf = g(f)\nLambdaLR(opt, f)", "this function would have to be run", "f"),
        ("a = StepLR(opt, 3)\nLambdaLR(opt, lambda e: e)", "this scheduler changes the same optimizer",
         "StepLR(opt, 3)"),
        ("a = LambdaLR(opt, lambda e: e)\nStepLR(opt, 3)", "this scheduler changes the same optimizer",
         "LambdaLR(opt, lambda e: e)"),
        ("SequentialLR(opt, [LambdaLR(opt, lambda e: e), StepLR(opt, 3)], [5])",
         "`LambdaLR` cannot become a schedule: its curve is a Python function", "LambdaLR"),
        ("import mine\nmine.LambdaLR(opt, lambda e: e)", "`mine.LambdaLR` cannot become a schedule: its curve is a "
         "Python function", "mine.LambdaLR"),
        ("MultiplicativeLR(opt, lambda e: e)", "`MultiplicativeLR` cannot become a schedule: its curve is a Python "
         "function", "MultiplicativeLR"),
    ],
)  # fmt: skip
def test_what_no_expression_says_is_refused(source: str, title: str, marked: str) -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        imported(HEAD + source)
    error = caught.value
    assert error.title == title
    assert error.span is not None
    assert (HEAD + source)[slice(*error.span)] == marked


GROWING = {
    "doubled": "  x = x + x\n" * 60,
    "branched": "  if x < 1: x = x + 1\n  else: x = 2*x\n" * 60,
    "returned": "  if x < 1: return 2\n" * 800,
    "long": f"  k = {'+'.join('x' * 7000)}\n",
}


@pytest.mark.parametrize("body", GROWING.values(), ids=GROWING)
def test_a_function_that_grows_is_refused_at_once(body: str) -> None:
    with pytest.raises(ss.ScheduleError, match=r"nested too deep|have to be run|makes no schedule"):
        imported(f"def f(x):\n{body}  return x")


def test_the_value_of_a_long_function_is_found() -> None:
    ways = "".join(f"  if x < {n}: return {n}\n" for n in range(1, 20))
    assert imported(f"def f(x):\n{ways}  return x")(7) == 8
