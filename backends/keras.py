"""Keras 3: a `LearningRateSchedule` for each of its backends, which counts in whole numbers and computes in 32 bits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .branchless import Dialect, source
from .counting import MOST
from .helpers import common
from .module import Source, about, define, form_of, indent, listed, module, safe_names
from .operations import Node
from .writer import ATOM, INFIX, PRODUCT, SIGN, Language, call, number_text

REQUIRES = "keras"
FUNCTION = "Schedule"
FORMS = ("class",)
NATIVE = True

_TEMPLATES = {
    **INFIX,
    "real": call("_float"),
    "div": (ATOM, "_divide({}, {}, t)", (-1, -1)),
    "floordiv": call("_floor_divide", 2),
    "mod": call("_modulo", 2),
    "whole_floordiv": (PRODUCT, "{} // {}", (PRODUCT, SIGN)),
    "whole_mod": (PRODUCT, "{} % {}", (PRODUCT, SIGN)),
    "pow": call("ops.power", 2),
    "sqrt": call("ops.sqrt"),
    "where": call("ops.where", 3),
    "guard": call("ops.where", 3),
    "length": (ATOM, "ops.where({0} > 0, {0}, 1.0)", (1,)),
    "inner_length": (ATOM, "ops.where({0} > 0, {0}, 1.0)", (1,)),
    "and": (0, "({}) & ({})", (-1, -1)),
    "min": call("ops.minimum", 2),
    "max": call("ops.maximum", 2),
    "abs": call("ops.abs"),
    "magnitude": call("ops.abs"),
    "ceil": call("ops.ceil"),
    "floor": call("ops.floor"),
    "round": call("ops.round"),
    "tanh": call("ops.tanh"),
    "sigmoid": call("ops.sigmoid"),
    "bezier": call("_bezier", 5),
    "search": (ATOM, "_cycle({1}, {0})", (-1,)),
    "take": (ATOM, "_take({1}, {0})", (-1,)),
    "whole_take": (ATOM, "_take({1}, {0})", (-1,)),
    "quarter_sin": call("ops.sin"),
    "quarter_cos": call("ops.cos"),
    **{name: call(f"ops.{name}") for name in ("exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan")},
}

_HELPERS = {
    **common("ops", "_floor_divide", "_modulo"),
    "_float": """
def _float(x: Any) -> Any:
    if "float" in keras.backend.standardize_dtype(x.dtype):
        return x
    return ops.cast(x, "float64" if keras.config.floatx() == "float64" else "float32")
""",
    "_step": """
def _step(step: Any) -> Any:
    # Whole steps stay whole, and are exact beyond 2**24.
    t = ops.convert_to_tensor(step)
    kind = keras.backend.standardize_dtype(t.dtype)
    if kind in ("int64", "float64"):
        return t
    return ops.cast(t, "float32" if "float" in kind else "int32")
""",
    "_divide": """
def _divide(x: Any, y: Any, t: Any) -> Any:
    # XLA multiplies by the reciprocal of a constant, and t/T would not be 1 at T.
    return x / ops.where(t >= 0, y, ops.ones_like(x))
""",
    "_bezier": """
def _bezier(u: Any, x1: Any, y1: Any, x2: Any, y2: Any) -> Any:
    def along(s: Any, a: Any, b: Any) -> Any:
        return ((1 - 3 * b + 3 * a) * s + 3 * b - 6 * a) * s * s + 3 * a * s

    def halve(_: Any, sides: Any) -> Any:
        low, high = sides
        s = (low + high) / 2
        before = along(s, x1, x2) < u
        return ops.where(before, s, low), ops.where(before, high, s)

    sides = ops.zeros_like(u), ops.ones_like(u)
    low, high = ops.fori_loop(0, 60, halve, sides)
    return ops.where(u > 0, along((low + high) / 2, y1, y2), 0.0)
""",
    "_cycle": """
def _cycle(begins: Any, t: Any) -> Any:
    if "int" in keras.backend.standardize_dtype(t.dtype):
        begins = [min(math.ceil(b), 2**31 - 1) for b in begins]
    begins = ops.convert_to_tensor(begins, t.dtype)
    return ops.searchsorted(begins, t, side="right") - 1
""",
    "_search": """
def _search(t: Any) -> Any:
    return ops.searchsorted(ops.convert_to_tensor(_UNTIL), t, side="right")
""",
    "_column": """
def _column(values: Any, i: Any) -> Any:
    return ops.take(ops.convert_to_tensor(values), i)
""",
    "_take": """
def _take(begins: Any, index: Any) -> Any:
    if all(isinstance(b, int) for b in begins):
        begins = [min(b, 2**31 - 1) for b in begins]
    return ops.take(ops.convert_to_tensor(begins), index)
""",
}


def _number(node: Node) -> str:
    """A number, with a point where no int32 holds it."""
    text = number_text(node)
    return f"{text}.0" if text.lstrip("-").isdigit() and abs(int(text)) > MOST else text


_DIALECT = Dialect(
    target="keras",
    needs="Keras",
    imports=("import keras", "from keras import ops"),
    language=Language(_TEMPLATES, pi="math.pi", room=76, number=_number),
    helpers=_HELPERS,
    needed_by={"_modulo": ("_floor_divide",)},
    where="ops.where",
    zeros="ops.zeros_like(_float(t))",
    number="float",
    array="{}",
    taken=frozenset({"keras", "ops", "math", "kind", "step", "self"}),
    counts=True,
)


def emit(schedule: Any, *, name: str = FUNCTION, form: str = FORMS[0]) -> str:
    """A module with a class of schedules; parameters that are not bound are arguments of its constructor.

    Args:
        schedule: A `symsched.Schedule` or a `symsched.Plan`.
        name: The name of the class.
        form: "class", the only one.
    """
    return module(schedule, "keras", name, "Keras 3", _parts, form_of("keras", form, FORMS), FUNCTION)


def _parts(schedule: Any, name: str, prefix: str) -> Source:
    made = source(schedule, name, prefix, _DIALECT, lambda names, by_stage: [])
    return replace(
        made,
        helpers={**{n: _HELPERS[n] for n in ("_step", "_float")}, **made.helpers},
        functions=[_class(schedule, name)],
    )


def _class(schedule: Any, name: str) -> str:
    names = safe_names(tuple(p.name for p in schedule.parameters), {"self", "get_config", "from_config"})
    first, *rest = about(schedule, "The value at each step of an optimizer.")
    says = [f'"""{first}', *rest, '"""'] if rest else [f'"""{first}"""']
    takes = ["self", *(f"{n}: float" for n in names.values())]
    begin = define("__init__", takes, "None", [], [f"self.{n} = {n}" for n in names.values()], depth=1)
    given = ["_step(step)", *(f"self.{n}" for n in names.values())]
    doc = ["The value at a step, a number or a tensor of any shape."]
    call = define(
        "__call__", ["self", "step: Any"], "Any", doc, listed("return _values(", given, ")", depth=2), depth=1
    )
    items = [f'"{n}": self.{n}' for n in names.values()]
    config = ["def get_config(self) -> dict[str, Any]:", '    """The arguments of the constructor."""']
    config += indent(listed("return {", items, "}", depth=2), 1)
    methods = [*[begin] * bool(names), call, "\n".join(config)]
    body = [*says, *(line for method in methods for line in ["", *method.splitlines()])]
    head = ["@keras.saving.register_keras_serializable(package=__name__)"]
    return "\n".join([*head, f"class {name}(keras.optimizers.schedules.LearningRateSchedule):", *indent(body, 1)])
