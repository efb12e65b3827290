"""The command `emit`: what it prints, writes, checks and refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from symsched.cli import main

ROOT = Path(__file__).parents[1]
PLAN = "lr = linear(1, 4); wd = lr/2"


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["emit", *args], prog_name="symsched")


def usage(message: str) -> str:
    return f"Usage: symsched emit [OPTIONS] SCHEDULE\nTry 'symsched emit --help' for help.\n\nError: {message}\n"


def names_of(source: str) -> dict[str, object]:
    namespace: dict[str, object] = {}
    exec(source, namespace)  # noqa: S102
    return namespace


def printed(tmp_path: Path, *args: str, name: str = "schedule.py") -> Path:
    file = tmp_path / name
    result = run(*args, "-o", str(file))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    return file


# What is printed


def test_a_file_is_written_that_runs(tmp_path: Path) -> None:
    text = printed(tmp_path, "linear(1, 4)", "--to", "python").read_text(encoding="utf-8")
    assert names_of(text)["schedule"](1) == 0.75  # type: ignore[operator]
    assert run("linear(1, 4)", "--to", "python").stdout == text


def test_values_are_bound() -> None:
    text = run("linear(peak, 4)", "--to", "python", "-p", "peak=2").stdout
    assert names_of(text)["schedule"](1) == 1.5  # type: ignore[operator]
    text = run("lr = linear(peak, 4); wd = lr/2", "--to", "python", "-p", "peak=2").stdout
    assert names_of(text)["wd"](1) == 0.75  # type: ignore[operator]


def test_a_plan_is_one_module() -> None:
    names = names_of(run(PLAN, "--to", "python").stdout)
    assert (names["lr"](1), names["wd"](1)) == (0.75, 0.375)  # type: ignore[operator]


def test_one_schedule_of_a_plan_has_its_own_name() -> None:
    names = names_of(run(PLAN, "--to", "python", "--name", "wd").stdout)
    assert names["wd"](1) == 0.375  # type: ignore[operator]
    assert "lr" not in names


# What is refused


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((PLAN, "--to", "latex"), "this is a plan: choose one of lr, wd with --name"),
        ((PLAN, "--to", "python", "--name", "wx"), "the plan has no `wx`: did you mean `wd`?"),
        (("linear(1, 4)", "--to", "pyton"), "unknown backend `pyton`: did you mean `python`?"),
        (("linear(1, 4)",), "Missing option '--to'."),
        (("linear(1, 4)", "--to", "latex", "--name", "lr"), "`latex` takes no --name"),
        (("linear(1, 4)", "--to", "numpy", "--as", "class"), "`numpy` takes no --as"),
        (("linear(1, 4)", "--to", "python", "-p", "x=1"), "no parameter `x`: there are none"),
        ((PLAN, "--to", "python", "-p", "x=1"), "no parameter `x`: there are none"),
        (
            ("linear(1, 4)", "linear(2, 4)", "--to", "python"),
            "one schedule at a time; several with names are a plan: 'lr = ...; beta = ...'",
        ),
        (
            ("--check", "a.py", "--to", "python"),
            "--check takes files and nothing else: they say themselves how they were printed",
        ),
    ],
)
def test_wrong_usage_is_named(args: tuple[str, ...], message: str) -> None:
    result = run(*args)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", usage(message))


def test_a_wrong_schedule_has_a_caret() -> None:
    result = run("linr(1, 4)", "--to", "python")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "  linr(1, 4)\n  ^^^^" in result.stderr


# --check


@pytest.mark.parametrize(
    "args",
    [
        ("warmup(linear, 500) >> cosine(1e-3, 1e4)", "--to", "numpy", "--name", "lr"),
        ("warmup(linear, w) >> cosine(peak, total - w)", "--to", "python", "-p", "w=20"),
        (PLAN, "--to", "jax"),
        (PLAN, "--to", "python", "--name", "wd"),
    ],
)
def test_a_file_that_was_just_written_is_current(tmp_path: Path, args: tuple[str, ...]) -> None:
    file = printed(tmp_path, *args)
    result = run("--check", str(file), str(file))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(("old", "new"), [("1 - t", "2 - t"), ("linear(1, 4)", "linear(1, 5)"), ("def ", "def  ")])
def test_an_edited_file_is_shown_as_a_difference(tmp_path: Path, old: str, new: str) -> None:
    file = printed(tmp_path, "linear(1, 4)", "--to", "python")
    good = printed(tmp_path, "linear(1, 4)", "--to", "python", name="good.py")
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    result = run("--check", str(good), str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    title, *lines = result.stderr.splitlines()
    assert title == f"{file} is not what symsched prints now:"
    assert lines[:2] == [f"--- {file}", "+++ printed now"]
    assert all(line.startswith(("@@", " ", "-", "+")) for line in lines)


def test_a_long_difference_is_cut(tmp_path: Path) -> None:
    chain = " >> ".join(f"linear({k + 1}, 10)" for k in range(40))
    file = printed(tmp_path, chain, "--to", "python")
    file.write_text(re.sub(r"\n(?=\S)", "\n\n", file.read_text(encoding="utf-8")), encoding="utf-8")
    result = run("--check", str(file))
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) < 25
    assert re.fullmatch(r"\.\.\. \([0-9]+ more lines\)", result.stderr.splitlines()[-1])


@pytest.mark.parametrize(
    "text", ["", "x = 1\n", "# A file\n\nA schedule, written by symsched. It needs nothing.\n\n    linear(1, 4)\n"]
)
def test_a_file_of_another_origin_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.py"
    file.write_text(text, encoding="utf-8")
    result = run("--check", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "this file has no header of symsched" in result.stderr
    assert "symsched emit SCHEDULE --to python -o FILE writes one" in result.stderr


def test_a_header_that_means_nothing_is_shown_with_a_caret(tmp_path: Path) -> None:
    file = printed(tmp_path, "linear(1, 4)", "--to", "python")
    file.write_text(file.read_text(encoding="utf-8").replace("linear(", "linr("), encoding="utf-8")
    result = run("--check", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: its header is wrong: unknown schedule `linr`\n\n  linr(1, 4)\n  ^^^^")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    result = run("--check", str(tmp_path / "none.py"))
    assert result.exit_code == 2
    assert result.stderr.endswith("none.py: no such file or directory\n")


def test_the_hook_of_pre_commit_is_a_command_that_works(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    file = printed(tmp_path, "linear(1, 4)", "--to", "python")
    assert re.search(hook["files"], str(file))
    program, command, *options = hook["entry"].split()
    assert (program, command) == ("symsched", "emit")
    assert run(*options, str(file)).exit_code == 0
