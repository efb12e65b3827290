"""Whether two schedules are the same function of the step: by a proof where there is one, else by exact evaluation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, pairwise, product
from typing import TYPE_CHECKING, Any, Final

from . import sampling, show, tree
from .errors import ScheduleError
from .gaps import Gaps, Interval, gaps
from .proof import Prover
from .wording import decimal_text

if TYPE_CHECKING:
    from sympy import Expr

    from .schedule import Schedule

RUNS: Final = 3
TRIES: Final = 256
"""Values for parameters: how many sets are evaluated, and how many are tried to find them."""


@dataclass(frozen=True)
class Equivalence:
    """What a comparison of two schedules found; true where they are the same.

    Exact values are compared. In an evaluation what is beyond 1e331 is infinite; a proof knows no such bound.

    Attributes:
        same: Whether the two are the same function of the step; a duration is no part of it.
        by: "proof", or "evaluation" where there is none.
        durations: How long each lasts; two that last differently are not the same in front of `>>`.
        gaps: The evaluation, with the first step and the largest difference where the two differ; None for a proof.
        bound: Values of the parameters at which they differ; where they do not, those of the last evaluation.
        alone: Parameters that only one of the two has.
    """

    same: bool
    by: str
    durations: tuple[Expr | None, Expr | None]
    gaps: Gaps | None = None
    bound: dict[str, Fraction] = field(default_factory=dict)
    alone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.same

    def __str__(self) -> str:
        return "\n".join([*_verdict(self), *_parameters(self), *_durations(self)])

    def record(self) -> dict[str, Any]:
        """The same for machines."""
        found = self.gaps or Gaps(0)
        return {
            "same": self.same,
            "by": self.by,
            "evaluated": found.evaluated,
            "first": _plain(found.first),
            "largest": show.plain(found.largest),
            "largest_at": _plain(found.largest_at),
            "values": None if found.values is None else [show.plain(v) for v in found.values],
            "durations": [show.number(d) for d in self.durations],
            "bound": {name: _plain(value) for name, value in self.bound.items()},
            "alone": list(self.alone),
        }


def equivalence(one: Schedule, other: Schedule) -> Equivalence:
    """Compare two schedules.

    Args:
        one: A schedule; its parameters may be unbound.
        other: Another one. A parameter of the same name is the same parameter.

    Raises:
        ScheduleError: There is no proof, and no values for the parameters are found that both schedules accept.
    """
    durations = one.duration, other.duration
    names = [p.name for side in (one, other) for p in side.parameters]
    alone = tuple(name for name in names if names.count(name) == 1)
    intervals = _not_proved(one, other)
    if not intervals:
        return Equivalence(True, "proof", durations, alone=alone)
    steps, bound, found = 0, {}, Gaps(0)
    for bound in _bindings(one, other):
        left, right = _bound(one, bound), _bound(other, bound)
        found = _gaps(left, right, _not_proved(left, right) if bound else intervals)
        steps += found.evaluated
        if found.first is not None:
            break
    found = Gaps(steps, found.first, found.largest, found.largest_at, found.values)
    return Equivalence(found.first is None, "evaluation", durations, found, bound, alone)


def is_proved(one: Schedule, other: Schedule) -> bool:
    """Whether there is a proof that two schedules are the same at every step; no value is computed."""
    return not _not_proved(one, other)


def drawing(one: Schedule, other: Schedule, found: Equivalence) -> list[str]:
    """The two schedules as they differ, in braille; nothing where they do not."""
    from . import overlay

    if found.gaps is None or found.gaps.first is None:
        return []
    return overlay.drawing(_bound(one, found.bound), _bound(other, found.bound), found.gaps)


def _not_proved(one: Schedule, other: Schedule) -> list[Interval]:
    """Where there is no proof that two schedules are the same: between the steps at which one of them changes."""
    if one.expr == other.expr:
        return []
    bounds = {tree.fraction(b) for side in (one, other) for b in side.breakpoints if tree.is_number(b)}
    begins = [Fraction(0), *sorted(b for b in bounds if b > 0)]
    prover, intervals = Prover(), list[Interval]()
    for begin, end in pairwise([*begins, None]):
        assert begin is not None
        inside = begin + 1 if end is None else (begin + end) / 2
        if not all(prover.same(one.expr, other.expr, moment) for moment in (begin, inside)):
            intervals.append((begin, end))
    return intervals


def _gaps(one: Schedule, other: Schedule, intervals: list[Interval]) -> Gaps:
    marks = {Fraction(mark) for side in (one, other) for mark in sampling.marks(side)}
    ends = (sampling.length(side) for side in (one, other))
    return gaps(one.expr, other.expr, intervals, marks | {Fraction(end) for end in ends if math.isfinite(end)})


# Parameters


def _bound(side: Schedule, values: dict[str, Fraction]) -> Schedule:
    own = {p.name: values[p.name] for p in side.parameters}
    return side.bind(**own) if own else side


def _bindings(one: Schedule, other: Schedule) -> Iterator[dict[str, Fraction]]:
    """Some sets of values that both schedules accept: lengths, parts of one, counts; an empty one if there are none."""
    names = list(dict.fromkeys(p.name for side in (one, other) for p in side.parameters))
    accepted = (b for b in islice(_candidates(names), TRIES) if _accepts(one, b) and _accepts(other, b))
    found = list(islice(accepted, RUNS if names else 1))
    if not found:
        listed = ", ".join(f"`{name}`" for name in names)
        raise ScheduleError(f"no values for {listed} were found that both schedules accept", hint="bind them first")
    yield from found


def _candidates(names: list[str]) -> Iterator[dict[str, Fraction]]:
    choices = [
        (Fraction(1009 + 10 * i), Fraction(3 + i, 8 + 2 * i), Fraction(2 + i), Fraction(1_000_003 + i))
        for i in range(len(names))
    ]
    return (dict(zip(names, values, strict=True)) for values in product(*choices))


def _accepts(side: Schedule, values: dict[str, Fraction]) -> bool:
    try:
        return bool(_bound(side, values).expr is not None)
    except ScheduleError:
        return False


# In words


def _verdict(found: Equivalence) -> Iterator[str]:
    if found.gaps is None:
        yield "the same at every step: proved"
    elif found.gaps.first is None and not found.gaps.evaluated:
        yield "the same at every step: proved for each of the values that were tried, but not for all values"
    elif found.gaps.first is None:
        yield f"the same at all {found.gaps.evaluated} steps that were evaluated, to 40 digits; no proof was found"
    else:
        yield from _difference(found.gaps)


def _difference(found: Gaps) -> Iterator[str]:
    assert found.first is not None
    assert found.largest_at is not None
    assert found.values is not None
    between = "" if found.first.denominator == 1 else ", and only between steps"
    yield f"different: first at {_step(found.first)}{between}"
    one, other = found.values
    yield f"most at {_step(found.largest_at)}, by {found.largest:.6g}: {one + 0.0!r} and {other + 0.0!r}"


def _parameters(found: Equivalence) -> Iterator[str]:
    if found.bound:
        yield "with " + ", ".join(f"{name} = {_step(value)}" for name, value in found.bound.items())
    if found.alone:
        listed = ", ".join(f"`{name}`" for name in found.alone)
        yield f"only one of the two has {listed}" + (", which makes no difference" if found.same else "")


def _durations(found: Equivalence) -> Iterator[str]:
    one, other = (show.duration_text(d) for d in found.durations)
    if one != other:
        yield f"durations: {one}; {other}"


def _step(value: Fraction) -> str:
    """A step in few characters."""
    text = decimal_text(value)
    return text if len(text) <= 16 else f"{float(value):.15g}"


def _plain(value: Fraction | None) -> int | float | None:
    """A step for JSON."""
    return value if value is None else int(value) if value.denominator == 1 else float(value)
