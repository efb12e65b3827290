"""Formulas in LaTeX and for terminals: what they look like, and that they mean the schedule."""

from __future__ import annotations

import importlib.util
import math
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import sympy
from calls import examples

import symsched as ss
from symsched import tree
from symsched.api import backend as load
from symsched.backends.typeset import STYLES

FOLDER = Path(__file__).parent / "formulas"
CASES: list[dict[str, str]] = tomllib.loads((FOLDER / "textbook.toml").read_text(encoding="utf-8"))["case"]
NOTATIONS = ("latex", "unicode")

_spec = importlib.util.spec_from_file_location("formula_reader", FOLDER / "reader.py")
assert _spec is not None
assert _spec.loader is not None
reader: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reader)


def printed(source: str, notation: str, **options: Any) -> str:
    text: str = load(notation).emit(ss.parse(source), **options)
    return text


def case_id(case: dict[str, str]) -> str:
    return case["source"] + (" (symbolic)" if "style" in case else "")


# What it looks like


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_formula_is_the_one_in_the_table(case: dict[str, str], notation: str) -> None:
    assert printed(case["source"], notation, style=case.get("style", "cases")) == case[notation]


def test_the_left_side_and_the_letter_of_the_step() -> None:
    assert printed("linear(1, 100)[:50] >> 2", "latex", symbol=r"\eta(k) =", time="k") == (
        r"\eta(k) = \begin{cases} 1 - \frac{k}{100} & 0 \le k < 50 \\ 2 & k \ge 50 \end{cases}"
    )
    assert printed("t**2", "latex", time="tau") == r"\tau^{2}"
    assert printed("linear(1, 100)", "unicode", symbol="η(t) =") == (
        "η(t) = ⎧ 1 - t/100   0 ≤ t < 100\n       ⎩ 0               t ≥ 100"
    ).replace("-", "\N{MINUS SIGN}")


@pytest.mark.parametrize(
    ("name", "latex", "unicode"),
    [
        ("peak", r"\mathrm{peak}", "peak"),
        ("W", "W", "W"),
        ("eta_max", r"\eta_{\max}", "η_max"),
        ("T_0", "T_{0}", "T₀"),
        ("d_model", r"d_{\mathrm{model}}", "d_model"),
        ("beta1", r"\beta_{1}", "β₁"),
        ("x_1_i", "x_{1, i}", "x_1,i"),
        ("weight_decay", r"\mathrm{weight\_decay}", "weight_decay"),
        ("Omega_mu", r"\Omega_{\mu}", "Ω_μ"),
        ("lambda", r"\lambda", "λ"),
    ],
)
def test_names_are_letters(name: str, latex: str, unicode: str) -> None:
    assert (printed(name, "latex"), printed(name, "unicode")) == (latex, unicode)


