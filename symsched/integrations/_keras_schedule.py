"""A schedule as what an optimizer of Keras takes for its learning rate."""

from __future__ import annotations

from typing import Any

import keras

from ..api import parse
from ..errors import ScheduleError
from ..schedule import Schedule


@keras.saving.register_keras_serializable(package="symsched")
class KerasSchedule(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A `LearningRateSchedule` that is saved with a model as its text.

    Its steps are the batches that the optimizer has seen, from 0. They are whole numbers, and exact at any length of a
    run; values have the precision of `keras.config.floatx()`.

    A file with such a schedule is read once this class is imported:
    `from symsched.integrations.keras import KerasSchedule` stands before `keras.saving.load_model`.

    Args:
        schedule: A schedule, a text or a number.
        values: Values of its parameters, by name, such as `total`.

    Raises:
        ScheduleError: The text does not mean anything, or a parameter has no value.

    Example:
        >>> from symsched.integrations.keras import KerasSchedule
        >>> rate = KerasSchedule("warmup(linear, 5%) >> cosine(1/4, rest)", total=100)
        >>> [float(rate(step)) for step in (0, 5, 100)]
        [0.0, 0.25, 0.0]
        >>> rate.get_config()
        {'schedule': 'total = 100; warmup(linear, 5%) >> cosine(1/4, rest)'}
    """

    def __init__(self, schedule: Schedule | str | float, **values: Any) -> None:
        read = parse(schedule)
        self.schedule = read.bind(**values) if values else read
        for parameter in self.schedule.parameters:
            hint = f"give it by name: KerasSchedule(schedule, {parameter.name}=...)"
            raise ScheduleError(f"`{parameter.name}` has no value", hint=hint)
        self._values = self.schedule.compile("keras")

    def __call__(self, step: Any) -> Any:
        """The value at a step, a number or a tensor of any shape."""
        return self._values(step)

    def get_config(self) -> dict[str, Any]:
        """The text, which builds the schedule again."""
        return {"schedule": str(self.schedule)}
