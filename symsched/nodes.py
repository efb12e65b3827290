"""What was written: the syntax tree, one class per form of `grammar/schedule.lark`.

Nodes are values: they compare by content, and `span` (where in the source they stand) does not count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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
    """`x: number = 3` as the parser meets it; right only in the head of a definition, where it becomes a `Parameter`."""

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
    match node:
        case Call():
            return (node.function, *(a.value for a in node.arguments))
        case Negative():
            return (node.operand,)
        case Operation() | Chain():
            return node.operands
        case Power():
            return node.base, node.exponent
        case Comparison():
            return node.left, node.right
        case Slice():
            return (node.operand, *(b for b in (node.start, node.stop) if b is not None))
        case Pair():
            return node.key, node.value
        case List():
            return node.items
        case Annotated():
            return node.key, node.kind, node.default
        case _:
            return ()


def chain(span: Span, operands: tuple[Node, ...]) -> Node:
    """A chain with the chains among its operands taken apart."""
    flat = tuple(p for o in operands for p in (o.operands if isinstance(o, Chain) else (o,)))
    return Chain(span, 1 + max(o.depth for o in flat), flat)