@pytest.mark.parametrize(
    ("number", "latex"),
    [
        ("1e-3", "10^{-3}"), ("3e-4", r"3 \cdot 10^{-4}"), ("0.05", "0.05"), ("0.5", "0.5"), ("1000", "1000"),
        ("10500", r"10\,500"), ("1e4", "10^{4}"), ("1234567.5", r"1\,234\,567.5"), ("2.5M", r"2.5 \cdot 10^{6}"),
        ("1/3", r"\frac{1}{3}"), ("-1/3", r"-\frac{1}{3}"), ("1/1024", r"\frac{1}{1024}"), ("-2", "-2"), ("0", "0"),
        ("6.25e-5", r"6.25 \cdot 10^{-5}"), ("1/3**60", r"2.35898248759 \cdot 10^{-29}"), ("1e300", "10^{300}"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_a_person_writes_them(number: str, latex: str) -> None:
    assert printed(number, "latex") == latex


def test_a_cycle_gets_letters_that_the_schedule_does_not_use() -> None:
    text = printed("i*repeat(linear(T_j, 10), stretch=2)", "latex")
    assert r"1 - \frac{t_{k}}{T_{k}}" in text
    assert r"k = \left\lfloor" in text


def test_lines_fit_a_terminal() -> None:
    text = printed("onecycle(peak_value, total_steps) * (1 + 0.001*sin(2*pi*t/period_length))", "unicode")
    assert max(map(len, text.splitlines())) <= 80


# What it means


VALUES = {"peak": 0.3, "T": 700.0, "W": 200.0, "total": 2000.0, "eta_0": 0.2, "beta1": 0.01, "weight_decay": 0.1}
LETTERS = {"eta_0": "η₀", "beta1": "β₁"}


@pytest.mark.parametrize(
    "case", [c for c in CASES if "bezier" not in c["source"] and "{" not in c["unicode"]], ids=case_id
)
def test_a_formula_has_the_values_of_the_schedule(case: dict[str, str]) -> None:
    schedule = ss.parse(case["source"])
    given = {p.name: VALUES[p.name] for p in schedule.parameters}
    letters = {LETTERS.get(name, name): value for name, value in given.items()}
    ends = [float(b.doit().subs({p: given[p.name] for p in schedule.parameters})) for b in schedule.breakpoints]
    last = ends[-1] - 1 if case.get("style") and "T = " in case["unicode"] and ends else 12_000
    for t in sorted({0.5, 3, 33, 77, 101, 137, 550, 1333, 2500, 9001, *(e - 1 for e in ends), *(e + 1 for e in ends)}):
        if t <= last:
            found = reader.value(case["unicode"], {"t": float(t), **letters})
            assert math.isclose(found, schedule(t, **given), rel_tol=1e-5, abs_tol=1e-9), t


# Every entry of the library


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("source", examples().values())
def test_every_entry_of_the_library_prints(source: str, style: str) -> None:
    assert_balanced(printed(source, "latex", style=style))
    assert printed(source, "unicode", style=style)
    assert printed(source, "ascii", style=style).isascii()


def assert_balanced(text: str) -> None:
    """Braces, environments and the pairs of `left` and `right` close in the order in which they open."""
    stack: list[str] = []
    for mark in re.findall(r"\\begin\{\w+\}|\\end\{\w+\}|\\left\b|\\right\b|\\[a-zA-Z]+|\\.|[{}]", text):
        if mark == "{" or mark == r"\left" or mark.startswith(r"\begin"):
            stack.append(mark)
        elif mark == "}":
            assert stack.pop() == "{"
        elif mark == r"\right":
            assert stack.pop() == r"\left"
        elif mark.startswith(r"\end"):
            assert stack.pop() == mark.replace("end", "begin")
    assert not stack


@pytest.mark.parametrize("text", [r"\frac{1}{2", r"\left( { \right) }", r"\begin{cases} \end{array}"])
def test_the_check_for_balance_finds_what_is_not(text: str) -> None:
    with pytest.raises(AssertionError):
        assert_balanced(text)


# Refusals and bounds


def test_an_unknown_style_is_named() -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        printed("t", "latex", style="case")
    assert str(caught.value) == "unknown style `case`\n\nHint: did you mean `cases`?"


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_node_outside_the_table_is_refused(notation: str) -> None:
    class Stranger:
        expr = sympy.gamma(tree.t)
        parameters = ()

    with pytest.raises(ss.ScheduleError) as caught:
        load(notation).emit(Stranger())
    assert str(caught.value) == f"{notation} cannot express `gamma`"


@pytest.mark.parametrize("name", [r"\input", "a b", "", "x$", "é"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    class Stranger:
        expr = sympy.Symbol(name)
        parameters = ()

    with pytest.raises(ss.ScheduleError):
        load("latex").emit(Stranger())


@pytest.mark.parametrize(
    "source",
    [
        " >> ".join(f"linear({i + 1}, {10 + i})" for i in range(1000)),
        " >> ".join(f"linear({i + 1}, W)" for i in range(300)),
        "1/(1 + " * 31 + "t" + ")" * 31,
        "2**" * 60 + "t",
        "where(t < W, 1, 2*" * 20 + "t" + ")" * 20,
        "warmup_to(linear, 5, " * 20 + "cosine(1, 1000)" + ")" * 20,
    ],
    ids=["stages", "symbolic stages", "fractions", "powers", "choices", "warm-ups"],
)
def test_large_trees_print(source: str) -> None:
    schedule = ss.parse(source)
    limit = sys.getrecursionlimit()
    for notation in NOTATIONS:
        assert load(notation).emit(schedule)
    assert sys.getrecursionlimit() == limit
