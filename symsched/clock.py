"""A clock: how the time of a stage follows from the step.

Elaboration passes clocks down instead of substituting: a stage that starts at 500 reads a clock whose `offset` is 500.
"""

from __future__ import annotations

from typing import NamedTuple

from . import tree
from .tree import ONE, ZERO, Boolean, Expr


class Clock(NamedTuple):
    """Local time is `(base - offset)/factor`, or `(offset - base)/factor` where the stage runs backwards.

    Attributes:
        base: What the clock reads: the step, the time in a cycle, or a number where a value at one time is wanted.
        offset: What `base` is at local time 0.
        factor: Steps of `base` in one step of local time; positive.
        backwards: Time runs down from the end.
        left: A boundary belongs to the stage that it ends, not to the one that it begins.
        edge: 0 or 1 at the very start or end of a ramp, where progress is that number whatever the length.
    """

    base: Expr = tree.t
    offset: Expr = ZERO
    factor: Expr = ONE
    backwards: bool = False
    left: bool = False
    edge: Expr | None = None

    @property
    def local(self) -> Expr:
        """The time of the stage."""
        forwards = not self.backwards
        passed = tree.elapsed(self.base, self.offset) if forwards else tree.subtract(self.offset, self.base)
        return tree.divide(passed, self.factor)

    def progress(self, length: Expr) -> Expr:
        """The fraction of a stage of this length that has passed."""
        if self.edge is not None:
            return self.edge
        if tree.is_zero(length):  # before it is multiplied by a factor that depends on the step
            return ONE
        total = tree.multiply(self.factor, length)
        if self.backwards:
            return tree.subtract(ONE, tree.progress(self.base, tree.subtract(self.offset, total), total))
        return tree.progress(self.base, self.offset, total)

    def bound(self, time: Expr) -> Expr:
        """What `base` is at a local time."""
        passed = tree.multiply(self.factor, time)
        return tree.subtract(self.offset, passed) if self.backwards else tree.add(self.offset, passed)

    def before(self, bound: Expr, closed: bool = False) -> Boolean:
        """The condition that `base` has not passed a bound."""
        operator = ">" if self.backwards else "<"
        return tree.compare(operator + "=" if closed or self.left else operator, self.base, bound)

    def shifted(self, by: Expr) -> Clock:
        """The clock that starts `by` later."""
        return self._replace(offset=self.bound(by), edge=None)

    def slower(self, factor: Expr) -> Clock:
        """The clock of a stage in slow motion."""
        return self._replace(factor=tree.multiply(self.factor, factor), edge=None)

    def reversed(self, duration: Expr) -> Clock:
        """The clock of a stage that runs from its end to its start."""
        return self._replace(offset=self.bound(duration), backwards=not self.backwards, left=not self.left, edge=None)


def fixed(time: Expr, left: bool = False, edge: Expr | None = None) -> Clock:
    """The clock that stands at one time."""
    return Clock(base=time, left=left, edge=edge)
