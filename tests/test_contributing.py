"""The worked example of `CONTRIBUTING.md`: one entry, added to a copy of the package, is known to everything."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import symsched as ss

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("\n## Adding a schedule\n") : PAGE.index("\n## Adding a backend\n")]
COMMAND = f"#!{sys.executable}\nfrom symsched.cli import main\nmain(prog_name='symsched')\n"


def block(language: str) -> str:
    """The block of the section in a language, without the indentation of the list that it may stand in."""
    ((indent, text),) = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", SECTION, flags=re.DOTALL | re.MULTILINE)
    return re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)


ENTRY = block("sched")


def copy(folder: Path, entry: str) -> Path:
    """A checkout whose core has one entry more, and a command `symsched` in `bin`."""
    for name in ("symsched", "backends", "grammar", "tests"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    with (folder / "grammar/prelude/core.sched").open("a", encoding="ascii") as core:
        core.write("\n" + entry)
    command = folder / "bin" / "symsched"
    command.parent.mkdir()
    command.write_text(COMMAND)
    command.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy(tmp_path_factory.mktemp("checkout"), ENTRY)


def run(checkout: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(checkout / "bin"), os.environ["PATH"]])
    here = {"PATH": path, "PYTHONPATH": str(checkout), "PYTHONUTF8": "1", "COLUMNS": "80"}
    return subprocess.run(
        command, cwd=checkout, env=os.environ | here | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", check=False,
    )  # fmt: skip


def python(checkout: Path, code: str) -> object:
    """What a program in the copy prints, as JSON."""
    done = run(checkout, sys.executable, "-c", f"import json, symsched as ss\nprint(json.dumps({code}))")
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout)


def test_the_entry_is_new_and_the_copy_is_used(checkout: Path) -> None:
    with pytest.raises(ss.ScheduleError, match="unknown schedule `stairs`"):
        ss.parse("stairs(1, 100, 4)")
    assert Path(str(python(checkout, "ss.__file__"))).is_relative_to(checkout)


def test_the_lines_of_python_print_what_they_say(checkout: Path) -> None:
    (checkout / "lines.txt").write_text(block("pycon"), encoding="utf-8")
    done = run(checkout, sys.executable, "-m", "doctest", "lines.txt")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_wrong_line_of_python_is_seen(checkout: Path) -> None:
    """The test of the test above."""
    (checkout / "wrong.txt").write_text(block("pycon").replace("0.75", "0.5"), encoding="utf-8")
    assert run(checkout, sys.executable, "-m", "doctest", "wrong.txt").returncode == 1


COMMANDS = [part.partition("\n") for part in re.split(r"^\$ ", block("shell-session"), flags=re.MULTILINE)[1:]]


@pytest.mark.parametrize(("command", "expected"), [pytest.param(c, e, id=c) for c, _, e in COMMANDS])
def test_a_command_prints_what_it_says(checkout: Path, command: str, expected: str) -> None:
    assert run(checkout, "/bin/sh", "-c", command).stdout.strip() == expected.strip()


def test_every_backend_prints_it(checkout: Path) -> None:
    texts = python(checkout, "{name: ss.emit('stairs(1, 100, 4)', name) for name in ss.available_backends()}")
    assert isinstance(texts, dict)
    assert set(texts) == set(ss.available_backends())
    assert all(texts.values())


def test_every_backend_that_computes_has_its_values(checkout: Path) -> None:
    text = "'stairs(1, 100, 4)'"
    computing = "[name for name in ss.available_backends() if 'def schedule' in ss.emit('t', name)]"
    values = python(
        checkout, f"{{n: [float(ss.compile({text}, n)(t)) for t in (0, 24, 25, 99, 100)] for n in {computing}}}"
    )
    assert isinstance(values, dict)
    assert {"python", "numpy"} <= set(values)
    assert list(values.values()) == [[1, 1, 0.75, 0.25, 0]] * len(values)


def test_completion_knows_the_name(checkout: Path) -> None:
    assert "stairs" in list(python(checkout, "dir(ss)"))  # type: ignore[call-overload]
    typed = {"_SYMSCHED_COMPLETE": "bash_complete", "COMP_WORDS": "symsched show 2*stai", "COMP_CWORD": "2"}
    assert "plain,2*stairs" in run(checkout, "symsched", **typed).stdout.splitlines()


# The tests that an entry needs


def failures(checkout: Path) -> tuple[set[str], int]:
    """The tests of the library that fail for the entry, and how many pass."""
    files = [f"tests/{name}.py" for name in ("test_library", "test_library_entries", "test_latex", "test_conformance")]
    assert all(f"`{file}`" in SECTION or "conformance" in file for file in files)
    chosen = ["-k", "stairs or every_entry_of_core", "-p", "no:cacheprovider", "-q", *files]
    done = run(checkout, sys.executable, "-m", "pytest", *chosen, SYMSCHED_TEST_BACKENDS="python,numpy")
    (passed,) = re.findall(r"(\d+) passed", done.stdout)
    return set(re.findall(r"^FAILED \S+::(\S+)", done.stdout, flags=re.MULTILINE)), int(passed)


def test_what_the_section_says_fails_does_fail(tmp_path: Path) -> None:
    definition = "".join(line for line in ENTRY.splitlines(keepends=True) if not line.startswith("##"))
    definition = definition.replace("max(steps, 1)", "steps").replace("end: value", "end")
    failed, _ = failures(copy(tmp_path, definition))
    assert failed == {
        "test_every_entry_of_core_is_compared",
        "test_an_entry_says_what_it_is[core.stairs]",
        "test_parameters_of_the_core_have_kinds[core.stairs]",
        "test_an_entry_is_finite_at_every_step[core.stairs-0]",
    }


def test_with_the_lines_of_the_section_they_pass(tmp_path: Path) -> None:
    checkout = copy(tmp_path, ENTRY)
    library = checkout / "tests/test_library.py"
    head = "CURVES: dict[str, Curve] = {\n"
    assert library.read_text().count(head) == 1
    library.write_text(library.read_text().replace(head, head + block("py")))
    (checkout / "tests/conformance/stairs.toml").write_text(block("toml"), encoding="utf-8")
    failed, passed = failures(checkout)
    assert failed == set()
    assert passed > 20
