"""NumPy: numbers and arrays in, numbers and arrays out; each formula sees only the steps where it applies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import constants
from .labels import Label
from .lowering import Segment
from .module import WIDTH, Source, about, define, indent, letter, listed, module, numbers, safe_names
from .naming import labelled
from .operations import Node, number_of
from .ranges import Ranges, time_range, uses_step
from .tables import Form, Table, buckets, table
from .writer import ATOM, INFIX, SUM, Language, Writer, call

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
def _sigmoid(x: Any) -> Any:
    y = np.exp(-np.abs(x))
    return np.where(x < 0, y, 1.0) / (1 + y)
""",
    "_bezier": """
def _bezier(u: Any, x1: float, y1: float, x2: float, y2: float) -> Any:
    low, high = np.zeros_like(u), np.ones_like(u)
    for _ in range(60):
        s = (low + high) / 2
        before = ((1 - 3 * x2 + 3 * x1) * s + 3 * x2 - 6 * x1) * s * s + 3 * x1 * s < u
        low, high = np.where(before, s, low), np.where(before, high, s)
    s = (low + high) / 2
    y = ((1 - 3 * y2 + 3 * y1) * s + 3 * y2 - 6 * y1) * s * s + 3 * y1 * s
    return np.where(u > 0, y, 0.0)
""",
    "_cycle": """
def _cycle(begins: Any, t: Any) -> Any:
    return np.searchsorted(begins, t, side="right") - 1
""",
}


_ENDS = '''
def _ends(until: Any, t: Any) -> Any:
    """Where stages end, for whole steps as whole numbers."""
    if t.dtype != np.int64:
        return until
    return np.ceil(np.minimum(until, 2.0**62)).astype(np.int64)
'''

_PARTS = '''
def _parts(t: Any, until: Any) -> list[Any]:
    """Which steps belong to each stage: slices where they stand in order, else indices."""
    until = _ends(np.maximum.accumulate(np.asarray(until, np.float64)), t)
    cuts = [0, *np.searchsorted(t, until).tolist(), t.size]
    parts = [slice(a, b) for a, b in pairwise(cuts)]
    limits = zip(parts, [-np.inf, *until], [*until, np.inf])
    if all(_is_within(t[part], begin, end) for part, begin, end in limits):
        return parts
    later = [t >= end for end in until]
    masks = [~later[0], *(a & ~b for a, b in pairwise(later)), later[-1]]
    return [np.flatnonzero(mask) for mask in masks]
'''

_IS_WITHIN = """
def _is_within(t: Any, begin: Any, end: Any) -> bool:
    if not t.size:
        return True
    has_begun = begin == -np.inf or t.min() >= begin
    return bool(has_begun and (end == np.inf or t.max() < end))
"""

_IN_BUCKETS = '''
def _stage_of(t: Any) -> Any:
    """The stage of each step. A bucket of steps holds at most one end."""
    t = np.minimum(t, _ENDS[-1])
    bucket = (t / _WIDTH).astype(np.intp)
    i = _BUCKETS.take(bucket, mode="clip")
    i += t >= _NEXT.take(bucket, mode="clip")
    return i
'''

_SEARCHED = """
def _stage_of(t: Any) -> Any:
    return np.searchsorted(_ENDS, t, side="right")
"""

_LOOKUP = """
values = np.empty(t.shape)
if t.size > 256 * _ENDS.size and (t[1:] >= t[:-1]).all():
    cuts = [0, *np.searchsorted(t, _ends(_ENDS, t)).tolist(), t.size]
    for i, (a, b) in enumerate(pairwise(cuts)):
        if a < b:
            x = np.maximum(t[a:b].astype(np.float64, copy=False), 0)
            values[a:b] = {form}
else:
    for a in range(0, t.size, 8192):  # parts that the processor keeps at hand
        values[a : a + 8192] = _found(t[a : a + 8192]{given})
return values
"""

_FOUND = """
t = np.maximum(t, np.float64(0))
i = _stage_of(t)
"""

