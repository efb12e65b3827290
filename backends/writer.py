"""Operations as text: what the numeric targets share when they print.

A target brings a table of templates; parts that stand in a formula twice become variables.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction

from .. import constants
from .operations import Node, number_of
from .ranges import Ranges

COMPARE, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)
"""Precedence, weakest first; a conditional expression is weaker than all."""

Template = tuple[int, str, tuple[int, ...]]
"""Precedence of the result, text with a place for each operand, and the precedence that each operand needs."""

INFIX: dict[str, Template] = {
    "add": (SUM, "{} + {}", (SUM, PRODUCT)),
    "sub": (SUM, "{} - {}", (SUM, PRODUCT)),
    "mul": (PRODUCT, "{} * {}", (PRODUCT, SIGN)),
    "div": (PRODUCT, "{} / {}", (PRODUCT, SIGN)),
    "neg": (SIGN, "-{}", (SIGN,)),
    "square": (POWER, "{} ** 2", (ATOM,)),
    "lt": (COMPARE, "{} < {}", (SUM, SUM)),
    "le": (COMPARE, "{} <= {}", (SUM, SUM)),
    "eq": (COMPARE, "{} == {}", (SUM, SUM)),
    "ne": (COMPARE, "{} != {}", (SUM, SUM)),
}


def call(function: str, count: int = 1) -> Template:
    """The template of a function call."""
    return ATOM, f"{function}({', '.join(['{}'] * count)})", (-1,) * count


_HELPER = re.compile(r"\b(_[a-z_0-9]+)\(")

TRANSPARENT = {"progress": 0, "length": 0, "guard": 1}
"""Operations that only say something about an operand, which stands for them where a target has no template."""


LEVELS = 24
"""How deep an expression may be nested before a part of it becomes a variable."""


class Writer:
    """Prints the formula of one segment.

    Attributes:
        helpers: Names of the helper functions that the text uses, in order of first use.
        tables: Tables of numbers that the text uses, with their names.
        columns: What stands for the columns of a table of stages.
    """

    def __init__(
        self,
        templates: dict[str, Template],
        careful: dict[str, str],
        tables: dict[tuple[float, ...], str],
        names: Callable[[str], str],
        letter: str = "x",
    ) -> None:
        self.step = "t"
        self.ranges = Ranges((0.0, 0.0))
        self.variables: dict[Node, str] = {}
        self.templates = templates
        self.careful = careful
        self.tables = tables
        self.names = names
        self.letter = letter
        self.helpers: dict[str, None] = {}
        self.columns: list[str] = []
        self.squares_by_name = "{0} * {0}" in templates["square"][1]

    def block(self, node: Node, ranges: Ranges, step: str = "t") -> tuple[list[str], str]:
        """The lines that assign variables, and the expression that is the value."""
        self.step, self.ranges = step, ranges
        self.variables = {}
        lines = []
        node = self._seen(node)
        for shared in self._named(self._order(node)):
            text = self._text(shared)[0]
            self.variables[shared] = f"{self.letter}{len(self.variables) or ''}"
            lines.append(f"{self.variables[shared]} = {text}")
        return lines, self._text(node)[0]

    def bounds(self, nodes: list[Node]) -> tuple[list[str], list[str]]:
        """The lines that assign bounds which are no numbers to variables, and the bounds as text."""
        lines: list[str] = []
        texts: list[str] = []
        for i, node in enumerate(nodes):
            inner, text = self.block(node, Ranges((0.0, 0.0)))
            if node.name != "const":
                lines += [*inner, f"_until{i} = {text}"]
                text = f"_until{i}"
            texts.append(text)
        return lines, texts

    def _text(self, node: Node, needed: int = -1) -> tuple[str, int]:
        text, precedence = self._plain(node)
        return (f"({text})", ATOM) if precedence < needed else (text, precedence)

    def _seen(self, node: Node) -> Node:
        """The operation that is printed for another."""
        while node.name in TRANSPARENT and node.name not in self.templates:
            node = node.args[TRANSPARENT[node.name]]
        return node

    def _plain(self, node: Node) -> tuple[str, int]:
        node = self._seen(node)
        if node in self.variables:
            return self.variables[node], ATOM
        if node.name == "const":
            text = number_text(node)
            return text, SIGN if text.startswith("-") else ATOM
        if node.name == "step":
            return self.step, ATOM
        if node.name == "column":
            return self.columns[int(node.value)], ATOM  # type: ignore[call-overload]
        if node.name == "param":
            return self.names(str(node.value)), ATOM
        precedence, template, needs = self._template(node)
        arguments = [self._text(a, n)[0] for a, n in zip(node.args, needs, strict=True)]
        if isinstance(node.value, tuple):
            arguments.append(self.tables.setdefault(node.value, f"_CYCLES{len(self.tables) or ''}"))
        return template.format(*arguments), precedence

    def _template(self, node: Node) -> Template:
        if node.name in self.careful and not self.ranges.is_safe(node):
            helper = self.careful[node.name]
            self.helpers[helper] = None
            return call(helper, len(node.args))
        template = self.templates[node.name]
        self.helpers.update(dict.fromkeys(_HELPER.findall(template[1])))
        return template

    def _order(self, root: Node) -> dict[Node, int]:
        """The operations of a formula, each after those that it uses, and how often each is used."""
        uses: dict[Node, int] = {}
        order: dict[Node, int] = {}
        stack: list[tuple[Node, bool]] = [(root, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order[node] = uses[node]
                continue
            uses[node] = uses.get(node, 0) + 1
            if uses[node] == 1:
                stack.append((node, True))
                stack.extend((self._seen(a), False) for a in reversed(node.args))
        return {node: uses[node] for node in order}

    def _named(self, order: dict[Node, int]) -> list[Node]:
        """Operations that become variables: those that are used more than once, and a few on a long way down."""
        named: list[Node] = []
        squared = {self._seen(n.args[0]) for n in order if n.name == "square" and self.squares_by_name}
        levels: dict[Node, int] = {}
        for node, uses in order.items():
            self.ranges.of(node)
            level = 1 + max((levels[self._seen(a)] for a in node.args), default=0)
            if node.args and (uses > 1 or level > LEVELS or node in squared):
                named.append(node)
                level = 0
            levels[node] = level
        return named


def number_text(node: Node) -> str:
    """A constant, rounded once; whole numbers that a float holds stay whole."""
    value = number_of(node)
    if isinstance(value, Fraction) and value.denominator == 1 and abs(value) <= 2**53:
        return str(value.numerator)
    result = constants.nearest_float(value)
    if math.isfinite(result):
        return repr(result)
    return "_NAN" if math.isnan(result) else "_INFINITY" if result > 0 else "-_INFINITY"
