"""JavaScript: a module with a function of numbers, with types for its checkers, which needs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import header
from .braces import (
    WIDTH,
    Function,
    Target,
    assembled,
    branch,
    defined,
    digits,
    filled,
    indent,
    is_plain,
    needed,
    number_in,
    parameter_notes,
    remark,
    spaces,
    templates,
    with_infinity,
)
from .module import Source, contents, figure, functions
from .scalar import Syntax
from .writer import ATOM, COMPARE, SIGN, SUM, Language, Template, call

REQUIRES = ""
FUNCTION = ""

HELPERS = {
    "_floor_divide": """
/** @type {(x: number, y: number) => number} */
function _floor_divide(x, y) {
  const rest = x % y;
  const whole = Math.round((x - rest) / y);
  return rest !== 0 && rest < 0 !== y < 0 ? whole - 1 : whole;
}
""",
    "_modulo": """
/** @type {(x: number, y: number) => number} */
function _modulo(x, y) {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}
""",
    "_round": """
/** @type {(x: number) => number} */
function _round(x) {
  const whole = Math.round(x);
  return whole - x === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}
""",
    "_sigmoid": """
/** @type {(x: number) => number} */
function _sigmoid(x) {
  const y = Math.exp(-Math.abs(x));
  return (x < 0 ? y : 1) / (1 + y);
}
""",
    "_cubic": """
/** @type {(a: number, b: number, s: number) => number} */
function _cubic(a, b, s) {
  const y = (1 - 3 * b + 3 * a) * s + 3 * b - 6 * a;
  return y * s * s + 3 * a * s;
}
""",
    "_bezier": """
/**
 * @param {number} u
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 * @returns {number}
 */
function _bezier(u, x1, y1, x2, y2) {
  if (u <= 0) {
    return 0;
  }
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const s = (low + high) / 2;
    if (_cubic(x1, x2, s) < u) {
      low = s;
    } else {
      high = s;
    }
  }
  return _cubic(y1, y2, (low + high) / 2);
}
""",
    "_upper_bound": """
/** @type {(row: number[], low: number, x: number) => number} */
function _upper_bound(row, low, x) {
  let high = row.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x < row[middle]) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
