"""Operations as text: what the numeric targets share when they print.

A target brings a table of templates; parts that stand in a formula twice become variables.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from .. import constants
from .labels import Label
from .module import WIDTH, figure
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
    "over": (PRODUCT, "{} / {}", (PRODUCT, SIGN)),
    "part": (PRODUCT, "{} // {}", (PRODUCT, SIGN)),
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


_SIMPLE = re.compile(r"[A-Za-z_][\w.]*|[0-9]\w*", re.ASCII)
"""An operand beside which a power has no spaces."""

_HELPER = re.compile(r"\b(_[a-z_0-9]+)\(")

TRANSPARENT = {"progress": 0, "length": 0, "guard": 1}
"""Operations that only say something about an operand, which stands for them where a target has no template."""


LEVELS = 24
"""How deep an expression may be nested before a part of it becomes a variable."""


TURNS = {"pi": (math.pi, "{}"), "half_pi": (math.pi / 2, "{} / 2"), "two_pi": (2 * math.pi, "2 * {}")}
"""The angles that waves are made of, by their names."""

_NAMES = {angle: name for name, (angle, _) in TURNS.items()}


def number_text(node: Node) -> str:
    """A constant, rounded once; whole numbers that a float holds stay whole."""
    value = number_of(node)
    if isinstance(value, Fraction) and value.denominator == 1 and abs(value) <= 2**53:
        return str(value.numerator)
    result = constants.nearest_float(value)
    if math.isfinite(result):
        return repr(result)
    return "_NAN" if math.isnan(result) else "_INFINITY" if result > 0 else "-_INFINITY"


def defined(name: str, value: str, note: str) -> str:
    """A constant as Python defines it."""
    return f"{name} = {value}" + f"  # {note}" * bool(note)


@dataclass(frozen=True)
class Language:
    """How a target writes formulas.

    Attributes:
        templates: A template for each operation.
        careful: What computes an operation where its operands may be anything, which `is_safe` tells.
        constant: How a constant is defined, from its name, its value and a note, "" for none.
        variable: How a variable is defined.
        spelled: How the name of a constant is spelled.
        figure: How the whole number of a constant is written.
        real: How any other is.
        number: How a number in a formula is written.
        table: How the name of a table is spelled.
        pi: The circle constant; "" where the target has none.
        room: Columns for an expression; parts of a longer one become variables.
        width: Columns for the definition of a constant; a formula that needs more is not written.
        apart: Whether products and quotients stand in brackets in each other.
    """

    templates: dict[str, Template]
    careful: dict[str, str] = field(default_factory=dict)
    constant: Callable[[str, str, str], str] = defined
    variable: str = "{} = {}"
    spelled: Callable[[str], str] = str.upper
    figure: Callable[[float], str] = figure
    real: Callable[[float], str] = repr
    number: Callable[[Node], str] = number_text
    table: Callable[[str], str] = str
    pi: str = ""
    room: int = 72
    width: int = WIDTH
    apart: bool = False
    is_safe: Callable[[Ranges, Node], bool] = Ranges.is_safe


class Writer:
    """Prints the formula of one segment.

    Args:
        language: How the target writes.
        names: What the parameters are called.
        letter: The letter of variables.

    Attributes:
        helpers: Names of the helper functions that the text uses, in order of first use.
        tables: Tables of numbers that the text uses, with their names.
        columns: What stands for the columns of a table of stages.
    """

    def __init__(self, language: Language, names: Callable[[str], str], letter: str = "x") -> None:
        self.language, self.names, self.letter = language, names, letter
        self.step = "t"
        self.ranges = Ranges((0.0, 0.0))
        self.variables: dict[Node, str] = {}
        self.written: dict[Node, tuple[str, int]] = {}  # what stands below the part of a formula that is written now
        self.count = 0
        self.helpers: dict[str, None] = {}
        self.tables: dict[tuple[float, ...], str] = {}
        self._labels: dict[str, tuple[int, str]] = {}
        self.columns: list[str] = []
        self.squares_by_name = "{0} * {0}" in language.templates["square"][1]

    def block(self, node: Node, ranges: Ranges, step: str = "t", first: int = 0) -> tuple[list[str], str]:
        """The lines that assign variables, numbered from `first`, and the expression that is the value."""
        self.step, self.ranges = step, ranges
        self.variables, self.written, self.count = {}, {}, first
        lines = []
        node = self._seen(node)
        order = self._order(node)
        named = self._named(order)

        def assign(part: Node) -> None:
            text = self._text(part)[0]
            self.variables[part] = f"{self.letter}{self.count or ''}"
            self.count += 1
            lines.append(self.language.variable.format(self.variables[part], text))

        for part in order:
            self._shorten(part, assign)
            if part in named:
                assign(part)
            elif part.args:
                self.written[part] = self._plain(part)
        return lines, self._text(node)[0]

    def _shorten(self, node: Node, assign: Callable[[Node], None]) -> None:
        """Turn the longest operands of a formula into variables until it fits into a line."""
        if not node.args:
            return
        while len(self._plain(node)[0]) > self.language.room:
            parts = [p for p in map(self._seen, node.args) if p.args and p not in self.variables]
            if not parts:
                return
            assign(max(parts, key=lambda p: len(self._plain(p)[0])))

    def bounds(self, nodes: list[Node]) -> tuple[list[str], list[str]]:
        """The lines that assign bounds which are no numbers to variables, and the bounds as text."""
        lines: list[str] = []
        texts: list[str] = []
        for i, node in enumerate(nodes):
            inner, text = self.block(node, Ranges((0.0, 0.0)))
            if node.name not in ("const", "param"):
                lines += [*inner, self.language.variable.format(f"until{i}", text)]
                text = f"until{i}"
            texts.append(text)
        return lines, texts

    @property
    def constants(self) -> dict[str, str]:
        """The definitions of the named constants that the text uses: those of the text first, in its order."""
        return {name: text for name, (_, text) in sorted(self._labels.items(), key=lambda item: item[1][0])}

    def _text(self, node: Node, needed: int = -1) -> tuple[str, int]:
        text, precedence = self._plain(node)
        return (f"({text})", ATOM) if precedence < needed else (text, precedence)

    def _seen(self, node: Node) -> Node:
        """The operation that is printed for another."""
        while node.name in TRANSPARENT and node.name not in self.language.templates:
            node = node.args[TRANSPARENT[node.name]]
        return node

    def _plain(self, node: Node) -> tuple[str, int]:
        node = self._seen(node)
        if node in self.variables:
            return self.variables[node], ATOM
        if node in self.written:
            return self.written[node]
        if node.name == "const":
            text = self._constant(node)
            return text, SIGN if text.startswith("-") else ATOM
        if node.name == "step":
            return self.step, ATOM
        if node.name == "column":
            return self.columns[int(node.value)], ATOM  # type: ignore[call-overload]
        if node.name == "param":
            return self.names(str(node.value)), ATOM
        precedence, template, needs = self._template(node)
        if self.language.apart and precedence == PRODUCT and self._is_apart(template, node.args[0]):
            needs = (SIGN, *needs[1:])
        arguments = [self._text(a, n)[0] for a, n in zip(node.args, needs, strict=True)]
        if isinstance(node.value, tuple):
            name = self.language.table(f"_CYCLES{len(self.tables) or ''}")
            arguments += [self.tables.setdefault(node.value, name), str(len(node.value))]
        if template == "{} ** 2" and _SIMPLE.fullmatch(arguments[0]):
            template = "{}**2"
        return template.format(*arguments), precedence

    def _is_apart(self, template: str, left: Node) -> bool:
        """Whether the left operand of a product is a quotient, or that of a quotient a product."""
        left = self._seen(left)
        if left in self.variables or not left.args:
            return False
        precedence, inner, _ = self._template(left)
        return precedence == PRODUCT and inner.split()[1] != template.split()[1]

    def _constant(self, node: Node) -> str:
        """A number, or the name that it has, which is defined then."""
        if isinstance(node, Label) and math.isfinite(constants.nearest_float(number_of(node))):
            return self._label(node)
        language = self.language
        angle = _NAMES.get(constants.nearest_float(number_of(node))) if language.pi else None
        if angle is None:
            return language.number(node)
        name = language.spelled(angle)
        self._labels[name] = -1, language.constant(name, TURNS[angle][1].format(language.pi), "")
        return name

    def _label(self, label: Label) -> str:
        language = self.language
        name = language.spelled(label.label)
        if name not in self._labels:
            variables, self.variables = self.variables, {}
            formula = "" if label.origin is None else self._text(label.origin)[0]
            self.variables = variables
            value = constants.nearest_float(number_of(label))
            number = language.figure(value) if label.is_whole else language.real(value)
            shown, note = (formula, "") if formula and label.is_exact else (number, formula)
            text = language.constant(name, shown, note)
            if any(len(line) > language.width for line in text.splitlines()):  # the formula is too long to be read
                text = language.constant(name, number, "")
            self._labels[name] = label.place, text
        return name

    def _template(self, node: Node) -> Template:
        if node.name in self.language.careful and not self.language.is_safe(self.ranges, node):
            helper = self.language.careful[node.name]
            self.helpers[helper] = None
            return call(helper, len(node.args))
        template = self.language.templates[node.name]
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

    def _named(self, order: dict[Node, int]) -> set[Node]:
        """Operations that become variables: those that are used more than once, and a few on a long way down."""
        named: set[Node] = set()
        squared = {self._seen(n.args[0]) for n in order if n.name == "square" and self.squares_by_name}
        levels: dict[Node, int] = {}
        for node, uses in order.items():
            self.ranges.of(node)
            level = 1 + max((levels[self._seen(a)] for a in node.args), default=0)
            if node.args and (uses > 1 or level > LEVELS or node in squared):
                named.add(node)
                level = 0
            levels[node] = level
        return named
