"""NumPy: numbers and arrays in, numbers and arrays out; each formula sees only the steps where it applies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import constants
from .lowering import Segment, lower
from .module import assemble, documentation, indent, letter, numbers, safe_names, signature
from .operations import Node, number_of
from .ranges import LARGEST, Ranges, time_range, uses_step, walk
from .tables import MOST_BUCKETS, Form, Table, buckets, table
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
    "magnitude": call("np.abs"),
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


_ENDS = '''
def _ends(until, t):
    """Where stages end, for whole steps as whole numbers."""
    if t.dtype != np.int64:
        return until
    return np.ceil(np.minimum(until, 2.0**62)).astype(np.int64)
'''

_PARTS = '''
def _parts(t, until):
    """Which steps belong to each stage: slices where they stand in order, else masks."""
    until = _ends(np.maximum.accumulate(np.asarray(until, np.float64)), t)
    cuts = [0, *np.searchsorted(t, until).tolist(), t.size]
    parts = [slice(a, b) for a, b in zip(cuts, cuts[1:])]
    limits = zip(parts, [None, *until], [*until, None])
    if all(_is_within(t[part], begin, end) for part, begin, end in limits):
        return parts
    later = [t >= end for end in until]
    return [~later[0], *(a & ~b for a, b in zip(later, later[1:])), later[-1]]


def _is_within(t, begin, end):
    if not t.size:
        return True
    return (begin is None or t.min() >= begin) and (end is None or t.max() < end)
'''

_STAGE_OF = '''
def _stage_of(t):
    """The stage of each step: the first one of its bucket of steps, or else by a search."""
    i = _BUCKETS.take((t / _WIDTH).astype(np.intp), mode="clip")
    late = np.flatnonzero(t >= _UNTIL.take(i))
    i[late] = np.searchsorted(_UNTIL[:-1], t[late], side="right")
    return i
'''

_LOOKUP = """
if t.size > 256 * _UNTIL.size and (t[1:] >= t[:-1]).all():
    values = np.empty(t.shape)
    cuts = [0, *np.searchsorted(t, _ends(_UNTIL[:-1], t)).tolist(), t.size]
    for i, (a, b) in enumerate(zip(cuts, cuts[1:])):
        if a < b:
            values[a:b] = {}
    return values
