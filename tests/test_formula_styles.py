"""The styles of formulas: letters with a legend, a table of stages, and how many stages of many are printed."""

from __future__ import annotations

import math
from fractions import Fraction

import exact
import pytest
from calls import examples

import symsched as ss
from symsched import tree
from symsched.backends.choices import Row, laid_out
from symsched.backends.symbolic import symbolic

NOTATIONS = ("latex", "unicode", "ascii", "mathml")
CHAIN = "warmup(linear, 500) >> cosine(1e-3, 1e4)"
LINES = " >> ".join(f"linear({i}, 10)" for i in range(1, 30))
"""29 stages, and what stays after them."""


def letters(text: str) -> dict[str, str]:
    """The legend of a formula for a terminal."""
    lines = ss.emit(text, "unicode", style="symbolic").partition("where ")[2].replace(",\n", ", ").splitlines()
    return dict(part.strip().split(" = ") for line in lines for part in line.split(", "))


# Letters


def test_a_chain_has_letters_and_a_legend() -> None:
    assert ss.emit(CHAIN, "unicode", style="symbolic") == (
        "⎧ η_max · t/T₁                         0 ≤ t < T₁\n"
        "⎨ ½ η_max · (1 + cos(π(t − T₁)/T₂))   T₁ ≤ t < T₁ + T₂\n"  # noqa: RUF001 (the sign that is printed)
        "⎩ 0                                        t ≥ T₁ + T₂\n"
        "where T₁ = 500, η_max = 10⁻³, T₂ = 10⁴"
    )
    assert ss.parse(CHAIN).latex(style="symbolic") == (
        r"\begin{aligned} & \begin{cases} \eta_{\max} \frac{t}{T_{1}} & 0 \le t < T_{1} \\ "
        r"\frac{\eta_{\max}}{2}\left(1 + \cos \frac{\pi (t - T_{1})}{T_{2}}\right) & T_{1} \le t < T_{1} + T_{2} \\ "
        r"0 & t \ge T_{1} + T_{2} \end{cases} \\ "
        r"& \text{where } T_{1} = 500,\ \eta_{\max} = 10^{-3},\ T_{2} = 10^{4} \end{aligned}"
    )


def test_a_rate_that_parts_are_relative_to_is_divided_out() -> None:
    chained = "torch.ChainedScheduler(0.3, [linear(1, 10), linear(0.7, 10), linear(0.5, 10)])"
    first = ss.emit(chained, "ascii", style="symbolic").splitlines()[0]
    assert first == "eta_max_1*eta_max_2*eta_max_3*(1 - t/T_1)*(1 - t/T_2)*(1 - t/T_3)/eta^2"
    assert [ss.emit(f"{text} + t", "ascii") for text in ("a*b/a", "a/a", "2*a/a", "a*(1/a)/3", "-a/a", "1/a")] == [
        "b + t", "1 + t", "2 + t", "1/3 + t", "t - 1", "1/a + t",
    ]  # fmt: skip
    assert ss.emit("t*(1/t)", "ascii") == "t/t"  # which is no number at step 0


@pytest.mark.parametrize(
    ("text", "legend"),
    [
        ("cosine(1, 100) >> cosine(0.1, 50)", {"η_max,1": "1", "T₁": "100", "η_max,2": "0.1", "T₂": "50"}),
        ("T = 1e4; cosine(1e-3, T)", {"T": "10⁴", "η_max": "10⁻³"}),
        ("cosine(T, 100)", {"T₁": "100"}),  # the letter of the schedule's own stays free
        ("0.5*cosine(1e-3, 100) + 0.1", {"η_max": "10⁻³", "T": "100"}),
        ("repeat(linear(1, 10), 3)", {"η_max": "1", "T": "10"}),
        ("step_decay(0.1, 0.5, 30)[:90]", {"η₀": "0.1", "γ": "0.5", "k": "30"}),  # noqa: RUF001
        ("lr = 1e-3; fall = linear(lr, 9); hold(4, 1) >> fall", {"η₁": "10⁻³", "T₁": "9", "T₂": "4", "η₂": "1"}),
        ("total = 10k; warmup(linear, 5%) >> cosine(1e-3, rest)", {"T": "10⁴", "η_max": "10⁻³"}),
    ],
)
def test_each_number_of_a_call_or_a_definition_has_a_letter(text: str, legend: dict[str, str]) -> None:
    assert letters(text) == legend


@pytest.mark.parametrize("text", ["2*t", "min(t/500, 1)", "where(t < 10, 1, 0.1)", "sqrt(2)*t", "0.3"])
def test_other_numbers_stay_as_they_are_written(text: str) -> None:
    for notation in NOTATIONS:
        assert ss.emit(text, notation, style="symbolic") == ss.emit(text, notation)


def test_a_function_that_needs_the_number_itself_keeps_it() -> None:
    assert letters("item([0.3, 0.1], 1)*linear(1, 100)") == {
        "η_max": "1", "T": "100"
    }  # fmt: skip


def test_more_letters_than_a_reader_can_keep_apart_are_refused() -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        ss.emit(" >> ".join(["hold(10, 1)"] * 100), "latex", style="symbolic")
    assert str(caught.value) == (
        'style="symbolic" has a letter for each number, and this schedule has 200\n\n'
        'Hint: style="cases" and style="stages" print every schedule'
    )


