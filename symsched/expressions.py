"""Python expressions as nodes of the language: parsed, never executed."""

from __future__ import annotations

import ast
import builtins
import math
import re
import warnings
from collections.abc import Sequence
from functools import cache

from . import foreign, limits, prelude
from .builder import RESERVED
from .errors import ScheduleError, Span
from .nodes import NOWHERE, Argument, Call, Comparison, Name, Negative, Node, Operation, Power

OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
PACKAGES = {"math", "np", "numpy", "jnp", "jax.numpy", "torch"}
"""Where functions and numbers of mathematics are found."""

CONSTANTS = {"pi": "pi", "inf": "inf"}


@cache
def functions() -> set[str]:
    """Functions that Python and the language both have, under one name."""
    return set(prelude.public(prelude.module(prelude.CORE))) & {*dir(math), *dir(builtins)}


def parsed(source: str) -> ast.Module:
    """The statements of a Python text.

    Raises:
        ScheduleError: It is too long, or not Python.
    """
    if len(source) > limits.SOURCE_CHARACTERS:
        raise ScheduleError(f"a text has at most {limits.SOURCE_CHARACTERS} characters, this one {len(source)}")
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(source)
    except (RecursionError, MemoryError):
        raise ScheduleError("this is nested too deeply", source, (0, len(source))) from None
    except (SyntaxError, ValueError) as error:
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
        starts = line_starts(source)
        start = min(starts[min(line, len(starts)) - 1] + max(column, 1) - 1, max(len(source) - 1, 0))
        raise ScheduleError("this is not Python", source, (start, start + 1)) from None


