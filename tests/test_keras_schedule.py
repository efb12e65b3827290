"""A schedule as the learning rate of a model of Keras; `test_keras_torch.py` runs these tests with torch too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symsched as ss
from symsched.integrations.keras import KerasSchedule, from_schedule

keras = import_module("keras")

TEXT = "warmup(linear, 5) >> cosine(1e-1, 20, 1e-2)"
STEPS = 32

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def of(text: str, count: int = STEPS) -> list[float]:
    schedule = ss.parse(text)
    return [schedule(t) for t in range(count)]


def close(found: Any, wanted: Any) -> None:
    """Keras computes in 32 bits from beginning to end."""
    np.testing.assert_allclose(np.asarray(found, np.float64), wanted, rtol=1e-6)


def used(schedule: Any, count: int = STEPS, start: int = 0) -> list[float]:
    """What an optimizer without a memory multiplies a gradient of -1 by."""
    optimizer, weight, found = keras.optimizers.SGD(schedule), keras.Variable(0.0), []
    optimizer.build([weight])
    optimizer.iterations.assign(start)
    for _ in range(count):
        weight.assign(0.0)
        optimizer.apply([-keras.ops.ones(())])
        found.append(float(keras.ops.convert_to_numpy(weight)))
    return found


def model(rate: Any) -> Any:
    keras.utils.set_random_seed(7)
    made = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    made.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
    return made


def data() -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
    return x, x @ np.array([[1.0], [2.0], [-1.0]], np.float32)


def fit(made: Any, epochs: int) -> None:
    """8 batches an epoch, always the same."""
    made.fit(*data(), batch_size=8, epochs=epochs, shuffle=False, verbose=0)


def test_keras_has_the_backend_that_is_asked_for() -> None:
    assert keras.backend.backend() == os.environ.get("SYMSCHED_TEST_KERAS", "jax")


def test_an_optimizer_uses_the_values_of_the_schedule() -> None:
    close(used(KerasSchedule(TEXT)), of(TEXT))


def test_values_are_those_of_the_class_that_is_printed() -> None:
    printed, steps = ss.parse(TEXT).compile("keras"), np.arange(STEPS, dtype=np.int32)
    assert np.asarray(KerasSchedule(TEXT)(steps)).tolist() == np.asarray(printed(steps)).tolist()


def test_a_model_is_fitted_with_the_values_of_the_schedule() -> None:
    made, by_hand = model(KerasSchedule(TEXT)), model(0.5)
    fit(made, 4)
    for batch, rate in enumerate(of(TEXT)):
        by_hand.optimizer.learning_rate = rate
        by_hand.train_on_batch(*(part[batch % 8 * 8 :][:8] for part in data()))
    for a, b in zip(made.get_weights(), by_hand.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4)


def test_whole_steps_are_exact_where_a_float_is_not() -> None:
    found = used(KerasSchedule("hold(2e9 + 2, 1) >> linear(1, 8)"), 11, start=2_000_000_000)
    assert found == [1.0, 1.0, *(1 - t / 8 for t in range(9))]


def test_a_model_that_is_saved_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    whole, first = model(KerasSchedule(TEXT)), model(KerasSchedule(TEXT))
    fit(whole, 4)
    fit(first, 1)
    first.save(tmp_path / "model.keras")
    second = keras.saving.load_model(tmp_path / "model.keras")
    assert int(second.optimizer.iterations) == 8
    assert second.optimizer._learning_rate.schedule == ss.parse(TEXT)
    assert float(second.optimizer.learning_rate) == float(first.optimizer.learning_rate)
    fit(second, 3)
    for a, b in zip(whole.weights, second.weights, strict=True):
        assert np.array_equal(keras.ops.convert_to_numpy(a), keras.ops.convert_to_numpy(b))


def test_another_process_goes_on_with_another_backend(tmp_path: Path) -> None:
    engine = {"jax": "torch", "torch": "jax"}[keras.backend.backend()]
    first = model(KerasSchedule(TEXT))
    fit(first, 1)
    first.save(tmp_path / "model.keras")
    script = f"""
import keras
try:
    keras.saving.load_model("model.keras")
except TypeError as error:
    assert "Could not locate class 'KerasSchedule'" in str(error)
else:
    raise AssertionError("the page says that the class is imported first")
from symsched.integrations.keras import KerasSchedule
assert keras.backend.backend() == "{engine}"
optimizer = keras.saving.load_model("model.keras").optimizer
print([float(optimizer._learning_rate(optimizer.iterations + t)) for t in range(24)])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env={**os.environ, "KERAS_BACKEND": engine},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    close(json.loads(done.stdout), of(TEXT)[8:])


def test_an_optimizer_with_a_schedule_takes_no_other_rate() -> None:
    with pytest.raises(TypeError, match="created with a `LearningRateSchedule`"):
        keras.optimizers.Adam(KerasSchedule(TEXT)).learning_rate = 0.1


def test_what_is_saved_is_the_text() -> None:
    made = KerasSchedule("warmup(linear, 5%) >> cosine(peak, rest)", total=100, peak="1e-3")
    saved = keras.optimizers.schedules.serialize(made)
    text = "total = 100; peak = 1e-3; warmup(linear, 5%) >> cosine(peak, rest)"
    assert saved["config"] == {"schedule": text}
    assert saved["registered_name"] == "symsched>KerasSchedule"
    again = keras.optimizers.schedules.deserialize(json.loads(json.dumps(saved)))
    assert again.schedule == made.schedule
    assert from_schedule(saved) == from_schedule(made) == made.schedule


@pytest.mark.parametrize("given", [0.25, "0.25", ss.hold(10, 0.25) >> 0.25])
def test_a_number_a_text_and_a_schedule_will_do(given: Any) -> None:
    assert used(KerasSchedule(given), 3) == [0.25, 0.25, 0.25]


def test_a_parameter_without_a_value_is_refused_at_once() -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        KerasSchedule("cosine(peak, 20)")
    assert caught.value.title == "`peak` has no value"
    assert caught.value.hint == "give it by name: KerasSchedule(schedule, peak=...)"


def test_without_keras_the_extra_is_named() -> None:
    script = """
import sys
sys.modules["keras"] = None  # as if it were not there
import symsched
from symsched.integrations import keras
print(keras.from_schedule({"class_name": "CosineDecay", "config": {"initial_learning_rate": 1, "decay_steps": 9}}))
print(hasattr(keras, "anything"))
try:
    keras.KerasSchedule
except symsched.ScheduleError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    error = "`keras` is not installed\n\nHint: pip install symsched[keras]\n"
    assert done.stdout == f"keras.CosineDecay(1, decay_steps=9)\nFalse\n{error}"
