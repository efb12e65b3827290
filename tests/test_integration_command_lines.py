"""Options of argparse, click and jsonargparse that are schedules or plans."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from jsonargparse import ArgumentParser as JsonParser
from jsonargparse import auto_cli

import symsched as ss
from symsched.integrations import argparse as for_argparse
from symsched.integrations import click as for_click
from symsched.integrations import jsonargparse as for_jsonargparse

RATE = "warmup(linear, 500) >> cosine(1e-3, 1e4)"
PLAN = "lr = cosine(1, 100); weight_decay = 0.1*lr"
MISTAKE = "unknown schedule `cosin`\n\n  2*cosin(1, 10)\n    ^^^^^ did you mean `cosine`?\n"


def indented(text: str, width: int) -> str:
    """A text whose lines but the first stand further to the right; empty ones stay empty."""
    return re.sub(r"\n(?=.)", "\n" + " " * width, text)


# argparse


@pytest.fixture
def parser() -> ArgumentParser:
    made = ArgumentParser(prog="train")
    made.add_argument("--lr", type=for_argparse.schedule, default="1e-3")
    made.add_argument("--plan", type=for_argparse.plan)
    return made


def test_argparse_reads_schedules_and_plans(parser: ArgumentParser) -> None:
    given = parser.parse_args(["--lr", RATE, "--plan", PLAN])
    assert (given.lr, given.plan) == (ss.parse(RATE), ss.plan(PLAN))
    assert parser.parse_args(["--lr=-linear(1, 10)"]).lr(0) == -1


def test_argparse_reads_a_default_that_is_a_text(parser: ArgumentParser) -> None:
    assert parser.parse_args([]).lr == ss.parse("1e-3")


@pytest.mark.parametrize(("option", "text"), [("--lr", "2*cosin(1, 10)"), ("--plan", "a = 2*cosin(1, 10)")])
def test_argparse_shows_the_option_and_the_caret(
    parser: ArgumentParser, capsys: pytest.CaptureFixture[str], option: str, text: str
) -> None:
    with pytest.raises(SystemExit):
        parser.parse_args([option, text])
    error = MISTAKE if option == "--lr" else MISTAKE.replace("  2*", "  a = 2*").replace("    ^", "        ^")
    assert capsys.readouterr().err.endswith(f"\ntrain: error: argument {option}: {error}")


def test_without_this_type_argparse_would_not_say_why(capsys: pytest.CaptureFixture[str]) -> None:
    parser = ArgumentParser(prog="train")
    parser.add_argument("--lr", type=ss.parse)
    with pytest.raises(SystemExit):
        parser.parse_args(["--lr", "cosin(1, 10)"])
    assert capsys.readouterr().err.endswith("argument --lr: invalid parse value: 'cosin(1, 10)'\n")


# click


@click.command()
@click.option("--lr", type=for_click.schedule, default="1e-3", show_default=True)
@click.option("--plan", type=for_click.plan)
@click.argument("rest", type=for_click.schedule, required=False)
def command(lr: ss.Schedule, plan: ss.Plan | None, rest: ss.Schedule | None) -> None:
    click.echo(repr((lr, plan, rest)))


def test_click_reads_schedules_and_plans() -> None:
    done = CliRunner().invoke(command, ["--lr", RATE, "--plan", PLAN, "linear(1, 10)"])
    assert done.output == f"{(ss.parse(RATE), ss.plan(PLAN), ss.parse('linear(1, 10)'))!r}\n"
    assert CliRunner().invoke(command, []).output == "(Schedule('1e-3'), None, None)\n"


def test_click_names_the_kind_of_an_option() -> None:
    output = CliRunner().invoke(command, ["--help"]).output
    assert re.search(r"--lr SCHEDULE +\[default: 1e-3\]", output)
    assert "--plan PLAN" in output


@pytest.mark.parametrize(("arguments", "name"), [(["--lr"], "--lr"), ([], "[REST]")])
def test_click_shows_the_option_and_the_caret(arguments: list[str], name: str) -> None:
    done = CliRunner().invoke(command, [*arguments, "2*cosin(1, 10)"])
    assert done.exit_code == 2
    assert done.output.endswith(f"Error: Invalid value for '{name}': {MISTAKE}")


def test_click_shows_what_is_wrong_with_a_plan() -> None:
    done = CliRunner().invoke(command, ["--plan", "linear(1, 10)"])
    assert "Invalid value for '--plan': a plan ends in a definition\n\n  linear(1, 10)\n  ^^^^^^^" in done.output


# jsonargparse


class Optimizer:
    """A class whose parameters are options."""

    def __init__(self, lr: ss.Schedule, weight_decay: ss.Schedule | None = None) -> None:
        self.lr, self.weight_decay = lr, weight_decay


def train(lr: ss.Schedule, plan: ss.Plan | None = None, many: dict[str, ss.Schedule] | None = None) -> Any:
    """A function whose parameters are options."""
    return lr, plan, many


@pytest.fixture
def called() -> Callable[..., Any]:
    """What `train` is given for some arguments of the command line."""
    for_jsonargparse.register()
    for_jsonargparse.register()  # again does no harm
    return lambda *arguments: auto_cli(train, args=list(arguments))


def test_jsonargparse_reads_the_command_line(called: Callable[..., Any]) -> None:
    assert called(RATE, "--plan", PLAN) == (ss.parse(RATE), ss.plan(PLAN), None)
    assert called("1e-3", "--many.kl=linear(0, 10, 1)")[2] == {"kl": ss.parse("linear(0, 10, 1)")}


FILE = f"""
lr: |
  steps = 500  # of the warm-up
  warmup(linear, steps) >> cosine(1e-3, 1e4)
