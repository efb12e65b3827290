"""Nodes of our own in an exact tree, where SymPy would lose what matters: how a stage reads its clock.

SymPy distributes `(t - 500)/10000` to `t/10000 - 1/20`, which is worse to read and worse to compute. These nodes keep
the subtraction. They differentiate, and `doit()` turns them into plain SymPy.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Function, Symbol

from . import limits

t = Symbol("t", real=True)
"""The step: updates completed before this one, 0 at the first."""

ZERO, ONE = sympy.S.Zero, sympy.S.One


class Elapsed(Function):  # type: ignore[misc]
    """Time since `start` on a clock: `t - 500`, kept as one subtraction."""

    nargs = 2
    is_real = True

    @classmethod
    def eval(cls, clock: Expr, start: Expr) -> Expr | None:
        return clock - start if clock.is_Number and start.is_Number else None

    def _latex(self, printer: Any) -> str:
        clock, start = (printer._print(a) for a in self.args)
        return rf"\left({clock} - {start}\right)"

    def doit(self, **hints: Any) -> Expr:
        clock, start = self.args
        return clock - start

    def fdiff(self, argindex: int = 1) -> Expr:
        return ONE if argindex == 1 else -ONE


class Progress(Function):  # type: ignore[misc]
    """The fraction of a stage that has passed, `(t - start)/length`; 1 where the length is 0."""

    nargs = 3
    is_real = True

    @classmethod
    def eval(cls, clock: Expr, start: Expr, length: Expr) -> Expr | None:
        if not (clock.is_Number and start.is_Number and length.is_Number):
            return None
        return ONE if length.is_zero else (clock - start) / length

    def _latex(self, printer: Any) -> str:
        clock, start, length = (printer._print(a) for a in self.args)
        return rf"\frac{{{clock if self.args[1] == 0 else f'{clock} - {start}'}}}{{{length}}}"

    def doit(self, **hints: Any) -> Expr:
        clock, start, length = self.args
        return ONE if length.is_zero else (clock - start) / length

    def fdiff(self, argindex: int = 1) -> Expr:
        clock, start, length = self.args
        return (1 / length, -1 / length, -(clock - start) / length**2)[argindex - 1]


class CycleIndex(Function):  # type: ignore[misc]
    """How many whole cycles have passed since `start`; cycle i lasts `length * stretch**i`."""

    nargs = 4
    is_integer = True

    @classmethod
    def eval(cls, clock: Expr, start: Expr, length: Expr, stretch: Expr) -> Expr | None:
        if not all(x.is_Number for x in (clock, start, length, stretch)) or not length.is_positive:
            return None
        passed = clock - start
        guess = cls._formula(passed, length, stretch)
        if (
            stretch != 1
            and guess.is_Integer
            and guess * max(stretch.p.bit_length(), stretch.q.bit_length()) > limits.POWER_BITS
        ):
            return None
        for index in (guess, guess - 1, guess + 1):
            if _cycle_start(index, length, stretch) <= passed < _cycle_start(index + 1, length, stretch):
                return index
        return None

    @staticmethod
    def _formula(passed: Expr, length: Expr, stretch: Expr) -> Expr:
        if stretch == 1:
            return sympy.floor(passed / length)
        return sympy.floor(sympy.log(1 + passed * (stretch - 1) / length) / sympy.log(stretch))

    def doit(self, **hints: Any) -> Expr:
        clock, start, length, stretch = self.args
        return self._formula(clock - start, length, stretch)

    def fdiff(self, argindex: int = 1) -> Expr:
        return ZERO


class CycleTime(Function):  # type: ignore[misc]
    """Time since the current cycle began: the clock of what is repeated."""

    nargs = 4
    is_real = True

    @classmethod
    def eval(cls, clock: Expr, start: Expr, length: Expr, stretch: Expr) -> Expr | None:
        index = CycleIndex.eval(clock, start, length, stretch)
        return None if index is None else clock - start - _cycle_start(index, length, stretch)

    def doit(self, **hints: Any) -> Expr:
        clock, start, length, stretch = self.args
        return clock - start - _cycle_start(CycleIndex(*self.args).doit(), length, stretch)

    def fdiff(self, argindex: int = 1) -> Expr:
        length, stretch = self.args[2:]
        index = CycleIndex(*self.args)
        if argindex <= 2:
            return ONE if argindex == 1 else -ONE
        wanted = sympy.Dummy(real=True)
        varied = (length, stretch)[argindex - 3]
        begins = _cycle_start(index, *((wanted, stretch) if argindex == 3 else (length, wanted)))
        return -begins.diff(wanted).subs(wanted, varied)


class GeometricSum(Function):  # type: ignore[misc]
    """1 + ratio + ... + ratio**(count - 1): how long `count` cycles last together, next to the first one."""

    nargs = 2
    is_real = True

    def doit(self, **hints: Any) -> Expr:
        ratio, count = self.args
        return _cycle_start(count, ONE, ratio)

    def fdiff(self, argindex: int = 1) -> Expr:
        arguments = [sympy.Dummy(positive=True) for _ in self.args]
        slope = GeometricSum(*arguments).doit().diff(arguments[argindex - 1])
        return slope.subs(dict(zip(arguments, self.args, strict=True)))


class Sigmoid(Function):  # type: ignore[misc]
    """The logistic function `1/(1 + exp(-x))`."""

    nargs = 1
    is_real = True

    def doit(self, **hints: Any) -> Expr:
        return 1 / (1 + sympy.exp(-self.args[0]))

    def fdiff(self, argindex: int = 1) -> Expr:
        return self * (1 - self)


class Round(Function):  # type: ignore[misc]
    """The nearest integer, the even one of two that are equally near."""

    nargs = 1
    is_integer = True

    def fdiff(self, argindex: int = 1) -> Expr:
        return ZERO


class Bezier(Function):  # type: ignore[misc]
    """The CSS timing curve through (0, 0), (x1, y1), (x2, y2), (1, 1): its height at the width `u`."""

    nargs = 5
    is_real = True


def _cycle_start(index: Expr, length: Expr, stretch: Expr) -> Expr:
    """When a cycle begins, in plain SymPy."""
    return index * length if stretch == 1 else length * (stretch**index - 1) / (stretch - 1)
