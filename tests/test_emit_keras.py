"""The class that Keras's target prints, in training with Keras alone."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symsched as ss

keras = import_module("keras")

TEXT = "warmup(linear, 5) >> cosine(1e-3, 20, 1e-5)"
STEPS = 30

BACKENDS = ("jax", "torch")
"""The backends of Keras that are tested."""


def expected(text: str = TEXT) -> Any:
    return np.array([ss.parse(text)(t) for t in range(STEPS)])


def close(values: Any, text: str = TEXT) -> None:
    np.testing.assert_allclose(np.asarray(values, np.float64), expected(text), rtol=1e-6)


def network(schedule: Any) -> Any:
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss="mse")
    return model


def fit(model: Any, steps: int) -> list[float]:
    """The learning rates after each step."""
    found: list[float] = []
    after = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: found.append(float(model.optimizer.learning_rate))
    )
    x = np.ones((4, 3), np.float32)
    model.fit(x, x[:, :1], batch_size=4, epochs=steps, verbose=0, callbacks=[after])
    return found


def test_a_model_is_fitted_with_the_values_of_the_schedule() -> None:
    found = fit(network(ss.parse(TEXT).compile("keras")), STEPS - 1)
    close([ss.parse(TEXT).compile("keras")(0), *found])


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
def test_a_model_that_is_saved_goes_on(tmp_path: Path) -> None:
    schedule = ss.parse("warmup(linear, n) >> cosine(peak, 20, 1e-5)").compile("keras")
    whole, first = network(schedule(n=5, peak=1e-3)), network(schedule(n=5, peak=1e-3))
    fit(whole, 9)
    fit(first, 9)
    first.save(tmp_path / "model.keras")
    second = keras.saving.load_model(tmp_path / "model.keras")
    assert type(second.optimizer._learning_rate).__name__ == "Schedule"
    assert second.optimizer._learning_rate.get_config() == {"n": 5, "peak": 1e-3}
    assert fit(second, 9) == fit(whole, 9)
    for a, b in zip(whole.weights, second.weights, strict=True):
        assert np.array_equal(a, b)


def test_keras_saves_it_as_json() -> None:
    made = ss.parse("cosine(peak, 20)").compile("keras")(peak=0.5)
    saved = keras.optimizers.schedules.serialize(made)
    assert saved["config"] == {"peak": 0.5}
    again = keras.saving.deserialize_keras_object(saved)
    assert [float(again(t)) for t in range(25)] == [float(made(t)) for t in range(25)]


def test_two_schedules_are_told_apart_when_they_are_read() -> None:
    rising, falling = ss.parse("linear(0, 10, 1)").compile("keras"), ss.parse("linear(1, 10)").compile("keras")
    saved = [keras.optimizers.schedules.serialize(schedule) for schedule in (rising, falling)]
    read = [keras.optimizers.schedules.deserialize(s) for s in saved]
    assert [float(schedule(2)) for schedule in read] == [float(rising(2)), float(falling(2))]


@pytest.mark.parametrize("length", [3, 7, 10, 499, 1000, 8191])
@pytest.mark.parametrize("shape", ["linear", "cosine", "exponential"])
def test_an_end_is_reached_and_not_passed(length: int, shape: str) -> None:
    end = 0.125
    schedule = ss.parse(f"decay({shape}, {length}, start=0.7, end={end})").compile("keras")
    values = np.asarray(schedule(np.arange(length + 9, dtype=np.int32)))
    assert (values[length:] == end).all()
    assert (values >= end).all()
    assert values[0] == np.float32(0.7)


def test_whole_steps_are_exact_where_a_float_is_not() -> None:
    schedule = ss.parse("hold(2e9, 1) >> linear(1, 10)").compile("keras")
    steps = 2_000_000_000 + np.arange(12)
    assert np.asarray(schedule(steps.astype(np.int32))).tolist() == pytest.approx(
        [max(0.0, 1 - t / 10) for t in range(12)], rel=1e-6
    )


@pytest.mark.parametrize("engine", BACKENDS)
def test_a_class_needs_keras_alone(engine: str, tmp_path: Path) -> None:
    script = f"""import os
os.environ["KERAS_BACKEND"] = "{engine}"
{ss.parse(TEXT).emit("keras")}
import sys
import numpy
assert keras.backend.backend() == "{engine}"
schedule = Schedule()
optimizer = keras.optimizers.SGD(schedule)
variable = keras.Variable(numpy.ones(3))
optimizer.build([variable])
found = []
for _ in range({STEPS}):
    found.append(float(optimizer.learning_rate))
    optimizer.apply([keras.ops.ones(3)])
assert found == [float(x) for x in schedule(numpy.arange({STEPS}))]
print(*found)
assert "symsched" not in sys.modules
"""
    (tmp_path / "script.py").write_text(script, encoding="ascii")
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "script.py")], capture_output=True, encoding="utf-8", check=True
    )
    close([float(word) for word in done.stdout.split()])


def test_the_class_is_named_as_it_is_asked() -> None:
    text = ss.parse(TEXT).emit("keras", name="Rate")
    assert "class Rate(keras.optimizers.schedules.LearningRateSchedule):" in text
    assert "symsched emit --to keras --name Rate" in text