def holds(row: Row, step: int, given: dict[str, Fraction]) -> bool:
    """Whether the condition of a row is true, or the row has not ended at a step."""
    if row.relation is not None:
        return bool(exact.value(row.relation, Fraction(step), given))
    if row.high is None:
        return True
    clock, high = (exact.number(exact.value(side, Fraction(step), given)) for side in (row.clock, row.high))
    return bool(clock < high)


@pytest.mark.parametrize(
    "text", [*(s for s in examples().values() if "bezier" not in s), CHAIN, "cosine(1, 100)*linear(1, 50) + 1"]
)
def test_letters_mean_the_schedule(text: str) -> None:
    """The row that holds at a step has the value of the schedule there."""
    schedule = ss.parse(text)
    call = symbolic(schedule)
    rows = laid_out(call.schedule.expr, call.known)
    open_ones = {p.name: Fraction(7, 2) for p in schedule.parameters}
    given = {**{name: tree.fraction(value) for name, value in call.values.items()}, **open_ones}
    for step in (0, 3, 33, 101, 150, 250, 450, 777, 1499, 2499):
        row = next(r for r in rows if holds(r, step, given))
        found = float(exact.number(exact.value(row.value, Fraction(step), given)))
        truth = schedule(step, **{name: float(value) for name, value in open_ones.items()})
        assert math.isclose(found, truth, rel_tol=1e-9, abs_tol=1e-12), step


# Tables


def test_a_table_has_a_row_for_each_stage() -> None:
    assert ss.emit(CHAIN, "ascii", style="stages", symbol="lr") == (
        "from step  to step  lr\n"
        "        0      500  1e-3*t/500\n"
        "      500    10500  1e-3/2*(1 + cos(pi*(t - 500)/1e4))\n"
        "    10500      inf  0"
    )
    assert ss.emit("hold(10, 1) >> 2", "latex", style="stages") == (
        r"\begin{array}{rrl} \text{from step} & \text{to step} & \text{value} \\ \hline "
        r"\rule[-1.3ex]{0pt}{4ex}0 & 10 & 1 \\ \rule[-1.3ex]{0pt}{4ex}10 & \infty & 2 \end{array}"
    )
    assert ss.emit("hold(W, 1) >> 2", "unicode", style="stages").splitlines()[1].split() == ["0", "W", "1"]
    assert ss.emit("where(t <= 10, 1, 2)", "ascii", style="stages").splitlines()[1:] == [
        "        0    <= 10  1",
        "     > 10      inf  2",
    ]


def test_a_choice_by_more_than_the_step_is_one_stage() -> None:
    assert len(ss.emit("triangular(0.1, 0.9, 300)", "ascii", style="stages").splitlines()) == 2


# Many stages


def test_of_many_stages_the_first_and_the_last_are_printed() -> None:
    lines = ss.emit(LINES, "unicode").splitlines()
    assert len(lines) == 11
    assert "⋮" in lines[8]
    assert lines[8].endswith("(20 more)")
    assert lines[-1].endswith("t ≥ 290")
    assert r" \\ \vdots & \text{(20 more)} \\ " in ss.emit(LINES, "latex")
    assert ss.emit(LINES, "ascii", style="stages").splitlines()[9].split()[-2:] == ["(20", "more)"]


@pytest.mark.parametrize(("rows", "lines"), [(2, 3), (5, 6), ("5", 6), (28, 29), (29, 30), (100, 30)])
def test_the_number_of_stages_is_an_option(rows: int | str, lines: int) -> None:
    assert len(ss.emit(LINES, "ascii", rows=rows).splitlines()) == lines
    assert len(ss.emit(LINES, "ascii", style="stages", rows=rows).splitlines()) == lines + 1


@pytest.mark.parametrize("rows", [1, 0, -3, "many", "1e3", 2.5, ""])
def test_a_number_of_stages_that_is_none_is_refused(rows: object) -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        ss.emit(LINES, "latex", rows=rows)
    assert str(caught.value) == f"`rows` is a number of stages, 2 or more, but this is `{rows}`"


# The left side


@pytest.mark.parametrize(
    ("symbol", "left"),
    [
        ("lr", r"\mathrm{lr}(k) = "), ("beta", r"\beta(k) = "), (r"\beta", r"\beta(k) = "),
        ("eta_max", r"\eta_{\max}(k) = "),
        (r"\hat{\eta}", r"\hat{\eta}(k) = "), (r"\eta_k =", r"\eta_k = "), ("", ""),
    ],
)  # fmt: skip
def test_a_symbol_stands_on_the_left(symbol: str, left: str) -> None:
    assert ss.parse("0.5*t").latex(symbol=symbol, time="k") == left + r"\frac{k}{2}"


def test_letters_are_those_of_the_symbol() -> None:
    text = ss.parse("cosine(0.9, 100)").latex(style="symbolic", symbol=r"\beta")
    assert text.startswith(r"\beta(t) = \frac{\beta_{\max}}{2}")
    assert r"\eta" not in text


# A line


def test_a_sum_that_is_wider_than_a_line_is_broken() -> None:
    text = " + ".join(f"0.{i}1*sin({i}*t/100)" for i in range(1, 12))
    printed = ss.emit(text, "latex")
    assert printed.startswith(r"\begin{aligned} & ")
    assert r" \\ & \quad {} + " in printed
    in_one_line = printed.replace(r"\begin{aligned} & ", "").replace(r" \end{aligned}", "")
    assert in_one_line.replace(r" \\ & \quad {}", "").count(" + ") == text.count(" + ")
    assert "<mtable" in ss.emit(text, "mathml")
