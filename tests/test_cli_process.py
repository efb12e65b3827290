"""The command line as a process: what it imports, and what it says about files, streams and missing packages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = "warmup(linear, 500) >> cosine(1e-3, 1e4)"
RUN = "from symsched.cli import main; main(prog_name='symsched')"


def run(*args: str, code: str = RUN, stdin: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-W", "error", "-c", code, *args]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **variables}
    return subprocess.run(command, input=stdin, env=environment, capture_output=True, check=False)


def outcome(done: subprocess.CompletedProcess[bytes]) -> tuple[int, str, str]:
    return done.returncode, done.stdout.decode().replace("\r\n", "\n"), done.stderr.decode().replace("\r\n", "\n")


def test_standard_input_is_a_program() -> None:
    text = b"# a plan\r\nlr = linear(1, 4)\r\nwd = lr/2\r\n"
    assert outcome(run("check", "-", stdin=text)) == (0, "ok  lr:  4 steps\nok  wd:  4 steps\n", "")


def test_what_is_not_text_is_refused() -> None:
    message = "Usage: symsched show [OPTIONS] SCHEDULE\nTry 'symsched show --help' for help.\n\nError: "
    done = run("show", "-", stdin=b"\xff\xfe\x00")
    assert outcome(done) == (2, "", message + "standard input is not UTF-8 text\n")


def test_an_empty_standard_input_is_an_empty_schedule() -> None:
    code, out, err = outcome(run("show", "-"))
    assert (code, out) == (1, "")
    assert err.startswith("Error: a schedule cannot be empty\n")


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing" / "x.sched")
    picture = str(tmp_path / "missing" / "x.svg")
    assert outcome(run("check", "-f", missing)) == (2, "", f"Error: {missing}: no such file or directory\n")
    for args in (("emit", "--to", "python", EXAMPLE, "-o", missing), ("plot", EXAMPLE, "-o", picture)):
        assert outcome(run(*args)) == (2, "", f"Error: {args[-1]}: no such file or directory\n")


def test_a_picture_needs_a_known_ending() -> None:
    code, out, err = outcome(run("plot", EXAMPLE, "-o", "lr.gif"))
    assert (code, out) == (2, "")
    assert err.endswith("Error: cannot tell a picture format from `lr.gif`: end it in .svg, .png or .pdf\n")


def test_plot_writes_a_file(tmp_path: Path) -> None:
    file = tmp_path / "lr.svg"
    assert outcome(run("plot", "cosine(peak, 100)", "-p", "peak=1", "-o", str(file), "--steps", "50")) == (0, "", "")
    assert b"<svg" in file.read_bytes()


def test_a_missing_matplotlib_is_said(tmp_path: Path) -> None:
    code = "import sys; sys.modules['matplotlib'] = None\n" + RUN
    hint = "pip install symsched[plot], or end in .svg"
    message = f"Error: matplotlib is not installed, which .png and .pdf need\n\nHint: {hint}\n"
    done = run("plot", EXAMPLE, "-o", str(tmp_path / "lr.png"), code=code)
    assert outcome(done) == (1, "", message)
    assert outcome(run("plot", EXAMPLE, "-o", str(tmp_path / "lr.svg"), code=code)) == (0, "", "")


def test_an_output_that_is_full_is_said(tmp_path: Path) -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n" + RUN
    with (tmp_path / "out").open("wb") as full:
        command = [sys.executable, "-c", code, "list"]
        # Without a buffer Python itself drops what a partial write leaves.
        buffered = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=buffered, check=False)
    assert (done.returncode, done.stderr) == (2, b"Error: file too large\n")
    assert (tmp_path / "out").stat().st_size == 100


def test_a_reader_that_leaves_is_no_error() -> None:
    command = [sys.executable, "-c", RUN, "eval", "cosine(1, 10)", "0:200000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_terminal_without_braille_gets_ascii() -> None:
    code, out, err = outcome(run("show", "linear(1, 4)", PYTHONIOENCODING="ascii"))
    assert (code, err) == (0, "")
    assert out.endswith("  step  value\n     0  1\n     3  0.25\n     4  0\n     5  0\n")


def test_no_error_is_coloured_in_a_pipe() -> None:
    assert b"\x1b" not in run("check", "cosin(1, 10)").stderr


LOADED = """
import json, sys
from symsched.cli import main
try:
    main(prog_name="symsched")
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("args", "never"),
    [
        (["--help"], {"sympy", "mpmath", "lark", "numpy", "torch", "jax", "matplotlib"}),
        (["eval", "--help"], {"sympy", "mpmath", "lark", "numpy", "torch", "jax", "matplotlib"}),
        (["--version"], {"sympy", "mpmath", "lark", "numpy", "torch", "jax", "matplotlib"}),
        (["list", "cosine"], {"sympy", "mpmath", "numpy", "torch", "jax", "matplotlib"}),
        (["eval", EXAMPLE, "250"], {"numpy", "torch", "jax", "matplotlib"}),
        (["check", EXAMPLE], {"numpy", "torch", "jax", "matplotlib"}),
        (["equivalent", EXAMPLE, EXAMPLE], {"numpy", "torch", "jax", "matplotlib"}),
        (["show", EXAMPLE], {"numpy", "torch", "jax", "matplotlib"}),
        (["emit", EXAMPLE, "--to", "torch"], {"numpy", "torch", "jax", "matplotlib"}),
        (["list", "--backends"], {"numpy", "torch", "jax", "matplotlib"}),
    ],
)
def test_a_command_imports_what_it_needs(args: list[str], never: set[str]) -> None:
    code, _, err = outcome(run(*args, code=LOADED))
    assert code == 0
    assert never.isdisjoint(json.loads(err))


def test_a_command_looks_for_no_garbage() -> None:
    """What is registered first is called last: the second line is about the state in which the process ends."""
    code = """
import atexit, gc
from symsched.cli import main
gc.collect()
seen = []
gc.callbacks.append(lambda phase, info: seen.append(phase))
atexit.register(lambda: print(len(gc.get_objects()) < gc.get_freeze_count()))
main(prog_name="symsched", standalone_mode=False)
gc.callbacks.clear()
print(seen)
"""
    assert outcome(run("eval", EXAMPLE, "250", code=code)) == (0, "0.0005\n[]\nTrue\n", "")
