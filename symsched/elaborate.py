"""Syntax tree to meaning: names, functions, kinds, open ends and units become one signal.

An `Elaborator` works a program out once. Every node is evaluated to a `Value`; errors are reported where the user
wrote something, also when they arise inside a function of the prelude (`Scope.site`).
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Symbol, pi

from . import arithmetic, branching, composition, elementary, limits, prelude, ramps, tree  # noqa: F401 (primitives)
from .arguments import Default, bind, option, resolved
from .errors import ScheduleError, Span
from .names import UNIT_NAMES, written
from .nodes import (
    Annotated,
    Call,
    Chain,
    Comparison,
    Definition,
    Function,
    List,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    Pair,
    Power,
    Slice,
    Value,
)
from .operands import Flag, Items, Nothing, Option, describe
from .operands import Pair as PairValue
from .operands import Value as AnyValue
from .primitive import PRIMITIVES
from .scope import Names, Scope
from .slots import Lookup, Open, Slot, Writing
from .stages import Constant, Signal, Time, is_finite, is_undefined
from .stages import Number as NumberSignal
from .timeline import Chain as ChainSignal
from .timeline import Slice as SliceSignal
from .wording import Usage, decimal_text, number_text


class Elaborator:
    """One program, worked out with one value for `rest`."""

    def __init__(self, definitions: tuple[Definition, ...], rest: Expr | None = None) -> None:
        self.names = Names(definitions)
        self.rest = rest
        self.rest_span: Span | None = None
        self.parameters: dict[str, Symbol] = {}
        self.lookup = Lookup()
        self.nodes = self.level = 0
        self.most = limits.FEW_NODES
        self.expression: Node | None = None
        self.opened = 0
        self._worked_out: dict[str, AnyValue] = {}

    def root(self, node: Node, visible: int | None = None) -> Signal:
        """The signal of a program's expression."""
        self.expression = node
        slot = Slot(self.lookup, None)
        value = self.value(node, Scope(slot, len(self.names.definitions) if visible is None else visible, {}))
        if not isinstance(value, Signal):
            raise ScheduleError(f"a schedule is a value, but this is {describe(value)}", None, node.span)
        if isinstance(value, NumberSignal):
            arithmetic.refuse_length(value, node.span)
            if tree.is_infinite(value.value):
                raise ScheduleError("a schedule is a finite value, but this is inf", None, node.span)
        return value

    def total(self, span: Span) -> Expr:
        """The length of the run: what `total` is defined as, or a parameter."""
        return self.number_named("total", Scope(Slot(self.lookup, None), len(self.names.definitions), {}), span)

    # Nodes

    def value(self, node: Node, scope: Scope) -> AnyValue:
        """What a node stands for."""
        self.nodes += 1
        self.level += 1
        span = scope.site or node.span
        try:
            self._check_expansion(self.nodes)
            if self.level > limits.LEVELS:
                raise ScheduleError(f"functions and definitions nested too deep: the limit is {limits.LEVELS}")
            value = self._value(node, scope, span)
            if isinstance(value, Signal | Items):
                self._check_expansion(value.size)
            return value
        except ScheduleError as error:
            if error.span is None:
                error.span = span
            raise
        finally:
            self.level -= 1

    def _check_expansion(self, nodes: int) -> None:
        """Refuse what is out of proportion to what is written, which is counted only where there is much of it."""
        if nodes > self.most and self.most == limits.FEW_NODES and self.expression is not None:
            most = limits.EXPANSION * written(self.names.definitions, self.expression)
            self.most = max(limits.FEW_NODES, min(most, limits.NODES))
        if nodes > self.most:
            raise ScheduleError(f"this expands to more than {self.most} nodes, the limit for a text of its length")

    def _value(self, node: Node, scope: Scope, span: Span) -> AnyValue:
        match node:
            case Number():
                return self._number(node, scope, span)
            case Name():
                return self._name(node, scope, span)
            case Call():
                return self.call(node, scope)
            case Chain():
                return self._chain(node, scope, span)
            case Negative():
                return arithmetic.negative(self.operand(node.operand, scope), span)
            case Operation():
                operands = [self.operand(o, scope) for o in node.operands]
                spans = [scope.site or o.span for o in node.operands]
                return arithmetic.operation(node.operators, operands, spans, span)
            case Power():
                base, exponent = self.operand(node.base, scope), self.operand(node.exponent, scope)
                return arithmetic.power(base, exponent, span)
            case Comparison():
                return self._comparison(node, scope, span)
            case Slice():
                return self._slice(node, scope, span)
            case List():
                return Items(tuple(self.value(i, scope) for i in node.items), span)
            case Pair():
                return PairValue(self.value(node.key, scope), self.value(node.value, scope), span)
            case Annotated():
                raise ScheduleError("a call has no kinds", None, span, "only a definition has them")
        raise TypeError(node)

    def _number(self, node: Number, scope: Scope, span: Span) -> AnyValue:
        value: Expr = tree.number(node.value)
        if not node.unit:
            return NumberSignal(value, span)
        factor = self.number_named(UNIT_NAMES[node.unit], scope, span)
        value = tree.divide(value, factor) if node.unit in ("tok", "img") else tree.multiply(value, factor)
        if node.unit != "%":
            return NumberSignal(value, span, is_length=True)
        return NumberSignal(tree.divide(value, tree.Integer(100)), span, True, decimal_text(node.value / 100))

    def number_named(self, name: str, scope: Scope, span: Span) -> Expr:
        """The value of a name that a unit uses: its definition, or a parameter."""
        value = self._name(
            Name(span, 1, name), scope._replace(parameters={}, module="", visible=len(self.names.definitions)), span
        )
        if not isinstance(value, NumberSignal):
            raise ScheduleError(f"`{name}` must be a number, because a unit uses it", None, span)
        if tree.approximate(value.value) == 0 and name != "total":
            raise ScheduleError(f"`{name}` is 0, and a unit is measured by it", None, span)
        return value.value

    def _name(self, node: Name, scope: Scope, span: Span) -> AnyValue:
        name = node.name
        if name in scope.parameters:
            return resolved(scope.parameters[name])
        if name in _CONSTANTS:
            return _CONSTANTS[name](span)
        if name in ("next", "prev"):
            self.opened += 1
            function, parameter = scope.default_of
            return Open(scope.slot, "next" if name == "next" else "prev", Writing(span, function, parameter))
        if name == "rest":
            self.rest_span = self.rest_span or span
            return NumberSignal(tree.parameter("rest") if self.rest is None else self.rest, span)
        if "." in name:
            raise self.names.unknown(name, span)
        place = self.names.places.get(name)
        if place is not None and isinstance(definition := self.names.definitions[place], Value) and not scope.module:
            if place == scope.visible:
                raise ScheduleError(f"`{name}` is defined by itself", None, span)
            if place > scope.visible:
                raise ScheduleError(f"`{name}` is used before it is defined", None, span, "", "move its definition up")
            return self._defined(definition, place, scope)
        if scope.module:
            raise ScheduleError(f"`{name}` is not known in the module `{scope.module}`", None, span)
        return NumberSignal(self.parameters.setdefault(name, tree.parameter(name)), span)

    def _defined(self, definition: Value, place: int, scope: Scope) -> AnyValue:
        """A defined value, worked out anew in each slot if it has open ends."""
        if definition.name in self._worked_out:
            return self._worked_out[definition.name]
        opened = self.opened
        value = self.value(definition.body, Scope(scope.slot, place, {}, site=scope.site, usage=scope.usage))
        if opened == self.opened:
            self._worked_out[definition.name] = value
        return value

    def operand(self, node: Node, scope: Scope) -> AnyValue:
        """An operand of arithmetic; a stage in it has no neighbours."""
        slot = Slot(self.lookup, scope.slot)
        value = self.value(node, scope._replace(slot=slot))
        if isinstance(value, Signal) and is_finite(value):
            slot.close()
        return value

    def _chain(self, node: Chain, scope: Scope, span: Span) -> AnyValue:
        slots = [Slot(self.lookup, scope.slot) for _ in node.operands]
        parts: list[Signal] = []
        for i, (operand, slot) in enumerate(zip(node.operands, slots, strict=True)):
            value = self.value(operand, scope._replace(slot=slot))
            place = scope.site or operand.span
            parts.append(self._link(value, _name_of(operand), place, is_last=i == len(slots) - 1))
        for i, slot in enumerate(slots):
            slot.before = parts[i - 1] if i > 0 else None
            slot.after = parts[i + 1] if i + 1 < len(parts) else None
        return ChainSignal(parts, span)

    def _link(self, value: AnyValue, name: str, span: Span, is_last: bool) -> Signal:
        """An operand of `>>`, checked."""
        if not isinstance(value, Signal):
            raise ScheduleError(f"a chain is made of schedules, but this is {describe(value)}", None, span)
        if isinstance(value, NumberSignal):
            arithmetic.refuse_length(value, span)
        if value.duration is None and is_last:
            return Constant(value, span)
        if value.duration is None:
            hint = "write hold(steps, value)"
            raise ScheduleError("a number has no length, so nothing can follow it", None, span, "how long?", hint)
        if value.duration == tree.INFINITY and not is_last:
            hint = "put it last, or give it a length: (...)[:1000]"
            raise ScheduleError(f"{name} never ends, so nothing can follow it", None, span, "endless", hint)
        return value

    def _comparison(self, node: Comparison, scope: Scope, span: Span) -> AnyValue:
        left = self.operand(node.left, scope)
        if isinstance(left, Option) and isinstance(node.right, Name):
            return Flag((left == option(node.right, left.options, scope)) == (node.operator == "=="), span)
        return arithmetic.comparison(node.operator, left, self.operand(node.right, scope), span)

    def _slice(self, node: Slice, scope: Scope, span: Span) -> AnyValue:
        inner = self.value(node.operand, scope)
        if not isinstance(inner, Signal):
            described = describe(inner)
            hint = "an item of a list is item(list, 0)" if isinstance(inner, Items) else ""
            raise ScheduleError(f"a slice is a piece of a schedule, but this is {described}", None, span, "", hint)
        if inner.duration is None:
            inner = Constant(inner, span)
        begin = tree.ZERO if node.start is None else self._bound(node.start, scope)
        stop = inner.duration if node.stop is None else self._bound(node.stop, scope)
        assert inner.duration is not None and stop is not None
        if begin == tree.INFINITY or tree.compare("<", stop, begin) == tree.true:
            ends = f"{number_text(begin)}, after it ends, at {number_text(stop)}"
            raise ScheduleError(f"this slice begins at {ends}", None, span)
        return SliceSignal(inner, begin, stop, span)

    def _bound(self, node: Node, scope: Scope) -> Expr:
        value, span = self.value(node, scope), scope.site or node.span
        if not isinstance(value, NumberSignal) or is_undefined(value.value):
            raise ScheduleError(f"a bound of a slice is a number of steps, but this is {describe(value)}", None, span)
        if tree.compare("<", value.value, tree.ZERO) == tree.true:
            hint = "the last 10 steps of A are A[90:] where A lasts 100"
            raise ScheduleError("a slice cannot begin or end before 0", None, span, "", hint)
        return value.value

    # Calls

    def call(self, node: Call, scope: Scope) -> AnyValue:
        """What a call stands for."""
        function = self.names.function(node.function, scope)
        span = scope.site or node.span
        if prelude.is_primitive(function):
            return self._primitive(function, node, scope, span)
        bound = bind(self, function, node, scope)
        return self.value(function.body, self.body_scope(function, bound, scope, node.span))

    def _primitive(self, function: Function, node: Call, scope: Scope, span: Span) -> AnyValue:
        entry = PRIMITIVES[function.module, function.name]
        if entry.neighbours == "unread":
            return entry.work_out(self, node, scope, span)
        if entry.neighbours == "open":
            return entry.work_out(span, **self.all_arguments(function, node, scope))
        slot = Slot(self.lookup, scope.slot)
        bound = self.all_arguments(function, node, scope._replace(slot=slot))
        if entry.neighbours == "repeated":
            slot.close(repeated=True)
        elif entry.neighbours == "closed" or any(isinstance(v, Signal) and is_finite(v) for v in bound.values()):
            slot.close()
        return entry.work_out(span, **bound)

    def all_arguments(self, function: Function, node: Call, scope: Scope, skip: int = 0) -> dict[str, AnyValue]:
        """The values of all parameters of a call."""
        return {name: resolved(value) for name, value in bind(self, function, node, scope, skip).items()}

    def body_scope(self, function: Function, bound: dict[str, AnyValue | Default], scope: Scope, span: Span) -> Scope:
        """The scope in which the body of a function is read: its parameters, in the slot of the call."""
        site, usage = scope.site, scope.usage
        if site is None and function.module:
            site, usage = span, Usage(function)
        visible = scope.visible if function.module else self.names.places[function.name]
        return Scope(scope.slot, visible, bound, function.module, site, usage)


def _name_of(node: Node) -> str:
    """What an error calls an operand of a chain."""
    named = node.function if isinstance(node, Call) else node
    return f"`{named.name}`" if isinstance(named, Name) else "this"


_CONSTANTS: dict[str, Callable[[Span], AnyValue]] = {
    "t": Time,
    "pi": lambda span: NumberSignal(pi, span),
    "inf": lambda span: NumberSignal(tree.INFINITY, span),
    "true": lambda span: Flag(True, span),
    "false": lambda span: Flag(False, span),
    "none": Nothing,
}
