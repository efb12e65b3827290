"""What the parity tests share: a pair of texts that mean one curve, and how closely two curves agree."""

from __future__ import annotations

import inspect
import math
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import symsched as ss
from symsched import prelude
from symsched.format import expression_text

TOLERANCE = 1e-12
"""How far float64 values may differ, relative to the value."""

FLOOR = 1e-15
"""How far, relative to the largest value of the curve, where one of the two is 0."""


@dataclass(frozen=True)
class Case:
    """One curve in two languages.

    Attributes:
        framework: How it is written in the framework.
        text: How it is written in symsched.
        steps: The steps at which the two are compared.
        drift: How far the framework's own rounding takes it from the exact curve, relative to the largest value.
        late: Steps at which the framework, by rounding, may still be in the cycle before.
    """

    framework: str
    text: str
    steps: tuple[int, ...] = tuple(range(61))
    drift: float = 0.0
    late: tuple[int, ...] = ()


def pairs(framework: str) -> list[dict[str, Any]]:
    """The rows of a framework: what one writes there, and what one writes in symsched."""
    rows: list[dict[str, Any]] = _parity(framework)["case"]
    return rows


def without_entry(framework: str) -> dict[str, str]:
    """What is public in a framework and has no entry, and why."""
    reasons: dict[str, str] = _parity(framework)["without_entry"]
    return reasons


def _parity(framework: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("parity").joinpath(f"{framework}.toml").read_text(encoding="utf-8"))


def written(value: Any) -> str:
    """A Python value as symsched writes it."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case str():
            return value.replace("1-", "one_minus_")
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case _:
            return repr(value)


def call(name: str, arguments: Sequence[Any], options: dict[str, Any], symsched: bool) -> str:
    """A call in Python or in symsched."""
    form = written if symsched else repr
    return f"{name}({', '.join([*map(form, arguments), *(f'{key}={form(v)}' for key, v in options.items())])})"


def values_of(case: Case) -> list[float]:
    """The curve of symsched, as the Python target computes it."""
    function = ss.parse(case.text).compile("python")
    return [function(step) for step in case.steps]


def agree(ours: Iterable[float], theirs: Iterable[float], case: Case) -> None:
    """Assert that two curves are one, but for the drift that a case records, which must be there, and late steps."""
    rows = list(zip(case.steps, ours, theirs, strict=True))
    scale = max(max(abs(a), abs(b)) for step, a, b in rows if step not in case.late)
    far = [(step, a, b) for step, a, b in rows if not _is_close(a, b, scale)]
    off = [row for row in far if abs(row[1] - row[2]) > case.drift * scale and row[0] not in case.late]
    assert not off, f"(step, symsched, framework): {off}"
    drift = max((abs(a - b) for step, a, b in far if step not in case.late), default=0.0)
    assert not case.drift or drift > case.drift * scale / 100, "the framework drifts less than it says here"


def follows(text: str, curve: Callable[[int], float]) -> None:
    """Assert that a schedule has the values of a formula written by hand."""
    schedule: Any = ss.parse(text)
    off = [(step, schedule(step), curve(step)) for step in range(64)]
    off = [(step, x, y) for step, x, y in off if not math.isclose(x, y, rel_tol=TOLERANCE, abs_tol=1e-14)]
    assert not off, f"(step, value, expected): {off[:5]}"


def _is_close(ours: float, theirs: float, scale: float) -> bool:
    difference = abs(ours - theirs)
    if min(abs(ours), abs(theirs)) <= FLOOR * scale:
        return difference <= FLOOR * scale
    return difference <= TOLERANCE * abs(theirs)


def entries(module: str) -> set[str]:
    """The names that a module offers."""
    return set(prelude.public(prelude.module(module)))


def signature(module: str, name: str) -> dict[str, str | None]:
    """The parameters of an entry and their defaults, as symsched writes them."""
    parameters = prelude.module(module)[name].parameters
    return {p.name: None if p.default is None else expression_text(p.default) for p in parameters}


def same_signature(module: str, name: str, function: Any, leave_out: set[str], rate: bool = False) -> None:
    """Assert that an entry has the arguments and the defaults of a Python function, in its order.

    With `rate` a rate, `lr`, stands in place of the first of them, an optimizer.
    """
    expected = [p for p in inspect.signature(function).parameters.values() if p.name not in leave_out]
    found = signature(module, name)
    if rate:
        assert (expected.pop(0).name, found.pop("lr")) == ("optimizer", None)
    assert list(found) == [p.name for p in expected]
    for parameter in expected:
        default = found[parameter.name]
        if default is None or parameter.default is inspect.Parameter.empty:
            assert default is None, parameter.name
            assert parameter.default is inspect.Parameter.empty, parameter.name
        elif isinstance(parameter.default, int | float) and not isinstance(parameter.default, bool):
            assert ss.parse(default).compile("python")(0) == parameter.default, parameter.name
        else:
            assert default == written(parameter.default), parameter.name


def documented(module: str) -> list[str]:
    """The entries without a documentation that names the call that they equal."""
    return [n for n, e in prelude.public(prelude.module(module)).items() if "Equals " not in (e.doc or "")]
