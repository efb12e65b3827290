"""The torch backend: tensors of any dtype and shape, gradients, one graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

import symsched as ss

WORKED = "warmup(linear, 500) >> cosine(1e-3, 1e4)"
LEARNT = {
    "warmup(linear, W) >> cosine(peak, T)": {"W": 10.0, "peak": 3.0, "T": 20.0},
    "warmup(sqrt, W) >> linear(2, 3, 1) >> decay(one_minus_sqrt, T)[1:] >> a": {"W": 6.0, "T": 8.0, "a": 0.5},
    "((1 - t/T)**0.5)[:T] >> peak": {"T": 10.0, "peak": 0.25},
    "hold(3, peak) >> circle(peak, T) >> hold(2)": {"peak": 2.0, "T": 5.0},
    "where(t < W, sqrt(W - t), peak*sqrt(t - W))": {"W": 5.0, "peak": 2.0},
    "repeat(cosine(peak, 4), 3, s) >> linear(peak, T)": {"peak": 2.0, "T": 7.0, "s": 1.5},
    "repeat(cosine(peak, T), stretch=2, scale=k)": {"peak": 2.0, "T": 4.0, "k": 0.5},
    "peak*inverse_sqrt(1, W)": {"peak": 2.0, "W": 4.0},
    "exponential(a, T, b)": {"a": 1.0, "T": 16.0, "b": 4.0},
    "keyframes(smoothstep, 0:a, W:b, T:0)": {"a": 1.0, "W": 5.0, "b": 3.0, "T": 15.0},
    "exponential_decay(peak, k, 5) + log(1 + W*t)": {"peak": 1.0, "k": 0.5, "W": 2.0},
    "reverse(warmup(poly(k), T, 1, 3))": {"k": 2.5, "T": 12.0},
}


@pytest.fixture(autouse=True)
def fresh_compiler() -> Iterator[None]:
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


def derivative(function: Callable[[float], float], at: float, width: float = 1e-4) -> float:
    """By differences of the fourth order."""
    outer = function(at + 2 * width) - function(at - 2 * width)
    return (8 * (function(at + width) - function(at - width)) - outer) / (12 * width)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_a_float_keeps_its_dtype(dtype: torch.dtype) -> None:
    steps = torch.tensor([0.0, 250.0, 500.0, 10496.0, 12000.0], dtype=dtype)
    values = ss.compile(WORKED, "torch")(steps)
    exact = torch.tensor([ss.parse(WORKED)(t) for t in steps.tolist()], dtype=torch.float64)
    assert values.dtype == dtype
    torch.testing.assert_close(values, exact.to(dtype), rtol=1e-15, atol=0)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.int16, torch.uint8])
def test_a_whole_number_gives_the_default_dtype(dtype: torch.dtype) -> None:
    values = ss.compile(WORKED, "torch")(torch.tensor([0, 250], dtype=torch.int64).clamp(max=127).to(dtype))
    assert values.dtype == torch.float32
    torch.testing.assert_close(values, torch.tensor([0.0, 127e-3 / 500]))


def test_a_large_step_is_exact_before_it_is_rounded() -> None:
    linear = ss.compile("linear(1, 2**40)", "torch")
    assert linear(torch.tensor(2**40 - 1)).item() == 2.0**-40
    assert linear(torch.tensor(2**40)).item() == 0
    assert linear(torch.tensor([2**24 + 1])).dtype == torch.float32


@pytest.mark.parametrize("shape", [(), (0,), (1,), (7,), (2, 3), (2, 0, 3), (1, 2, 3, 4)])
def test_the_shape_is_kept(shape: tuple[int, ...]) -> None:
    steps = torch.arange(torch.Size(shape).numel(), dtype=torch.float64).reshape(shape) * 700
    values = ss.compile(WORKED, "torch")(steps)
    assert values.shape == torch.Size(shape)
    assert values.flatten().tolist() == pytest.approx(
        [ss.parse(WORKED)(t) for t in steps.flatten().tolist()], rel=1e-14
    )


def test_the_device_is_kept() -> None:
    assert ss.compile(WORKED, "torch")(torch.zeros(3, device="meta")).device.type == "meta"


def test_a_number_gives_a_number_and_a_schedule_understands_a_tensor() -> None:
    assert ss.compile(WORKED, "torch")(250) == 0.0005
    assert type(ss.compile(WORKED, "torch")(250.0)) is float
    assert torch.is_tensor(ss.parse(WORKED)(torch.tensor(250)))


def test_a_tensor_parameter_gives_a_tensor() -> None:
    function = ss.compile("linear(peak, 10)", "torch")
    value = function(5, peak=torch.tensor(3.0, dtype=torch.float64))
    assert torch.is_tensor(value)
    assert value.item() == 1.5


def test_parameters_are_batched() -> None:
    function = ss.compile("linear(peak, 10)", "torch")
    values = function(torch.tensor([[0.0], [5.0]]), peak=torch.tensor([1.0, 2.0, 4.0]))
    assert values.tolist() == [[1.0, 2.0, 4.0], [0.5, 1.0, 2.0]]


def test_an_order_of_steps_does_not_matter() -> None:
    function = ss.compile("linear(1, 10) >> repeat(cosine(2, 7), stretch=2) ", "torch")
    steps = torch.randperm(1000, generator=torch.Generator().manual_seed(1)).double() / 4
    assert torch.equal(function(steps), function(steps.sort().values)[steps.argsort().argsort()])


@pytest.mark.parametrize(
    "text",
    [
        "warmup(linear, 500) >> cosine(1e-3, 900)",  # the last stage is 0, so that nothing is written there
        "linear(1, 300) >> hold(0.3, 300) >> cosine(2, 700, 0.1)",
        "poly(2, 0.1, 1500)[:700] >> 0.3",
        "where(t <= 900.5, 1/(t + 1), exp(-t/1000))",
        "linear(1, 5000)",  # no other stage has a step
    ],
)
def test_whole_steps_may_come_in_any_order(text: str) -> None:
    """Many of them are cut into stages: slices where they are in order, and masks where they are not."""
    function, exact = ss.compile(text, "torch"), ss.compile(text, "python")
    ordered = torch.arange(-100, 2400)
    order = torch.randperm(2500, generator=torch.Generator().manual_seed(1))
    assert torch.equal(function(ordered[order]), function(ordered)[order])
    for steps in (ordered[order], ordered.flip(0), ordered[order].reshape(50, 50)):
        values = torch.tensor([exact(t) for t in steps.flatten().tolist()]).reshape(steps.shape)
        torch.testing.assert_close(function(steps), values, rtol=1.2e-7, atol=0)


@pytest.mark.parametrize("text", LEARNT)
def test_gradients_of_parameters_are_right(text: str) -> None:
    function, exact = ss.compile(text, "torch"), ss.compile(text, "python")
    for step in (0.5, 1.75, 3.25, 4.5, 7.3, 9.5, 11.2, 19.5, 35.5):
        given = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in LEARNT[text].items()}
        value = function(torch.tensor(step, dtype=torch.float64), **given)
        assert value.item() == pytest.approx(exact(step, **LEARNT[text]), rel=1e-12, abs=1e-15)
        grads = torch.autograd.grad(value, list(given.values()), allow_unused=True, materialize_grads=True)
        for name, grad in zip(given, grads, strict=True):

            def varied(x: float, name: str = name, step: float = step) -> float:
                return exact(step, **{**LEARNT[text], name: x})

            assert grad.item() == pytest.approx(derivative(varied, LEARNT[text][name]), rel=1e-6, abs=1e-8), (
                name,
                step,
            )


@pytest.mark.parametrize("text", LEARNT)
def test_gradients_by_the_step_are_right(text: str) -> None:
    function, exact = ss.compile(text, "torch"), ss.compile(text, "python")
    for step in (0.5, 1.75, 3.25, 4.5, 7.3, 9.5, 11.2, 19.5, 35.5):
        t = torch.tensor(step, dtype=torch.float64, requires_grad=True)
        value = function(t, **LEARNT[text])
        (grad,) = torch.autograd.grad(value, t, allow_unused=True, materialize_grads=True)
        assert grad.item() == pytest.approx(derivative(lambda x: exact(x, **LEARNT[text]), step), rel=1e-6, abs=1e-8), (
            step
        )


@pytest.mark.parametrize(
    "text", [t for t in LEARNT if "sqrt" not in t.replace("inverse_sqrt", "") and "circle" not in t]
)
def test_gradients_are_finite_everywhere(text: str) -> None:
    function = ss.compile(text, "torch")
    steps = torch.arange(-8, 161, dtype=torch.float64) / 4
    given = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in LEARNT[text].items()}
    steps.requires_grad_()
    grads = torch.autograd.grad(
        function(steps, **given).sum(), [steps, *given.values()], allow_unused=True, materialize_grads=True
    )
    assert all(torch.isfinite(g).all() for g in grads)
    assert torch.equal(grads[0][:8], torch.zeros(8, dtype=torch.float64))  # nothing happens before 0


def test_the_derivative_at_a_join_is_the_later_stage_s() -> None:
    steps = torch.tensor([0.0, 10.0, 30.0, 31.0], dtype=torch.float64, requires_grad=True)
    values = ss.compile("linear(0, 10, 5) >> linear(8, 20, 2) >> hold(5)", "torch")(steps)
    (grad,) = torch.autograd.grad(values.sum(), steps)
    assert grad.tolist() == pytest.approx([0.5, -0.3, 0, 0])


@pytest.mark.parametrize(
    "text", [WORKED, *LEARNT, "cosine_restarts(1, 10, stretch=2)", "warmup(bezier(0.25, 0.1, 0.25, 1), 9)"]
)
def test_it_compiles_to_one_graph_and_only_once(text: str) -> None:
    given = {n: torch.tensor(v) for n, v in LEARNT.get(text, {}).items()}
    plain: Callable[..., Any] = ss.compile(text, "torch")
    compiled = torch.compile(plain, fullgraph=True, backend="aot_eager")
    steps = torch.arange(40)
    torch.testing.assert_close(compiled(torch.tensor(0), **given), plain(torch.tensor(0), **given))
    with torch.compiler.set_stance("fail_on_recompile"):
        for step in steps:
            torch.testing.assert_close(compiled(step, **given), plain(step, **given), equal_nan=False)


def test_it_maps_over_steps() -> None:
    function = ss.compile(WORKED, "torch")
    steps = torch.arange(0, 12000, 777).double()
    torch.testing.assert_close(torch.func.vmap(function)(steps), function(steps), rtol=1e-15, atol=0)
    slopes = torch.func.vmap(torch.func.grad(function))(steps)
    assert torch.isfinite(slopes).all()


def test_it_drives_an_optimizer() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, ss.compile("warmup(linear, 4) >> linear(1, 8)"))
    seen = []
    for _ in range(12):
        seen.append(optimizer.param_groups[0]["lr"])
        weight.grad = torch.zeros(2)
        optimizer.step()
        scheduler.step()
    assert seen == pytest.approx([0, 0.25, 0.5, 0.75, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125])
