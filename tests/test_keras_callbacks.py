"""Callbacks of Keras that set hyper-parameters and other attributes; `test_keras_torch.py` runs these tests too."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symsched as ss
from symsched.integrations.keras import KerasAttributes, KerasHyperparameters, KerasSchedule

keras = import_module("keras")

LR = ss.parse("warmup(linear, 5) >> cosine(1e-1, 20, 1e-2)")
BATCHES = 8
"""In an epoch."""

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own

X = np.random.default_rng(0).normal(size=(8 * BATCHES, 3)).astype(np.float32)
Y = X @ np.array([[1.0], [2.0], [-1.0]], np.float32)


def network(optimizer: Any, **compiled: Any) -> Any:
    keras.utils.set_random_seed(7)
    made = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    made.compile(optimizer=optimizer, loss="mse", **compiled)
    return made


def fit(model: Any, epochs: int, *callbacks: Any) -> dict[str, list[float]]:
    """The logs of some epochs, in which batches are always the same."""
    done = model.fit(X, Y, batch_size=8, epochs=epochs, shuffle=False, verbose=0, callbacks=list(callbacks))
    logs: dict[str, list[float]] = done.history
    return logs


def weights(model: Any) -> np.ndarray:
    return np.concatenate([np.ravel(w) for w in model.get_weights()])


def by_hand(optimizer: Any, schedules: Mapping[str, ss.Schedule], count: int) -> Any:
    """A model that is trained batch by batch, with numbers that are set before each."""
    model = network(optimizer, run_eagerly=True)  # compiled steps would not see them
    for batch in range(count):
        for name, schedule in schedules.items():
            setattr(model.optimizer, name, schedule(batch))
        part = slice(8 * (batch % BATCHES), 8 * (batch % BATCHES) + 8)
        model.train_on_batch(X[part], Y[part])
    return model


CASES: dict[str, tuple[Callable[[Any], Any], dict[str, str]]] = {
    "AdamW": (keras.optimizers.AdamW, {"weight_decay": "0.5*lr", "beta_1": "linear(0.8, 10, 0.9)"}),
    "SGD": (lambda lr: keras.optimizers.SGD(lr, momentum=0.5), {"momentum": "linear(0.5, 10, 0.8)"}),
    "RMSprop": (lambda lr: keras.optimizers.RMSprop(lr, momentum=0.5), {"momentum": "linear(0.5, 9)", "rho": "0.9"}),
}


@pytest.mark.parametrize("case", CASES)
def test_training_is_that_with_numbers_set_by_hand(case: str) -> None:
    make, given = CASES[case]
    callback = KerasHyperparameters(given, **({"lr": LR} if "lr" in str(given) else {}))
    model = network(make(KerasSchedule(LR)))
    fit(model, 2, callback)
    wanted = by_hand(make(0.5), {**callback.schedules, "learning_rate": LR}, 2 * BATCHES)
    np.testing.assert_allclose(weights(model), weights(wanted), rtol=1e-4)
    without = network(make(KerasSchedule(LR)))
    fit(without, 2)
    assert not np.allclose(weights(model), weights(without), rtol=1e-2)


def optimizers() -> list[str]:
    """Those of Keras, but for those that stand around others."""
    found = inspect.getmembers(keras.optimizers, inspect.isclass)
    kinds = [n for n, c in found if issubclass(c, keras.optimizers.Optimizer) and "learning_rate" in str(_takes(c))]
    return [name for name in kinds if name != "Optimizer"]


def _takes(kind: type) -> list[str]:
    return list(inspect.signature(kind).parameters)


@pytest.mark.parametrize("name", optimizers())
def test_every_optimizer_of_keras_takes_them(name: str) -> None:
    """Numbers that are set to what they are change nothing."""
    kind = getattr(keras.optimizers, name)
    given = {"weight_decay": 0.004, "clipnorm": 1.0, "momentum": 0.5}
    numbers = {n: x for n, x in given.items() if n in _takes(kind)}
    one, other = (network(kind(0.01, **numbers)) for _ in range(2))
    held = {n: x for n, x in vars(one.optimizer).items() if isinstance(x, float) and not n.startswith("_")}
    held.pop("l1_regularization_strength", None)
    assert len(held) >= 3
    fit(one, 1)
    fit(other, 1, KerasHyperparameters(held))
    np.testing.assert_allclose(weights(one), weights(other), rtol=1e-5)


def test_a_model_that_is_saved_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    """The step is that of the optimizer, and the file is that of a model without the callback."""
    make, given = CASES["AdamW"]
    callback = KerasHyperparameters(given, lr=LR)
    whole, first = network(make(KerasSchedule(LR))), network(make(KerasSchedule(LR)))
    logs = fit(whole, 3, callback)
    kept = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras")
    fit(first, 2, callback, kept)
    second = keras.saving.load_model(tmp_path / "1.keras")
    assert second.optimizer.weight_decay == make(0.1).weight_decay
    assert len(second.optimizer.variables) == len(network(make(KerasSchedule(LR))).optimizer.variables) + 4
    again = fit(second, 2, KerasHyperparameters(given, lr=LR))
    assert again["weight_decay"] == logs["weight_decay"][1:]
    assert weights(second).tolist() == weights(whole).tolist()


def test_the_logs_have_the_values_of_the_last_batch() -> None:
    callback = KerasHyperparameters({"weight_decay": "0.1*lr"}, lr=LR)
    logs = fit(network(keras.optimizers.AdamW(KerasSchedule(LR))), 3, callback)
    assert logs["weight_decay"] == [pytest.approx(0.1 * LR(t)) for t in (7, 15, 23)]


def test_the_optimizer_is_left_as_it_was() -> None:
    model, other = network(keras.optimizers.Adam(0.01)), network(keras.optimizers.Adam(0.01))
    kept = model.optimizer.get_config()
    fit(model, 1, KerasHyperparameters({"beta_1": 0.9}))
    fit(other, 1)
    assert model.optimizer.get_config() == kept
    fit(model, 1)
    fit(other, 1)
    np.testing.assert_allclose(weights(model), weights(other), rtol=1e-5)


def fall(model: Any, decay: ss.Schedule) -> float:
    """What is left of a weight after an epoch without inputs, in which there is nothing but decay."""
    before, nothing = weights(model)[0], np.zeros_like(X)
    callback = KerasHyperparameters({"weight_decay": decay})
    model.fit(nothing, nothing[:, :1], batch_size=8, verbose=0, callbacks=[callback])
    return float(weights(model)[0] / before)


def test_accumulated_gradients_are_counted_as_the_learning_rate_counts_them() -> None:
    """In batches, of which every other one makes a step."""
    rate, decay = ss.parse("linear(1, 20)"), ss.parse("linear(0.2, 10, 0.1)")
    left = fall(network(keras.optimizers.SGD(KerasSchedule(rate), gradient_accumulation_steps=2)), decay)
    assert left == pytest.approx(np.prod([1 - rate(t) * decay(t) for t in range(1, BATCHES, 2)]), rel=1e-5)


def test_they_are_found_inside_an_optimizer_that_scales_the_loss() -> None:
    rate, decay = ss.parse("linear(1, 20)"), ss.parse("linear(0.2, 10, 0.1)")
    model = network(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(KerasSchedule(rate))))
    assert fall(model, decay) == pytest.approx(np.prod([1 - rate(t) * decay(t) for t in range(BATCHES)]), rel=1e-5)


@pytest.mark.parametrize("compiled", [{"run_eagerly": True}, {"steps_per_execution": 4}])
def test_it_does_not_matter_how_steps_are_compiled(compiled: dict[str, Any]) -> None:
    if keras.backend.backend() == "torch":
        compiled = {"run_eagerly": True}  # the only way there
    rate, decay = ss.parse("linear(1, 20)"), ss.parse("linear(0.2, 10, 0.1)")
    model = network(keras.optimizers.SGD(KerasSchedule(rate)), **compiled)
    assert fall(model, decay) == pytest.approx(np.prod([1 - rate(t) * decay(t) for t in range(BATCHES)]), rel=1e-5)


def test_a_training_that_was_interrupted_leaves_nothing_to_the_next() -> None:
    def interrupt(batch: int, logs: Any) -> None:
        raise KeyboardInterrupt

    model, make = network(keras.optimizers.AdamW(0.01)), lambda: KerasHyperparameters({"beta_1": "linear(0.8, 9)"})
    with pytest.raises(KeyboardInterrupt):
        fit(model, 1, make(), keras.callbacks.LambdaCallback(on_train_batch_end=interrupt))
    logs = fit(model, 1, make())
    assert logs["beta_1"] == [pytest.approx(0.8 / 9)]  # the ninth batch
    assert "apply" not in vars(model.optimizer)


def test_two_callbacks_for_one_optimizer_are_refused() -> None:
    model = network(keras.optimizers.AdamW(0.01))
    with pytest.raises(ss.ScheduleError, match="another callback sets hyper-parameters of this optimizer"):
        fit(model, 1, KerasHyperparameters({"beta_1": 0.9}), KerasHyperparameters({"beta_2": 0.99}))


REFUSED = [
    ({"learning_rate": 0.1}, {}, "the learning rate is not set by a callback"),
    ({"beta1": 0.1}, {}, "SGD has no number `beta1`"),
    ({"nesterov": 0.1}, {}, "SGD has no number `nesterov`"),
    ({"gradient_accumulation_steps": 2}, {"gradient_accumulation_steps": 2}, "SGD has no number `gradient_acc"),
    ({"momentum": 0.9}, {}, "SGD keeps no memory where its `momentum` is 0"),
    ({"loss_scale_factor": 2}, {}, "Keras takes `loss_scale_factor` for a number that does not change"),
]


@pytest.mark.parametrize(("given", "made", "title"), REFUSED)
def test_what_cannot_change_is_refused_when_training_begins(given: Any, made: dict[str, Any], title: str) -> None:
    model = network(keras.optimizers.SGD(0.1, **made))
    with pytest.raises(ss.ScheduleError) as caught:
        fit(model, 1, KerasHyperparameters(given))
    assert caught.value.title.startswith(title)
    assert caught.value.hint


# Attributes


@keras.saving.register_keras_serializable(package="tests")
class Weighted(keras.Model):
    """A loss with a weight: its gradient is the weight."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.w = self.add_weight(shape=(), initializer="zeros")
        self.beta = keras.Variable(1.0, trainable=False)

    def call(self, x: Any) -> Any:
        return self.w * x

    def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool = True) -> Any:
        return -self.beta * keras.ops.mean(y_pred)


