"""C99: a header with a `static inline` function of double numbers, which needs math.h alone."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from .module import Source, contents, functions
from .scalar import Syntax
from .writer import ATOM, SUM, TURNS, Language, Template, call

REQUIRES = ""
FUNCTION = ""

HELPERS = {
    "floor_divide": (
        "double x, double y",
        """
const double rest = fmod(x, y);
const double whole = round((x - rest) / y);
return rest != 0.0 && (rest < 0.0) != (y < 0.0) ? whole - 1.0 : whole;
""",
    ),
    "modulo": (
        "double x, double y",
        """
const double rest = fmod(x, y);
return rest != 0.0 && (rest < 0.0) != (y < 0.0) ? rest + y : rest;
""",
    ),
    "sigmoid": (
        "double x",
        """
const double y = exp(-fabs(x));
return (x < 0.0 ? y : 1.0) / (1.0 + y);
""",
    ),
    "cubic": (
        "double a, double b, double s",
        """
const double y = (1.0 - 3.0 * b + 3.0 * a) * s + 3.0 * b - 6.0 * a;
return y * s * s + 3.0 * a * s;
""",
    ),
    "bezier": (
        "double u, double x1, double y1, double x2, double y2",
        """
double low = 0.0;
double high = 1.0;
if (u <= 0.0) {
  return 0.0;
}
for (int i = 0; i < 60; i++) {
  const double s = (low + high) / 2.0;
  if ({}cubic(x1, x2, s) < u) {
    low = s;
  } else {
    high = s;
  }
}
return {}cubic(y1, y2, (low + high) / 2.0);
""",
    ),
    "upper_bound": (
        "const double *row, int low, int high, double x",
        """
while (low < high) {
  const int middle = (low + high) / 2;
  if (x < row[middle]) {
    high = middle;
  } else {
    low = middle + 1;
  }
}
return low;
""",
    ),
}
"""Arguments and body of each function that a header keeps to itself; `{}` is what their names begin with.

