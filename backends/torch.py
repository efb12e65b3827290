"""PyTorch: tensors of any shape and device; branch-free, so that it compiles to one graph. Also as a scheduler."""

from __future__ import annotations

from typing import Any

from . import scheduler
from .branchless import Dialect, source
from .helpers import common
from .module import Source, form_of, listed, module
from .writer import ATOM, INFIX, Language, call

REQUIRES = "torch"
FUNCTION = "schedule"
FORMS = ("function", "scheduler")

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
    **common("torch", "_modulo", "_magnitude", "_minimum", "_maximum"),
    "_sqrt": """
def _sqrt(x: Any) -> Any:
    # Its derivative at 0 is infinite: times 0 it would spoil all gradients before.
    inside = x > 0
    root = torch.sqrt(torch.where(inside, x, 1.0))
    return torch.where(inside, root, torch.where(x < 0, float("nan"), 0.0))
""",
    "_power": """
def _power(x: Any, y: Any) -> Any:
    if not isinstance(x, torch.Tensor):
        return torch.pow(x, y)
    inside = x != 0
    fixed = y.detach() if isinstance(y, torch.Tensor) else y
    power = torch.pow(torch.where(inside, x, 1.0), y)
    return torch.where(inside, power, torch.pow(torch.zeros_like(x), fixed))
""",
    "_where": """
def _where(condition: Any, x: Any, y: Any, t: Any) -> Any:
    x, y = (v if isinstance(v, torch.Tensor) else t.new_full((), v) for v in (x, y))
    return torch.where(condition, x, y)
""",
    "_floor_divide": """
def _floor_divide(x: Any, y: Any) -> Any:
    whole = torch.floor(x / y)
    return torch.where((x - whole * y) * y < 0, whole - 1, whole)
""",
    "_bezier": """
def _bezier(u: Any, x1: Any, y1: Any, x2: Any, y2: Any) -> Any:
    def along(s: Any, a: Any, b: Any) -> Any:
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
def _cycle(begins: Any, t: Any) -> Any:
    begins = torch.tensor(begins, dtype=t.dtype, device=t.device)
    index = torch.searchsorted(begins, t.detach().contiguous(), right=True) - 1
    return index.to(t.dtype)
""",
    "_by_stage": """
def _by_stage(t: Any) -> Any:
    # Whole steps on the CPU, the usual case: each stage sees the steps where it applies.
    is_usual = t.dtype == torch.int64 and t.device.type == "cpu" and t.numel() >= 1024
    if not is_usual or torch.compiler.is_compiling():
        return None
    row = t.reshape(-1)
    try:
        row[0].item()
        parts = _parts(row)
    except RuntimeError:  # inside vmap no number can be read
        return None
    if not parts:
        return None
    values = torch.zeros(row.shape, dtype=torch.get_default_dtype())
    for part, stage in zip(parts, _STAGES):
        if stage == 0:
            continue
        if not isinstance(part, slice):
            part = part.nonzero().squeeze(1)
        if not callable(stage):
            values[part] = stage
        elif (x := row[part]).numel():
            x = x.to(torch.float64).clamp_(min=0)
            values[part] = stage(x).to(values.dtype)
    return values.reshape(t.shape)
""",
    "_parts": """
def _parts(row: Any) -> list[Any]:
    # Slices where steps are in order, else masks; nothing for many stages.
    cuts = torch.searchsorted(row, torch.tensor(_ENDS)).tolist()
    cuts = [0, *cuts, row.numel()]
    if _is_ascending(row, cuts):
        return [slice(a, b) for a, b in pairwise(cuts)]
    if len(cuts) > 32:
        return []
    later = [row >= end for end in _ENDS]
    return [~later[0], *(a & ~b for a, b in pairwise(later)), later[-1]]
""",
    "_is_ascending": """
def _is_ascending(row: Any, cuts: list[int]) -> bool:
    if len(cuts) > 32:
        return bool((row[1:] >= row[:-1]).all())
    parts = [row[a:b] for a, b in pairwise(cuts)]
    return all(
        (begin is None or part.min().item() >= begin)
        and (end is None or part.max().item() < end)
        for part, begin, end in zip(parts, (None, *_ENDS), (*_ENDS, None))
        if part.numel()
    )
""",
    "_search": """
def _search(t: Any) -> Any:
    return torch.searchsorted(_UNTIL.to(t.device), t.detach().contiguous(), right=True)
""",
    "_column": """
def _column(values: Any, i: Any) -> Any:
    return values[i] if isinstance(i, int) else values.to(i.device)[i]
""",
    "_take": """
def _take(begins: Any, index: Any) -> Any:
    begins = torch.tensor(begins, dtype=index.dtype, device=index.device)
    return begins.index_select(0, index.long().reshape(-1)).reshape(index.shape)
""",
}

_BODY = """
if not isinstance(t, torch.Tensor):
    return float(_values(torch.tensor(t, dtype=torch.float64)))
steps = torch.as_tensor(t)
kind = steps.dtype if steps.is_floating_point() else torch.get_default_dtype()
return _values(steps.to(torch.float64)).to(kind)
"""

_BODY_WITH_PARAMETERS = """
if not any(isinstance(x, torch.Tensor) for x in numbers):
    given = [torch.tensor(x, dtype=torch.float64) for x in numbers]
    return float(_values(*given))
steps = torch.as_tensor(t)
kind = steps.dtype if steps.is_floating_point() else torch.get_default_dtype()
given = [torch.as_tensor(x, device=steps.device) for x in numbers]
given = [x.to(torch.float64) for x in given]
return _values(*given).to(kind)
"""

_DIALECT = Dialect(
    target="torch",
    needs="PyTorch",
    imports=("import torch",),
    language=Language(_TEMPLATES, pi="math.pi", room=72),
    helpers=_HELPERS,
    needed_by={"_modulo": ("_floor_divide",), "_by_stage": ("_is_ascending", "_parts")},
    by_stage="_by_stage",
    for_tables=("from functools import partial",),
    where="torch.where",
    zeros="torch.zeros_like(t)",
    number="float | torch.Tensor",
    array='torch.tensor({}, dtype=torch.float64, device="cpu")',
    taken=frozenset({"torch", "steps", "kind", "values", "given", "numbers", "any", "math", "partial", "pairwise"}),
)


def emit(schedule: Any, *, name: str = FUNCTION, form: str = FORMS[0]) -> str:
    """A module with `schedule(t, ...)`; a tensor gives a tensor of the same shape on the same device.

    Args:
        schedule: A `symsched.Schedule` or a `symsched.Plan`.
        name: The name of the function.
        form: "function", or "scheduler" for a class beside it, which steps an optimizer.
    """
    asked = form_of("torch", form, FORMS)
    return module(schedule, "torch", name, "PyTorch", _with_scheduler if asked else _source, asked)


def _source(schedule: Any, name: str, prefix: str) -> Source:
    return source(schedule, name, prefix, _DIALECT, _entry)


def _with_scheduler(schedule: Any, name: str, prefix: str) -> Source:
    return scheduler.added(_source(schedule, name, prefix), schedule, name, prefix)


def _entry(names: list[str], by_stage: bool) -> list[str]:
    if names:
        return [*listed("numbers = (", ["t", *names], ")"), *_BODY_WITH_PARAMETERS.strip("\n").splitlines()]
    lines = _BODY.strip("\n").splitlines()
    if by_stage:
        lines[3:3] = ["values = _by_stage(steps)", "if values is not None:", "    return values"]
    return lines
