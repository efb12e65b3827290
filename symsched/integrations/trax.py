"""The factor strings of Trax, which are those of T5X with other numbers."""

from __future__ import annotations

from typing import Any

from .. import foreign
from ..expressions import called
from ..schedule import Schedule
from . import t5x

DEFAULTS = {"constant": 0.1, "warmup_steps": 400, "minimum": 0}
"""Numbers of `trax.supervised.lr_schedules.multifactor` where they are not those of T5X."""


def from_factors(factors: str, **numbers: Any) -> Schedule:
    """The schedule of a factor string of Trax.

    Args:
        factors: Names of factors, joined by `*`.
        numbers: What `trax.supervised.lr_schedules.multifactor` takes, with its defaults: `constant`, `warmup_steps`,
            `decay_factor`, `steps_per_decay`, `steps_per_cycle`, `minimum`.

    Raises:
        ScheduleError: There is no such factor, or no such number.

    Example:
        >>> from symsched.integrations.trax import from_factors
        >>> print(from_factors("constant * linear_warmup * rsqrt_decay"))
        t5x.constant(0.1)*t5x.linear_warmup(400)*t5x.rsqrt_decay(400)
    """
    known = t5x.factors_of("linear_decay")
    t5x.check_names(numbers, {*DEFAULTS, *t5x.readable(known)} - {"base_learning_rate"})
    given = {name: t5x.to_node(value) for name, value in {**DEFAULTS, **numbers}.items()}
    lowest = given.pop("minimum")
    given["base_learning_rate"] = given.pop("constant")
    found = t5x.product(factors, given, known)
    return foreign.schedule(found if lowest == t5x.to_node(0) else called("max", [found, lowest]))


def from_text(text: str) -> Schedule:
    """The schedule of a factor string with its numbers after it: `constant * rsqrt_decay, warmup_steps=10000`."""
    factors, numbers = t5x.parts(text)
    return from_factors(factors, **numbers)
