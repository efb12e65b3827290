"""Which names a program uses and defines, and how two programs are put into one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from . import prelude
from .errors import ScheduleError
from .nodes import (
    Call,
    Definition,
    Function,
    Name,
    Node,
    Number,
    Parameter,
    Program,
    Value,
    children,
    with_children,
)

UNIT_NAMES = {"%": "total", "ep": "steps_per_epoch", "tok": "tokens_per_step", "img": "images_per_step"}
"""The name that each unit of length stands for."""


def names_in(node: Node, hidden: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names that a node refers to, in the order of writing; parameters of a function around it are left out."""
    stack = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, Name) and node.name not in hidden:
            yield "total" if node.name == "rest" else node.name
        elif isinstance(node, Number) and node.unit:
            yield UNIT_NAMES[node.unit]
        elif isinstance(node, Call):
            yield node.function.name
        stack.extend(reversed(children(node)))


def written(definitions: tuple[Definition, ...], expression: Node) -> int:
    """How many nodes an expression and the definitions that it uses are written with."""
    stack, found = [expression], 0
    for definition in reached(definitions, expression):
        parameters = definition.parameters if isinstance(definition, Function) else ()
        stack += [definition.body, *(p.default for p in parameters if p.default is not None)]
    while stack:
        found += 1
        stack += children(stack.pop())
    return found


def _names_of(definition: Definition) -> Iterator[str]:
    if isinstance(definition, Value):
        yield from names_in(definition.body)
        return
    yield from names_in(definition.body, frozenset(p.name for p in definition.parameters))
    for parameter in definition.parameters:
        if parameter.default is not None:
            yield from names_in(parameter.default, frozenset(p.name for p in definition.parameters))


def order_of_writing(definitions: tuple[Definition, ...], expression: Node) -> dict[str, int]:
    """Where each name of a program is first written."""
    names = [n for d in definitions for n in _names_of(d)]
    places: dict[str, int] = {}
    for name in [*names, *names_in(expression)]:
        places.setdefault(name, len(places))
    return places


def reached(definitions: tuple[Definition, ...], expression: Node | None) -> tuple[Definition, ...]:
    """The definitions that an expression uses, directly or through others, and `total`, which it has to fit into."""
    by_name = {d.name: d for d in definitions}
    wanted = ["total", *(names_in(expression) if expression is not None else by_name)]
    found: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in by_name and name not in found:
            found.add(name)
            wanted.extend(_names_of(by_name[name]))
    return tuple(d for d in definitions if d.name in found)


def joined(left: Program, right: Program) -> tuple[tuple[Definition, ...], Node, Node]:
    """The definitions of two programs in one, and both expressions; what clashes is renamed on the right."""
    assert left.expression is not None and right.expression is not None
    mine = {d.name: d for d in left.definitions}
    open_names = set(names_in(left.expression)).union(*(set(_names_of(d)) for d in left.definitions)) - set(mine)
    theirs = {d.name: d for d in right.definitions}
    open_theirs = set(names_in(right.expression)).union(*(set(_names_of(d)) for d in right.definitions)) - set(theirs)
    for name in mine:
        if name in open_theirs and not _is_library(name):
            left = renamed(left, {name: _fresh(name, mine, theirs, open_names, open_theirs)})
            return joined(left, right)
    renames = {}
    for name, definition in theirs.items():
        same = name in mine and mine[name] == definition
        if (name in mine and not same) or name in open_names:
            renames[name] = _fresh(name, mine, theirs, open_names, open_theirs)
    right = renamed(right, renames)
    assert left.expression is not None and right.expression is not None
    extra = tuple(d for d in right.definitions if mine.get(d.name) != d)
    return left.definitions + extra, left.expression, right.expression


def _is_library(name: str) -> bool:
    return "." in name


def _fresh(name: str, *taken: Mapping[str, object] | set[str]) -> str:
    if name in UNIT_NAMES.values():
        hint = f"bind `{name}` after joining: (a >> b).bind({name}=...)"
        raise ScheduleError(f"two schedules with different `{name}` cannot be joined", hint=hint)
    number = 2
    while any(f"{name}_{number}" in names for names in taken):
        number += 1
    return f"{name}_{number}"


def renamed(program: Program, names: Mapping[str, str]) -> Program:
    """A program with some of its definitions under other names."""
    if not names:
        return program
    definitions = tuple(_renamed_definition(d, names) for d in program.definitions)
    expression = None if program.expression is None else _renamed(program.expression, names)
    return Program(definitions, expression)


def _renamed_definition(definition: Definition, names: Mapping[str, str]) -> Definition:
    name = names.get(definition.name, definition.name)
    if isinstance(definition, Value):
        return replace(definition, name=name, body=_renamed(definition.body, names))
    inner = {k: v for k, v in names.items() if k not in {p.name for p in definition.parameters}}

    def parameter(p: Parameter) -> Parameter:
        return p if p.default is None else replace(p, default=_renamed(p.default, inner))

    parameters = tuple(parameter(p) for p in definition.parameters)
    calls = {**inner, **{k: v for k, v in names.items() if k not in inner}}
    return replace(definition, name=name, parameters=parameters, body=_renamed(definition.body, inner, calls))


def _renamed(node: Node, names: Mapping[str, str], calls: Mapping[str, str] | None = None) -> Node:
    """A node under other names; `calls` are the names of functions where they differ from those of values."""
    functions = names if calls is None else calls
    if isinstance(node, Name):
        return replace(node, name=names.get(node.name, node.name))
    if isinstance(node, Call):
        function = replace(node.function, name=functions.get(node.function.name, node.function.name))
        node = replace(node, function=function)
    return with_children(node, lambda child: _renamed(child, names, calls))


def ordered(program: Program) -> Program:
    """A program whose named arguments stand in the order of the parameters."""
    own = {d.name: d for d in program.definitions if isinstance(d, Function)}

    def order(node: Node) -> Node:
        node = with_children(node, order)
        return _ordered_call(node, own) if isinstance(node, Call) else node

    definitions = tuple(replace(d, body=order(d.body)) for d in program.definitions)
    return replace(program, definitions=definitions, expression=program.expression and order(program.expression))


def _ordered_call(call: Call, own: Mapping[str, Function]) -> Call:
    named = [a.name for a in call.arguments if a.name]
    if len(named) < 2:
        return call
    name = call.function.name
    for function in (own.get(name), prelude.find(name), prelude.module(prelude.SHAPE).get(name)):
        places = {p.name: i for i, p in enumerate(function.parameters)} if function else {}
        if all(n in places for n in named):
            return replace(call, arguments=tuple(sorted(call.arguments, key=lambda a: places.get(a.name, -1))))
    return call
