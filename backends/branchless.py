"""What torch and jax share: every segment is computed, and the step that a segment sees lies where it applies.

A formula that is not taken reads a time inside its own stage. Neither its value nor its derivative can then be
anything but finite, and a choice between finite values leaves the gradient of the others alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .counting import MOST, counted, in_range, is_whole
from .lowering import Segment
from .module import WIDTH, Source, about, define, letter, listed, numbers, safe_names
from .naming import labelled
from .operations import Node
from .ranges import Ranges, uses_step, walk
from .tables import Table, buckets, end_of, table
from .writer import Language, Writer

ROOM = WIDTH - 4
"""Columns of a line of a function."""


@dataclass(frozen=True)
class Dialect:
    """How a framework writes the operations.

    Attributes:
        target: The name of the backend.
        needs: The framework's name, for the docstring.
        imports: Import lines.
        language: How formulas are written.
        helpers: The text of each helper function that templates name.
        needed_by: Helpers that a helper calls.
        where: The function that chooses by a condition.
        zeros: Zeros in the shape of the steps.
        taken: Names that a parameter must not have.
        number: The type of a number or an array of the framework.
        array: A table of numbers as an array.
        buckets: The table of the first stage of each bucket of steps; "" where stages are searched for.
        for_tables: Import lines that tables need; with `by_stage`, those that lists of stages need.
        by_stage: The helper that computes each stage where it applies, for arrays that can be cut; "" for none.
        decorators: Lines above the formula.
        note: What the docstring of the function says besides.
        counts: Whether whole steps stay whole numbers as far as they can.
    """

    target: str
    needs: str
    imports: tuple[str, ...]
    language: Language
    helpers: dict[str, str]
    needed_by: dict[str, tuple[str, ...]]
    where: str
    zeros: str
    taken: frozenset[str]
    number: str
    array: str
    buckets: str = ""
    for_tables: tuple[str, ...] = ()
    by_stage: str = ""
    decorators: tuple[str, ...] = ()
    note: str = ""
    counts: bool = False


def source(
    schedule: Any, name: str, prefix: str, dialect: Dialect, entry: Callable[[list[str], bool], list[str]]
) -> Source:
    """A module with a function around `_values(t, ...)`, which is the formula in float64."""
    program = labelled(schedule, bool(prefix))
    program = counted(program) if dialect.counts else program
    outer = {*dialect.taken, "t", name, "_values", "float", "int", "isinstance"}
    names = list(safe_names(program.parameters, outer).values())
    bounds = (f"until{i}" for i in range(len(program.segments)))
    inner = safe_names(
        program.parameters, {*bounds, "t", "at", "here", "value", "i", "form", "y", *dialect.taken, *dialect.helpers}
    )
    writer = Writer(dialect.language, inner.__getitem__, letter(["y", *inner.values()]))
    rows = table(program.segments)
    if rows is not None and dialect.counts and not in_range(x for column in rows.columns() for x in column):
        rows = None
    stages = (
        _stages(program.segments, rows, writer, dialect.zeros) if dialect.by_stage and not program.parameters else None
    )
    body = _body(program.segments, writer, dialect, stages) if rows is None else _rows(rows, writer, dialect, stages)
    values = define("_values", ["t: Any", *(f"{n}: Any" for n in inner.values())], "Any", [], body)
    values = "\n".join([*dialect.decorators, values])
    tables = {name: numbers(name, values) for values, name in writer.tables.items()}
    tables |= {} if rows is None else _constants(rows, dialect)
    writer.helpers.update({dialect.by_stage: None} if stages else {})
    used = [*(n for h in writer.helpers for n in (*dialect.needed_by.get(h, ()), h))]
    helpers = {name: dialect.helpers[name] for name in dict.fromkeys(used)}
    helpers |= {f.name: f.text for f in stages or () if f.text}
    helpers |= _listed(program.segments, rows, stages) if stages else {}
    helpers |= {"_values": values}
    constants = writer.constants
    text = "\n".join([*helpers.values(), *constants.values()])
    for word, value in (("_INFINITY", '"inf"'), ("_NAN", '"nan"')):
        tables |= {word: f"{word} = float({value})"} if word in text else {}
    looked_up = rows is not None and (bool(stages) or not dialect.by_stage)
    imports = [*dialect.imports, *dialect.for_tables * looked_up, "from typing import Any"]
    imports += ["import math"] * ("math." in text) + ["from itertools import pairwise"] * ("pairwise(" in text)
    takes = [f"t: {dialect.number}", *["*"] * bool(names), *(f"{n}: {dialect.number}" for n in names)]
    kind = "a number or an array of any shape" if not dialect.by_stage else "a number or a tensor of any shape"
    doc = about(schedule, f"The values at steps `t`, {kind}.", note=dialect.note)
    function = define(name, takes, "Any", doc, entry(names, bool(stages)))
    return Source(imports, constants, tables, helpers, [function])


@dataclass(frozen=True)
class Stage:
    """A formula as a function of its own, or a number.

    Attributes:
        name: What stands for it in a list of stages.
        text: The definition of the function; empty for a number.
    """

    name: str
    text: str = ""


def _stages(segments: tuple[Segment, ...], rows: Table | None, writer: Writer, zeros: str) -> list[Stage] | None:
    """The formula of each segment, or of each form of a table, as a function; None where no numbers cut the steps."""
    if rows is not None:
        return [
            Stage(f"_form{k}", _function(f"_form{k}(t, i)", f.value, writer, zeros, rows, k))
            for k, f in enumerate(rows.forms)
        ]
    if len(segments) < 2 or any(s.until is None or s.until.name != "const" for s in segments[:-1]):
        return None
    found = []
    for i, segment in enumerate(segments):
        steps = uses_step(segment.value)
        text = _function(f"_stage{i}(t)", segment.value, writer, zeros) if steps else ""
        found.append(
            Stage(f"_stage{i}" if steps else _floating(writer.block(segment.value, Ranges((0.0, 0.0)))[1]), text)
        )
    return found


def _function(head: str, value: Node, writer: Writer, zeros: str, rows: Table | None = None, k: int = 0) -> str:
    if rows is not None:
        writer.columns = _columns(rows, k)
    lines, text = writer.block(value, Ranges((0.0, 0.0)))
    if not uses_step(value) and not any(n.name == "column" for n in walk(value)):
        text = f"{zeros} + {_floating(text)}"
    name, _, takes = head.rstrip(")").partition("(")
    return define(name, [f"{a}: Any" for a in takes.split(", ")], "Any", [], [*lines, f"return {text}"])


def _columns(rows: Table, k: int) -> list[str]:
    """What stands for the columns of a form."""
    return [f"_column({name}, i)" for name in rows.forms[k].names(k)]


def _listed(segments: tuple[Segment, ...], rows: Table | None, stages: list[Stage]) -> dict[str, str]:
    """Where whole steps go from stage to stage, and the stages."""
    ends = rows.ends if rows is not None else [end_of(s) for s in segments[:-1]]
    found = {"_ENDS": numbers("_ENDS", [float(math.ceil(min(e, 2.0**62))) for e in ends])}
    names = ", ".join(s.name for s in stages)
    if rows is None:
        text = "\n".join(listed("_STAGES: tuple[Any, ...] = (", [s.name for s in stages], ")"))
    elif len(stages) == 1:
        text = f"_STAGES: list[Any] = [partial({names}, i=i) for i in range(len(_ENDS) + 1)]"
    else:
        found["_FORM_OF"] = numbers("_FORM_OF", rows.form_of())
        text = f"_FORMS = ({names})\n_STAGES: list[Any] = [partial(_FORMS[k], i=i) for i, k in enumerate(_FORM_OF)]"
    return found | {"_STAGES": text}


def _body(segments: tuple[Segment, ...], writer: Writer, dialect: Dialect, stages: list[Stage] | None) -> list[str]:
    """Lines that choose the value of the segment that applies, from the last one backwards."""
    lines, bounds = writer.bounds([s.until for s in segments if s.until is not None])
    lines.insert(0, _from_zero(dialect))
    conditions = [
        f"{_compared(s.until, dialect)} {'<=' if s.closed else '<'} {b}"
        for s, b in zip(segments, bounds, strict=False)
        if s.until is not None
    ]
    for i in reversed(range(len(segments))):
        segment = segments[i]
        step = "t"
        if len(segments) > 1 and uses_step(segment.value):
            lines += _guarded(dialect, _applies(conditions, i), _inside(segment, bounds, i, writer, dialect))
            step = "at"
        if stages is not None and stages[i].text:
            value = f"{stages[i].name}({step})"
        else:
            inner, value = writer.block(segment.value, Ranges((0.0, 0.0)), step)
            lines += inner
        if i == len(segments) - 1:
            shaped = uses_step(segment.value)
            lines.append(f"y = {value}" if shaped else f"y = {dialect.zeros} + {_floating(value)}")
        else:
            lines += _chosen(dialect, conditions[i], _floating(value))
    return [*lines[:-1], lines[-1].replace("y = ", "return ", 1)]


def _guarded(dialect: Dialect, applies: str, inside: str) -> list[str]:
    """Lines for the step that a formula sees: one inside its stage where another one applies."""
    line = f"at = {dialect.where}({applies}, t, {inside})"
    if len(line) <= ROOM:
        return [line]
    begun, _, ends = applies.rpartition(" & ")
    tests = [f"here = {applies}"] if len(applies) + 7 <= ROOM else [f"here = {begun}", f"here = here & {ends}"]
    return [*tests, f"at = {dialect.where}(here, t, {inside})"]


def _chosen(dialect: Dialect, condition: str, value: str) -> list[str]:
    """Lines that take a value where it applies."""
    line = f"y = {dialect.where}({condition}, {value}, y)"
    if len(line) + 3 <= ROOM:
        return [line]
    return [f"value = {value}", f"y = {dialect.where}({condition}, value, y)"]


def _rows(rows: Table, writer: Writer, dialect: Dialect, stages: list[Stage] | None) -> list[str]:
    """Lines that look the stage up and compute each form with the numbers of that stage."""
    find = "_stage_of" if _bucketed(rows, dialect) else "_search"
    writer.helpers.update({find: None, "_column": None})
    lines = [_from_zero(dialect), f"i = {find}(t)"]
    conditions = _conditions(rows, dialect)
    lines += ["form = _column(_FORM, i)"] * ("form" in conditions[0])
    for k, form in enumerate(rows.forms):
        step = "t"
        if conditions[k] and uses_step(form.value):
            lines += _guarded(dialect, conditions[k], _step(form.inside, dialect))
            step = "at"
        if stages is not None:
            value = f"{stages[k].name}({step}, i)"
        else:
            writer.columns = _columns(rows, k)
            inner, value = writer.block(form.value, Ranges((0.0, 0.0)), step)
            lines += inner
            value = value if uses_step(form.value) or writer.columns else f"{dialect.zeros} + {_floating(value)}"
        lines += _chosen(dialect, conditions[k], _floating(value)) if k else [f"y = {value}"]
    return [*lines[:-1], lines[-1].replace("y = ", "return ", 1)]


def _conditions(rows: Table, dialect: Dialect) -> list[str]:
    """When each form applies; an only other form, that of the last stage, is told by the step alone."""
    if len(rows.forms) == 1:
        return [""]
    if rows.is_plain:
        end = _step(rows.ends[-1], dialect)
        return [f"t < {end}", f"t >= {end}"]
    return [f"form == {k}" for k in range(len(rows.forms))]


def _bucketed(rows: Table, dialect: Dialect) -> bool:
    return bool(dialect.buckets) and buckets(rows.ends) is not None


def _constants(rows: Table, dialect: Dialect) -> dict[str, str]:
    """The tables of a schedule."""
    ends, count = rows.ends, len(rows.ends) + 1
    found = buckets(ends) if dialect.buckets else None
    arrays = {"_UNTIL": ends}
    if "form" in _conditions(rows, dialect)[0]:
        arrays["_FORM"] = tuple(map(float, rows.form_of()))
    for k, form in enumerate(rows.forms):
        arrays |= dict(zip(form.names(k), form.columns(count), strict=True))
    lines = {name: numbers(name, values, dialect.array) for name, values in arrays.items()}
    if found is not None:
        width, number = found
        lines["_WIDTH"] = f"_WIDTH = {width!r}"
        lines["_BUCKETS"] = f"_BUCKETS = {dialect.buckets.format(count=number)}"
        lines["_NEXT"] = "_NEXT = np.append(_UNTIL, np.inf)[_BUCKETS]"
    return lines


def _from_zero(dialect: Dialect) -> str:
    """The line that takes steps before 0 for step 0."""
    return f"t = {dialect.where}(t < 0, {_step(0.0, dialect)}, t)"


def _step(step: float, dialect: Dialect) -> str:
    return repr(int(step)) if dialect.counts and step.is_integer() and step <= MOST else repr(step)


def _compared(bound: Node, dialect: Dialect) -> str:
    """The step as it is compared with a bound."""
    if not dialect.counts or (bound.name == "const" and is_whole(bound)):
        return "t"
    return dialect.language.templates["real"][1].format("t")


def _inside(segment: Segment, bounds: list[str], i: int, writer: Writer, dialect: Dialect) -> str:
    """A step inside segment i."""
    if segment.inside.name == "const":
        text = writer.block(segment.inside, Ranges((0.0, 0.0)))[1]
        return text if dialect.counts else _floating(text)
    begin = bounds[i - 1] if i > 0 else "0.0"
    return f"0.5 * ({begin} + {bounds[i]})" if i < len(bounds) else f"{begin} + 1.0"


def _applies(conditions: list[str], i: int) -> str:
    """The condition that a step lies in segment i."""
    begun = "" if i == 0 else f"~({conditions[i - 1]})"
    if i == len(conditions):
        return begun
    return f"{begun} & ({conditions[i]})" if begun else conditions[i]


def _floating(text: str) -> str:
    """A whole number as a float, so that no choice turns on its type."""
    return f"{text}.0" if text.lstrip("-").isdigit() else text