""",
}
"""Functions that a module keeps to itself; a row is searched for the first number that is above another."""

RESERVED = """
arguments await break case catch class const continue debugger default delete do else enum eval export extends false
finally for function if implements import in instanceof interface let new null package private protected public return
static super switch this throw true try typeof var void while with yield undefined NaN Infinity Math
"""
"""Words of the language, and names that a function reads."""


def emit(schedule: Any, *, name: str = header.FUNCTION) -> str:
    """A module with `schedule(t, { ... })`, or a function for each schedule of a plan.

    Args:
        schedule: A `symsched.Schedule` or a `symsched.Plan`.
        name: The name of the function.
    """
    taken = frozenset(functions(schedule) if isinstance(schedule, Mapping) else [name])
    constants: dict[str, str] = {}

    def source(each: Any, name: str, prefix: str) -> Source:
        function = _sharing(constants, each, prefix, taken)
        constants.update(function.constants)
        tables = {table: _table(table, values) for table, values in function.tables.items()}
        text = _function(each, name + "_" * (name in RESERVED.split()), function)
        return Source([], function.constants, tables, needed(text, _HELPERS), [text])

    parts, doc = contents(schedule, name, "nothing", header.command("javascript", name), source)
    return assembled(
        remark(doc),
        parts.constants.values(),
        parts.tables.values(),
        *([text] for text in (*parts.helpers.values(), *parts.functions)),
    )


def _sharing(constants: Mapping[str, str], schedule: Any, prefix: str, taken: frozenset[str]) -> Function:
    """A function beside others; a constant that has the name of another one of theirs gets a name of its own."""
    while True:
        function = Function(schedule, prefix, _target(prefix), taken)
        clash = {name for name, text in function.constants.items() if constants.get(name, text) != text}
        if not clash:
            return function
        taken |= clash


def _function(schedule: Any, name: str, function: Function) -> str:
    names = function.parameters
    notes = parameter_notes(schedule, names, "@param {{number}} parameters.{} {}")
    notes = ["@param {number} t", *["@param {object} parameters"] * bool(names), *notes, "@returns {number}"]
    about = ["/**", *(f" * {line}".rstrip() for line in ["The value at step `t`.", "", *notes]), " */"]
    return "\n".join([*about, *_head(name, list(names.values())), *indent(_kept(function.lines)), "}"])


def _kept(lines: Sequence[str]) -> list[str]:
    """The lines of a body; prettier leaves alone what is too long, as it is with long names."""
    rows = ([f"{spaces(line)}// prettier-ignore"] * (len(line) + 2 > WIDTH) + [line] for line in lines)
    return [row for pair in rows for row in pair]


def _head(name: str, names: Sequence[str]) -> list[str]:
    """The first line of a function, or the lines of its arguments where they do not fit."""
    begin, inside = f"export function {name}(", f"{{ {', '.join(names)} }}"
    line = begin + ", ".join(["t", *[inside] * bool(names)]) + ") {"
    if len(line) <= WIDTH:
        return [line]
    row = [] if not names else [inside + ","] if len(inside) + 3 <= WIDTH else ["{", *(f"  {n}," for n in names), "},"]
    return [begin, *indent(["t,", *row]), ") {"]


def _table(name: str, values: Sequence[float]) -> str:
    """A table of numbers."""
    items = [_number(v) for v in values]
    line = f"const {name} = [{', '.join(items)}];"
    return line if len(line) <= WIDTH else "\n".join([f"const {name} = [", *filled(items), "];"])


def _constant(name: str, value: str, note: str) -> str:
    return "\n".join([*remark([note] * bool(note)), *defined(f"const {name}", value, 0)])


def _real(value: float) -> str:
    """A constant; long whole numbers have their digits in groups."""
    return figure(value) if value.is_integer() and abs(value) <= 2**53 else digits(value)


def _target(prefix: str) -> Target:
    """How functions are written whose tables have a prefix."""
    return Target(
        Language(
            _TEMPLATES,
            {"mod": "_modulo"},
            constant=_constant,
            figure=_real,
            real=_number,
            number=number_in(_number),
            table=lambda name: f"_{prefix}{name.lstrip('_')}".upper(),
            pi="Math.PI",
            width=WIDTH,
            apart=True,
            is_safe=is_plain,
        ),
        _SYNTAX,
        "const {} = {};",
        frozenset([*RESERVED.split(), *_HELPERS]),
    )


_number = with_infinity(digits, "NaN", "Infinity")

_HELPERS: Mapping[str, str] = {name: text.strip("\n") for name, text in HELPERS.items()}

_COMPARISONS = {"lt": "<", "le": "<=", "eq": "===", "ne": "!=="}

_TEMPLATES: dict[str, Template] = {
    **templates("Math.{}"),
    "mod": (COMPARE, "{} % {}", (SIGN, SIGN)),  # which prettier sets in brackets in sums and products
    "floordiv": call("_floor_divide", 2),
    **{name: (COMPARE, f"{{}} {sign} {{}}", (COMPARE, COMPARE)) for name, sign in _COMPARISONS.items()},
    "min": call("Math.min", 2),
    "max": call("Math.max", 2),
    "abs": call("Math.abs"),
    "magnitude": call("Math.abs"),
    "round": call("_round"),
    "sigmoid": call("_sigmoid"),
    "bezier": call("_bezier", 5),
    "search": (SUM, "_upper_bound({1}, 1, {0}) - 1", (-1,)),
    "take": (ATOM, "{1}[{0}]", (-1,)),
}

_SYNTAX = Syntax(
    branch=branch,
    before=branch("t < 0", ["t = 0;"]),
    result=lambda node, text: f"return {text};",
    look_up="const {} = _upper_bound({}, 0, t);",
    is_form="{}[{}] === {}",
)
