"""JAX: traced and concrete values under jit, vmap, grad and scan; branch-free, computed in float64 and rounded once."""

from __future__ import annotations

import math
from typing import Any

from .branchless import Dialect, module
from .module import numbers
from .writer import ATOM, INFIX, call

REQUIRES = "jax"
FUNCTION = "schedule"


def _series(name: str, first: int, last: int, whole: str) -> str:
    """The sine or the cosine up to a quarter turn by its power series, which XLA makes vector code of."""
    terms = [(-1) ** (n // 2) / math.factorial(n) for n in range(last, first - 1, -2)]
    return f"""
def {name}(x):
    y = x * x
    rest = 0.0
    for c in {numbers(tuple(terms), 1)}:
        rest = c + y * rest
    return {whole}
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
    "_quarter_sine": _series("_quarter_sine", 3, 21, "x + x * y * rest"),
    "_quarter_cosine": _series("_quarter_cosine", 2, 22, "1 + y * rest"),
    "_sqrt": """
def _sqrt(x):
    # Its derivative at 0 is infinite, and infinity times 0 would spoil the gradients of everything before.
    inside = x > 0
    return jnp.where(inside, jnp.sqrt(jnp.where(inside, x, 1.0)), jnp.where(x < 0, jnp.nan, 0.0))
""",
    "_power": """
def _power(x, y):
    inside = x != 0
    return jnp.where(inside, jnp.power(jnp.where(inside, x, 1.0), y), jnp.power(0.0, jax.lax.stop_gradient(y)))
""",
    "_divide": """
def _divide(x, y, t):
    # The divisor hangs on t, or XLA would multiply by the reciprocal of a constant, and t/T would not be 1 at t = T.
    return x / jnp.where(t >= 0, y, 1.0)
""",
    "_floor_divide": """
def _floor_divide(x, y):
    whole = jnp.floor(x / y)
    rest = x - whole * y
    whole = jnp.where(rest * y < 0, whole - 1, whole)
    return jnp.where((rest - y) * y >= 0, whole + 1, whole)
""",
    "_modulo": """
def _modulo(x, y):
    return x - _floor_divide(x, y) * y
""",
    "_magnitude": """
def _magnitude(x):
    # Unlike that of `abs`, its derivative at 0 is not 0.
    return jnp.where(x < 0, -x, x)
""",
    "_minimum": """
def _minimum(x, y):
    return jnp.where(x < y, x, y)
""",
    "_maximum": """
def _maximum(x, y):
    return jnp.where(x > y, x, y)
""",
    "_bezier": """
def _bezier(u, x1, y1, x2, y2):
    def along(s, a, b):
        return ((1 - 3 * b + 3 * a) * s + 3 * b - 6 * a) * s * s + 3 * a * s

    def halve(_, sides):
        low, high = sides
        s = (low + high) / 2
        before = along(s, x1, x2) < u
        return jnp.where(before, s, low), jnp.where(before, high, s)

    low, high = jax.lax.stop_gradient(jax.lax.fori_loop(0, 60, halve, (jnp.zeros_like(u), jnp.ones_like(u))))
    s = (low + high) / 2
    slope = jax.lax.stop_gradient((3 * (1 - 3 * x2 + 3 * x1) * s + 6 * x2 - 12 * x1) * s + 3 * x1)
    s = s - (along(s, x1, x2) - u) / jnp.where(slope > 0, slope, 1.0)
    return jnp.where(u > 0, along(s, y1, y2), 0.0)
""",
    "_cycle": """
def _cycle(begins, t):
    index = jnp.searchsorted(jnp.array(begins, jnp.float64), jax.lax.stop_gradient(t), side="right") - 1
    return index.astype(jnp.float64)
""",
    "_stage_of": """
def _stage_of(t):
    # A bucket of steps holds at most one end.
    i = jnp.asarray(_BUCKETS)[(jnp.minimum(t, _UNTIL[-2]) / _WIDTH).astype(jnp.int32)]
    return i + (t >= jnp.asarray(_UNTIL)[i])
""",
    "_search": """
def _search(t):
    return jnp.searchsorted(jnp.asarray(_UNTIL), t, side="right")
""",
    "_column": """
def _column(values, i):
    return jnp.asarray(values)[i]
""",
    "_take": """
def _take(begins, index):
    return jnp.array(begins, jnp.float64)[index.astype(jnp.int64)]
""",
}

_HEAD = '''
def schedule({signature}):
    """The values at steps `t`, a number or an array of any shape."""
    if isinstance(t, (int, float)){no_arrays}:
        with jax.ensure_compile_time_eval(), jax.enable_x64(True):
            return float(_values({as_given}))
    kind = jnp.result_type(t)
    if not jnp.issubdtype(kind, jnp.floating):
        kind = jnp.result_type(float)
    with jax.enable_x64(True):
        return _values({as_given}).astype(kind)
'''

_DIALECT = Dialect(
    needs="JAX",
    imports="import jax\nimport jax.numpy as jnp",
    templates=_TEMPLATES,
    helpers=_HELPERS,
    needed_by={"_modulo": ("_floor_divide",)},
    where="jnp.where",
    zeros="jnp.zeros_like(t)",
    array="np.array({}, np.float64)",
    buckets='np.searchsorted(_UNTIL, np.arange({count}) * _WIDTH, side="right").astype(np.int32)',
    for_tables="import numpy as np",
    decorators=("@jax.jit",),
    taken=frozenset({"jax", "jnp", "kind", "isinstance"}),
)


def emit(schedule: Any) -> str:
    """A module with `schedule(t, ...)`, which can be traced; an array gives an array of the same shape."""
    return module(schedule, _DIALECT, _entry)


def _entry(names: list[str], in_order: bool) -> str:
    signature = ", ".join(["t", "*", *names]) if names else "t"
    numbers = "".join(f" and isinstance({n}, (int, float))" for n in names)
    given = ", ".join(f"jnp.asarray({n}, jnp.float64)" for n in ["t", *names])
    return _HEAD.format(signature=signature, no_arrays=numbers, as_given=given)
