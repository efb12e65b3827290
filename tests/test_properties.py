"""What holds for every program, on programs drawn from the grammar."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from conftest import Arrays, arrays_of, backends
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import POSITIVE, Program, Stage, as_stage, chains, number, programs, stages

import symsched as ss

QUICK = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def many(examples: int) -> settings:
    return settings(QUICK, max_examples=examples)


def steps_of(duration: Fraction | None) -> list[float]:
    """Steps in and around a schedule, most of them whole."""
    end = 40.0 if duration is None else float(duration)
    inside = [end * i / 7 for i in range(8)]
    whole = sorted({math.floor(t) for t in inside} | {0, 1, 2, 3})
    return [*whole, 0.25, 2.5, end, end + 1, end + 1000, 1e9]


def function_of(program: Program, backend: str = "python") -> Callable[..., Any]:
    return ss.parse(program.text).bind(**dict(program.bindings)).compile(backend)


def assert_close(values: Any, expected: Any, ulps: float = 256) -> None:
    """Equal but for rounding, at the size of the largest value."""
    values, expected = (np.asarray(v, dtype=np.float64) for v in (values, expected))
    size = 1 + np.abs(expected[np.isfinite(expected)]).max(initial=0)
    np.testing.assert_allclose(values, expected, rtol=0, atol=ulps * 2.3e-16 * size)


@many(250)
@given(programs())
def test_a_program_means_a_finite_number_at_every_step(program: Program) -> None:
    schedule = ss.parse(program.text)
    assert {p.name for p in schedule.parameters} <= {name for name, _ in program.bindings}
    function = function_of(program)
    assert all(math.isfinite(function(t)) for t in steps_of(program.duration))


@many(30)
@given(programs())
def test_backends_agree(program: Program) -> None:
    steps = steps_of(program.duration)
    expected = [function_of(program)(t) for t in steps]
    for backend in backends():
        function = function_of(program, backend)
        assert_close([function(t) for t in steps[:4]], expected[:4])
        arrays: Arrays | None = arrays_of(backend)
        if arrays is not None:
            with arrays.wide():
                assert_close(function(arrays.make(np.array(steps))), expected)


@many(120)
@given(programs())
def test_a_parameter_given_late_is_a_parameter_bound_early(program: Program) -> None:
    late = ss.parse(program.text).compile("python")
    names = {p.name for p in ss.parse(program.text).parameters}
    given_late = {name: value for name, value in program.bindings if name in names}
    early = function_of(program)
    steps = steps_of(program.duration)
    assert_close([late(t, **given_late) for t in steps], [early(t) for t in steps])


@many(250)
@given(programs())
def test_canonical_text_is_a_fixed_point(program: Program) -> None:
    schedule = ss.parse(program.text)
    again = ss.parse(str(schedule))
    assert again == schedule
    assert str(again) == str(schedule)
    assert again.expr == schedule.expr
    assert again.duration == schedule.duration
    assert str(schedule).isascii()
    assert "\n" not in str(schedule)


@many(120)
@given(programs())
def test_a_schedule_is_a_value(program: Program) -> None:
    schedule = ss.parse(program.text)
    for other in (pickle.loads(pickle.dumps(schedule)), copy.deepcopy(schedule), copy.copy(schedule)):  # noqa: S301
        assert other == schedule
        assert hash(other) == hash(schedule)
        assert repr(other) == repr(schedule)
    assert eval(repr(schedule), {"Schedule": ss.Schedule}) == schedule  # noqa: S307 (a repr is Python)


@many(250)
@given(programs())
def test_durations_add_up(program: Program) -> None:
    duration = ss.parse(program.text).bind(**dict(program.bindings)).duration
    if program.duration is None:
        assert duration == math.inf
    else:
        assert duration == program.duration


@many(150)
@given(programs())
def test_nothing_happens_before_the_start_and_past_the_end(program: Program) -> None:
    function = function_of(program)
    assert function(-1) == function(-0.5) == function(-1e9) == function(0)
    if program.duration is not None:
        end = float(program.duration)
        assert function(end) == function(end + 0.25) == function(end + 1) == function(1e9) == function(2**40)


@many(120)
@given(chains(stages(3), 3, 5), st.data())
def test_chains_are_associative(parts: list[Stage], data: st.DataObject) -> None:
    i = data.draw(st.integers(1, len(parts) - 2))
    j = data.draw(st.integers(i + 1, len(parts) - 1))
    a, b, c = (" >> ".join(p.text for p in group) for group in (parts[:i], parts[i:j], parts[j:]))
    flat, left, right = (
        ss.parse(text) for text in (f"{a} >> {b} >> {c}", f"(({a}) >> ({b})) >> ({c})", f"{a} >> (({b}) >> ({c}))")
    )
    named = ss.parse(f"whole = {b} >> {c}; {a} >> whole")
    called = ss.parse(f"f(s) = {a} >> s; f({b} >> {c})") if "prev" not in {parts[i].ends} else flat
    assert left == right == flat
    duration = sum((p.duration for p in parts), Fraction(0))
    assert flat.duration == named.duration == called.duration == duration
    steps = steps_of(duration)
    expected = [flat(t) for t in steps]
    for other in (left, right, named, called):
        assert_close([other(t) for t in steps], expected)


@many(100)
@given(chains(stages(3), 3, 3, backwards=False))
def test_python_operators_build_what_the_text_says(parts: list[Stage]) -> None:
    a, b, c = (ss.parse(p.text) for p in parts)
    assert (a >> b) >> c == a >> (b >> c) == ss.parse(" >> ".join(p.text for p in parts))
    assert 2 * a + b - 1 == ss.parse(f"2*({parts[0].text}) + ({parts[1].text}) - 1")
    assert -(a * b) / 3 == ss.parse(f"-(({parts[0].text})*({parts[1].text}))/3")
    assert a[1:3] == ss.parse(f"({parts[0].text})[1:3]")
    assert (a >> b >> c).duration == sum((p.duration for p in parts), Fraction(0))


@many(100)
@given(stages(4))
def test_backwards_twice_is_forwards(stage: Stage) -> None:
    there, back = ss.parse(stage.text), ss.parse(f"reverse(reverse({stage.text}))")
    assert back.duration == there.duration == stage.duration
    steps = steps_of(stage.duration)
    assert_close([back(t) for t in steps], [there(t) for t in steps])


@many(100)
@given(stages(4))
def test_backwards_runs_through_the_same_values(stage: Stage) -> None:
    there, back = ss.parse(stage.text), ss.parse(f"reverse({stage.text})")
    odd = [t + 1 / 128 for t in range(int(stage.duration))]  # off every join
    assert_close([back(float(stage.duration) - t) for t in odd], [there(t) for t in odd])


@many(100)
@given(stages(4), st.integers(0, 20), st.integers(0, 20))
def test_a_slice_shows_a_piece(stage: Stage, begin: int, length: int) -> None:
    whole, piece = ss.parse(stage.text), ss.parse(f"({stage.text})[{begin}:{begin + length}]")
    assert piece.duration == length
    assert_close([piece(t) for t in range(length)], [whole(begin + t) for t in range(length)])


@many(80)
@given(stages(4).filter(lambda s: s.duration > 0))
def test_a_repetition_starts_over(stage: Stage) -> None:
    once, often = ss.parse(stage.text), ss.parse(f"repeat({stage.text}, 10**9)")
    d = float(stage.duration)
    steps = [t for t in (0, 0.25, d / 2, d - 0.125) if t < d]
    assert often.duration == stage.duration * 10**9
    for cycle in (0, 1, 5, 1000):
        assert_close([often(cycle * d + t) for t in steps], [once(t) for t in steps], ulps=1e6)


@many(80)
@given(stages(4), POSITIVE)
def test_a_delay_and_a_stretch_move_the_clock(stage: Stage, wait: Fraction) -> None:
    plain = ss.parse(stage.text)
    late, slow = ss.parse(f"delay({stage.text}, {number(wait)})"), ss.parse(f"stretch({stage.text}, 4)")
    steps = [float(t) for t in range(int(stage.duration) + 1)]
    assert_close([late(t + float(wait)) for t in steps], [plain(t) for t in steps])
    assert_close([slow(4 * t) for t in steps], [plain(t) for t in steps])


# What is wrong is refused, and nothing else happens


WORDS = """
    warmup hold decay cosine linear poly repeat reverse keyframes where at count item min f g u x t next prev rest pi
    inf true none total _p ( ( ( ) ) ) [ ] , , , : = = ; >> >> + - * / ** < <= == != 1 2 10 0 0.5 1e-3 5% 2ep 1k 1e400
    # shape.cosine torch.
