"""What torch does to schedulers inside each other, on the calls that stand for them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from .. import foreign, prelude
from ..errors import ScheduleError, Span
from ..nodes import NOWHERE, Call, List, Node, Number, Operation, Power

SEQUENTIAL, CHAINED = "torch.SequentialLR", "torch.ChainedScheduler"

MULTIPLIERS = {f"torch.{n}LR" for n in ("Step", "MultiStep", "Constant", "Linear", "Exponential", "Polynomial")}
"""Schedulers that multiply what is there, and so can act together."""

WAVE, AVERAGE = "torch.CosineAnnealingLR", "torch.SWALR"
CYCLE, RESTARTS, ONE_CYCLE = "torch.CyclicLR", "torch.CosineAnnealingWarmRestarts", "torch.OneCycleLR"

ONE = Number(NOWHERE, 1, Fraction(1))


def arguments(call: Call) -> dict[str, Node]:
    """What a call gives, by the names of the entry's parameters, and its defaults.

    Raises:
        ScheduleError: An argument without a default is missing.
    """
    entry = prelude.find(call.function.name)
    assert entry is not None, call.function.name
    names = [p.name for p in entry.parameters]
    defaults = {p.name: p.default for p in entry.parameters if p.default is not None}
    found = {**defaults, **{a.name or names[0]: a.value for a in call.arguments}}
    missing = next((n for n in names if n not in found), None)
    if missing is not None:
        raise ScheduleError(f"`{call.function.name}` needs `{missing}`", None, _place(call))
    return found


def changed(call: Call, **values: Node) -> Call:
    """A call with some of its arguments replaced."""
    return replace(foreign.call(call.function.name, {**arguments(call), **values}), span=call.span)


def parts(call: Call) -> list[Call]:
    """The schedulers of a composition; none for another scheduler."""
    if not _is_composition(call):
        return []
    inner = arguments(call).get("schedulers")
    items = inner.items if isinstance(inner, List) else ()
    for item in items:
        if not isinstance(item, Call) or not item.function.name.startswith("torch."):
            raise ScheduleError("only schedulers of torch stand inside one of its compositions")
    return [item for item in items if isinstance(item, Call)]


def leaves(call: Call) -> Iterator[Call]:
    """The schedulers that are no compositions, at any depth."""
    if not _is_composition(call):
        yield call
    for part in parts(call):
        yield from leaves(part)


def _is_composition(call: Call) -> bool:
    return call.function.name in (SEQUENTIAL, CHAINED)


def nested(call: Call, rate: Node | None = None, ahead: int = 0, inside: bool = False) -> Call:
    """A call as torch runs it.

    A SequentialLR goes back to the rate that its optimizer began with when it is made, and steps what comes first in it
    once more. A composition that comes first is so stepped before its first step, and its schedulers with it.

    Args:
        call: A scheduler or a composition.
        rate: What the optimizer began with, which OneCycleLR changes; None if it is the rate of the schedulers.
        ahead: How often it is stepped before the first step.
        inside: Whether it comes first inside a SequentialLR.

    Raises:
        ScheduleError: torch does something that no entry says.
    """
    _check_whole(call)
    if call.function.name == SEQUENTIAL:
        return _sequence(call, rate, ahead)
    if inside and rate is not None:
        call = _starting_at(call, rate)
    if call.function.name == CHAINED and len(parts(call)) == 1:
        return nested(parts(call)[0], rate, ahead, inside)
    if call.function.name == CHAINED:
        _check_chained(parts(call))
        return changed(call, schedulers=foreign.listed([nested(part, rate, ahead, inside) for part in parts(call)]))
    return _stepped(call) if ahead else call


def _sequence(call: Call, rate: Node | None, ahead: int) -> Call:
    schedulers, milestones = parts(call), _milestones(call)
    current = bisect_right([_known(m) for m in milestones], ahead)
    fresh = ahead > 0 and current > 0 and _known(milestones[current - 1]) == ahead
    inner: list[Node] = []
    for place, one in enumerate(schedulers):
        if place == current and not fresh:
            inner.append(nested(one, rate, ahead + _is_composition(one), inside=True))
        else:
            inner.append(_taking_over(one) if place >= current else one)
    shifted = foreign.listed([_minus(m, ahead) for m in milestones])
    return changed(call, schedulers=foreign.listed(inner), milestones=shifted)


def _starting_at(call: Call, rate: Node) -> Call:
    """A call that starts from the rate that a SequentialLR goes back to."""
    name, given = call.function.name, arguments(call)
    if name in (WAVE, AVERAGE) and given["lr"] != rate:
        raise _refused(call, "it starts from the rate that a scheduler made later has set")
    return changed(call, lr=rate) if name in {*MULTIPLIERS, CHAINED} else call


def _milestones(call: Call) -> list[Node]:
    found = arguments(call).get("milestones")
    return list(found.items) if isinstance(found, List) else []


def _known(node: Node) -> float:
    """A number; what gets its value later comes later."""
    return float(node.value) if isinstance(node, Number) else float("inf")


def _minus(milestone: Node, ahead: int) -> Node:
    if ahead == 0:
        return milestone
    if isinstance(milestone, Number):
        return Number(NOWHERE, 1, max(milestone.value - ahead, Fraction(0)))
    return Operation(NOWHERE, 1 + milestone.depth, ("-",), (milestone, Number(NOWHERE, 1, Fraction(ahead))))


def _taking_over(call: Call) -> Call:
    """A scheduler that begins at a milestone, from its own rate."""
    name, given = call.function.name, arguments(call)
    if _is_composition(call):
        raise _refused(call, "torch itself fails at it, unless it comes first")
    if name == AVERAGE:
        raise _refused(call, "it starts from where the one before it ended")
    if name == "torch.ConstantLR" and _known(given["total_iters"]) == 0:
        raise _refused(call, "its factor is left out at a milestone where `total_iters` is 0")
    return nested(call)


def _stepped(call: Call) -> Call:
    """A scheduler whose first value has been multiplied by the factor of one step."""
    name, given = call.function.name, arguments(call)
    if name == "torch.ExponentialLR":
        return changed(call, lr=_operation("*", given["lr"], given["gamma"]))
    if name == "torch.PolynomialLR":
        total = given["total_iters"]
        part = _operation("/", total, _operation("+", total, ONE))
        factor = Power(NOWHERE, 1 + max(part.depth, given["power"].depth), part, given["power"])
        return changed(call, lr=_operation("*", given["lr"], factor))
    if name in (WAVE, AVERAGE):
        raise _refused(call, "torch steps it once before its first step")
    return call


def _operation(operator: str, *operands: Node) -> Operation:
    return Operation(NOWHERE, 1 + max(o.depth for o in operands), (operator,), operands)


# What cannot be said


def _check_whole(call: Call) -> None:
    """torch looks for its milestones among whole steps."""
    if call.function.name in (CYCLE, ONE_CYCLE, WAVE):
        return
    entry = prelude.find(call.function.name)
    lengths = {p.name for p in entry.parameters if p.kind == "duration"} if entry else set()
    for name, value in arguments(call).items():
        for one in value.items if isinstance(value, List) and name == "milestones" else (value,):
            if isinstance(one, Number) and one.value.denominator != 1 and name in {*lengths, "milestones"}:
                raise _refused(call, f"`{name}` is no whole number")


def _check_chained(schedulers: list[Call]) -> None:
    """Schedulers that multiply act together; so does a cosine to 0 over rates that have settled when it ends."""
    if len(schedulers) < 2:
        return
    for one in schedulers:
        if one.function.name not in {*MULTIPLIERS, WAVE, CHAINED}:
            raise _refused(one, "in a ChainedScheduler it sets the value, whatever the others did")
        _check_chained(parts(one) * 2)
    flat = [leaf for one in schedulers for leaf in leaves(one)]
    waves = [one for one in flat if one.function.name == WAVE]
    for wave in waves:
        given = arguments(wave)
        if len(waves) > 1 or _known(given["eta_min"]) != 0:
            raise _refused(wave, "only one wave down to 0 multiplies the others in a ChainedScheduler")
        if not all(_settles(one, given["T_max"]) for one in flat if one is not wave):
            raise _refused(wave, "after `T_max` it goes on from the value that it finds there")


def _settles(call: Call, end: Node) -> bool:
    """Whether a factor is 1 for good from a step on."""
    given = arguments(call)
    length = _known(given.get("total_iters", ONE))
    ends_at_one = given.get("end_factor", ONE) == ONE
    return call.function.name in ("torch.LinearLR", "torch.ConstantLR") and 0 < length <= _known(end) and ends_at_one


def _refused(call: Call, why: str) -> ScheduleError:
    name = call.function.name.removeprefix("torch.")
    hint = "put schedulers after each other with SequentialLR, or write the curve in the language"
    return ScheduleError(f"{name} cannot become a schedule here: {why}", None, _place(call), "", hint)


def _place(call: Call) -> Span | None:
    """Where a call stands in the text that it was imported from."""
    return None if call.span == NOWHERE else call.span
