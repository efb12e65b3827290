"""Which stages share one formula in a table, what its columns hold, and where there is a table."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

import symsched as ss
from symsched.backends.lowering import Segment, lower
from symsched.backends.operations import Node
from symsched.backends.tables import Form, Table, buckets, end_of, table

LENGTH, COUNT = 7, 13
"""Steps of a stage, and how many there are before the last one, which is 0 for ever."""

FUNCTIONS = {name: getattr(math, name) for name in ("sqrt", "exp", "sin", "tanh", "pow")} | {"mod": lambda x, y: x % y}


@dataclass(frozen=True)
class Stages:
    """Stages in turn, in which `k` stands for the number of the stage from 1, and the forms that they should have."""

    texts: tuple[str, ...]
    forms: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(self.texts)

    def text(self, stage: int) -> str:
        return self.texts[stage % len(self.texts)].replace("k", str(stage + 1))

    def value(self, stage: int, t: int) -> float:
        """By Python, which reads these formulas as the language does."""
        linear = {"linear": lambda start, length, end: start + (end - start) * t / length}
        return float(eval(self.text(stage), {"t": t} | linear | FUNCTIONS)) if stage < COUNT else 0.0  # noqa: S307

    def table(self) -> Table:
        found = table(segments(" >> ".join([*(f"({self.text(i)})[:{LENGTH}]" for i in range(COUNT)), "0"])))
        assert found is not None
        return found


ROOT = "sqrt(((t - ORIGIN) + 2))"

ALIKE = [
    Stages(("k*sqrt(t + k)",), ("(SCALE*sqrt(((t - ORIGIN) + OFFSET)))", "0")),
    Stages(("sqrt(t + 2)/k",), (f"(SCALE*{ROOT})", "0")),
    Stages(("-sqrt(t + 2)",), (f"(-1*{ROOT})", "0")),
    Stages(("-k*sqrt(t + 2)",), (f"(SCALE*{ROOT})", "0")),
    Stages(("sqrt(t + 2) - k",), (f"({ROOT} - OFFSET)", "0")),
    Stages(("sqrt(t + 2) + k",), (f"({ROOT} + OFFSET)", "0")),
    Stages(("k + 3 - sqrt(t + 2)",), (f"((-1*{ROOT}) + OFFSET)", "0")),
    Stages(("sqrt(t + 2) - 5",), (f"({ROOT} - 5)", "0")),
    Stages(("sqrt(t + 2)", "sqrt(t + 2) + k"), (f"({ROOT} + OFFSET)", "0")),
    Stages(("sqrt(t + 2) + k", "sqrt(t + 2)"), (f"({ROOT} + OFFSET)", "0")),
    Stages(("sqrt(t + 2)", "sqrt(t + 2) - k"), (f"({ROOT} - OFFSET)", "0")),
    Stages(("sqrt(t + 2) + k", "sqrt(t + 2) - k"), (f"({ROOT} + OFFSET)", "0")),
    Stages(("sqrt(t + 2)", "k*sqrt(t + 2)"), (f"(SCALE*{ROOT})", "0")),
    Stages(("k*sqrt(t + 2)", "sqrt(t + 2)"), (f"(SCALE*{ROOT})", "0")),
    Stages(("sqrt((t + 2)/(k + 1))", "sqrt(t + 2)"), ("sqrt((((t - ORIGIN) + 2)/LENGTH))", "0")),
    Stages(("sqrt(t + 2) + k", "k*sqrt(t + 2)"), (f"((SCALE*{ROOT}) + OFFSET)", "0")),
    Stages(("k*sqrt(t + 2)", "sqrt(t + 2) + k"), (f"((SCALE*{ROOT}) + OFFSET)", "0")),
    Stages(("sqrt(t) - t/k",), ("(sqrt((t - ORIGIN)) + ((-1*(t - ORIGIN_2))/LENGTH))", "0")),
    Stages(("sqrt(t) - k*exp(t)",), ("(sqrt((t - ORIGIN)) + (SCALE*exp((t - ORIGIN_2))))", "0")),
    Stages(("sqrt(t) - 3*exp(t)",), ("(sqrt((t - ORIGIN)) + (-3*exp((t - ORIGIN_2))))", "0")),
    Stages(("k/(t + k)",), ("(NUMBER/((t - ORIGIN) + OFFSET))", "0")),
    Stages(("mod(t, k)",), ("mod((t - ORIGIN), NUMBER)", "0")),
    Stages(("(t + 2)**(k + 0.5)",), ("pow(((t - ORIGIN) + 2), NUMBER)", "0")),
    Stages(("linear(k, 7, k + 2)",), ("((2*((t - ORIGIN)/7)) + OFFSET)", "0")),
    Stages(("linear(k, 7, k + 1)",), ("(((t - ORIGIN)/7) + OFFSET)", "0")),
    Stages(("linear(k, 7, 0)", "linear(0, 7, k)"), ("(SCALE*((t - ORIGIN)/7))", "0")),
    Stages(("linear(k, 7, k + k)",), ("((SCALE*((t - ORIGIN)/7)) + OFFSET)", "0")),
]
"""One form, and the 0 at the end."""

OTHERS = [
    Stages(("sqrt(t + 2)", "sqrt(t + 2)", "k"), (ROOT, "VALUE")),
    Stages(("k", "k", "sqrt(t + 2)"), ("VALUE", ROOT)),
    Stages(("exp(t/8)", "sqrt(t + 2)", "sqrt(t + k)"), ("sqrt(((t - ORIGIN) + OFFSET))", "exp(((t - ORIGIN)/8))", "0")),
    Stages(
        ("tanh(t + 1)", "sqrt(t + 2)", "sin(t + 3)", "tanh(t + k)"),
        ("tanh(((t - ORIGIN) + OFFSET))", ROOT, "sin(((t - ORIGIN) + 3))", "0"),
    ),
]
"""Several forms, those of the most stages first."""


def segments(text: str) -> tuple[Segment, ...]:
    return lower(ss.parse(text).expr, ()).segments


SIGNS = {"add": " + ", "sub": " - ", "mul": "*", "div": "/"}


def written(node: Node, names: list[str]) -> str:
    """A formula as a text, which Python can read."""
    if node.name == "column":
        return names[int(str(node.value))]
    if not node.args:
        return "t" if node.name == "step" else str(node.value)
    parts = [written(a, names) for a in node.args]
    return f"({SIGNS[node.name].join(parts)})" if node.name in SIGNS else f"{node.name}({', '.join(parts)})"


def names_of(form: Form) -> list[str]:
    return [name.removeprefix("_") for name in form.names(0)]


@pytest.mark.parametrize("stages", [*ALIKE, *OTHERS], ids=str)
def test_stages_that_differ_in_numbers_have_one_form(stages: Stages) -> None:
    assert [written(f.value, names_of(f)) for f in stages.table().forms] == list(stages.forms)


@pytest.mark.parametrize("stages", [*ALIKE, *OTHERS], ids=str)
def test_a_form_with_the_numbers_of_a_stage_is_that_stage(stages: Stages) -> None:
    found = stages.table()
    assert found.ends == tuple(LENGTH * (i + 1) for i in range(COUNT))
    owners = found.form_of()
    assert len(owners) == COUNT + 1
    for stage, form in enumerate(found.forms[k] for k in owners):
        columns = dict(zip(names_of(form), form.rows[stage], strict=True))
        for t in range(LENGTH):
            value = eval(written(form.value, names_of(form)), {"t": stage * LENGTH + t} | columns | FUNCTIONS)  # noqa: S307
            assert math.isclose(value, stages.value(stage, t), rel_tol=1e-13, abs_tol=1e-13)


@pytest.mark.parametrize("stages", OTHERS, ids=str)
def test_a_stage_of_another_form_has_the_numbers_of_the_first_one_of_this(stages: Stages) -> None:
    found = stages.table()
    assert found.columns()[0] == found.ends
    assert [column for form in found.forms for column in form.columns(COUNT + 1)] == found.columns()[1:]
    for form in found.forms:
        rows = list(zip(*form.columns(COUNT + 1), strict=True))
        first = min(form.rows)
        assert all(row == form.rows.get(i, form.rows[first]) for i, row in enumerate(rows))
        assert LENGTH * first < form.inside < LENGTH * (first + 1)


def test_the_names_of_columns_are_told_apart_by_form_and_by_use() -> None:
    (form, _) = Stages(("sqrt(t) - k*exp(t)",), ()).table().forms
    assert form.names(0) == ["_ORIGIN", "_SCALE", "_ORIGIN_2"]
    assert form.names(3) == ["_ORIGIN_3", "_SCALE_3", "_ORIGIN_3_2"]


def test_a_table_of_one_form_and_a_last_stage_is_plain() -> None:
    assert ALIKE[0].table().is_plain
    assert not any(stages.table().is_plain for stages in OTHERS)


@pytest.mark.parametrize(
    ("text", "is_table"),
    [
        (" >> ".join(f"hold(5, {k % 3})" for k in range(8)) + " >> 7", True),
        (" >> ".join(f"hold(5, {k % 3})" for k in range(7)) + " >> 7", False),
        (" >> ".join(f"hold(5, {k % 3})" for k in range(9)) + " >> hold(p, 5) >> 7", False),
        (" >> ".join(f"({f}(t + {k}))[:5]" for k in range(3) for f in ("sqrt", "exp", "sin")) + " >> 0", True),
        (" >> ".join(f"({f}(t + {k}))[:5]" for k in range(3) for f in ("sqrt", "exp", "sin", "tanh")) + " >> 0", False),
        (" >> ".join(f"(where(p < {k}, t, 1))[:5]" for k in range(9)) + " >> 0", True),
        (" >> ".join(f"repeat(linear(1, 5), 3, stretch={k}.5)" for k in range(1, 10)) + " >> 0", False),
    ],
    ids=["9 stages", "8 stages", "an end by a parameter", "4 forms", "5 forms", "choices", "tables in the stages"],
)
def test_a_table_is_of_many_stages_and_few_forms(text: str, is_table: bool) -> None:
    assert (table(segments(text)) is not None) == is_table


def test_a_stage_that_holds_at_its_end_ends_right_after_it() -> None:
    before, at = segments("where(t < 5, 1, 2)")[0], segments("where(t <= 5, 1, 2)")[0]
    assert (end_of(before), end_of(at)) == (5.0, 5.000000000000001)


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        ((10.0, 20.0, 40.0), (8.0, 7)),
        ((8.0, 16.0, 24.0), (8.0, 5)),
        ((3.0, 3.75, 9.0), (0.5, 20)),
        ((1.0, 2.0, 65534.0), (1.0, 65536)),
        ((1.0, 2.0, 65535.0), None),
        ((1.0, 1.0, 2.0), None),
    ],
)
def test_a_bucket_is_a_power_of_2_that_holds_one_end_at_most(
    ends: tuple[float, ...], found: tuple[float, int] | None
) -> None:
    assert buckets(ends) == found