def line_starts(source: str) -> list[int]:
    """Where the lines of a Python text begin, which end in other ways than those of `str.splitlines`."""
    return [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", source))]


class Expressions:
    """Turns the expressions of one Python text into nodes.

    Args:
        source: The text, which errors show.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._left = limits.NODES // 10  # names that are used twice are read twice
        self._starts = line_starts(source)
        self._parameters: dict[str, str] = {}

    def node(self, expression: ast.expr, depth: int = 0) -> Node:
        """The node of an expression.

        Raises:
            ScheduleError: It does something that the language has no word for.
        """
        self._left -= 1
        if self._left < 0 or depth > limits.NESTING:
            raise self.error("this is nested too deeply", expression)
        try:
            return self._node(expression, depth + 1)
        except ScheduleError as error:
            if error.span is not None:
                raise
            raise ScheduleError(error.title, self.source, self.span(expression), error.label, error.hint) from None

    def _node(self, expression: ast.expr, depth: int) -> Node:
        match expression:
            case ast.Constant(value=bool() | int() | float() | None as value):
                return foreign.node(value)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.node(operand, depth)
                return Negative(NOWHERE, 1 + inner.depth, inner)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.node(operand, depth)
            case ast.BinOp():
                return self._operation(expression, depth)
            case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in COMPARISONS:
                sides = self.node(left, depth), self.node(right, depth)
                return Comparison(NOWHERE, 1 + max(s.depth for s in sides), COMPARISONS[type(operator)], *sides)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                return self._choice(test, self.node(body, depth), self.node(otherwise, depth), depth)
            case ast.List() | ast.Tuple():
                return foreign.listed([self.node(item, depth) for item in expression.elts])
            case ast.Dict(keys=keys, values=values) if None not in keys:
                both = zip(keys, values, strict=True)
                return foreign.listed([foreign.paired(self._key(k, depth), self.node(v, depth)) for k, v in both if k])
            case ast.Name():
                return self.name(expression, depth)
            case ast.Attribute(attr=name):
                path = dotted(expression)
                if path is None:
                    raise self.not_run(expression)
                return self.constant(path) or self.parameter(name, path)
            case ast.Call():
                return self.call(expression, depth)
        raise self.error("this has no counterpart in the language", expression)

    def _choice(self, test: ast.expr, first: Node, second: Node, depth: int) -> Node:
        """The first of two nodes where a test holds, else the second."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._choice(operand, second, first, depth)
            case ast.BoolOp(op=operator, values=[*others, last]):
                node = self._choice(last, first, second, depth)
                for other in reversed(others):
                    pair = (node, second) if isinstance(operator, ast.And) else (first, node)
                    node = self._choice(other, *pair, depth)
                return node
            case ast.Compare(left=left, ops=[operator, *ops], comparators=[middle, *right]) if ops:
                rest = ast.copy_location(ast.Compare(middle, ops, right), test)
                one = ast.copy_location(ast.Compare(left, [operator], [middle]), test)
                return self._choice(one, self._choice(rest, first, second, depth), second, depth)
            case ast.Compare():
                return called("where", [self.node(test, depth), first, *_branches(second)])
        raise self.error("this is no comparison", test, "write one, such as `step < 100`")

    def _key(self, key: ast.expr, depth: int) -> Node:
        word = key.value if isinstance(key, ast.Constant) else None
        return foreign.node(word) if isinstance(word, str) else self.node(key, depth)

    def _operation(self, expression: ast.BinOp, depth: int) -> Node:
        left, right = self.node(expression.left, depth), self.node(expression.right, depth)
        above = 1 + max(left.depth, right.depth)
        match expression.op:
            case ast.Pow():
                return Power(NOWHERE, above, left, right)
            case ast.FloorDiv():
                return called("floor", [Operation(NOWHERE, above, ("/",), (left, right))])
            case ast.Mod():
                return self.remainder(left, right)
            case operator if type(operator) in OPERATORS:
                return Operation(NOWHERE, above, (OPERATORS[type(operator)],), (left, right))
        raise self.error("this operator has no counterpart in the language", expression)

    def name(self, expression: ast.Name, depth: int) -> Node:
        """What a name stands for: a parameter, which gets its value later."""
        return self.parameter(expression.id, expression.id)

    @staticmethod
    def constant(path: str) -> Node | None:
        """A number of mathematics, such as `math.pi`; None for another name."""
        package, _, last = path.rpartition(".")
        return Name(NOWHERE, 1, CONSTANTS[last]) if package in PACKAGES and last in CONSTANTS else None

    def parameter(self, name: str, path: str) -> Node:
        """A name whose value is given later.

        Args:
            name: The name.
            path: All that was written, `config.lr`; one parameter cannot stand for two of them.
        """
        if name in RESERVED or not re.fullmatch(r"[A-Za-z][A-Za-z_0-9]*", name):
            raise ScheduleError(f"`{name}` cannot be the name of a parameter", hint="write its value, or another name")
        first = self._parameters.setdefault(name, path)
        if first != path:
            title = f"`{path}` and `{first}` would both become the parameter `{name}`"
            raise ScheduleError(title, hint="write the value of one of them")
        return Name(NOWHERE, 1, name)

    def remainder(self, left: Node, right: Node) -> Node:
        """What is left of a division."""
        return called("mod", [left, right])

    def call(self, expression: ast.Call, depth: int) -> Node:
        """What a call stands for."""
        return self.mathematics(expression, dotted(expression.func) or "", depth)

    def mathematics(self, expression: ast.Call, path: str, depth: int) -> Node:
        """A call of a function that the language has, too."""
        package, _, last = path.rpartition(".")
        if path == "float" and len(expression.args) == 1 and not expression.keywords:
            return self.node(expression.args[0], depth)
        known = last in functions() and (not package or package in PACKAGES)
        if not known or expression.keywords or any(isinstance(a, ast.Starred) for a in expression.args):
            raise self.not_run(expression)
        return called(last, [self.node(a, depth) for a in expression.args])

    def not_run(self, expression: ast.expr) -> ScheduleError:
        """The error for code whose result is not in the text."""
        hint = "write its value, or a name in its place: it becomes a parameter"
        return self.error("this would have to be run", expression, hint)

    def error(self, title: str, place: ast.AST, hint: str = "") -> ScheduleError:
        """An error with a caret under a part of the text."""
        return ScheduleError(title, self.source, self.span(place), "", hint)

    def span(self, place: ast.AST) -> Span:
        """Where a part of the text stands, in characters."""
        first = self._offset(getattr(place, "lineno", 1), getattr(place, "col_offset", 0))
        last = self._offset(getattr(place, "end_lineno", 1), getattr(place, "end_col_offset", 0))
        return first, max(last, first + 1)

    def _offset(self, line: int, column: int) -> int:
        """The place of a column, which Python counts in bytes."""
        start = self._starts[min(line, len(self._starts)) - 1]
        return start + len(self.source[start : start + column].encode()[:column].decode(errors="ignore"))


def _branches(node: Node) -> list[Node]:
    """The arguments that a node is in the place of the last one of `where`, which takes several tests."""
    if isinstance(node, Call) and isinstance(node.function, Name) and node.function.name == "where":
        return [a.value for a in node.arguments]
    return [node]


def called(name: str, arguments: Sequence[Node]) -> Call:
    """The call of a function of the language, its arguments by position."""
    depth = 1 + max((a.depth for a in arguments), default=0)
    return Call(NOWHERE, depth, Name(NOWHERE, 1, name), tuple(Argument(NOWHERE, a.depth, "", a) for a in arguments))


def dotted(expression: ast.expr) -> str | None:
    """The dotted name that an expression is."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    return ".".join([expression.id, *reversed(parts)]) if isinstance(expression, ast.Name) else None