plan: >-
  {PLAN.replace(" weight", "  weight")}
many: {{a: "linear(1, 2)", b: 1e-3, c: 3}}
"""


def test_jsonargparse_reads_a_file(called: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "train.yaml"
    path.write_text(FILE)
    lr, plan, many = called("--config", str(path))
    assert lr == ss.parse("steps = 500; " + RATE.replace("500", "steps"))
    assert plan == ss.plan(PLAN)
    assert many == {"a": ss.parse("linear(1, 2)"), "b": ss.parse(1e-3), "c": ss.parse(3)}


def test_jsonargparse_prints_texts_that_it_reads_again(
    called: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "train.yaml"
    path.write_text(FILE)
    with pytest.raises(SystemExit):
        called("--config", str(path), "--print_config")
    printed = capsys.readouterr().out
    assert "\nplan: " + PLAN + "\n" in printed
    again = tmp_path / "again.yaml"
    again.write_text(printed)
    assert called("--config", str(again)) == called("--config", str(path))


@pytest.mark.parametrize("in_file", [False, True])
def test_jsonargparse_shows_the_key_and_the_caret(
    called: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], in_file: bool
) -> None:
    path = tmp_path / "train.yaml"
    path.write_text("lr: 2*cosin(1, 10)")
    with pytest.raises(SystemExit):
        called(*(["--config", str(path)] if in_file else ["2*cosin(1, 10)"]))
    assert f'Parser key "lr":\n  Not of type Schedule: {indented(MISTAKE, 2)}' in capsys.readouterr().err


def test_jsonargparse_makes_objects_with_schedules(called: Callable[..., Any]) -> None:
    parser = JsonParser()
    parser.add_class_arguments(Optimizer, "optimizer")
    given = parser.parse_args(["--optimizer.lr", RATE, "--optimizer.weight_decay=0.1*lr"])
    optimizer = parser.instantiate(given).optimizer
    assert (optimizer.lr, optimizer.weight_decay) == (ss.parse(RATE), ss.parse("0.1*lr"))
    assert parser.dump(given) == f"optimizer:\n  lr: {RATE}\n  weight_decay: 0.1*lr\n"
