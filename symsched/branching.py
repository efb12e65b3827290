"""The primitive `where`: a choice that is made while the program is worked out, or at each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import tree
from .errors import ScheduleError, Span
from .nodes import Call, Node
from .operands import Flag, Value, describe
from .primitive import primitive
from .stages import Condition, Number, Signal, Where

if TYPE_CHECKING:
    from .elaborate import Elaborator
    from .scope import Scope


@primitive("where", neighbours="unread")
def where(elaborator: Elaborator, call: Call, scope: Scope, span: Span) -> Value:
    """The first branch whose condition holds; branches that are out of the question are not even read."""
    nodes = [a.value for a in call.arguments]
    if len(nodes) < 3 or len(nodes) % 2 == 0 or any(a.name for a in call.arguments):
        hint = "where(condition, value, ..., otherwise)"
        raise ScheduleError("`where` takes conditions, each with a value, and one value more", None, span, "", hint)
    choices: list[tuple[Condition, Signal]] = []
    for condition_node, branch in zip(nodes[:-1:2], nodes[1::2], strict=True):
        condition = _condition(elaborator.value(condition_node, scope), scope.site or condition_node.span)
        if isinstance(condition, Condition):
            choices.append((condition, _branch(elaborator, branch, scope)))
        elif condition.value:
            return _choice(elaborator, choices, branch, scope, span)
    return _choice(elaborator, choices, nodes[-1], scope, span)


def _choice(
    elaborator: Elaborator, choices: list[tuple[Condition, Signal]], otherwise: Node, scope: Scope, span: Span
) -> Value:
    if not choices:
        return elaborator.value(otherwise, scope)
    return Where(choices, _branch(elaborator, otherwise, scope), span)


def _condition(value: Value, span: Span) -> Condition | Flag:
    if isinstance(value, Condition | Flag):
        return value
    if isinstance(value, Number) and value.value.is_Symbol:
        return Condition("!=", value, Number(tree.ZERO))
    raise ScheduleError(f"a condition is a comparison, but this is {describe(value)}", None, span, "", "t < 100")


def _branch(elaborator: Elaborator, node: Node, scope: Scope) -> Signal:
    value = elaborator.operand(node, scope)
    if not isinstance(value, Signal):
        raise ScheduleError(f"a branch is a value, but this is {describe(value)}", None, scope.site or node.span)
    return value
