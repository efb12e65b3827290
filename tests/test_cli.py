"""The command line: `eval` and `check`, exit codes, and what is said when something goes wrong."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symsched.cli import main

EXAMPLE = "warmup(linear, 500) >> cosine(1e-3, 1e4)"


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, prog_name="symsched")


def usage(command: str, synopsis: str, message: str) -> str:
    head = f"Usage: symsched {command} [OPTIONS] {synopsis}\nTry 'symsched {command} --help' for help."
    return f"{head}\n\nError: {message}\n"


# eval


def test_one_step_is_one_number() -> None:
    result = run("eval", EXAMPLE, "250")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "0.0005\n", "")


def test_several_steps_and_ranges_are_two_columns() -> None:
    assert run("eval", "linear(1, 10)", "0", "0.5", "2:10:4", "1k").stdout.splitlines() == [
        "0     1.0",
        "0.5   0.95",
        "2     0.8",
        "6     0.4",
        "1000  0.0",
    ]


def test_ranges_are_exact() -> None:
    lines = run("eval", "0.5*t", "0:0.5:0.1").stdout.splitlines()
    assert lines == ["0    0.0", "0.1  0.05", "0.2  0.1", "0.3  0.15", "0.4  0.2"]


def test_a_plan_has_a_column_for_each_name() -> None:
    result = run("eval", "lr = linear(1, 4); _x = 2; wd = _x*lr", ":3")
    assert result.stdout.splitlines() == ["step  lr    wd", "0     1.0   2.0", "1     0.75  1.5", "2     0.5   1.0"]


def test_json_has_a_line_for_each_schedule() -> None:
    result = run("eval", "--json", "a = linear(1, 4); b = 1/t", "0", "1")
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"name": "a", "steps": [0, 1], "values": [1.0, 0.75]},
        {"name": "b", "steps": [0, 1], "values": ["inf", 1.0]},
    ]


def test_parameters_are_texts_of_the_language() -> None:
    args = ("eval", "warmup(linear, 5%) >> cosine(peak, 95%)", "-p", "total=10k", "--set", "peak=2*1e-3", "250", "500")
    assert run(*args).stdout.splitlines() == ["250  0.001", "500  0.002"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("cosine(1, 10)", "-5"), "a step is 0 or more, but got -5"),
        (("cosine(1, 10)", "--", "-5"), "a step is 0 or more, but got -5"),
        (("cosine(1, 10)", "5x"), "`5x` is not a step: unknown unit `x`"),
        (("cosine(1, 10)", "t"), "`t` is not a step: a step is a number"),
        (("cosine(1, 10)", "0-3"), "a step is 0 or more, but got 0-3"),
        (("cosine(1, 10)", "1e309"), "`1e309` is not a step: it is too large"),
        (("cosine(1, 10)", "0:9:0"), "a range moves on by more than 0, but got `0:9:0`"),
        (("cosine(1, 10)", "1:"), "a range is FIRST:END or FIRST:END:EVERY, but got `1:`"),
        (("cosine(1, 10)", "0:1e9"), "more than 1000000 steps in `0:1e9`"),
        (("cosine(peak, T)", "5"), "no value for `peak`, `T`: add -p peak=... -p T=..."),
        (("cosine(peak, T)", "5", "-p", "paek=1"), "no parameter `paek`: did you mean `peak`?"),
        (("cosine(1, 10)", "5", "-p", "T=1"), "no parameter `T`: there are none"),
        (
            ("cosine(peak, 10)", "5", "-p", "peak"),
            "Invalid value for '-p' / '--set': `peak` is not NAME=VALUE, such as total=10000",
        ),
        (
            ("cosine(peak, 10)", "5", "-p", "peak=1", "-p", "peak=2"),
            "Invalid value for '-p' / '--set': `peak` is given twice",
        ),
        (
            ("-cosine(1, 10)", "5"),
            "write -- before a schedule that starts with a minus: eval -- '-cosine(1, 10)'",
        ),
    ],
)
def test_wrong_usage_of_eval_is_said_with_exit_code_2(args: tuple[str, ...], message: str) -> None:
    result = run("eval", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == usage("eval", "SCHEDULE STEP...", message)


def test_a_schedule_may_start_with_a_minus_after_two_of_them() -> None:
    assert run("eval", "--", "-linear(1, 10)", "5").stdout == "-0.5\n"


# errors of schedules


def test_an_error_shows_the_place_on_stderr() -> None:
    result = run("show", "warmup(linear, 500) >> cosin(1e-3, 1e4)")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: unknown schedule `cosin`\n"
        "\n"
        "  warmup(linear, 500) >> cosin(1e-3, 1e4)\n"
        "                         ^^^^^ did you mean `cosine`?\n"
    )


def test_an_error_of_a_value_shows_the_value() -> None:
    result = run("show", "cosine(peak, 10)", "-p", "peak=cosin(1, 5)")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: unknown schedule `cosin`\n"
        "\n"
        "  peak = cosin(1, 5); cosine(peak, 10)\n"
        "         ^^^^^ did you mean `cosine`?\n"
    )


@pytest.mark.parametrize("text", ["T = 5", "a = 1; a"])
def test_a_value_brings_no_definitions(text: str) -> None:
    result = run("eval", "lr = cosine(1, T)", "0", "-p", f"T={text}")
    carets = "^" * len(text)
    assert result.exit_code == 1
    assert result.stderr == f"Error: the value of `T` is one expression\n\n  {text}\n  {carets}\n"


def test_carets_are_coloured_on_a_terminal() -> None:
    result = CliRunner().invoke(main, ["check", "cosin(1, 10)"], color=True)
    assert result.stderr == (
        "\x1b[31m\x1b[1mError:\x1b[0m \x1b[1munknown schedule `cosin`\x1b[0m\n"
        "\n"
        "  cosin(1, 10)\n"
        "  \x1b[31m\x1b[1m^^^^^\x1b[0m did you mean `cosine`?\n"
    )


# check


def test_check_says_how_long() -> None:
    result = run(
        "check", EXAMPLE, "1e-3", "constant(1)", "hold(1, 2)", "cosine(peak, T)", "lr = cosine(1, 5); wd = lr/2"
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "ok  10500 steps",
        "ok  a number, without a duration",
        "ok  endless",
        "ok  1 step",
        "ok  T steps  parameters: peak, T",
        "ok  lr:  5 steps",
        "ok  wd:  5 steps",
    ]


def test_check_goes_on_after_an_error(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.sched", tmp_path / "bad.sched"
    good.write_bytes(b"\xef\xbb\xbf# a comment\r\nwarmup(linear, 500)\r\n  >> cosine(1e-3, 1e4)\r\n")
    bad.write_text("warmup(linear, 500)\n  >> cosin(1e-3, 1e4)\n", encoding="utf-8")
    result = run("check", "--file", str(bad), "-f", str(good))
    assert (result.exit_code, result.stdout) == (1, f"ok  {good}:  10500 steps\n")
    assert result.stderr == (
        f"Error: {bad}: unknown schedule `cosin`\n\n2 |   >> cosin(1e-3, 1e4)\n         ^^^^^ did you mean `cosine`?\n"
    )


def test_check_tells_machines_the_same(tmp_path: Path) -> None:
    file = tmp_path / "lr.sched"
    file.write_text("x = 1\n  cosin(x, 10)\n", encoding="utf-8")
    result = run("check", "--json", "cosine(peak, 10.5)", "constant(1)", "-f", str(file))
    good, endless, bad = (json.loads(line) for line in result.stdout.splitlines())
    assert (result.exit_code, result.stderr) == (1, "")
    nothing = {"file": None, "name": None, "error": None}
    assert good == {"valid": True, "duration": 10.5, "parameters": ["peak"], **nothing}
    assert endless == {"valid": True, "duration": "inf", "parameters": [], **nothing}
    assert bad == {
        "valid": False,
        "file": str(file),
        "name": None,
        "duration": None,
        "parameters": [],
        "error": {
            "title": "unknown schedule `cosin`",
            "source": "x = 1\n  cosin(x, 10)\n",
            "span": [8, 13],
            "line": 2,
            "column": 3,
            "label": "did you mean `cosine`?",
            "hint": "",
        },
    }


def test_check_needs_something() -> None:
    result = run("check")
    assert (result.exit_code, result.stderr) == (
        2,
        usage("check", "[SCHEDULE]...", "nothing to check: give a schedule, - or --file"),
    )


@pytest.mark.parametrize("collects", [True, False])
@pytest.mark.parametrize("text", ["linear(1, 10)", "linear(1", "peak"])
def test_a_command_leaves_the_garbage_collector_as_it_was(text: str, collects: bool) -> None:
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        run("eval", text, "5")
        assert gc.isenabled() == collects
    finally:
        (gc.enable if before else gc.disable)()
