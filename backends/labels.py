"""Constants under the names that the schedule gives them: `WARMUP_STEPS = 500` and `END = WARMUP_STEPS + COSINE_STEPS`.

Which number of a lowered program stems from which number of the text is found out by asking: the text is lowered a
second time with slightly other numbers. A constant that changed is one of them, or a sum or a ratio of them, which two
pairs of values tell apart. A name is given only where it computes the very bits of the constant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

from .. import constants
from ..errors import ScheduleError
from ..schedule import Schedule
from .literals import Literal, Literals, free, numbers_of
from .lowering import FEWEST, Program, Segment, lower
from .operations import Node, number_of
from .ranges import walk

CHANGES = (1009, 1013, 1019, 1021, 1031, 1033, 1039, 1049, 1051, 1061, 1063, 1069)
"""What lengths are multiplied and values divided by, so that what is whole stays whole, and what is before, before."""


LARGEST = 100
"""The largest numerator and denominator of a factor that is written."""


class Label(Node):
    """A constant with a name.

    Attributes:
        label: The name, in lower case.
        origin: The formula that computes it from others, None for a number of the text.
        is_exact: Whether the formula gives the bits of the constant; if not, it is a comment.
        is_whole: Whether it is a whole number of steps, and no value.
        place: Where the number stands in the text, among its numbers; those that are computed come after them.
    """

    __slots__ = ("is_exact", "is_whole", "label", "origin", "place")

    def __init__(self, label: str, value: Fraction, is_whole: bool, place: int = len(CHANGES)) -> None:
        super().__init__("const", (), value)
        self.label, self.is_whole, self.place = label, is_whole, place
        self.origin: Node | None = None
        self.is_exact = True

    @classmethod
    def computed(cls, label: str, value: Fraction, origin: Node) -> Label:
        """A constant that is computed from others."""
        parts = list(_walk(origin))
        rounded = (not n.is_whole if isinstance(n, Label) else n.name == "over" for n in parts)
        made = cls(label, value, not any(rounded))
        if all(math.isfinite(computed(n)) for n in parts):
            made.origin, made.is_exact = origin, computed(origin) == constants.nearest_float(value)
        return made


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for arg in node.args:
        yield from _walk(arg)


def labelled(schedule: Any, is_plan: bool = False) -> Program:
    """The program of a schedule with labels for its constants; those of a plan name their stages in full."""
    plain = lower(schedule.expr, tuple(p.name for p in schedule.parameters))
    naming = _naming(schedule, plain, is_plan) if len(plain.segments) < FEWEST else None
    return plain if naming is None else naming.named(plain)


def labelled_numbers(schedule: Any, numbers: Callable[[Any], list[Fraction]], is_plan: bool = False) -> list[Node]:
    """Constants that are worked out from a schedule, with labels.

    Args:
        schedule: A `symsched.Schedule`.
        numbers: Works them out; it is asked for those of a schedule with other numbers too.
        is_plan: Whether their names say which stage of which schedule they belong to.
    """
    plain = lower(schedule.expr, tuple(p.name for p in schedule.parameters))
    naming, found = _naming(schedule, plain, is_plan), numbers(schedule)
    nodes = [Node("const", (), x) for x in found]
    others = [] if naming is None else numbers(naming.changed.schedule)
    if naming is None or len(others) != len(found):
        return nodes
    return [naming.constant(node, Node("const", (), x)) for node, x in zip(nodes, others, strict=True)]


def _naming(schedule: Any, plain: Program, is_plan: bool) -> _Naming | None:
    """What gives names to the constants of a schedule; None where they have none."""
    numbers = numbers_of(schedule.program, set(plain.parameters))
    chosen = _comparable(plain, plain.parameters, numbers) if numbers is not None else None
    return None if chosen is None else _Naming(chosen, set(plain.parameters), is_plan)


def label_names(program: Program) -> list[str]:
    """The names of the constants of a program, and of those that they are computed from."""
    found: dict[str, None] = {}
    stack = [node for node in _roots(program) if node is not None]
    while stack:
        for node in walk(stack.pop()):
            if isinstance(node, Label) and node.label not in found:
                found[node.label] = None
                stack += [node.origin] if node.origin is not None else []
    return list(found)


@dataclass(frozen=True)
class Changed:
    """A schedule with other numbers, and its program."""

    schedule: Schedule
    program: Program
    values: dict[Literal, tuple[Fraction, Fraction]]


def _comparable(plain: Program, names: tuple[str, ...], numbers: Literals) -> Changed | None:
    """The program with all of its numbers changed that can be without a change of its operations."""
    factors = {x: Fraction(c) if x.is_time else Fraction(1, c) for x, c in zip(numbers.found, CHANGES, strict=False)}
    changed = _changed(plain, names, numbers, factors)
    if changed is None and len(factors) > 1:  # a power of 2 is a square: find those that may change alone
        alone = {x: found for x, f in factors.items() if (found := _changed(plain, names, numbers, {x: f}))}
        if len(alone) < 2:
            return next(iter(alone.values()), None)
        changed = _changed(plain, names, numbers, {x: factors[x] for x in alone})
    return changed


def _changed(
    plain: Program, names: tuple[str, ...], numbers: Literals, factors: dict[Literal, Fraction]
) -> Changed | None:
    program = numbers.changed(lambda x: x.value * factors.get(x, 1))
    schedule = Schedule._of(program)
    try:
        other = lower(schedule.expr, names)
    except ScheduleError:  # a count is whole
        return None
    if len(other.segments) != len(plain.segments) or not all(map(_alike, _roots(plain), _roots(other))):
        return None
    return Changed(schedule, other, {x: (x.value, x.value * f) for x, f in factors.items()})


def _roots(program: Program) -> list[Node | None]:
    return [node for s in program.segments for node in (s.value, s.until, s.inside)]


def _alike(one: Node | None, other: Node | None) -> bool:
    """Whether two formulas are the same but for their constants."""
    seen: set[tuple[Node, Node]] = set()
    stack = [(one, other)]
    while stack:
        a, b = stack.pop()
        if a is None or b is None:
            if a is not b:
                return False
            continue
        if (a, b) in seen:
            continue
        seen.add((a, b))
        if a.name != b.name or len(a.args) != len(b.args) or (a.name != "const" and a.value != b.value):
            return False
        stack.extend(zip(a.args, b.args, strict=True))
    return True


class _Naming:
    """Gives names to the constants of a program by those of the changed one."""

    def __init__(self, changed: Changed, taken: set[str], is_plan: bool) -> None:
        self.changed, self.taken, self.is_plan = changed, taken | {x.name for x in changed.values}, is_plan
        self.own = {
            x: Label(x.name, x.value, x.is_time and x.value.denominator == 1, i) for i, x in enumerate(changed.values)
        }
        self.labels: dict[tuple[Fraction, Fraction], Label] = {}
        self.nodes: dict[tuple[Node, Node], Node] = {}

    def named(self, plain: Program) -> Program:
        segments = []
        for one, other in zip(plain.segments, self.changed.program.segments, strict=True):
            until = None if one.until is None or other.until is None else self._node(one.until, other.until)
            segments.append(
                Segment(self._node(one.value, other.value), until, one.closed, self._node(one.inside, other.inside))
            )
        return Program(tuple(segments), plain.parameters)

    def _node(self, one: Node, other: Node) -> Node:
        stack = [(one, other)]
        while stack:
            pair = plain, changed = stack[-1]
            below = list(zip(plain.args, changed.args, strict=True))
            waiting = [p for p in below if p not in self.nodes]
            if waiting:
                stack.extend(waiting)
            else:
                stack.pop()
                self.nodes[pair] = self._made(plain, changed, tuple(self.nodes[p] for p in below))
        return self.nodes[one, other]

    def _made(self, one: Node, other: Node, args: tuple[Node, ...]) -> Node:
        if one.name == "const":
            return self.constant(one, other)
        return one if all(a is b for a, b in zip(args, one.args, strict=True)) else Node(one.name, args, one.value)

    def constant(self, one: Node, other: Node) -> Node:
        """A constant with a label, found by what the changed program has in its place."""
        values = number_of(one), number_of(other)
        first, second = values
        if first == second or not isinstance(first, Fraction) or not isinstance(second, Fraction):
            return one
        pair = first, second
        if pair not in self.labels:
            found = next(self._formulas(pair), None)
            if found is None:
                return one
            self.labels[pair] = found
        return self.labels[pair]

    def _formulas(self, pair: tuple[Fraction, Fraction]) -> Iterator[Label]:
        """The ways to compute a constant from the numbers of the text, the plainest first."""
        known = self.changed.values
        for x, values in known.items():
            if values == pair:
                yield self.own[x]
        for x, values in known.items():
            factor = _ratio(pair, values)
            if factor is not None:
                yield self._label(_scaled_name(factor, x.name), _scaled(self.own[x], factor), pair)
        yield from self._ends(pair)
        for x, y in permutations(known, 2):
            factor = _ratio(pair, (known[x][0] / known[y][0], known[x][1] / known[y][1]))
            if factor is not None:
                top = _scaled(self.own[x], Fraction(factor.numerator))
                bottom = _scaled(self.own[y], Fraction(factor.denominator))
                name = _scaled_name(factor, f"{x.name}_per_{y.name}")
                yield self._label(name, Node("over", (top, bottom)), pair)
        for x, y in permutations(known, 2):
            factor = _ratio(pair, (known[x][0] - known[y][0], known[x][1] - known[y][1]))
            if factor is not None and factor > 0:
                difference = Node("sub", (self.own[x], self.own[y]))
                name = _scaled_name(factor, f"{x.name}_above_{y.name}")
                yield self._label(name, _scaled(difference, factor), pair)
        for x, y in combinations(known, 2):
            factor = _ratio(pair, (known[x][0] * known[y][0], known[x][1] * known[y][1]))
            if factor is not None:
                product = Node("mul", (self.own[x], self.own[y]))
                name = _scaled_name(factor, f"{x.name}_times_{y.name}")
                yield self._label(name, _scaled(product, factor), pair)

    def _ends(self, pair: tuple[Fraction, Fraction]) -> Iterator[Label]:
        """Where stages end: sums of lengths in the order of writing, the last one whole or in part."""
        times = [x for x in self.changed.values if x.is_time]
        for count in range(1, len(times)):
            for before in combinations(times[:count], count) if count < 3 else [tuple(times[:count])]:
                begun = [sum(self.changed.values[x][i] for x in before) for i in (0, 1)]
                for last in (x for x in times if x not in before):
                    part = _ratio((pair[0] - begun[0], pair[1] - begun[1]), self.changed.values[last])
                    if part is not None and 0 < part <= 1:
                        sum_: Node = self.own[before[0]]
                        for x in before[1:]:
                            sum_ = Node("add", (sum_, self.own[x]))
                        name = "end" if part == 1 else "middle" if part == Fraction(1, 2) else "inside"
                        if last is not times[-1] or part != 1 or self.is_plan:
                            name = f"{last.stage or last.name}_{name}"
                        yield self._label(name, Node("add", (sum_, _scaled(self.own[last], part))), pair)

    def _label(self, name: str, origin: Node, pair: tuple[Fraction, Fraction]) -> Label:
        return Label.computed(free(name, self.taken), pair[0], origin)


def _ratio(pair: tuple[Fraction, Fraction], values: tuple[Fraction, Fraction]) -> Fraction | None:
    """The simple factor that makes a constant of a quantity, in both programs; None if there is none."""
    if not values[0] or not values[1]:
        return None
    (a, b), (x, y) = map(constants.nearest_float, pair), map(constants.nearest_float, values)
    if abs(a * y - b * x) > 1e-9 * abs(a * y):  # most pairs of quantities have nothing to do with each other
        return None
    factor = (pair[0] / values[0]).limit_denominator(LARGEST)
    is_simple = 0 < factor <= LARGEST
    return factor if is_simple and all(_is_near(p, factor * v) for p, v in zip(pair, values, strict=True)) else None


def _is_near(one: Fraction, other: Fraction) -> bool:
    """Whether two numbers are equal but for the rounding of one."""
    return one == other or abs(one - other) < abs(one) / 2**51


def _scaled(node: Node, factor: Fraction) -> Node:
    if factor.numerator != 1:
        node = Node("mul", (Node("const", (), Fraction(factor.numerator)), node))
    if factor.denominator == 1:
        return node
    value = computed(node) / factor.denominator
    is_whole = value.is_integer() and computed(node).is_integer()
    return Node("part" if is_whole else "over", (node, Node("const", (), Fraction(factor.denominator))))


def _scaled_name(factor: Fraction, name: str) -> str:
    words = {Fraction(1): "", Fraction(1, 2): "half_", Fraction(2): "twice_"}
    if factor in words:
        return words[factor] + name
    times, over = (
        f"_{word}_{n}" if n != 1 else "" for word, n in (("times", factor.numerator), ("over", factor.denominator))
    )
    return name + times + over


def computed(node: Node) -> float:
    """What a target computes from a formula of constants, in double precision."""
    if node.name == "const":
        return constants.nearest_float(number_of(node))
    a, b = (computed(x) for x in node.args)
    if node.name in ("over", "part"):
        return a / b if b else math.nan
    return {"add": a + b, "sub": a - b, "mul": a * b}[node.name]
