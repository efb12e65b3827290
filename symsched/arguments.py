"""Arguments to parameters: positions, names, defaults, kinds."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from . import kinds, prelude
from .errors import ScheduleError, Span, suggest
from .nodes import Argument, Call, Function, Name, Node, Number, Parameter
from .operands import Items, Nothing, Option, Shape, Value
from .primitive import PRIMITIVES
from .stages import Signal
from .wording import Usage

if TYPE_CHECKING:
    from .elaborate import Elaborator
    from .scope import Scope


def bind(
    elaborator: Elaborator, function: Function, call: Call, scope: Scope, skip: int = 0
) -> dict[str, Value | Default]:
    """The value of every parameter of a function in a call; `skip` leaves out that many at the front.

    A default is read where the call stands, with the parameters to its left.
    """
    parameters = function.parameters[skip:]
    usage = scope.usage or Usage(function, skip)
    given = _assigned(function, parameters, call, scope.site, usage)
    bound: dict[str, Value | Default] = {}
    for parameter in parameters:
        if parameter.name in given:
            bound[parameter.name] = _given(elaborator, usage, parameter, given[parameter.name], scope)
        elif parameter.kind == "several":
            bound[parameter.name] = Items((), scope.site or call.span)
        elif parameter.default is None:
            raise ScheduleError(_missing(function, parameter), None, scope.site or call.span, "", str(usage))
        else:
            inner = elaborator.body_scope(function, dict(bound), scope, call.span)
            inner = inner._replace(default_of=(function.name, parameter.name), site=scope.site or call.span)
            bound[parameter.name] = Default(elaborator, usage, parameter, inner)
    return bound


def _missing(function: Function, parameter: Parameter) -> str:
    """What to say where a value is missing; an entry asks for one of two by a private function, of `this_or_that`."""
    if not function.name.startswith("_"):
        return f"`{function.name}` needs `{parameter.name}`"
    names = " and ".join(f"`{name}`" for name in parameter.name.split("_or_"))
    return f"just one of {names} must be given"


class Default:
    """The default of a parameter, worked out when it is first used."""

    def __init__(self, elaborator: Elaborator, usage: Usage, parameter: Parameter, scope: Scope) -> None:
        self.elaborator, self.usage, self.parameter, self.scope = elaborator, usage, parameter, scope

    @cached_property
    def value(self) -> Value:
        assert self.parameter.default is not None
        value = argument(self.elaborator, self.parameter.default, self.parameter.kind, self.scope)
        return _checked(self.usage, self.parameter, value, self.scope.site)


def resolved(bound: Value | Default) -> Value:
    """The value of a parameter."""
    return bound.value if isinstance(bound, Default) else bound


def _assigned(
    function: Function, parameters: tuple[Parameter, ...], call: Call, site: Span | None, usage: Usage
) -> dict[str, list[Argument]]:
    """Which arguments go to which parameter."""
    names = [p.name for p in parameters]
    given: dict[str, list[Argument]] = {}
    named: Argument | None = None
    for position, argument in enumerate(call.arguments):
        span = site or argument.span
        if argument.name:
            named = argument
            if argument.name not in names:
                close = suggest(argument.name, names)
                label = f"did you mean `{close}`?" if close else ""
                title = f"`{function.name}` has no parameter `{argument.name}`"
                raise ScheduleError(title, None, site or argument.name_span, label, str(usage))
            if argument.name in given:
                raise ScheduleError(f"`{argument.name}` is given twice", None, span, "", str(usage))
            given[argument.name] = [argument]
            continue
        if named is not None:
            title = "an argument without a name cannot follow one with a name"
            raise ScheduleError(title, None, span, "", str(usage))
        if position < len(names):
            given[names[position]] = [argument]
        elif names and parameters[-1].kind == "several":
            given[names[-1]].append(argument)
        else:
            takes = "no arguments" if not names else f"at most {len(names)} argument{'s' * (len(names) > 1)}"
            raise ScheduleError(f"`{function.name}` takes {takes}", None, span, "one too many", str(usage))
    return given


def _given(
    elaborator: Elaborator, usage: Usage, parameter: Parameter, arguments: list[Argument], scope: Scope
) -> Value:
    span = scope.site or arguments[0].span
    if parameter.kind == "several" and not arguments[0].name:
        values = tuple(elaborator.value(a.value, scope) for a in arguments)
        if len(values) == 1 and isinstance(values[0], Items):
            return values[0]
        return Items(values, span)
    value = argument(elaborator, arguments[0].value, parameter.kind, scope)
    return _checked(usage, parameter, value, scope.site or arguments[0].value.span)


def _checked(usage: Usage, parameter: Parameter, value: Value, span: Span | None) -> Value:
    """A value of the parameter's kind, or the error in the function's own words."""
    if isinstance(value, Nothing) and isinstance(parameter.default, Name) and parameter.default.name == "none":
        return value
    try:
        return kinds.check(parameter.kind, value)
    except kinds.Refused as refused:
        raise kinds.refusal(refused, parameter.name, span, str(usage)) from None


def argument(elaborator: Elaborator, node: Node, kind: str | tuple[str, ...], scope: Scope) -> Value:
    """An argument, read as its kind asks."""
    if kind == "shape":
        return _shape(elaborator, node, scope)
    if isinstance(kind, tuple):
        return option(node, kind, scope)
    return elaborator.value(node, scope)


def option(node: Node, options: tuple[str, ...], scope: Scope) -> Value:
    """The option that a bare name means: that of a parameter of the same name, or one of those offered."""
    span = scope.site or node.span
    if isinstance(node, Name):
        if node.name in scope.parameters:
            given = resolved(scope.parameters[node.name])
            if isinstance(given, Option | Nothing):
                return given
        if node.name == "none":
            return Nothing(span)
        if node.name in options:
            return Option(node.name, options, span)
        close = suggest(node.name, options)
        hint = "" if close else "it is one of " + ", ".join(options)
        label = f"did you mean `{close}`?" if close else ""
        raise ScheduleError(f"unknown option `{node.name}`", None, span, label, hint)
    raise ScheduleError("an option is a name", None, span, "", "it is one of " + ", ".join(options))


def _shape(elaborator: Elaborator, node: Node, scope: Scope) -> Value:
    """The shape that a name or a call means."""
    if isinstance(node, Name) and node.name in scope.parameters:
        return resolved(scope.parameters[node.name])
    head = node.function if isinstance(node, Call) else node
    if not isinstance(head, Name):
        hint = "a shape is a name such as `linear`, or a call such as poly(2)"
        if isinstance(node, Number):
            hint = "a shape comes first, as in warmup(linear, 500)"
        raise ScheduleError("this is not a shape", None, scope.site or node.span, "", hint)
    function = elaborator.names.shape(head, scope)
    call = node if isinstance(node, Call) else Call(node.span, 1, head, ())
    span = scope.site or node.span
    if prelude.is_primitive(function):
        primitive = PRIMITIVES[function.module, function.name]
        return primitive.work_out(span, **elaborator.all_arguments(function, call, scope, skip=1))
    bound = bind(elaborator, function, call, scope, skip=1)
    inner = elaborator.body_scope(function, bound, scope, node.span)
    u = function.parameters[0].name

    def curve(progress: Signal) -> Signal:
        value = elaborator.value(function.body, inner._replace(parameters={**bound, u: progress}))
        if not isinstance(value, Signal):
            raise ScheduleError(f"the shape `{function.name}` is not a value", None, span)
        return value

    return Shape(function.name, curve, span=span)
