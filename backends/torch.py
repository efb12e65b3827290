"""PyTorch: tensors of any shape and device; branch-free, so that it compiles to one graph."""

from __future__ import annotations

from typing import Any

from .branchless import Dialect, module
from .writer import ATOM, INFIX, call

REQUIRES = "torch"
FUNCTION = "schedule"

_TEMPLATES = {
    **INFIX,
    "floordiv": call("_floor_divide", 2),
    "mod": call("_modulo", 2),
    "pow": call("_power", 2),
    "sqrt": call("_sqrt"),
    "where": (ATOM, "_where({}, {}, {}, t)", (-1, -1, -1)),
    "guard": call("torch.where", 3),
    "length": (ATOM, "torch.where({0} > 0, {0}, 1.0)", (1,)),
    "inner_length": (ATOM, "torch.where({0} > 0, {0}, 1.0)", (1,)),
    "and": (0, "({}) & ({})", (-1, -1)),
    "min": call("_minimum", 2),
    "max": call("_maximum", 2),
    "abs": call("torch.abs"),
    "magnitude": call("_magnitude"),
    "ceil": call("torch.ceil"),
    "floor": call("torch.floor"),
    "round": call("torch.round"),
    "tanh": call("torch.tanh"),
    "sigmoid": call("torch.sigmoid"),
    "bezier": call("_bezier", 5),
    "search": (ATOM, "_cycle({1}, {0})", (-1,)),
    "take": (ATOM, "_take({1}, {0})", (-1,)),
    "quarter_sin": call("torch.sin"),
    "quarter_cos": call("torch.cos"),
    **{name: call(f"torch.{name}") for name in ("exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan")},
}

_HELPERS = {
    "_sqrt": """
def _sqrt(x):
    # Its derivative at 0 is infinite, and infinity times 0 would spoil the gradients of everything before.
    inside = x > 0
    return torch.where(inside, torch.sqrt(torch.where(inside, x, 1.0)), torch.where(x < 0, float("nan"), 0.0))
""",
    "_power": """
def _power(x, y):
    if not isinstance(x, torch.Tensor):
        return torch.pow(x, y)
    inside = x != 0
    fixed = y.detach() if isinstance(y, torch.Tensor) else y
    return torch.where(inside, torch.pow(torch.where(inside, x, 1.0), y), torch.pow(torch.zeros_like(x), fixed))
""",
    "_where": """
def _where(condition, x, y, t):
    x, y = (v if isinstance(v, torch.Tensor) else t.new_full((), v) for v in (x, y))
    return torch.where(condition, x, y)
""",
    "_floor_divide": """
def _floor_divide(x, y):
    whole = torch.floor(x / y)
    return torch.where((x - whole * y) * y < 0, whole - 1, whole)
""",
    "_modulo": """
def _modulo(x, y):
    return x - _floor_divide(x, y) * y
""",
    "_magnitude": """
def _magnitude(x):
    # Unlike that of `abs`, its derivative at 0 is not 0.
    return torch.where(x < 0, -x, x)
""",
    "_minimum": """
def _minimum(x, y):
    return torch.where(x < y, x, y)
""",
    "_maximum": """
def _maximum(x, y):
    return torch.where(x > y, x, y)
""",
    "_bezier": """
def _bezier(u, x1, y1, x2, y2):
    def along(s, a, b):
        return ((1 - 3 * b + 3 * a) * s + 3 * b - 6 * a) * s * s + 3 * a * s

    with torch.no_grad():
        low, high = torch.zeros_like(u), torch.ones_like(u)
        for _ in range(60):
            s = (low + high) / 2
            before = along(s, x1, x2) < u
            low, high = torch.where(before, s, low), torch.where(before, high, s)
        slope = (3 * (1 - 3 * x2 + 3 * x1) * s + 6 * x2 - 12 * x1) * s + 3 * x1
    s = s - (along(s, x1, x2) - u) / torch.where(slope > 0, slope, 1.0)
    return torch.where(u > 0, along(s, y1, y2), 0.0)
""",
    "_cycle": """
def _cycle(begins, t):
    begins = torch.tensor(begins, dtype=t.dtype, device=t.device)
    return (torch.searchsorted(begins, t.detach().contiguous(), right=True) - 1).to(t.dtype)
""",
    "_in_order": """
def _in_order(t):
    # Whole steps on the CPU that go from stage to stage, the usual case, are computed stage after stage.
    if t.dtype != torch.int64 or t.device.type != "cpu" or t.numel() < 1024 or torch.compiler.is_compiling():
        return None
    row = t.reshape(-1)
    try:
        row[0].item()
        cuts = [0, *torch.searchsorted(row, torch.tensor(_ENDS)).tolist(), row.numel()]
        if not _is_ascending(row, cuts):
            return None
    except RuntimeError:  # inside vmap no number can be read
        return None
    values = torch.zeros(row.shape, dtype=torch.get_default_dtype())
    for a, b, stage in zip(cuts, cuts[1:], _STAGES):
        if a < b and stage != 0:
            values[a:b] = stage(row[a:b].to(torch.float64).clamp_(min=0)) if callable(stage) else stage
    return values.reshape(t.shape)
""",
    "_is_ascending": """
def _is_ascending(row, cuts):
    if len(cuts) > 32:
        return bool((row[1:] >= row[:-1]).all())
    parts = [row[a:b] for a, b in zip(cuts, cuts[1:])]
    return all(
        (begin is None or part.min().item() >= begin) and (end is None or part.max().item() < end)
        for part, begin, end in zip(parts, (None, *_ENDS), (*_ENDS, None))
        if part.numel()
    )
""",
    "_search": """
def _search(t):
    return torch.searchsorted(_UNTIL.to(t.device), t.detach().contiguous(), right=True)
""",
    "_column": """
def _column(values, i):
    return values[i] if isinstance(i, int) else values.to(i.device)[i]
""",
    "_take": """
def _take(begins, index):
    begins = torch.tensor(begins, dtype=index.dtype, device=index.device)
    return begins.index_select(0, index.long().reshape(-1)).reshape(index.shape)
""",
}

