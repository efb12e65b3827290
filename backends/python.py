"""Plain Python: one number in, one number out, with `math` alone."""

from __future__ import annotations

from typing import Any

from .labels import Label, labelled
from .lowering import Segment
from .module import Source, about, define, indent, letter, module, numbers, safe_names
from .operations import Node, number_of
from .ranges import Ranges, time_range, uses_step, walk
from .tables import Table, table
from .writer import ATOM, INFIX, PRODUCT, SIGN, SUM, Language, Writer, call

REQUIRES = ""
FUNCTION = "schedule"

TEMPLATES = {
    **INFIX,
    "square": (PRODUCT, "{0} * {0}", (ATOM,)),
    "floordiv": (PRODUCT, "{} // {}", (PRODUCT, SIGN)),
    "mod": (PRODUCT, "{} % {}", (PRODUCT, SIGN)),
    "pow": call("math.pow", 2),
    "inner_length": (ATOM, "({} or 1)", (0,)),
    "where": (-1, "{1} if {0} else {2}", (0, 0, -1)),
    "min": call("min", 2),
    "max": call("max", 2),
    "abs": call("abs"),
    "magnitude": call("abs"),
    "ceil": call("math.ceil"),
    "floor": call("math.floor"),
    "round": call("round"),
    "tanh": call("math.tanh"),
    "sigmoid": call("_sigmoid"),
    "bezier": call("_bezier", 5),
    "search": (SUM, "bisect_right({1}, {0}) - 1", (-1,)),
    "take": (ATOM, "{1}[{0}]", (-1,)),
    "quarter_sin": call("math.sin"),
    "quarter_cos": call("math.cos"),
    **{
        name: call(f"math.{name}")
        for name in ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan")
    },
}

CAREFUL = {
    "square": "_square",
    "div": "_divide", "floordiv": "_floor_divide", "mod": "_modulo", "pow": "_power", "exp": "_exp",
    "expm1": "_expm1", "sqrt": "_sqrt", "log": "_log", "log1p": "_log1p", "log2": "_log2", "log10": "_log10",
    "sin": "_sin", "cos": "_cos", "tan": "_tan", "floor": "_floor", "ceil": "_ceil", "round": "_round",
}  # fmt: skip
"""What computes an operation by IEEE rules, without exceptions, where its operands may be anything."""

HELPERS = {
    "_square": """
def _square(x: float) -> float:
    return x * x
""",
    "_divide": """
def _divide(x: float, y: float) -> float:
    if y:
        return x / y
    if not x or math.isnan(x):
        return _NAN
    return math.copysign(_INFINITY, x) * math.copysign(1, y)
""",
    "_floor_divide": """
def _floor_divide(x: float, y: float) -> float:
    return x // y if y else _NAN
""",
    "_modulo": """
def _modulo(x: float, y: float) -> float:
    return x % y if y else _NAN
""",
    "_power": """
def _power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except OverflowError:
        return -_INFINITY if x < 0 and y % 2 == 1 else _INFINITY
    except ValueError:
        return _INFINITY if x == 0 else _NAN
""",
    **{
        f"_{name}": f"""
def _{name}(x: float) -> float:
    try:
        return math.{name}(x)
    except OverflowError:
        return _INFINITY
"""
        for name in ("exp", "expm1")
    },
    "_sqrt": """
def _sqrt(x: float) -> float:
    return math.sqrt(x) if x >= 0 else _NAN
""",
    **{
        f"_{name}": f"""
def _{name}(x: float) -> float:
    if x > 0:
        return math.{name}(x)
    return -_INFINITY if x == 0 else _NAN
"""
        for name in ("log", "log2", "log10")
    },
    "_log1p": """
def _log1p(x: float) -> float:
    if x > -1:
        return math.log1p(x)
    return -_INFINITY if x == -1 else _NAN
""",
    **{
        f"_{name}": f"""
def _{name}(x: float) -> float:
    return math.{name}(x) if math.isfinite(x) else _NAN
"""
        for name in ("sin", "cos", "tan")
    },
    **{
        f"_{name}": f"""
def _{name}(x: float) -> float:
    return {function}(x) if math.isfinite(x) else x
"""
        for name, function in (("floor", "math.floor"), ("ceil", "math.ceil"), ("round", "round"))
    },
    "_sigmoid": """
def _sigmoid(x: float) -> float:
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    y = math.exp(x)
    return y / (1 + y)
""",
    "_bezier": """
def _bezier(u: float, x1: float, y1: float, x2: float, y2: float) -> float:
    if u <= 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(60):
        s = (low + high) / 2
        if ((1 - 3 * x2 + 3 * x1) * s + 3 * x2 - 6 * x1) * s * s + 3 * x1 * s < u:
            low = s
        else:
            high = s
    s = (low + high) / 2
    return ((1 - 3 * y2 + 3 * y1) * s + 3 * y2 - 6 * y1) * s * s + 3 * y1 * s
""",
}

