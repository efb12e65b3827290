"""The package of `CONTRIBUTING.md` that brings a backend of its own: once it is installed, everything knows it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("\n## Adding a backend\n") : PAGE.index("\n## Adding an importer\n")]


def block(language: str) -> str:
    ((text),) = re.findall(rf"^```{language}\n(.*?)^```$", SECTION, flags=re.DOTALL | re.MULTILINE)
    return str(text)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as an installer leaves it: the module, and beside it what the package says of itself."""
    folder = tmp_path_factory.mktemp("site")
    project = tomllib.loads(block("toml"))["project"]
    (folder / "symsched_lists.py").write_text(block("python"), encoding="utf-8")
    about = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8"
    )
    ((group, points),) = project["entry-points"].items()
    lines = [f"[{group}]", *(f"{name} = {module}" for name, module in points.items())]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def python(installed: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(installed), str(ROOT)])
    environment = os.environ | {"PYTHONPATH": path, "COLUMNS": "80"} | variables
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def symsched(installed: Path, *arguments: str) -> str:
    code = "from symsched.cli import main; main(prog_name='symsched')"
    done = python(installed, "-c", code, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_line_lists_it(installed: Path) -> None:
    found = {record["name"]: record for record in json.loads(symsched(installed, "list", "--backends", "--json"))}
    assert found["lists"] == {
        "name": "lists",
        "summary": "Lists: the values at a list of steps, with nothing but Python.",
        "requires": None,
        "installed": True,
    }


def test_without_the_package_nothing_is_listed() -> None:
    assert "lists" not in symsched(ROOT, "list", "--backends")


def test_the_command_line_prints_with_it(installed: Path, tmp_path: Path) -> None:
    file = tmp_path / "lr.py"
    symsched(installed, "emit", "linear(1, 4)", "--to", "lists", "--name", "lr", "-o", str(file))
    namespace: dict[str, object] = {}
    exec(file.read_text(encoding="utf-8"), namespace)  # noqa: S102 (what was printed)
    assert namespace["lr"]([0, 1, 2, 5]) == [1.0, 0.75, 0.5, 0.0]  # type: ignore[operator]


def test_python_runs_it(installed: Path) -> None:
    code = "import symsched as ss; print(ss.parse('linear(peak, 4)').compile('lists')([0, 3], peak=2))"
    assert python(installed, "-c", code).stdout == "[2.0, 0.5]\n"


def test_the_cases_of_the_language_run_on_it(installed: Path) -> None:
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_conformance.py", "-k", "lists and repeat"]
    done = python(installed, *command, SYMSCHED_TEST_BACKENDS="lists")
    assert done.returncode == 0, done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 50
