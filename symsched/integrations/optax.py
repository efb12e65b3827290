"""Schedules of optax, which are closures: only their source can be read."""

from __future__ import annotations

from .. import foreign
from ..nodes import Call, List, Name, Node, Pair


def composed(call: Node) -> Node:
    """A call as optax runs it: the dictionaries of `sgdr_schedule` are the arguments of its cycles."""
    if not isinstance(call, Call) or call.function.name != "optax.sgdr_schedule":
        return call
    cycles = next((a.value for a in call.arguments if isinstance(a.value, List)), None)
    if cycles is None:
        return call
    original = foreign.originals()["optax.sgdr_schedule"]
    return foreign.call(original.name, {original.arguments[0]: foreign.listed([_cycle(c) for c in cycles.items])})


def _cycle(given: Node) -> Node:
    """One dictionary of arguments as the call that it is for."""
    pairs = given.items if isinstance(given, List) else ()
    named = {p.key.name: p.value for p in pairs if isinstance(p, Pair) and isinstance(p.key, Name)}
    return foreign.call("optax.warmup_cosine_decay_schedule", named) if named else given