_HEAD = '''
def schedule({signature}):
    """The values at steps `t`, a number or a tensor of any shape, on the device of the tensor."""
    if not isinstance(t, torch.Tensor){no_tensors}:
        return float(_values({on_cpu}))
    steps = torch.as_tensor(t){in_order}
    kind = steps.dtype if steps.is_floating_point() else torch.get_default_dtype()
    return _values({as_given}).to(kind)
'''

_DIALECT = Dialect(
    needs="PyTorch",
    imports="import torch",
    templates=_TEMPLATES,
    helpers=_HELPERS,
    needed_by={"_modulo": ("_floor_divide",), "_in_order": ("_is_ascending",)},
    in_order="_in_order",
    for_tables="from functools import partial",
    where="torch.where",
    zeros="torch.zeros_like(t)",
    array='torch.tensor({}, dtype=torch.float64, device="cpu")',
    taken=frozenset({"torch", "steps", "kind", "values"}),
)


def emit(schedule: Any) -> str:
    """A module with `schedule(t, ...)`; a tensor gives a tensor of the same shape on the same device."""
    return module(schedule, _DIALECT, _entry)


def _entry(names: list[str], in_order: bool) -> str:
    signature = ", ".join(["t", "*", *names]) if names else "t"
    numbers = "".join(f" and not isinstance({n}, torch.Tensor)" for n in names)
    on_cpu = ["torch.tensor(t, dtype=torch.float64)", *(f"torch.tensor({n}, dtype=torch.float64)" for n in names)]
    given = ["steps.to(torch.float64)"]
    given += [f"torch.as_tensor({n}, dtype=torch.float64, device=steps.device)" for n in names]
    first = "\n    values = _in_order(steps)\n    if values is not None:\n        return values" * in_order
    return _HEAD.format(
        in_order=first, signature=signature, no_tensors=numbers, on_cpu=", ".join(on_cpu), as_given=", ".join(given)
    )
