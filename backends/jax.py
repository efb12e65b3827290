"""JAX: traced and concrete values under jit, vmap, grad and scan; branch-free, computed in float64 and rounded once."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from .branchless import Dialect, source
from .helpers import common
from .module import Source, listed, module, numbers
from .writer import ATOM, INFIX, Language, call

REQUIRES = "jax"
FUNCTION = "schedule"


def _series(name: str, first: int, last: int, whole: str) -> str:
    """The sine or the cosine up to a quarter turn by its power series, which XLA makes vector code of."""
    terms = [(-1) ** (n // 2) / math.factorial(n) for n in range(last, first - 1, -2)]
    return f"""
def {name}(x: Any) -> Any:
    y = x * x
    rest = 0.0
    for c in {name.upper()}:
        rest = c + y * rest
    return {whole}


{numbers(name.upper(), terms)}
"""


_TEMPLATES = {
    **INFIX,
    "div": (ATOM, "_divide({}, {}, t)", (-1, -1)),
    "floordiv": call("_floor_divide", 2),
    "mod": call("_modulo", 2),
    "pow": call("_power", 2),
    "sqrt": call("_sqrt"),
    "where": call("jnp.where", 3),
    "guard": call("jnp.where", 3),
    "length": (ATOM, "jnp.where({0} > 0, {0}, 1.0)", (1,)),
    "inner_length": (ATOM, "jnp.where({0} > 0, {0}, 1.0)", (1,)),
    "and": (0, "({}) & ({})", (-1, -1)),
    "min": call("_minimum", 2),
    "max": call("_maximum", 2),
    "abs": call("jnp.abs"),
    "magnitude": call("_magnitude"),
    "ceil": call("jnp.ceil"),
    "floor": call("jnp.floor"),
    "round": call("jnp.round"),
    "tanh": call("jnp.tanh"),
    "sigmoid": call("jax.nn.sigmoid"),
    "bezier": call("_bezier", 5),
    "search": (ATOM, "_cycle({1}, {0})", (-1,)),
    "take": (ATOM, "_take({1}, {0})", (-1,)),
    "quarter_sin": call("_quarter_sine"),
    "quarter_cos": call("_quarter_cosine"),
    **{name: call(f"jnp.{name}") for name in ("exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan")},
}

_HELPERS = {
    **common("jnp", "_floor_divide", "_modulo", "_magnitude", "_minimum", "_maximum"),
    "_quarter_sine": _series("_quarter_sine", 3, 21, "x + x * y * rest"),
    "_quarter_cosine": _series("_quarter_cosine", 2, 22, "1 + y * rest"),
    "_sqrt": """
def _sqrt(x: Any) -> Any:
    # Its derivative at 0 is infinite: times 0 it would spoil all gradients before.
    inside = x > 0
    root = jnp.sqrt(jnp.where(inside, x, 1.0))
    return jnp.where(inside, root, jnp.where(x < 0, jnp.nan, 0.0))
""",
    "_power": """
def _power(x: Any, y: Any) -> Any:
    inside = x != 0
    power = jnp.power(jnp.where(inside, x, 1.0), y)
    return jnp.where(inside, power, jnp.power(0.0, jax.lax.stop_gradient(y)))
""",
    "_divide": """
def _divide(x: Any, y: Any, t: Any) -> Any:
    # XLA multiplies by the reciprocal of a constant, and t/T would not be 1 at T.
    return x / jnp.where(t >= 0, y, 1.0)
""",
    "_bezier": """
def _bezier(u: Any, x1: Any, y1: Any, x2: Any, y2: Any) -> Any:
    def along(s: Any, a: Any, b: Any) -> Any:
        return ((1 - 3 * b + 3 * a) * s + 3 * b - 6 * a) * s * s + 3 * a * s

    def halve(_: Any, sides: Any) -> Any:
        low, high = sides
        s = (low + high) / 2
        before = along(s, x1, x2) < u
        return jnp.where(before, s, low), jnp.where(before, high, s)

    sides = jnp.zeros_like(u), jnp.ones_like(u)
    low, high = jax.lax.stop_gradient(jax.lax.fori_loop(0, 60, halve, sides))
    s = (low + high) / 2
    slope = (3 * (1 - 3 * x2 + 3 * x1) * s + 6 * x2 - 12 * x1) * s + 3 * x1
    slope = jax.lax.stop_gradient(slope)
    s = s - (along(s, x1, x2) - u) / jnp.where(slope > 0, slope, 1.0)
    return jnp.where(u > 0, along(s, y1, y2), 0.0)
