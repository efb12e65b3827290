"""Schedules bound, joined and passed around in Python."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import sympy
from worked import failure, worked

import symsched as ss

# Binding


def test_binding_puts_definitions_in_front() -> None:
    schedule = ss.parse("warmup(linear, W) >> cosine(peak, 95%)")
    bound = schedule.bind(total=10_000, peak=1e-3)
    assert [p.name for p in schedule.parameters] == ["W", "peak", "total"]
    assert str(bound) == "total = 1e4; peak = 1e-3; warmup(linear, W) >> cosine(peak, 95%)"
    assert [p.name for p in bound.parameters] == ["W"]
    assert bound.bind(W=500) == ss.parse(str(bound.bind(W=500)))
    assert bound(5, W=10) == pytest.approx(5e-4)


def test_binding_in_steps_is_binding_at_once() -> None:
    schedule = ss.parse("linear(a, n, b)")
    assert (
        schedule.bind(a=1).bind(n=10).bind(b=2)(5)
        == schedule.bind(a=1, n=10, b=2)(5)
        == schedule(5, a=1, n=10, b=2)
        == 1.5
    )


def test_parameters_take_arrays() -> None:
    values = ss.parse("linear(a, 10, b)")(np.array([0, 5, 10]), a=1.0, b=2.0)
    assert values.tolist() == [1.0, 1.5, 2.0]


def test_a_parameter_that_is_a_keyword_is_bound_and_called() -> None:
    schedule = ss.parse("lambda*t")
    assert schedule.bind(**{"lambda": 3})(2) == 6
    assert schedule(2, **{"lambda": 3}) == 6
    assert schedule.compile("python")(2, lambda_=3) == 6


def test_a_parameter_may_be_called_self() -> None:
    assert ss.parse("self*2").bind(self=3)(0) == 6
    assert ss.parse("self*2")(0, self=3) == 6


# Joining


def test_clashing_definitions_are_renamed() -> None:
    one, two = ss.parse("a = 1; hold(5, a)"), ss.parse("a = 2; hold(5, a)")
    both = one >> two
    assert str(both) == "a = 1; a_2 = 2; hold(5, a) >> hold(5, a_2)"
    assert [both(t) for t in (0, 5)] == [1, 2]


def test_equal_definitions_are_shared() -> None:
    one, two = ss.parse("a = 1; hold(5, a)"), ss.parse("a = 1; linear(a, 5)")
    assert str(one >> two) == "a = 1; hold(5, a) >> linear(a, 5)"


def test_a_definition_never_catches_a_parameter_of_the_other_side() -> None:
    defined, free = ss.parse("a = 1; hold(5, a)"), ss.parse("hold(5, a)")
    assert [p.name for p in (defined >> free).parameters] == ["a"]
    assert [p.name for p in (free >> defined).parameters] == ["a"]
    assert (defined >> free)(6, a=7) == 7
    assert (free >> defined)(6, a=7) == 1


def test_a_function_of_one_side_never_catches_a_call_of_the_other() -> None:
    own, other = ss.parse("cosine(a, n) = hold(n, a); cosine(3, 5)"), ss.parse("cosine(1, 10)")
    assert [(own >> other)(t) for t in (0, 5, 10)] == pytest.approx([3, 1, 0.5])
    assert [(other >> own)(t) for t in (0, 5, 10)] == pytest.approx([1, 0.5, 3])


def test_a_shape_of_one_side_never_catches_a_shape_of_the_other() -> None:
    own, other = ss.parse("linear(u) = u**2; warmup(linear, 4, 0, 1)"), ss.parse("warmup(linear, 4, 0, 1)")
    assert [(own >> other)(t) for t in (2, 6)] == [0.25, 0.5]
    assert [(other >> own)(t) for t in (2, 6)] == [0.5, 0.25]


def test_an_argument_never_catches_a_name() -> None:
    inner = ss.parse("start = 5; hold(5, start)")
    assert str(ss.repeat(inner, 2)) == "start = 5; repeat(hold(5, start), 2)"
    assert ss.repeat(inner, 2)(7) == 5


# What a schedule is


def test_open_ends_are_closed_by_what_is_joined() -> None:
    tail = ss.decay("cosine", 10)
    assert (ss.hold(5, 2) >> tail)(10) == pytest.approx(1)
    assert pickle.loads(pickle.dumps(tail)) == tail  # noqa: S301 (our own)
    assert failure(lambda: tail(0)).title == failure(lambda: ss.parse("decay(cosine, 10)")).title


def test_schedules_are_values() -> None:
    assert len({worked(), ss.parse(str(worked())), ss.Schedule(" warmup(linear,500)>>cosine(0.001,10000)")}) == 1
    assert worked() != ss.linear(1, 10)
    assert worked() != str(worked())
    assert worked().breakpoints == (500, 10500)
    assert ss.parse("linear(a, 10)").parameters == (sympy.Symbol("a", real=True),)


def test_the_exact_tree_is_sympy() -> None:
    assert ss.Schedule("(1 + t)**2").expr.diff(ss.t).subs(ss.t, 3) == 8
    assert ss.parse("1/3").expr == sympy.Rational(1, 3)
    assert ss.parse("linear(1, 10)").duration == sympy.Integer(10)
    assert ss.parse("constant(1)").duration == sympy.oo
    assert ss.parse("3").duration is None


def test_a_plan_is_a_mapping_of_schedules() -> None:
    plan = ss.plan("_peak = 0.5; lr = cosine(_peak, T); weight_decay = 0.1*lr")
    assert list(plan) == ["lr", "weight_decay"]
    assert len(plan) == 2
    assert plan["lr"](0, T=10) == 0.5
    assert plan.bind(T=10)["weight_decay"](5) == pytest.approx(0.025)
    assert ss.plan(str(plan)) == plan
    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301 (our own)
    assert hash(ss.plan(str(plan))) == hash(plan)
    with pytest.raises(KeyError):
        plan["_peak"]


def test_the_callable_is_the_text_that_is_printed(backend: str) -> None:
    function = worked().compile(backend)
    assert function.source == worked().emit(backend) == ss.emit(str(worked()), backend)  # type: ignore[attr-defined]
    assert worked().compile(backend) is function
    assert "symsched" not in "".join(line for line in worked().emit(backend).splitlines() if "import" in line)


def test_backends_are_found() -> None:
    found = ss.available_backends()
    assert found == tuple(sorted(found))
    assert {"python", "numpy"} <= set(found)