_LANGUAGE = Language(TEMPLATES, pi="math.pi", room=56)

_BODY = """
steps = np.asarray(t)
is_plain = steps.dtype.kind in "fiu" and steps.dtype.itemsize >= 4
row = (steps if is_plain else steps.astype(np.float64)).ravel()
values = _values({given})
if isinstance(t, (int, float)):
    return float(values[0])
kind = steps.dtype if steps.dtype.kind == "f" else np.float64
"""

_INNER = {"t", "x", "i", "a", "b", "form", "other", "np", "math", "values", "parts", "cuts", "until"}
"""Names that a parameter must not have inside the formula."""


def emit(schedule: Any, *, name: str = FUNCTION) -> str:
    """A module with `schedule(t, ...)`; an array gives an array of the same shape.

    Args:
        schedule: A `symsched.Schedule` or a `symsched.Plan`.
        name: The name of the function.
    """
    return module(schedule, "numpy", name, "NumPy", _source)


def _source(schedule: Any, name: str, prefix: str) -> Source:
    return _Printer(schedule, name, prefix).source()


class _Printer:
    def __init__(self, schedule: Any, name: str, prefix: str) -> None:
        self.schedule, self.name = schedule, name
        self.program = labelled(schedule, bool(prefix))
        outer = {"t", name, "np", "math", "steps", "values", "row", "kind", "is_plain", "float", "int", "isinstance"}
        self.names = safe_names(self.program.parameters, outer)
        bounds = (f"until{i}" for i in range(len(self.program.segments)))
        self.inner = safe_names(self.program.parameters, {*bounds, *_INNER, *HELPERS})
        self.given = "".join(f", {name}" for name in self.inner.values())
        self.takes = ["t: Any", *(f"{n}: float" for n in self.inner.values())]
        self.tables: dict[str, str] = {}
        self.writer = Writer(_LANGUAGE, self.inner.__getitem__, letter(["x", *self.inner.values()]))
        self.is_safe = True

    def source(self) -> Source:
        segments = self.program.segments
        rows = table(segments)
        if rows is not None:
            self.is_safe = False  # steps of any size are looked up
            functions = {f"_form{k or ''}": self._form(k, f, len(rows.ends) + 1) for k, f in enumerate(rows.forms)}
            functions["_found"] = self._found(rows)
            stage_of = _SEARCHED if buckets(rows.ends) is None else _IN_BUCKETS
            shared, body = {"_ends": _ENDS, "_stage_of": stage_of}, self._rows(rows)
        elif len(segments) > 1:
            functions, shared = {}, {"_ends": _ENDS, "_is_within": _IS_WITHIN, "_parts": _PARTS}
            body = self._stages()
        else:
            functions, shared, body = {}, {}, self._whole(segments[0])
        if not self.is_safe:
            body = ['with np.errstate(all="ignore"):', *indent(body, 1)]
        functions["_values"] = define("_values", self.takes, "Any", [], body)
        helpers = shared | {name: HELPERS[name] for name in self.writer.helpers} | functions
        self.tables |= {name: _array(name, values) for values, name in self.writer.tables.items()}
        constants = self.writer.constants
        text = "\n".join([*helpers.values(), *constants.values()])
        for word, value in (("_INFINITY", "np.inf"), ("_NAN", "np.nan")):
            self.tables |= {word: f"{word} = {value}"} if word in text else {}
        imports = ["import numpy as np", "import numpy.typing as npt", "from typing import Any"]
        imports += ["import math"] * ("math." in text) + ["from itertools import pairwise"] * ("pairwise(" in text)
        return Source(imports, constants, self.tables, helpers, [self._entry()])

    def _entry(self) -> str:
        names = self.names.values()
        lines = _BODY.format(given=", ".join(["row", *names])).strip("\n").splitlines()
        rounded = ["return values.reshape(steps.shape).astype(kind, copy=False)[()]"]
        if not self.is_safe:  # what a float64 holds may be too large for a float32
            rounded = ['with np.errstate(over="ignore"):', *indent(rounded, 1)]
        takes = ["t: npt.ArrayLike", *["*"] * bool(names), *(f"{n}: float" for n in names)]
        doc = about(self.schedule, "The values at steps `t`, a number or an array of any shape.")
        return define(self.name, takes, "Any", doc, [*lines, *rounded])

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
        if len(f"parts = _parts(t, [{', '.join(ends)}])") <= WIDTH - 8:
            lines.append(f"parts = _parts(t, [{', '.join(ends)}])")
        else:
            lines += [*listed("until = [", ends, "]"), "parts = _parts(t, until)"]
        lines.append("values = np.zeros(t.shape)")
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
        self.tables = {"_ENDS": _array("_ENDS", rows.ends), **self._buckets(rows), **self.tables}
        many = len(rows.forms) > 1
        if many:
            self.tables["_FORM"] = numbers("_FORM", rows.form_of(), "np.array({}, np.int8)")
        names = ", ".join(f"_form{k or ''}" for k in range(len(rows.forms)))
        form = f"forms[_FORM[i]](x, i{self.given})" if many else f"_form(x, i{self.given})"
        lines = _LOOKUP.format(form=form, given=self.given).strip("\n").splitlines()
        return [f"forms = ({names})"] * many + lines

    def _buckets(self, rows: Table) -> dict[str, str]:
        """The stage at the begin of each bucket of steps, and the end that comes next."""
        found = buckets(rows.ends)
        if found is None:
            return {}
        width, count = found
        return {
            "_WIDTH": f"_WIDTH = {width!r}",
            "_BUCKETS": f'_BUCKETS = np.searchsorted(_ENDS, np.arange({count}) * _WIDTH, side="right")',
            "_NEXT": "_NEXT = np.append(_ENDS, np.inf)[_BUCKETS]",
        }

    def _found(self, rows: Table) -> str:
        """A function for steps in any order: each form where it applies."""
        lines = _FOUND.strip("\n").splitlines()
        if len(rows.forms) == 1:
            return define("_found", self.takes, "Any", [], [*lines, f"return _form(t, i{self.given})"])
        lines += [f"values = _form(t, i{self.given})", "form = _FORM.take(i)"]
        for k in range(1, len(rows.forms)):
            lines += [f"other = np.flatnonzero(form == {k})"]
            lines += [f"values[other] = _form{k}(t[other], i[other]{self.given})"]
        return define("_found", self.takes, "Any", [], [*lines, "return values"])

    def _form(self, k: int, form: Form, stages: int) -> str:
        """A function for the stages of one form, whose numbers it looks up."""
        names = form.names(k)
        for name, column in zip(names, form.columns(stages), strict=True):
            self.tables[name] = _array(name, column)
        self.writer.columns = [f"{name}.take(i)" for name in names]
        lines, value = self._block(form.value, form.ranges(stages), "t")
        value = value if uses_step(form.value) or names else f"np.full(t.shape, {value}, np.float64)"
        takes = [self.takes[0], "i: Any", *self.takes[1:]]
        return define(f"_form{k or ''}", takes, "Any", [], [*lines, f"return {value}"])

    def _block(self, value: Node, ranges: Ranges, step: str) -> tuple[list[str], str]:
        lines, text = self.writer.block(value, ranges, step)
        self.is_safe = self.is_safe and all(ranges.is_safe(node) for node in list(ranges.known))
        return lines, text


def _array(name: str, values: Sequence[float]) -> str:
    return numbers(name, values, "np.array({}, np.float64)")


def _end(bound: Node, closed: bool, text: str) -> str:
    """The first step that does not belong to a stage any more."""
    if not closed:
        return text
    if bound.name != "const" or isinstance(bound, Label):
        return f"np.nextafter({text}, np.inf)"
    return repr(math.nextafter(constants.nearest_float(number_of(bound)), math.inf))
