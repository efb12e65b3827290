"""The command that imports: its arguments, what it prints, and its exit codes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

import symsched as ss
from symsched import cli
from symsched.importing import imported, text_formats


def command(*arguments: str, text: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(cli.main, ["import", *arguments], input=text)
    return result.exit_code, result.output


ONE = "torch.optim.lr_scheduler.StepLR(optimizer, 30)"


@pytest.mark.parametrize(
    ("arguments", "text", "code", "output"),
    [
        ([ONE], None, 0, "torch.StepLR(lr, step_size=30)\n"),
        (["-"], f"import torch\r\n{ONE}\r\n", 0, "torch.StepLR(lr, step_size=30)\n"),
        ([ONE, "-p", "lr=0.1"], None, 0, "lr = 0.1; torch.StepLR(lr, step_size=30)\n"),
        (["--from", "deforum", "0:(1), 9:(2)"], None, 0, "keyframes(linear, 0:1, 9:2)\n"),
        (["--from", "trax", "-"], "constant", 0, "t5x.constant(0.1)\n"),
        (["StepLR()("], None, 1, "Error: this is not Python\n\n  StepLR()(\n          ^\n"),
        ([f"{ONE}()"], None, 1, f"Error: this would have to be run\n\n  {ONE}()\n  {'^' * (len(ONE) + 2)}\n\n"
         "Hint: write its value, or a name in its place: it becomes a parameter\n"),
        ([ONE, "-p", "rate=0.1"], None, 2, "Error: no parameter `rate`: there are lr\n"),
        (["--from", "python", ONE], None, 2, "Error: unknown format `python`: formats are "),
        ([], None, 2, "Error: Missing argument 'CODE'.\n"),
    ],
)  # fmt: skip
def test_the_command(arguments: list[str], text: str | None, code: int, output: str) -> None:
    found = command(*arguments, text=text)
    assert found[0] == code
    assert found[1] == output if code != 2 else output in found[1]


def test_reading_imports_no_framework() -> None:
    run = f"from symsched import cli; cli.main(['import', {ONE!r}], standalone_mode=False)"
    code = f"{run}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    text, _, modules = done.stdout.partition("\n")
    assert text == "torch.StepLR(lr, step_size=30)"
    assert {"torch", "keras", "jax", "optax", "transformers"} & set(modules.split()) == set()


def test_the_formats_are_derived() -> None:
    assert {"deforum", "t5x", "trax"} <= set(text_formats())
    assert f"Formats: {', '.join(text_formats())}." in command("--help")[1]
    completion = ShellComplete(cli.main, {}, "symsched", "_SYMSCHED_COMPLETE")
    assert [item.value for item in completion.get_completions(["import", "--from"], "t")] == ["t5x", "trax"]


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(ss.ScheduleError, match="unknown format `python`") as caught:
        imported("x", "python")
    assert caught.value.hint == f"formats are {', '.join(text_formats())}; Python needs no name"
