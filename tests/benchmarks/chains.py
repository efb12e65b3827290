"""Chains of many stages: their text, and the same curve as it is written by hand in each framework.

The stages repeat a pattern of three, so that a chain of any number of stages has values that a chain of three has too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ENDS = ((1e-3, 2e-3), (2e-3, 5e-4), (5e-4, 1e-3))
"""The values between which the stages go, in turn."""


@dataclass(frozen=True)
class Chain:
    """A chain of ramps of one shape.

    Attributes:
        shape: "linear" or "cosine".
        stages: How many.
        length: Steps of each.
    """

    shape: str
    stages: int
    length: int

    @property
    def ends(self) -> list[tuple[float, float]]:
        return [ENDS[i % len(ENDS)] for i in range(self.stages)]

    @property
    def steps(self) -> int:
        return self.stages * self.length

    @property
    def text(self) -> str:
        return " >> ".join(f"{self.shape}({a!r}, {self.length}, {b!r})" for a, b in self.ends)

    @property
    def optax(self) -> Callable[[Any], Any]:
        """The chain as optax has it."""
        import optax

        def cosine(start: float, end: float, steps: int) -> Callable[[Any], Any]:
            return optax.cosine_decay_schedule(start, steps, alpha=end / start)

        stage = {"linear": optax.linear_schedule, "cosine": cosine}[self.shape]
        boundaries = [self.length * i for i in range(1, self.stages)]
        return optax.join_schedules([stage(a, b, self.length) for a, b in self.ends], boundaries)

    def nested(self, t: Any, where: Callable[..., Any], cos: Callable[[Any], Any]) -> Any:
        """The chain as nested `where` over all steps, each stage computed everywhere."""
        values = self.ends[-1][1]
        for i, (a, b) in reversed(list(enumerate(self.ends))):
            u = (t - i * self.length) / self.length
            stage = a + (b - a) * u if self.shape == "linear" else b + (a - b) * 0.5 * (1 + cos(3.141592653589793 * u))
            values = where(t < (i + 1) * self.length, stage, values)
        return values


WORKED = "warmup(linear, 500) >> cosine(1e-3, 1e4)"
"""The schedule that every page begins with."""

MILLION = 1_000_000
"""Steps of the arrays."""

FEW = 20_000
"""Steps of the arrays in the tests."""

STAGES = (2, 3, 10, 30, 100, 300, 1000)
"""How long the chains are that show how cost grows."""