""",
    "_cycle": """
def _cycle(begins: Any, t: Any) -> Any:
    t = jax.lax.stop_gradient(t)
    index = jnp.searchsorted(jnp.array(begins, jnp.float64), t, side="right") - 1
    return index.astype(jnp.float64)
""",
    "_stage_of": """
def _stage_of(t: Any) -> Any:
    # A bucket of steps holds at most one end.
    t = jnp.minimum(t, _UNTIL[-1])
    bucket = (t / _WIDTH).astype(jnp.int32)
    i = jnp.asarray(_BUCKETS, jnp.int32)[bucket]
    return i + (t >= jnp.asarray(_NEXT)[bucket])
""",
    "_search": """
def _search(t: Any) -> Any:
    return jnp.searchsorted(jnp.asarray(_UNTIL), t, side="right")
""",
    "_column": """
def _column(values: Any, i: Any) -> Any:
    return jnp.asarray(values)[i]
""",
    "_take": """
def _take(begins: Any, index: Any) -> Any:
    return jnp.array(begins, jnp.float64)[index.astype(jnp.int64)]
""",
}

_BODY = """
if isinstance(t, (int, float)):
    with jax.ensure_compile_time_eval(), jax.enable_x64(True):
        return float(_values(jnp.asarray(t, jnp.float64)))
kind = jnp.result_type(t)
if not jnp.issubdtype(kind, jnp.floating):
    kind = jnp.result_type(float)
with jax.enable_x64(True):
    return _values(jnp.asarray(t, jnp.float64)).astype(kind)
"""

_BODY_WITH_PARAMETERS = """
if all(isinstance(x, (int, float)) for x in numbers):
    with jax.ensure_compile_time_eval(), jax.enable_x64(True):
        given = [jnp.asarray(x, jnp.float64) for x in numbers]
        return float(_values(*given))
kind = jnp.result_type(t)
if not jnp.issubdtype(kind, jnp.floating):
    kind = jnp.result_type(float)
with jax.enable_x64(True):
    given = [jnp.asarray(x, jnp.float64) for x in numbers]
    return _values(*given).astype(kind)
"""

_DIALECT = Dialect(
    target="jax",
    needs="JAX",
    imports=("import jax", "import jax.numpy as jnp"),
    language=Language(_TEMPLATES, pi="math.pi", room=72),
    helpers=_HELPERS,
    needed_by={"_modulo": ("_floor_divide",)},
    where="jnp.where",
    zeros="jnp.zeros_like(t)",
    number="float | jax.typing.ArrayLike",
    array="np.array({}, np.float64)",
    buckets='np.searchsorted(_UNTIL, np.arange({count}) * _WIDTH, side="right")',
    for_tables=("import numpy as np",),
    decorators=("@jax.jit",),
    taken=frozenset({"jax", "jnp", "np", "math", "kind", "given", "numbers", "isinstance", "all"}),
)


def emit(schedule: Any, *, name: str = FUNCTION) -> str:
    """A module with `schedule(t, ...)`, which can be traced; an array gives an array of the same shape.

    Args:
        schedule: A `symsched.Schedule` or a `symsched.Plan`.
        name: The name of the function.
    """
    return module(schedule, "jax", name, "JAX", parts)


def parts(schedule: Any, name: str, prefix: str, note: str = "") -> Source:
    """The parts of a module; a library on top of JAX adds a note to what the function says of itself."""
    return source(schedule, name, prefix, replace(_DIALECT, note=note), _entry)


def _entry(names: list[str], by_stage: bool) -> list[str]:
    if not names:
        return _BODY.strip("\n").splitlines()
    return [*listed("numbers = (", ["t", *names], ")"), *_BODY_WITH_PARAMETERS.strip("\n").splitlines()]