_LANGUAGE = Language(TEMPLATES, CAREFUL, pi="math.pi", room=62)

FLAT = 6
"""Segments up to which a row of `if` is as fast as a search."""


def emit(schedule: Any, *, name: str = FUNCTION) -> str:
    """A module with `schedule(t, ...)`, or a function for each schedule of a plan; a number gives a float.

    Args:
        schedule: A `symsched.Schedule` or a `symsched.Plan`.
        name: The name of the function.
    """
    return module(schedule, "python", name, "nothing but Python", parts)


def parts(schedule: Any, name: str, prefix: str) -> Source:
    """The parts of a module; other targets use the function where a number is wanted, and no array."""
    return _Printer(schedule, name, prefix).source()


def arguments(schedule: Any, name: str) -> dict[str, str]:
    """The parameters of a schedule, and what the arguments of its function are called."""
    taken = {"t", name, "math", "bisect_right", "float", "min", "max", "abs", "round", *HELPERS}
    return safe_names(tuple(p.name for p in schedule.parameters), taken)


class _Printer:
    def __init__(self, schedule: Any, name: str, prefix: str) -> None:
        self.schedule, self.name = schedule, name
        self.program = labelled(schedule, bool(prefix))
        self.names = arguments(schedule, name)
        self.writer = Writer(_LANGUAGE, self.names.__getitem__, letter(self.names.values()))
        self.tables: dict[str, str] = {}

    def source(self) -> Source:
        rows = table(self.program.segments)
        body = self._looked_up(rows) if rows is not None else self._chosen()
        function = define(
            self.name,
            ["t: float", *["*"] * bool(self.names), *(f"{n}: float" for n in self.names.values())],
            "float",
            about(self.schedule, "The value at step `t`."),
            body,
        )
        helpers = {name: HELPERS[name] for name in self.writer.helpers}
        text = "\n".join([function, *helpers.values(), *self.writer.constants.values()])
        imports = ["import math"] if "math." in text or "_INFINITY" in text or "_NAN" in text else []
        imports += ["from bisect import bisect_right"] if "bisect_right(" in text else []
        tables = self.tables | {name: numbers(name, values) for values, name in self.writer.tables.items()}
        for word, value in (("_INFINITY", "math.inf"), ("_NAN", "math.nan")):
            tables |= {word: f"{word} = {value}"} if word in text else {}
        return Source(imports, self.writer.constants, tables, helpers, function)

    def _chosen(self) -> list[str]:
        """The formula of each segment behind an `if`."""
        segments = self.program.segments
        starts: list[Node | None] = [None, *(s.until for s in segments[:-1])]
        blocks = [self._lines(s, start) for s, start in zip(segments, starts, strict=True)]
        clamp = self._before()
        if any(_is_above_zero(s.until) for s in segments[:1]):  # the first stage alone has steps below 0
            blocks[0] = [*clamp * uses_step(segments[0].value), *blocks[0]]
            clamp = []
        body = clamp if any(uses_step(s.value) for s in segments) else []
        body += ["t = float(t)"] * any(_grows(s.value) for s in segments)
        if all(s.until is None or s.until.name == "const" for s in segments):
            return body + self._search(list(zip(segments, blocks, strict=True)))
        return body + self._row(list(zip(segments, blocks, strict=True)))

    def _before(self) -> list[str]:
        """Lines for steps before 0, which have the value of step 0."""
        given = ", ".join(["0", *(f"{n}={n}" for n in self.names.values())])
        return ["if t < 0:", f"    return {self.name}({given})"]

    def _looked_up(self, rows: Table) -> list[str]:
        """The formula of all segments of a form with the numbers of the one that applies."""
        self.tables["_UNTIL"] = numbers("_UNTIL", rows.ends)
        lines = [*self._before(), "i = bisect_right(_UNTIL, t)"]
        form_of = rows.form_of()
        if len(rows.forms) > 1 and not rows.is_plain:
            self.tables["_FORM"] = numbers("_FORM", form_of)
        for k, form in reversed(list(enumerate(rows.forms))):
            columns = form.columns(len(form_of))
            names = form.names(k)
            for name, column in zip(names, columns, strict=True):
                self.tables[name] = numbers(name, column)
            self.writer.columns = [f"{name}[i]" for name in names]
            inner, value = self.writer.block(form.value, form.ranges(len(form_of)))
            block = [*inner, f"return {_float(form.value, value)}"]
            applies = f"t >= {rows.ends[-1]!r}" if rows.is_plain else f"_FORM[i] == {k}"
            lines += [f"if {applies}:", *indent(block, 1)] if k else block
        return lines

    def _lines(self, segment: Segment, start: Node | None) -> list[str]:
        lines, value = self.writer.block(segment.value, Ranges(time_range(segment, start)))
        return [*lines, f"return {_float(segment.value, value)}"]

    def _condition(self, segment: Segment) -> list[str]:
        assert segment.until is not None
        lines, bound = self.writer.block(segment.until, Ranges((0.0, 0.0)))
        return [*lines, f"if t {'<=' if segment.closed else '<'} {bound}:"]

    def _row(self, parts: list[tuple[Segment, list[str]]]) -> list[str]:
        lines: list[str] = []
        for segment, block in parts[:-1]:
            lines += [*self._condition(segment), *indent(block, 1)]
        return lines + parts[-1][1]

    def _search(self, parts: list[tuple[Segment, list[str]]]) -> list[str]:
        """A tree of comparisons, so that a thousand segments cost ten of them."""
        if len(parts) <= FLAT:
            return self._row(parts)
        half = len(parts) // 2
        before, after = self._search(parts[:half]), self._search(parts[half:])
        return [*self._condition(parts[half - 1][0]), *indent(before, 1), *after]


