"""NumPy: numbers and arrays in, numbers and arrays out; each formula sees only the steps where it applies."""

from __future__ import annotations

from typing import Any

from .lowering import Segment, lower
from .module import assemble, documentation, indent, letter, numbers, safe_names, signature
from .operations import Node
from .ranges import Ranges, time_range, uses_step
from .writer import ATOM, INFIX, SUM, Writer, call

REQUIRES = "numpy"
FUNCTION = "schedule"

TEMPLATES = {
    **INFIX,
    "floordiv": call("np.floor_divide", 2),
    "mod": call("np.mod", 2),
    "pow": call("np.float_power", 2),
    "where": call("np.where", 3),
    "inner_length": (ATOM, "np.where({0} > 0, {0}, 1)", (SUM,)),
    "guard": call("np.where", 3),
    "and": (0, "({}) & ({})", (-1, -1)),
    "min": call("np.minimum", 2),
    "max": call("np.maximum", 2),
    "abs": call("np.abs"),
    "ceil": call("np.ceil"),
    "floor": call("np.floor"),
    "round": call("np.rint"),
    "tanh": call("np.tanh"),
    "sigmoid": call("_sigmoid"),
    "bezier": call("_bezier", 5),
    "search": (ATOM, "_cycle({1}, {0})", (-1,)),
    "take": (ATOM, "{1}[{0}]", (-1,)),
    "quarter_sin": call("np.sin"),
    "quarter_cos": call("np.cos"),
    **{
        name: call(f"np.{name}")
        for name in ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan")
    },
}

HELPERS = {
    "_sigmoid": """
def _sigmoid(x):
    y = np.exp(-np.abs(x))
    return np.where(x < 0, y, 1.0) / (1 + y)
""",
    "_bezier": """
def _bezier(u, x1, y1, x2, y2):
    low, high = np.zeros_like(u), np.ones_like(u)
    for _ in range(60):
        s = (low + high) / 2
        before = ((1 - 3 * x2 + 3 * x1) * s + 3 * x2 - 6 * x1) * s * s + 3 * x1 * s < u
        low, high = np.where(before, s, low), np.where(before, high, s)
    s = (low + high) / 2
    return np.where(u > 0, ((1 - 3 * y2 + 3 * y1) * s + 3 * y2 - 6 * y1) * s * s + 3 * y1 * s, 0.0)
""",
    "_cycle": """
def _cycle(begins, t):
    return np.searchsorted(begins, t, side="right") - 1
""",
}


_SORTED = '''
def _ascending(steps):
    """Steps as an ascending row of float64, and the order that makes them so (None if they are)."""
    t = np.maximum(steps.astype(np.float64).ravel(), 0)
    if t.size < 2 or (t[1:] >= t[:-1]).all():
        return t, None
    order = np.argsort(t, kind="stable")
    return t[order], order


def _restored(values, order):
    """Values in the order in which their steps came."""
    if order is None:
        return values
    result = np.empty_like(values)
    result[order] = values
    return result
'''
"""How steps are put in order, so that each stage is one slice and the cost does not grow with the number of stages."""


def emit(schedule: Any) -> str:
    """A module with `schedule(t, ...)`; an array gives an array of the same shape."""
    return _Printer(schedule).module()


