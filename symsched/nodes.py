"""What was written: the syntax tree, one class per form of `grammar/schedule.lark`.

Nodes are values: they compare by content, and `span` (where in the source they stand) does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from .errors import Span

NOWHERE: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Node:
    """Base of all nodes; `depth` is the longest way down, kept so that no walk needs to find out."""

    span: Span = field(compare=False)
    depth: int = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """`500`, `1e-3`, `10k`; a unit that is more than a factor (`%`, `ep`, `tok`, `img`) stays by name."""

    value: Fraction
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Name(Node):
    """`peak`, `t`, `torch.StepLR`."""

    name: str


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """One argument of a call: positional, or `name = value`."""

    name: str
    value: Node
    name_span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`cosine(1e-3, steps=1e4)`."""

    function: Name
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """`-x`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Operation(Node):
    """Operands of one precedence from left to right: `a - b + c` has the operators `-` and `+`."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Power(Node):
    """`base ** exponent`."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`left < right`, only as an argument."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """`operand[start:stop]`; a bound that was left out is None."""

    operand: Node
    start: Node | None
    stop: Node | None


@dataclass(frozen=True, slots=True)
class Pair(Node):
    """`0:1e-3`, a keyframe or an entry of a map."""

    key: Node
    value: Node


@dataclass(frozen=True, slots=True)
class List(Node):
    """`[30, 60, 90]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """`a >> b >> c`; an operand is never a chain itself."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Annotated(Node):
    """`x: number = 3` as the parser meets it. In the head of a definition it becomes a `Parameter`."""

    key: Node
    kind: Node
    default: Node


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function: `mode: [triangular, triangular2] = triangular`."""

    name: str
    kind: str | tuple[str, ...]
    default: Node | None
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Value:
    """A definition of a name: `total = 10k`."""

    name: str
    body: Node
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class Function:
    """A definition of a function: `ease(u, k=3) = u**k`. `module` is where it stands, "" in a user's program."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Node
    doc: str = field(compare=False, default="")
    span: Span = field(compare=False, default=NOWHERE)
    module: str = field(compare=False, default="")


Definition = Value | Function


@dataclass(frozen=True, slots=True)
class Program:
    """Definitions, then the expression; a program without one is a plan."""

    definitions: tuple[Definition, ...]
    expression: Node | None
    source: str = field(compare=False, default="")


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    found: list[Node] = []

    def see(child: Node) -> Node:
        found.append(child)
        return child

    with_children(node, see)
    return tuple(found)


def with_children(node: Node, change: Callable[[Node], Node]) -> Node:
    """The same node with each node below it changed."""
    match node:
        case Call():
            arguments = tuple(replace(a, value=change(a.value)) for a in node.arguments)
            return replace(node, arguments=arguments)
        case Operation() | Chain():
            return replace(node, operands=tuple(map(change, node.operands)))
        case Negative():
            return replace(node, operand=change(node.operand))
        case Power():
            return replace(node, base=change(node.base), exponent=change(node.exponent))
        case Comparison():
            return replace(node, left=change(node.left), right=change(node.right))
        case Slice():
            start, stop = (None if b is None else change(b) for b in (node.start, node.stop))
            return replace(node, operand=change(node.operand), start=start, stop=stop)
        case Pair():
            return replace(node, key=change(node.key), value=change(node.value))
        case List():
            return replace(node, items=tuple(map(change, node.items)))
        case Annotated():
            return replace(node, key=change(node.key), kind=change(node.kind), default=change(node.default))
        case _:
            return node


def chain(span: Span, operands: tuple[Node, ...]) -> Node:
    """A chain with the chains among its operands taken apart."""
    flat = tuple(p for o in operands for p in (o.operands if isinstance(o, Chain) else (o,)))
    return Chain(span, 1 + max(o.depth for o in flat), flat)
