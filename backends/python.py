"""Plain Python: one number in, one number out, with `math` alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .labels import Label
from .literals import free
from .module import Source, about, define, indent, letter, module, numbers, safe_names
from .naming import labelled
from .operations import Node
from .ranges import uses_step, walk
from .scalar import Body, Syntax, table_names
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


def emit(schedule: Any, *, name: str = FUNCTION) -> str:
    """A module with `schedule(t, ...)`, or a function for each schedule of a plan; a number gives a float.

    Args:
        schedule: A `symsched.Schedule` or a `symsched.Plan`.
        name: The name of the function.
    """
    return module(schedule, "python", name, "nothing but Python", parts)


def parts(schedule: Any, name: str, prefix: str) -> Source:
    """The parts of a module; other targets use the function where a number is wanted, and no array."""
    return Printer(schedule, name, prefix).source()


class Printer:
    """What the parts of a module are made of.

    Attributes:
        names: The parameters of a schedule, and what the arguments of its function are called.
    """

    def __init__(self, schedule: Any, name: str, prefix: str) -> None:
        self.schedule, self.name = schedule, name
        self.program = labelled(schedule, bool(prefix))
        taken = {"t", name, "math", "bisect_right", "float", "min", "max", "abs", "round", *HELPERS}
        self.names = safe_names(self.program.parameters, taken | {*table_names(self.program.segments)})
        self.writer = Writer(_LANGUAGE, self.names.__getitem__, letter([*self.names.values(), name]))

    def source(self) -> Source:
        segments = self.program.segments
        given = ", ".join(["0", *(f"{n}={n}" for n in self.names.values())])
        before, segment = ["if t < 0:", f"    return {self.name}({given})"], free("i", {*self.names.values()})
        body = Body(segments, self.writer, replace(_SYNTAX, before=before, segment=segment))
        lines = ["t = float(t)"] * any(_grows(s.value) for s in segments) + body.lines()
        function = define(
            self.name,
            ["t: float", *["*"] * bool(self.names), *(f"{n}: float" for n in self.names.values())],
            "float",
            about(self.schedule, "The value at step `t`."),
            lines,
        )
        helpers = {name: HELPERS[name] for name in self.writer.helpers}
        text = "\n".join([function, *helpers.values(), *self.writer.constants.values()])
        imports = ["import math"] if "math." in text or "_INFINITY" in text or "_NAN" in text else []
        imports += ["from bisect import bisect_right"] if "bisect_right(" in text else []
        tables = {name: numbers(name, values) for name, values in body.tables.items()}
        for word, value in (("_INFINITY", "math.inf"), ("_NAN", "math.nan")):
            tables |= {word: f"{word} = {value}"} if word in text else {}
        return Source(imports, self.writer.constants, tables, helpers, [function])


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

_SYNTAX = Syntax(
    branch=lambda condition, lines: [f"if {condition}:", *indent(lines, 1)],
    before=[],
    result=lambda node, text: f"return {_float(node, text)}",
    look_up="{} = bisect_right({}, t)",
    is_form="{}[{}] == {}",
)