t = np.maximum(t, np.float64(0))
i = _stage_of(t)
"""

_ENTRY = '''
def schedule({signature}):
    """The values at steps `t`, a number or an array of any shape."""
    steps = np.asarray(t)
    is_plain = steps.dtype.kind in "fiu" and steps.dtype.itemsize >= 4
    row = (steps if is_plain else steps.astype(np.float64)).ravel()
    values = {values}
    if isinstance(t, (int, float)):
        return float(values[0])
    kind = steps.dtype if steps.dtype.kind == "f" else np.float64
{rounded}
'''

_TAKEN = frozenset({"t", FUNCTION, "np", "steps", "values", "row", "kind", "is_plain", "float", "int", "isinstance"})
"""Names that a parameter must not have."""

_INNER = frozenset({"t", "x", "i", "a", "b", "form", "other", "np", "values", "parts", "cuts", *HELPERS})
"""Names that a parameter must not have inside the formula."""


def emit(schedule: Any) -> str:
    """A module with `schedule(t, ...)`; an array gives an array of the same shape."""
    return _Printer(schedule).module()


class _Printer:
    def __init__(self, schedule: Any) -> None:
        self.schedule = schedule
        self.program = lower(schedule.expr, tuple(p.name for p in schedule.parameters))
        self.names = safe_names(self.program.parameters, _TAKEN)
        self.inner = safe_names(self.program.parameters, _INNER)
        self.given = "".join(f", {name}" for name in self.inner.values())
        self.tables: dict[tuple[float, ...], str] = {}
        self.constants: list[str] = []
        self.writer = Writer(TEMPLATES, {}, self.tables, self.inner.__getitem__, letter(["x", *self.inner.values()]))
        self.is_safe = True

    def module(self) -> str:
        segments = self.program.segments
        rows = table(segments)
        functions: list[str] = []
        if rows is not None:
            self.is_safe = False  # steps of any size are looked up
            functions = [self._form(k, form, len(rows.ends) + 1) for k, form in enumerate(rows.forms)]
            shared, body = [_ENDS, _STAGE_OF], self._rows(rows)
        elif len(segments) > 1:
            shared, body = [_ENDS, _PARTS], self._stages()
        else:
            shared, body = [], self._whole(segments[0])
        if not self.is_safe:
            body = ['with np.errstate(all="ignore"):', *indent(body, 1)]
        values = "\n".join([f"def _values(t{self.given}):", *indent(body, 1)])
        given = ", ".join(["row", *self.names.values()])
        rounded = ["return values.reshape(steps.shape).astype(kind, copy=False)[()]"]
        if not self.is_safe:  # what a float64 holds may be too large for a float32
            rounded = ['with np.errstate(over="ignore"):', *indent(rounded, 1)]
        entry = _ENTRY.format(
            signature=signature(list(self.names.values())),
            values=f"_values({given})",
            rounded="\n".join(indent(rounded, 1)),
        )
        helpers = [*shared, *(HELPERS[name] for name in self.writer.helpers)]
        self.constants += [f"{name} = {_array(numbers_)}" for numbers_, name in self.tables.items()]
        text = "\n".join([*functions, values, *helpers])
        self.constants += ["_INFINITY = np.inf"] * ("_INFINITY" in text) + ["_NAN = np.nan"] * ("_NAN" in text)
        head = [[documentation(self.schedule, "NumPy")], ["import numpy as np"], self.constants]
        return assemble("\n\n".join("\n".join(p) for p in head if p), *helpers, *functions, values, entry)

    def _whole(self, segment: Segment) -> list[str]:
        """One formula for all steps."""
        lines, value = self._block(segment.value, Ranges(time_range(segment, None)), "t")
        if uses_step(segment.value):
            return ["t = np.maximum(t.astype(np.float64, copy=False), 0)", *lines, f"return {value}"]
        return [*lines, f"return np.full(t.shape, {value}, np.float64)"]

    def _stages(self) -> list[str]:
        """Each formula on the steps where it applies; where the value is 0, nothing is written."""
        segments = self.program.segments
        bounds = [s.until for s in segments if s.until is not None]
        lines, texts = self.writer.bounds(bounds)
        ends = [_end(b, s.closed, text) for b, s, text in zip(bounds, segments, texts, strict=False)]
        lines += [f"parts = _parts(t, [{', '.join(ends)}])", "values = np.zeros(t.shape)"]
        for i, (segment, start) in enumerate(zip(segments, [None, *bounds], strict=True)):
            inner, value = self._block(segment.value, Ranges(time_range(segment, start)), "x")
            written = [*inner, *[f"values[parts[{i}]] = {value}"] * (value != "0")]
            if uses_step(segment.value):
                steps = f"t[parts[{i}]].astype(np.float64, copy=False)"
                lines += [f"x = {steps}" if i else f"x = np.maximum({steps}, 0)", "if x.size:", *indent(written, 1)]
            else:
                lines += written
        return [*lines, "return values"]

    def _rows(self, rows: Table) -> list[str]:
        """Look the stage of each step up, and compute with its numbers; stage after stage where steps are in order."""
        width, count = buckets(rows.ends) or (rows.ends[-1] / MOST_BUCKETS, MOST_BUCKETS + 2)
        self.constants = [
            f"_UNTIL = np.append({_array(rows.ends)}, np.inf)",
            f"_WIDTH = {width!r}",
            f'_BUCKETS = np.searchsorted(_UNTIL, np.arange({count}) * _WIDTH, side="right")',
            *self.constants,
        ]
        steps = "np.maximum(t[a:b].astype(np.float64, copy=False), 0)"
        if len(rows.forms) == 1:
            lines = _LOOKUP.format(f"_form({steps}, i{self.given})")
            return [*lines.strip("\n").splitlines(), f"return _form(t, i{self.given})"]
        self.constants.append(f"_FORM = np.array({numbers(rows.form_of())}, np.int8)")
        names = ", ".join(f"_form{k or ''}" for k in range(len(rows.forms)))
        lines = _LOOKUP.format(f"({names})[_FORM[i]]({steps}, i{self.given})")
        return [
            *lines.strip("\n").splitlines(),
            f"values = _form(t, i{self.given})",
            "form = _FORM.take(i)",
            *(
                line
                for k in range(1, len(rows.forms))
                for line in (
                    f"other = np.flatnonzero(form == {k})",
                    f"values[other] = _form{k}(t[other], i[other]{self.given})",
                )
            ),
            "return values",
        ]

    def _form(self, k: int, form: Form, stages: int) -> str:
        """A function for the stages of one form, whose numbers it looks up."""
        names = []
        for j, column in enumerate(form.columns(stages)):
            names.append(f"_NUMBERS{k}_{j}" if k else f"_NUMBERS{j}")
            self.constants.append(f"{names[-1]} = {_array(column)}")
        self.writer.columns = [f"{name}.take(i)" for name in names]
        ranges = Ranges((0.0, LARGEST))
        columns = form.columns(stages)
        for node in walk(form.value):
            if node.name == "column":
                column = columns[int(node.value)]  # type: ignore[call-overload]
                ranges.known[node] = min(column), max(column)
        lines, value = self._block(form.value, ranges, "t")
        value = value if uses_step(form.value) or names else f"np.full(t.shape, {value}, np.float64)"
        return "\n".join([f"def _form{k or ''}(t, i{self.given}):", *indent([*lines, f"return {value}"], 1)])

    def _block(self, value: Node, ranges: Ranges, step: str) -> tuple[list[str], str]:
        lines, text = self.writer.block(value, ranges, step)
        self.is_safe = self.is_safe and all(ranges.is_safe(node) for node in list(ranges.known))
        return lines, text


def _array(values: Sequence[float]) -> str:
    return f"np.array({numbers(values)}, np.float64)"


def _end(bound: Node, closed: bool, text: str) -> str:
    """The first step that does not belong to a stage any more."""
    if not closed:
        return text
    if bound.name != "const":
        return f"np.nextafter({text}, np.inf)"
    return repr(math.nextafter(constants.nearest_float(number_of(bound)), math.inf))
