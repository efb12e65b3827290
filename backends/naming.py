"""Names for the constants of a schedule, `WARMUP_STEPS` and `END = WARMUP_STEPS + COSINE_STEPS`, found by asking.

Which number of a lowered program stems from which number of the text? The text is lowered a second time with slightly
other numbers. A constant that changed is one of them, or a sum or a ratio of them, which two pairs of values tell
apart. A name is given only where it computes the very bits of the constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations, permutations
from operator import mul, sub, truediv
from typing import Any

from .. import constants, nodes, tree
from ..errors import ScheduleError
from ..meaning import meaning
from ..schedule import Schedule
from .labels import Label, roots, scaled, scaled_name
from .literals import Literal, Literals, free, numbers_of
from .lowering import FEWEST, Program, Segment, lower
from .operations import Node, number_of
from .ranges import walk

CHANGES = (1009, 1013, 1019, 1021, 1031, 1033, 1039, 1049, 1051, 1061, 1063, 1069)
"""What lengths are multiplied and values divided by, so that what is whole stays whole, and what is before, before."""


LARGEST = 100
"""The largest numerator and denominator of a factor that is written."""


Pair = tuple[Fraction, Fraction]
"""A number of a program, and what stands in its place in the changed one."""

OF_TWO = {"over": (truediv, "per"), "sub": (sub, "above"), "mul": (mul, "times")}
"""What is computed from two numbers of the text: how, and the word between their names."""


class Quantity:
    """A number of both programs, and the nearest floats: each is compared with many others, most of them unlike it."""

    def __init__(self, values: Pair) -> None:
        self.values = values
        self.near = constants.nearest_float(values[0]), constants.nearest_float(values[1])


class Two(Quantity):
    """A quotient, a difference or a product of two numbers of the text."""

    def __init__(self, operation: str, first: Literal, second: Literal, known: Mapping[Literal, Quantity]) -> None:
        compute, self.word = OF_TWO[operation]
        self.operation, self.first, self.second = operation, first, second
        (a, b), (x, y) = known[first].values, known[second].values
        super().__init__((compute(a, x), compute(b, y)))


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
    others = [] if naming is None else numbers(Schedule._of(naming.changed.written))
    if naming is None or len(others) != len(found):
        return nodes
    return [naming.constant(node, Node("const", (), x)) for node, x in zip(nodes, others, strict=True)]


def _naming(schedule: Any, plain: Program, is_plan: bool) -> _Naming | None:
    """What gives names to the constants of a schedule; None where they have none."""
    numbers = numbers_of(schedule.program, set(plain.parameters))
    chosen = _comparable(plain, plain.parameters, numbers) if numbers is not None else None
    return None if chosen is None else _Naming(chosen, set(plain.parameters), is_plan)


@dataclass(frozen=True)
class Changed:
    """A schedule with other numbers, and what it is lowered to."""

    written: nodes.Program
    program: Program
    values: dict[Literal, Pair]


def _comparable(plain: Program, names: tuple[str, ...], numbers: Literals) -> Changed | None:
    """The program with all of its numbers changed that can be without a change of its operations."""
    factors = {x: Fraction(c) if x.is_time else Fraction(1, c) for x, c in zip(numbers.found, CHANGES, strict=False)}
    tabled = _of_tables(plain, numbers)
    changed = None if tabled else _changed(plain, names, numbers, factors)
    if changed is None and len(factors) > 1:  # a power of 2 is a square: find those that may change alone
        single = {x: {x: f} for x, f in factors.items() if x not in tabled}
        alone = {x: found for x, one in single.items() if (found := _changed(plain, names, numbers, one))}
        if len(alone) < 2:
            return next(iter(alone.values()), None)
        changed = _changed(plain, names, numbers, {x: factors[x] for x in alone})
    return changed


def _of_tables(plain: Program, numbers: Literals) -> set[Literal]:
    """The numbers that tables of cycles are made of, which would change with them; told by a symbol for each number."""
    if not any(isinstance(node.value, tuple) for root in roots(plain) if root is not None for node in walk(root)):
        return set()
    symbols = {x: tree.parameter(f"number {i}") for i, x in enumerate(numbers.found)}
    written = numbers.replaced(lambda x, number: nodes.Name(number.span, 1, symbols[x].name))
    assert written.expression is not None
    try:
        expr = meaning(written.definitions, written.expression, "").expr
    except ScheduleError:  # one of them has to be known
        return set()
    cycles = [n for n in tree.walk(expr) if isinstance(n, tree.CycleIndex) and n.args[3] != 1]
    powers = [n.base for n in tree.walk(expr) if n.is_Pow and n.exp in cycles]
    used = {symbol for part in [*powers, *(a for n in cycles for a in n.args[2:])] for symbol in part.free_symbols}
    return {x for x, symbol in symbols.items() if symbol in used}


def _changed(
    plain: Program, names: tuple[str, ...], numbers: Literals, factors: dict[Literal, Fraction]
) -> Changed | None:
    written = numbers.changed(lambda x: x.value * factors.get(x, 1))
    assert written.expression is not None
    try:
        other = lower(meaning(written.definitions, written.expression, "").expr, names)
    except ScheduleError:  # a count is whole
        return None
    if len(other.segments) != len(plain.segments) or not all(map(_alike, roots(plain), roots(other))):
        return None
    return Changed(written, other, {x: (x.value, x.value * f) for x, f in factors.items()})


def _alike(one: Node | None, other: Node | None) -> bool:
    """Whether two formulas are the same but for their constants; a table that changes would not follow a name."""
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
        self.known = {x: Quantity(values) for x, values in changed.values.items()}
        self.labels: dict[Pair, Label] = {}
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
        first, second = number_of(one), number_of(other)
        if first == second or not isinstance(first, Fraction) or not isinstance(second, Fraction):
            return one
        pair = first, second
        found = self.labels.get(pair) or next(self._formulas(pair), None)
        if found is None:
            return one
        self.labels[pair] = found
        return found

    def _formulas(self, pair: Pair) -> Iterator[Label]:
        """The ways to compute a constant from the numbers of the text, the plainest first."""
        for x, known in self.known.items():
            if known.values == pair:
                yield self.own[x]
        constant = Quantity(pair)
        for x, known in self.known.items():
            factor = _ratio(constant, known)
            if factor is not None:
                yield self._label(scaled_name(factor, x.name), scaled(self.own[x], factor), pair)
        yield from self._ends(pair)
        for two in self.pairs:
            factor = _ratio(constant, two)
            if factor is not None:
                yield self._of_two(two, factor, pair)

    @cached_property
    def pairs(self) -> list[Two]:
        """What can be computed from two numbers of the text, the plainest first."""
        known = {x: quantity for x, quantity in self.known.items() if quantity.values[0]}
        pairs = [(op, x, y) for op in ("over", "sub") for x, y in permutations(known, 2)]
        return [Two(*two, known) for two in [*pairs, *(("mul", x, y) for x, y in combinations(known, 2))]]

    def _of_two(self, two: Two, factor: Fraction, pair: Pair) -> Label:
        name = scaled_name(factor, f"{two.first.name}_{two.word}_{two.second.name}")
        first, second = self.own[two.first], self.own[two.second]
        if two.operation == "over":
            top, bottom = (Fraction(n) for n in (factor.numerator, factor.denominator))
            return self._label(name, Node("over", (scaled(first, top), scaled(second, bottom))), pair)
        return self._label(name, scaled(Node(two.operation, (first, second)), factor), pair)

    def _ends(self, pair: Pair) -> Iterator[Label]:
        """Where stages end: sums of lengths in the order of writing, the last one whole or in part."""
        times = [x for x in self.known if x.is_time]
        for count in range(1, len(times)):
            for before in combinations(times[:count], count) if count < 3 else [tuple(times[:count])]:
                begun, begun_changed = (sum(self.known[x].values[i] for x in before) for i in (0, 1))
                rest = Quantity((pair[0] - begun, pair[1] - begun_changed))
                for last in (x for x in times if x not in before):
                    part = _ratio(rest, self.known[last])
                    if part is not None and 0 < part <= 1:
                        sum_: Node = self.own[before[0]]
                        for x in before[1:]:
                            sum_ = Node("add", (sum_, self.own[x]))
                        name = "end" if part == 1 else "middle" if part == Fraction(1, 2) else "inside"
                        if last is not times[-1] or part != 1 or self.is_plan:
                            name = f"{last.stage or last.name}_{name}"
                        yield self._label(name, Node("add", (sum_, scaled(self.own[last], part))), pair)

    def _label(self, name: str, origin: Node, pair: Pair) -> Label:
        return Label.computed(free(name, self.taken), pair[0], origin)


def _ratio(constant: Quantity, quantity: Quantity) -> Fraction | None:
    """The simple factor that makes a constant of a quantity, in both programs; None if there is none."""
    (a, b), (x, y) = constant.near, quantity.near
    if not x or not y or abs(a * y - b * x) > 1e-9 * abs(a * y):  # most have nothing to do with each other
        return None
    pair, values = constant.values, quantity.values
    factor = (pair[0] / values[0]).limit_denominator(LARGEST)
    is_simple = 0 < factor <= LARGEST
    return factor if is_simple and all(_is_near(p, factor * v) for p, v in zip(pair, values, strict=True)) else None


def _is_near(one: Fraction, other: Fraction) -> bool:
    """Whether two numbers are equal but for the rounding of one."""
    return one == other or abs(one - other) < abs(one) / 2**51
