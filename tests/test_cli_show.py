"""The commands that print: `show`, `plot` in the terminal, `list`, `latex`."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner, Result

import symsched as ss
from symsched import prelude
from symsched.backends.typeset import STYLES
from symsched.cli import main

EXAMPLE = "warmup(linear, 500) >> cosine(1e-3, 1e4)"


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, prog_name="symsched")


def usage(command: str, synopsis: str, message: str) -> str:
    head = f"Usage: symsched {command} [OPTIONS] {synopsis}\nTry 'symsched {command} --help' for help."
    return f"{head}\n\nError: {message}\n"


# show


def test_show_prints_text_duration_values_and_curve() -> None:
    lines = run("show", "warmup(linear,500)>>cosine(1e-3,1e4)").stdout.splitlines()
    assert lines[:3] == [EXAMPLE, "", "10500 steps"]
    table = lines.index("   step  value")
    assert lines[table : table + 8] == [
        "   step  value",
        "      0  0",
        "    499  0.000998",
        "    500  0.001",
        "  10499  2.4674e-11",
        "  10500  0",
        "  10501  0",
        "",
    ]
    assert lines[table + 8].startswith("0.001 ┤")
    assert lines[-3].startswith("    0 ┤")
    assert lines[-1] == "       0" + " " * 31 + "5250" + " " * 32 + "10500"
    assert all(len(line) <= 80 for line in lines[table:])


@pytest.mark.parametrize(
    ("text", "first", "last", "steps"),
    [
        ("constant(1)", "", "", ["0", "50", "100"]),
        ("1e-3", "", "", ["0", "50", "100"]),
        ("multistep(0.1, 0.1, [30, 60])", "0.1", "0.001", ["0", "50", "100"]),
        ("cosine_restarts(1, 100, stretch=2)", "1", "0", ["0", "750", "1500"]),
        ("warmup(linear, 10) >> triangular(1, 2, 100)", "2", "0", ["0", "205", "410"]),
        ("cosine(1, 0)", "", "", ["0", "0.5", "1"]),
        ("linear(-1, 8, 1)", "1", "-1", ["0", "4", "8"]),
        ("linear(1, 3/7)", "1", "0", ["0", "0.214286", "0.428571"]),
        ("linear(1, 1e15)", "1", "0", ["0", "5e14", "1e15"]),
        ("1e308*t", "1.796e308", "0", ["0", "2", "4"]),
    ],
)
def test_every_curve_fits_80_columns(text: str, first: str, last: str, steps: list[str]) -> None:
    lines = run("plot", text).stdout.splitlines()
    assert len(lines) == 12
    assert max(map(len, lines)) <= 80
    assert [re.split("[┤│]", lines[row])[0].strip() for row in (0, 9)] == [first, last]
    assert lines[-1].split() == steps


def test_a_constant_is_drawn_in_the_middle() -> None:
    lines = run("plot", "constant(1)").stdout.splitlines()
    assert [i for i, line in enumerate(lines) if "⠉" in line] == [5]
    assert lines[5] == "1 ┤" + "⠉" * 77


def test_a_change_that_no_label_tells_is_drawn_flat() -> None:
    lines = run("plot", "1 + 1e-12*t").stdout.splitlines()
    assert lines[5] == "1 ┤" + "⠉" * 77


def test_a_curve_without_finite_values_says_so() -> None:
    assert run("plot", "1/(t - t)").stdout == "no finite value to draw\n"


def test_a_long_table_is_cut() -> None:
    points = ", ".join(f"{10 * i}:{i % 2}" for i in range(21))
    lines = run("show", f"keyframes(linear, {points})").stdout.splitlines()
    begin = lines.index("  step  value") + 1
    steps = "0 9 10 19 20 29 30 39 40 49 50 59 60 ... 189 190 199 200 201"
    assert " ".join(line.split()[0] for line in lines[begin : lines.index("", begin)]) == steps


def test_show_names_what_is_not_bound() -> None:
    result = run("show", "warmup(linear, W) >> cosine(peak, T)")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert (lines[2], lines[-1]) == ("W + T steps", "No values without `W`, `peak` and `T`: bind with -p W=...")
    lines = run("show", "wsd(peak, steps_of_warmup, stable_steps, decay_steps)").stdout.splitlines()
    assert lines[-2:] == [
        "No values without `peak`, `steps_of_warmup`, `stable_steps` and `decay_steps`:",
        "    bind with -p peak=...",
    ]


def test_show_takes_the_schedules_of_a_plan_one_by_one() -> None:
    lines = run("show", "lr = linear(1, 4); wd = w*lr").stdout.splitlines()
    assert lines[0] == "lr:"
    assert "wd:" in lines
    assert lines[-1] == "No values without `w`: bind with -p w=..."


def test_show_tells_machines_the_same() -> None:
    record = json.loads(run("show", "--json", "linear(1,4)").stdout)
    assert record.pop("formula")
    assert record == {
        "name": None,
        "text": "linear(1, 4)",
        "duration": 4,
        "parameters": [],
        "breakpoints": [4],
        "values": [[0, 1.0], [3, 0.25], [4, 0.0], [5, 0.0]],
    }


# list, latex


def test_list_has_every_entry_of_every_module() -> None:
    result = run("list")
    names = {e["name"] for e in json.loads(run("list", "--json").stdout)}
    for module in prelude.modules():
        assert f"{module}\n" in result.stdout
        prefix = "" if module == "core" else module + "."
        assert {prefix + name for name in prelude.public(prelude.module(module))} <= names
    assert "  cosine(start, steps, end=0)\n      Half a cosine wave from `start` to `end`.\n" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_list_of_a_name_is_its_documentation() -> None:
    result = run("list", "shape.linear")
    assert result.stdout.startswith("shape.linear(u)\n\nThe straight line, u.\n")
    assert run("list", "shape").stdout.startswith("shape\n  linear(u)\n      The straight line, u.\n")


@pytest.mark.parametrize(("name", "meant"), [("cosin", "cosine"), ("shapes", "shape"), ("bezir", "shape.bezier")])
def test_list_suggests(name: str, meant: str) -> None:
    result = run("list", name)
    assert result.exit_code == 2
    assert result.stderr == usage("list", "[NAME]", f"unknown entry `{name}`: did you mean `{meant}`?")


def test_list_of_backends_is_what_is_installed() -> None:
    records = json.loads(run("list", "--backends", "--json").stdout)
    text = run("list", "--backends").stdout
    assert {"name": "python", "requires": None, "installed": True}.items() <= records[
        [r["name"] for r in records].index("python")
    ].items()
    for record in records:
        assert f"  {record['name']}\n      " in text


def test_latex_has_the_styles_and_options_of_the_target() -> None:
    assert run("latex", "linear(1, 100)").stdout.startswith("\\begin{cases}")
    lr = ss.parse("linear(1, 100) >> linear(2, 50) >> linear(3, 50) >> linear(4, 20)")
    for style in STYLES:
        given = {"style": style, "symbol": "eta", "time": "k", "rows": 3}
        options = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        assert run("latex", str(lr), *options).stdout == lr.latex(**given) + "\n"
    assert f"Styles: {', '.join(STYLES)}." in run("latex", "--help").stdout
    refused = run("latex", "linear(1, 100)", "--style", "case")
    assert refused.exit_code == 2
    assert refused.stderr == usage("latex", "SCHEDULE", f"unknown style `case`: styles are {', '.join(STYLES)}")