"""
TOKENS = st.sampled_from([*WORDS.split(), "\n"])


def outcome(text: str) -> ss.ScheduleError | list[Any]:
    """The error of a text, or its values at some steps. Anything else that is raised fails the test."""
    try:
        schedule = ss.parse(text)
        function = schedule.bind(**{p.name: 3 for p in schedule.parameters}).compile("python")
    except ss.ScheduleError as error:
        return error
    assert ss.parse(str(schedule)) == schedule
    return [function(t) for t in (0, 2, 1e9)]


def behaves(text: str) -> None:
    """A text is a schedule that has values, or a `ScheduleError` that can be shown."""
    found = outcome(text)
    if isinstance(found, list):
        assert all(type(value) is float for value in found)
        return
    assert str(found).startswith(found.title)
    assert "__" not in found.title or "__" in text
    assert type(pickle.loads(pickle.dumps(found))) is ss.ScheduleError  # noqa: S301 (our own)
    if found.span is not None and found.source is not None:
        assert 0 <= found.span[0] <= found.span[1] <= len(found.source) + 1


@many(400)
@given(st.lists(TOKENS, max_size=14).map(" ".join))
def test_words_in_any_order_do_no_harm(text: str) -> None:
    behaves(text)


@many(300)
@given(st.text(max_size=60))
def test_any_text_does_no_harm(text: str) -> None:
    behaves(text)


@many(300)
@given(programs(), st.data())
def test_a_program_with_a_slip_does_no_harm(program: Program, data: st.DataObject) -> None:
    text = program.text
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 4))
        text = (
            text[:at]
            + data.draw(st.one_of(st.just(""), TOKENS, st.sampled_from("()[],:=+-*/%><#;\n .0")))
            + text[at + cut :]
        )
    behaves(text)


def test_the_strategies_draw_what_they_promise() -> None:
    assert as_stage([Stage("a", Fraction(1, 4)), Stage("b", Fraction(2))]) == Stage("(a >> b)", Fraction(9, 4))
    with pytest.raises(AssertionError):
        assert_close([1.0], [1.0 + 1e-12])
