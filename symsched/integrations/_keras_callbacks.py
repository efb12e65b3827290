"""Callbacks of Keras that set what is no learning rate: hyper-parameters of the optimizer, and other attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from ..errors import ScheduleError
from ..linking import linked


class _Scheduled(keras.callbacks.Callback):  # type: ignore[misc]
    """What both callbacks share: schedules by name, the step, and values in the logs of each epoch."""

    def __init__(self, given: Mapping[str, Any], /, **values: Any) -> None:
        super().__init__()
        self.schedules = linked(given, **values)

    @property
    def optimizer(self) -> Any:
        """The optimizer itself, also where one that scales the loss stands around it."""
        return getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)

    @property
    def counter(self) -> Any:
        """The batches that the optimizer has seen, by which Keras asks for a learning rate too.

        `optimizer.iterations` is another number where gradients are accumulated.
        """
        return self.optimizer._iterations

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Add the values of the last batch to the logs."""
        if logs is not None:
            step = max(int(keras.ops.convert_to_numpy(self.counter)) - 1, 0)
            logs.update({name: schedule(step) for name, schedule in self.schedules.items()})


class _InUse(keras.Variable):  # type: ignore[misc]
    """A hyper-parameter while it is traced. Optimizers ask whether it is in use, which cannot depend on the step."""

    def __ne__(self, other: object) -> bool:
        return True

    def __gt__(self, other: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True


class KerasHyperparameters(_Scheduled):
    """Sets hyper-parameters of the optimizer at each batch, such as `weight_decay`, `momentum` and `beta_1`.

    They are worked out inside the step that Keras compiles, from the batches that the optimizer has seen. So a model
    that was saved and loaded goes on at its step, and what the optimizer saves is what it saves without the callback.
    Outside of a step the attributes keep the numbers that the optimizer was made with. The values of the last batch
    of each epoch stand in its logs. A training that is interrupted leaves the schedules where they are, until the next
    one with such a callback, or `callback.on_train_end()`.

    The learning rate itself is a `KerasSchedule`.

    Args:
        given: A text, a number or a schedule for each name; they may use each other's names.
        values: What the remaining parameters are, by name: numbers such as `total`, or schedules.

    Raises:
        ScheduleError: A text does not mean anything, or a parameter has no value; when training begins: the optimizer
            has no such hyper-parameter.

    Example:
        >>> from symsched.integrations.keras import KerasHyperparameters
        >>> callback = KerasHyperparameters({"weight_decay": "0.1*rate", "beta_2": 0.98}, rate="cosine(1e-3, 100)")
        >>> callback.schedules["weight_decay"](50)
        5e-05
    """

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Put the schedules into the steps of the optimizer."""
        optimizer = self.optimizer
        for name in self.schedules:
            _check_changes(optimizer, name)
        found = vars(optimizer).pop("apply", None)
        if found is not None and found.training is self.params:  # else a training that was interrupted has left it
            hint = "give all names to one KerasHyperparameters"
            raise ScheduleError("another callback sets hyper-parameters of this optimizer", hint=hint)
        optimizer.apply = _applied(optimizer, {n: s.compile("keras") for n, s in self.schedules.items()})
        optimizer.apply.training = self.params  # one object for the callbacks of one training
        self.model.make_train_function(force=True)  # one that was compiled before does not know of them

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Leave the optimizer as it was."""
        del self.optimizer.apply
        self.model.train_function = None


def _applied(optimizer: Any, schedules: Mapping[str, Any]) -> Any:
    """The method `apply` of an optimizer, with hyper-parameters of the step."""
    apply, held = optimizer.apply, vars(optimizer)  # what is set through these is not kept as a variable to save
    in_numbers = keras.backend.backend() == "torch"  # its fused updates take numbers, and it runs as it is written
    variables = {name: _InUse(0.0, trainable=False, name=name) for name in schedules}

    def applied(*args: Any, **kwargs: Any) -> Any:
        before = {name: held[name] for name in schedules}
        try:
            for name, schedule in schedules.items():
                value = schedule(optimizer._iterations)
                if in_numbers:
                    held[name] = value.item()
                else:
                    variables[name].assign(value)
                    held[name] = variables[name]
            return apply(*args, **kwargs)
        finally:
            held.update(before)

    return applied


def _check_changes(optimizer: Any, name: str) -> None:
    """Whether a hyper-parameter can change from step to step."""
    kind, value = type(optimizer).__name__, vars(optimizer).get(name, ...)
    if name == "learning_rate":
        hint = f"give the schedule to the optimizer: {kind}(KerasSchedule(...))"
        raise ScheduleError("the learning rate is not set by a callback", hint=hint)
    if name in _fixed():
        raise ScheduleError(f"Keras takes `{name}` for a number that does not change", hint=_instead(optimizer))
    if name.startswith("_") or not (value is None or isinstance(value, float)):
        raise ScheduleError(f"{kind} has no number `{name}`", hint=_instead(optimizer))
    if name == "momentum" and value == 0:
        hint = f"make it with another: {kind}(momentum=0.9)"
        raise ScheduleError(f"{kind} keeps no memory where its `momentum` is 0", hint=hint)


def _instead(optimizer: Any) -> str:
    numbers = [n for n, v in vars(optimizer).items() if isinstance(v, float) and not n.startswith("_")]
    return f"those that can change are {', '.join(n for n in numbers if n not in _fixed())}"


def _fixed() -> set[str]:
    """What an optimizer also uses outside of its step; and what jax clips with, which takes no variable there."""
    clipping = {"clipvalue", "l1_regularization_strength"} if keras.backend.backend() == "jax" else set()
    return {"loss_scale_factor", *clipping}


class KerasAttributes(_Scheduled):
    """Sets attributes of anything before each batch: the weight of a loss, the rate of a layer.

    What Keras compiles holds numbers as they were when it was compiled. So on all its backends but torch the attribute
    is a `keras.Variable` that belongs to the model, such as `self.weight = keras.Variable(1.0, trainable=False)` in a
    model of your own. With torch, or with `run_eagerly=True`, it may be a number.
    Where `steps_per_execution` is not 1, it is set once for these steps.

    Args:
        owner: The model, a layer, or whatever has the attributes.
        given: A text, a number or a schedule for each attribute; they may use each other's names.
        values: What the remaining parameters are, by name: numbers such as `total`, or schedules.

    Raises:
        ScheduleError: A text does not mean anything, or a parameter has no value; when training begins: there is no
            such attribute, or setting it would change nothing.
    """

    def __init__(self, owner: Any, given: Mapping[str, Any], /, **values: Any) -> None:
        super().__init__(given, **values)
        self.owner = owner

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Look whether there is something to set."""
        for name in self.schedules:
            self._check_is_read(name)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Begin at the step of the optimizer, which is not at hand between batches."""
        self._step = int(keras.ops.convert_to_numpy(self.counter))

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Set the values of this step."""
        self._begin = batch
        if keras.backend.backend() == "jax":  # the variables are in its hands
            self.model.jax_state_sync()
        for name, schedule in self.schedules.items():
            value, held = schedule(self._step), getattr(self.owner, name)
            if isinstance(held, keras.Variable):
                held.assign(value)
            else:
                setattr(self.owner, name, value)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Count the steps that were made."""
        self._step += batch - self._begin + 1

    def _check_is_read(self, name: str) -> None:
        kind, held = type(self.owner).__name__, getattr(self.owner, name, None)
        if not isinstance(held, keras.Variable | float | int):
            hint = f"give it a number, or a variable: {name} = keras.Variable(1.0, trainable=False)"
            raise ScheduleError(f"{kind} has no number `{name}`", hint=hint)
        if keras.backend.backend() == "torch" or self.model.run_eagerly:
            return
        if not any(held is variable for variable in self.model.variables):
            hint = f"make it a variable of the model: model.{name} = keras.Variable(1.0, trainable=False)"
            raise ScheduleError(f"Keras compiles `{name}` as a number that does not change", hint=hint)
