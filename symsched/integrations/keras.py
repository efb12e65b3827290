"""Schedules of `keras.optimizers.schedules` as schedules, and schedules in the training of a model.

The classes of Keras are made when one of them is asked for; reading its schedules needs no Keras.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import foreign
from ..errors import ScheduleError
from ..nodes import Call
from ..schedule import Schedule
from ._late import late

if TYPE_CHECKING:
    from ._keras_callbacks import KerasAttributes as KerasAttributes
    from ._keras_callbacks import KerasHyperparameters as KerasHyperparameters
    from ._keras_schedule import KerasSchedule as KerasSchedule
else:
    _CALLBACKS = dict.fromkeys(("KerasHyperparameters", "KerasAttributes"), "_keras_callbacks")
    __all__, __getattr__ = late(__name__, "keras", {"KerasSchedule": "_keras_schedule", **_CALLBACKS})

HOME = "keras.optimizers.schedules"


def from_schedule(schedule: Any) -> Schedule:
    """The schedule of a `LearningRateSchedule` of Keras, or of what `keras.optimizers.schedules.serialize` makes of it.

    Args:
        schedule: The object, or its configuration: a mapping with `class_name` and `config`. Keras itself is not
            needed for a configuration.

    Raises:
        ScheduleError: It is neither one of Keras' own schedules nor a `KerasSchedule`: those of others are code.

    Example:
        >>> from symsched.integrations.keras import from_schedule
        >>> saved = {"class_name": "ExponentialDecay",
        ...          "config": {"initial_learning_rate": 0.1, "decay_steps": 100, "decay_rate": 0.96}}
        >>> print(from_schedule(saved))
        keras.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.96)
    """
    match schedule:
        case {"registered_name": "symsched>KerasSchedule", "config": {"schedule": str(text)}}:
            return Schedule(text)
    own = getattr(schedule, "schedule", None)  # that of a `KerasSchedule`
    return own if isinstance(own, Schedule) else foreign.schedule(_call(schedule))


def _call(schedule: Any) -> Call:
    if isinstance(schedule, Mapping):
        name, config = _saved(schedule)
    else:
        kind = type(schedule)
        if not kind.__module__.startswith("keras.") or not hasattr(schedule, "get_config"):
            raise _unknown(f"{kind.__module__}.{kind.__qualname__}")
        name, config = kind.__name__, schedule.get_config()
    original = foreign.originals().get(f"keras.{name}")
    if original is None:
        raise _unknown(name)
    return foreign.call(original.name, {key: foreign.node(_plain(v)) for key, v in config.items() if key != "name"})


def _saved(record: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The class and the arguments in what Keras writes into a file."""
    if record.get("module", HOME) not in (HOME, None):
        raise _unknown(f"{record['module']}.{record.get('class_name')}")
    name, config = record.get("class_name"), record.get("config")
    if not isinstance(name, str) or not isinstance(config, Mapping) or not all(isinstance(key, str) for key in config):
        hint = f"{HOME}.serialize(schedule) makes one"
        raise ScheduleError("a configuration has a `class_name` and a `config`", hint=hint)
    return name, config


def _plain(value: Any) -> Any:
    """A tensor as a number; lists as they are."""
    if isinstance(value, str):
        raise ScheduleError(f"{value!r} is not a number")
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value.item() if hasattr(value, "item") else value


def _unknown(name: str) -> ScheduleError:
    hint = f"only the schedules of {HOME} are known: write this one in the language"
    return ScheduleError(f"`{name}` cannot become a schedule", hint=hint)