class _Printer:
    def __init__(self, schedule: Any) -> None:
        self.schedule = schedule
        self.program = lower(schedule.expr, tuple(p.name for p in schedule.parameters))
        self.names = safe_names(self.program.parameters, _TAKEN)
        self.inner = safe_names(self.program.parameters, _INNER)
        self.tables: dict[tuple[float, ...], str] = {}
        self.writer = Writer(TEMPLATES, {}, self.tables, self.inner.__getitem__, letter(["x", *self.inner.values()]))
        self.is_safe = True

    def module(self) -> str:
        segments = self.program.segments
        starts: list[Node | None] = [None, *(s.until for s in segments[:-1])]
        parts = list(zip(segments, starts, strict=True))
        body = self._stages(parts) if len(parts) > 1 else self._whole(parts[0][0])
        if not self.is_safe:
            body = ['with np.errstate(all="ignore"):', *indent(body, 1)]
        inner = [f"def _values({', '.join(['t', *self.inner.values()])}):", *indent(body, 1)]
        entry = _ENTRY.format(
            signature=signature(list(self.names.values())),
            before=", order" * (len(parts) > 1),
            prepare="_ascending" if len(parts) > 1 else "_row",
            values=("_restored({}, order)" if len(parts) > 1 else "{}").format(
                f"_values({', '.join(['t', *self.names.values()])})"
            ),
        )
        constants = [f"{name} = np.array({numbers(table)}, dtype=np.float64)" for table, name in self.tables.items()]
        helpers = [_SORTED if len(parts) > 1 else _UNSORTED] + [HELPERS[name] for name in self.writer.helpers]
        text = "\n".join([*inner, *helpers])
        constants += ["_INFINITY = np.inf"] * ("_INFINITY" in text) + ["_NAN = np.nan"] * ("_NAN" in text)
        head = [[documentation(self.schedule, "NumPy")], ["import numpy as np"], constants]
        return assemble("\n\n".join("\n".join(p) for p in head if p), *helpers, "\n".join(inner), entry)

    def _whole(self, segment: Segment) -> list[str]:
        """One formula for all steps."""
        lines, value = self._block(segment, None)
        if uses_step(segment.value):
            return [*lines, f"return {value}"]
        return [*lines, f"return np.full_like(t, {value})"]

    def _stages(self, parts: list[tuple[Segment, Node | None]]) -> list[str]:
        """Each formula on the slice of steps where it applies."""
        segments = [s for s, _ in parts]
        lines, texts = self.writer.bounds([s.until for s in segments if s.until is not None])
        lines.append("values = np.empty_like(t)")
        fixed = all(s.until is None or s.until.name == "const" for s in segments)
        if fixed and not any(s.closed for s in segments):
            lines.append(f"cuts = [0, *np.searchsorted(t, [{', '.join(texts)}]), t.size]")
        else:
            right = [', "right"' * s.closed for s in segments[:-1]]
            cuts = ["0", *(f"np.searchsorted(t, {b}{r})" for b, r in zip(texts, right, strict=True)), "t.size"]
            opening, closing = ("[", "]") if fixed else ("np.maximum.accumulate([", "])")
            lines += [f"cuts = {opening}", *indent([f"{cut}," for cut in cuts], 1), closing]
        for i, (segment, start) in enumerate(parts):
            inner, value = self._block(segment, start)
            inside = [*inner, f"values[a:b] = {value}"]
            if uses_step(segment.value):
                inside.insert(0, "x = t[a:b]")
            lines += [f"a, b = cuts[{i}], cuts[{i + 1}]", "if a < b:", *indent(inside, 1)]
        return [*lines, "return values"]

    def _block(self, segment: Segment, start: Node | None) -> tuple[list[str], str]:
        ranges = Ranges(time_range(segment, start))
        lines, value = self.writer.block(segment.value, ranges, "t" if len(self.program.segments) == 1 else "x")
        self.is_safe = self.is_safe and all(ranges.is_safe(node) for node in list(ranges.known))
        return lines, value


_ENTRY = '''
def schedule({signature}):
    """The values at steps `t`, a number or an array of any shape."""
    steps = np.asarray(t)
    is_number = isinstance(t, (int, float))
    t{before} = {prepare}(steps)
    values = {values}
    if is_number:
        return float(values[0])
    kind = steps.dtype if steps.dtype.kind == "f" else np.float64
    return values.reshape(steps.shape).astype(kind, copy=False)[()]
'''

_UNSORTED = '''
def _row(steps):
    """Steps as a row of float64."""
    return np.maximum(steps.astype(np.float64).ravel(), 0)
'''

_TAKEN = frozenset({"t", FUNCTION, "np", "steps", "values", "order", "kind", "is_number", "float", "int", "isinstance"})
"""Names that a parameter must not have."""

_INNER = frozenset({"t", "x", "a", "b", "np", "values", "cuts", *HELPERS})
"""Names that a parameter must not have inside the formula."""