A row is searched for the first number that is above another.
"""

KEYWORDS = """
auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
alignas alignof and and_eq asm bitand bitor bool catch char8_t char16_t char32_t class co_await co_return co_yield
compl concept const_cast consteval constexpr constinit decltype delete dynamic_cast explicit export false friend
mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public reinterpret_cast requires
static_assert static_cast template this thread_local throw true try typeid typename typeof using virtual wchar_t xor
xor_eq linux unix
"""
"""Words of C and of C++, and what compilers define."""

FUNCTIONS = """
acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs fdim floor fma fmax
fmin fmod frexp hypot ilogb isfinite isinf isnan ldexp lgamma log log10 log1p log2 logb lrint lround modf nan nearbyint
nextafter pow remainder remquo rint round scalbn signbit sin sinh sqrt tan tanh tgamma trunc
gamma j0 j1 jn y0 y1 yn signgam drem significand scalb finite abs div
"""
"""Functions of math.h, of C and of POSIX, and those of other headers that the compiler knows."""

RESERVED = frozenset([*KEYWORDS.split(), *FUNCTIONS.split(), "NAN", "INFINITY", "HUGE_VAL"])


def emit(schedule: Any, *, name: str = header.FUNCTION) -> str:
    """A header with `schedule(t, ...)`, or a function for each schedule of a plan.

    Args:
        schedule: A `symsched.Schedule` or a `symsched.Plan`.
        name: The name of the function.
    """
    names = list(functions(schedule)) if isinstance(schedule, Mapping) else [name]
    prefix = _prefix(names)
    target = _target(prefix)
    helpers = {prefix + name: _helper(name, prefix) for name in HELPERS}

    def source(each: Any, name: str, _: str) -> Source:
        text = _function(each, name, target)
        return Source(helpers=needed(text, helpers), functions=[text])

    parts, doc = contents(schedule, name, "nothing but math.h", header.command("c", name), source)
    title, *rest = remark(doc)  # the title is the first line, which tells that the file is ours
    guard = f"SYMSCHED_{'_'.join(names).upper()}_H"
    return assembled(
        [title, *_unbroken(rest)],
        [f"#ifndef {guard}", f"#define {guard}"],
        ["#include <math.h>"],
        *([text] for text in (*parts.helpers.values(), *parts.functions)),
        ["#endif"],
    )


def _prefix(names: Sequence[str]) -> str:
    """What the names of helper functions begin with: the first name, or all names where one is that of a helper."""
    return names[0] + "_" if not {f"{names[0]}_{helper}" for helper in HELPERS} & {*names} else "_".join(names) + "_"


def _function(schedule: Any, name: str, target: Target) -> str:
    function = Function(schedule, "", target)
    body = [*_used(function), *(row for line in function.lines for row in _fitted(line))]
    text = "\n".join(body)
    names = ["t", *function.parameters.values()]
    about = ["The value at step `t`."]
    notes = parameter_notes(schedule, function.parameters, "{}: {}")
    unused = [f"(void){n};" for n in names if not _reads(text, n)]
    tables = _unbroken([line for table, values in function.tables.items() for line in _table(table, values)])
    arguments = ", ".join(f"double {n}" for n in names)
    own = name + "_" * (name in RESERVED)
    lines = remark([*about, *[""] * bool(notes), *notes])
    return "\n".join([*lines, _define("double", own, arguments, [*unused, *tables, *body])])


def _fitted(line: str) -> list[str]:
    """A line of a body; a definition that is too long is broken behind its sign, and any other one is left alone."""
    rows, match = [line], _DEFINITION.fullmatch(line)
    if match is not None:
        space, head, value = match.groups()
        rows = [space + row for row in defined(head, value, 1 + len(space) // 2, broken=2)]
    if all(len(row) + 2 <= WIDTH for row in rows):
        return rows
    return [spaces(line) + _OFF, line, spaces(line) + _ON]


def _used(function: Function) -> list[str]:
    """The definitions of constants; one that only notes speak of is a note as well, since it would be unused."""
    lines: list[str] = []
    for name, definition in function.constants.items():
        others = [text for other, text in function.constants.items() if other != name]
        is_used = _reads("\n".join([*others, *function.lines]), name)
        lines += definition.splitlines() if is_used else remark([definition.removeprefix(_CONSTANT)])
    return lines


def _reads(text: str, name: str) -> bool:
    """Whether statements read a name."""
    return re.search(rf"\b{name}\b", re.sub("//.*", "", text)) is not None


def _table(name: str, values: Sequence[float]) -> list[str]:
    """A table of numbers."""
    kind = "int" if all(isinstance(v, int) for v in values) else "double"
    items = [str(v) if isinstance(v, int) else _real(v) for v in values]
    head = f"static const {kind} {name}[] = "
    line = f"{head}{{{', '.join(items)}}};"
    return [line] if len(line) + 2 <= WIDTH else [head + "{", *filled(items), "};"]


def _define(kind: str, name: str, arguments: str, body: Sequence[str]) -> str:
    """A function; arguments that do not fit into a line go on below the first, and below each other."""
    head = f"static inline {kind} {name}("
    bound = f"{head}{arguments}) {{".replace(" ", _BOUND).replace(f",{_BOUND}", ", ")
    rows = textwrap.wrap(bound, WIDTH, subsequent_indent=" " * len(head), break_long_words=False)
    signature = [row.replace(_BOUND, " ") for row in rows]
    if len(rows) > 1 and (len(head) > _LONGEST or max(map(len, rows)) > WIDTH):
        signature, body = [_OFF, *signature], [_ON, *body]
    return "\n".join([*signature, *indent(body), "}"])


def _helper(name: str, prefix: str) -> str:
    arguments, body = HELPERS[name]
    kind = "int" if name == "upper_bound" else "double"
    return _define(kind, prefix + name, arguments, body.replace("{}", prefix).strip("\n").splitlines())


def _unbroken(lines: list[str]) -> list[str]:
    """Lines that clang-format leaves alone where it would break a formula, or set a table in columns of its own."""
    if all(len(line) <= WIDTH and not line.endswith("{") for line in lines):
        return lines
    return [_OFF, *lines, _ON]


def _constant(name: str, value: str, note: str) -> str:
    shown = _ANGLES.get(value, value)
    return "\n".join([*remark([note] * bool(note)), *defined(_CONSTANT + name, shown, 1, broken=2)])


def _finite(value: float) -> str:
    """A number as a double."""
    text = digits(value)
    return text + ".0" if text.lstrip("-").isdigit() else text


def _target(prefix: str) -> Target:
    """How functions are written whose helpers have a prefix."""
    return Target(
        Language(
            _TEMPLATES
            | {name: (rank, text.replace("_", prefix, 1), needs) for name, (rank, text, needs) in _OWN.items()},
            {"mod": f"{prefix}modulo"},
            constant=_constant,
            spelled=str.lower,
            figure=_real,
            real=_real,
            number=number_in(_real),
            table=lambda name: name.strip("_").lower(),
            pi=_PI,
            width=WIDTH - 2,
            is_safe=is_plain,
        ),
        replace(_SYNTAX, look_up=_SYNTAX.look_up.replace("_", prefix, 1)),
        _CONSTANT + "{} = {};",
        RESERVED,
    )


_real = with_infinity(_finite, "NAN", "INFINITY")

_CONSTANT = "const double "

_OFF, _ON = "// clang-format off", "// clang-format on"

_DEFINITION = re.compile(r"( *)(const \w+ \w+) = (.*);")

_PI = repr(math.pi)

_ANGLES = {formula.format(_PI): repr(angle) for angle, formula in TURNS.values()}
"""The digits of angles, since C has no name for the circle constant."""

_LONGEST = 48
"""Columns in front of arguments up to which clang-format leaves them where they are."""

_BOUND = "\x00"
"""A space at which no line is broken."""

_TEMPLATES: dict[str, Template] = {
    **templates("{}", zero="0.0"),
    "mod": call("fmod", 2),
    "min": call("fmin", 2),
    "max": call("fmax", 2),
    "abs": call("fabs"),
    "magnitude": call("fabs"),
    "round": call("rint"),
    "take": (ATOM, "{1}[(int){0}]", (ATOM,)),
}

_OWN: dict[str, Template] = {
    "floordiv": call("_floor_divide", 2),
    "sigmoid": call("_sigmoid"),
    "bezier": call("_bezier", 5),
    "search": (SUM, "_upper_bound({1}, 1, {2}, {0}) - 1.0", (-1,)),
}
"""Operations that helpers compute."""

_SYNTAX = Syntax(
    branch=branch,
    before=branch("t < 0.0", ["t = 0.0;"]),
    result=lambda node, text: f"return {text};",
    look_up="const int {} = _upper_bound({}, 0, {}, t);",
    is_form="{}[{}] == {}",
)
