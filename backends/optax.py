"""optax: combinators of its own where they are the same function of the count, by a proof; else a function in JAX."""

from __future__ import annotations

from typing import Any

from . import load
from .combinators import Call, Calls, combined, numbers_like
from .labels import Label
from .module import WIDTH, Source, docstring, form_of, indent, module
from .naming import labelled_numbers
from .operations import Node
from .ranges import Ranges
from .writer import INFIX, Language, Writer

REQUIRES = "optax"
FUNCTION = "schedule"
FORMS = ("function",)
NATIVE = True

_WHOLE = ("transition_steps", "decay_steps")
"""Arguments that are numbers of steps."""

_LANGUAGE = Language(INFIX)

_COMBINED = [
    "The value after `count` updates.",
    "",
    "These combinators are the schedule itself, which was proved in exact arithmetic.",
    "optax computes them in 32 bits, if JAX is not told to use 64.",
]


def emit(schedule: Any, *, name: str = FUNCTION, form: str = FORMS[0]) -> str:
    """A module with `schedule`, an `optax.Schedule`: it is called with a count of updates, also inside `jax.jit`.

    Args:
        schedule: A `symsched.Schedule` or a `symsched.Plan`.
        name: The name of the schedule.
        form: "function", the only one.
    """
    return module(schedule, "optax", name, "optax", _parts, form_of("optax", form, FORMS))


def _parts(schedule: Any, name: str, prefix: str) -> Source:
    found = combined(schedule)
    if found.calls:
        return _combinators(schedule, name, found, bool(prefix))
    jax: Any = load("jax")
    parts: Source = jax.parts(
        schedule, name, prefix, f"A function, not a combination of optax's own schedules: {found.why}."
    )
    return parts


def _combinators(schedule: Any, name: str, found: Calls, is_plan: bool) -> Source:
    writer = Writer(_LANGUAGE, str)
    proved = {schedule: found.numbers}
    numbers = iter(labelled_numbers(schedule, lambda s: proved.get(s) or numbers_like(s, found), is_plan))
    calls = [
        (call, [f"{n}={_number(next(numbers), n in _WHOLE, writer)}" for n in call.arguments]) for call in found.calls
    ]
    boundaries = [[_number(next(numbers), True, writer)] for _ in found.boundaries]
    head = f"{name}: optax.Schedule = optax."
    if boundaries:
        schedules = [_call("optax.", call, given, 2) for call, given in calls]
        lists = [_wrapped("schedules=[", schedules, "]", 1), _wrapped("boundaries=[", boundaries, "]", 1)]
        whole = _wrapped(f"{head}join_schedules(", lists, ")", 0)
    else:
        whole = _call(head, *calls[0], 0)
    return Source(["import optax"], writer.constants, functions=["\n".join([*whole, docstring(_COMBINED)])])


def _number(node: Node, is_whole: bool, writer: Writer) -> str:
    """An argument: a number of steps has no point, and a value has one."""
    if is_whole and isinstance(node, Label) and not node.is_whole:
        node = Node("const", (), node.value)
    text = writer.block(node, Ranges((0.0, 0.0)))[1]
    return f"{text}.0" if not is_whole and text.lstrip("-").isdigit() else text


def _call(head: str, call: Call, given: list[str], depth: int) -> list[str]:
    items = [[text] for text in [*given, *["staircase=True"] * call.in_stairs]]
    return _wrapped(f"{head}{call.function}(", items, ")", depth)


def _wrapped(head: str, items: list[list[str]], tail: str, depth: int) -> list[str]:
    """Items in a line, or each below the other."""
    line = head + ", ".join(item[0] for item in items) + tail
    if all(len(item) == 1 for item in items) and len(line) + 1 <= WIDTH - 4 * depth:
        return [line]
    rows = [row for item in items for row in [*item[:-1], item[-1] + ","]]
    return [head, *indent(rows, 1), tail]
