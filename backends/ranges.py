"""What values an operation can have: enough to know where a division, a power or a logarithm needs no care."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from .. import constants
from .lowering import Segment
from .operations import Node, number_of

Range = tuple[float, float]
"""The smallest and the largest value; infinite where nothing is known."""

ANYTHING: Range = (-math.inf, math.inf)
LARGEST = 1.7976931348623157e308


def time_range(segment: Segment, start: Node | None) -> Range:
    """The steps at which a segment applies."""
    low = float(_known(start, 0.0))
    return max(low, 0.0), float(_known(segment.until, LARGEST))


def _known(node: Node | None, otherwise: float) -> float:
    return constants.nearest_float(number_of(node)) if node is not None and node.name == "const" else otherwise


def walk(node: Node) -> Iterator[Node]:
    """Every operation of a formula, each once."""
    seen, stack = {node}, [node]
    while stack:
        node = stack.pop()
        yield node
        new = [a for a in dict.fromkeys(node.args) if a not in seen]
        seen.update(new)
        stack.extend(new)


def uses_step(node: Node) -> bool:
    """Whether an operation depends on the step."""
    return any(n.name == "step" for n in walk(node))


class Ranges:
    """Ranges of the operations of one segment."""

    def __init__(self, time: Range) -> None:
        self.time = time
        self.known: dict[Node, Range] = {}

    def of(self, node: Node) -> Range:
        if node not in self.known:
            self.known[node] = self._of(node)
        return self.known[node]

    def _of(self, node: Node) -> Range:
        if node.name == "const":
            value = constants.nearest_float(number_of(node))
            return ANYTHING if math.isnan(value) else (value, value)
        if node.name == "step":
            return self.time
        if isinstance(node.value, tuple):
            return (0.0, len(node.value) - 1.0) if node.name == "search" else (node.value[0], node.value[-1])
        rule = _RULES.get(node.name)
        if rule is None:
            return _BOUNDED.get(node.name, ANYTHING)
        low, high = rule(*(self.of(a) for a in node.args))
        return ANYTHING if math.isnan(low) or math.isnan(high) else (low, high)

    def is_safe(self, node: Node) -> bool:
        """Whether plain arithmetic computes this operation without an exception or a value that is not finite."""
        ranges = [self.of(a) for a in node.args]
        if node.name in ("div", "floordiv", "mod"):
            return not ranges[1][0] <= 0 <= ranges[1][1]
        if node.name in ("sqrt", "log", "log2", "log10"):
            return ranges[0][0] > 0 or (node.name == "sqrt" and ranges[0][0] == 0)
        if node.name == "log1p":
            return ranges[0][0] > -1
        if node.name in ("exp", "expm1"):
            return ranges[0][1] < 700
        if node.name == "square":
            return max(abs(ranges[0][0]), abs(ranges[0][1])) < 1e150
        if node.name == "pow":
            (low, high), exponents = ranges
            return 0 < low <= high < math.inf and all(math.log(b) * e < 700 for b in (low, high) for e in exponents)
        if node.name in ("add", "sub", "mul"):
            return all(math.isfinite(side) for side in self.of(node))
        if node.name in ("sin", "cos", "tan", "floor", "ceil", "round"):
            return all(math.isfinite(side) for side in ranges[0])
        return True


def _products(a: Range, b: Range) -> Range:
    sides = [0.0 if x == 0 or y == 0 else x * y for x in a for y in b]
    return min(sides), max(sides)


def _quotients(a: Range, b: Range) -> Range:
    return ANYTHING if b[0] <= 0 <= b[1] else _products(a, (1 / b[1], 1 / b[0]))


def _whole(a: Range) -> Range:
    low, high = (float(math.floor(x)) if math.isfinite(x) else x for x in a)
    return low, high


def _monotone(function: Callable[[float], float]) -> Callable[[Range], Range]:
    def rule(a: Range) -> Range:
        try:
            return function(a[0]), function(a[1])
        except ValueError:
            return ANYTHING

    return rule


def _powers(a: Range, b: Range) -> Range:
    if a[0] < 0:
        return ANYTHING
    try:
        sides = [x**y for x in a for y in b]
    except (OverflowError, ZeroDivisionError):
        return (1.0 if a[0] >= 1 and b[0] >= 0 else 0.0), math.inf
    return min(sides), max(sides)


def _sizes(a: Range) -> Range:
    low, high = abs(a[0]), abs(a[1])
    return 0.0 if a[0] <= 0 <= a[1] else min(low, high), max(low, high)


def _hull(_: Range, a: Range, b: Range) -> Range:
    return min(a[0], b[0]), max(a[1], b[1])


_RULES: dict[str, Callable[..., Range]] = {
    "add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "sub": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "neg": lambda a: (-a[1], -a[0]),
    "mul": _products,
    "square": lambda a: (0.0 if a[0] <= 0 <= a[1] else _products(a, a)[0], _products(a, a)[1]),
    "div": _quotients,
    "floordiv": lambda a, b: _whole(_quotients(a, b)),
    "mod": lambda a, b: (0.0, b[1]) if b[0] > 0 else ANYTHING,
    "pow": _powers,
    "exp": lambda a: (0.0 if a[0] < -745 else math.exp(min(a[0], 709)), math.exp(a[1]) if a[1] < 709 else math.inf),
    "expm1": lambda a: (
        -1.0 if a[0] < -745 else math.expm1(min(a[0], 709)),
        math.expm1(a[1]) if a[1] < 709 else math.inf,
    ),
    "sqrt": _monotone(math.sqrt),
    "log": _monotone(math.log),
    "log1p": _monotone(math.log1p),
    "floor": _monotone(lambda x: float(math.floor(x)) if math.isfinite(x) else x),
    "ceil": _monotone(lambda x: float(math.ceil(x)) if math.isfinite(x) else x),
    "abs": _sizes,
    "magnitude": _sizes,
    "min": lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "max": lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
    "where": _hull,
    "guard": lambda _, a, __: a,
    "progress": lambda _: (0.0, 1.0),
    "length": lambda _: (5e-324, math.inf),
    "inner_length": lambda _: (5e-324, math.inf),
}

_BOUNDED: dict[str, Range] = {
    "sin": (-1.0, 1.0), "cos": (-1.0, 1.0), "quarter_sin": (0.0, 1.0), "quarter_cos": (-1.0, 1.0),
    "tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0),
}  # fmt: skip