def weighted() -> Any:
    model = Weighted()
    model.compile(optimizer=keras.optimizers.SGD(1.0))
    return model


def learned(model: Any, epochs: int, given: Any) -> list[float]:
    """How far the weight of the model has come after each epoch."""
    found: list[float] = []
    after = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: found.append(float(model.get_weights()[0])))
    x = np.ones((8 * BATCHES, 1), np.float32)
    model.fit(x, x, batch_size=8, epochs=epochs, verbose=0, callbacks=[KerasAttributes(model, given), after])
    return found


BETA = ss.parse("beta_linear(20)")


def test_the_weight_of_a_loss_is_that_of_the_schedule_at_every_batch() -> None:
    sums = np.cumsum([BETA(t) for t in range(3 * BATCHES)])[BATCHES - 1 :: BATCHES]
    assert learned(weighted(), 3, {"beta": BETA}) == pytest.approx(sums.tolist(), rel=1e-5)


def test_it_goes_on_where_a_model_was_stopped(tmp_path: Path) -> None:
    whole, first = weighted(), weighted()
    sums = learned(whole, 3, {"beta": BETA})
    learned(first, 1, {"beta": BETA})
    first.save(tmp_path / "model.keras")
    second = keras.saving.load_model(tmp_path / "model.keras")
    assert learned(second, 2, {"beta": BETA}) == sums[1:]


def test_what_nobody_would_read_is_refused() -> None:
    model = weighted()
    model.rate = 0.5
    if keras.backend.backend() == "torch":
        learned(model, 1, {"rate": "linear(1, 8)"})
        assert model.rate == 1 / 8
        return
    with pytest.raises(ss.ScheduleError) as caught:
        learned(model, 1, {"rate": "linear(1, 8)"})
    assert caught.value.title == "Keras compiles `rate` as a number that does not change"


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        learned(weighted(), 1, {"gamma": 1})
    assert caught.value.title == "Weighted has no number `gamma`"