def _is_above_zero(until: Node | None) -> bool:
    return until is not None and until.name == "const" and number_of(until) > 0


def _grows(node: Node) -> bool:
    """Whether whole steps are multiplied with each other, where numbers of any length would come about."""
    products = (n for n in walk(node) if n.name in ("square", "mul"))
    return any(all(uses_step(a) and not _is_float(a) for a in n.args) for n in products)


def _float(node: Node, text: str) -> str:
    """The text of a value that is a float whatever the step is."""
    if node.name == "const" and not isinstance(node, Label):
        return text + ".0" if text.lstrip("-").isdigit() else text
    return text if _is_float(node) else f"float({text})"


def _is_float(node: Node) -> bool:
    """Whether an operation gives a float on whole numbers."""
    stack = [node]
    while stack:
        node = stack.pop()
        if node.name in ("add", "sub", "mul", "neg", "square"):
            stack.extend(node.args)
        elif isinstance(node, Label):
            if not node.is_whole:
                return True
        elif node.name in _FLOATS or (node.name == "const" and getattr(node.value, "denominator", 0) != 1):
            return True
    return False


_FLOATS = {
    "div",
    "sqrt",
    "pow",
    "exp",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "sin",
    "cos",
    "quarter_sin",
    "quarter_cos",
    "tan",
    "tanh",
    "sigmoid",
    "progress",
}
