"""What is shipped, and what is imported when."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import symsched

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FRAMEWORKS = ("sympy", "lark", "numpy", "torch", "jax")
BACKENDS = [path for path in sorted((ROOT / "backends").glob("*.py")) if not path.name.startswith("_")]
TARGETS = {path.stem for path in BACKENDS if "\ndef emit(" in path.read_text()}
LINKS = (("symsched", "backends"), ("symsched", "grammar"))


def imported(code: str) -> list[str]:
    """The packages of `FRAMEWORKS` that a fresh interpreter holds after it ran some code."""
    report = f"\nimport sys; print(*(name for name in {FRAMEWORKS!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code + report], check=True, capture_output=True, text=True)
    return done.stdout.split()


def imports_of(path: Path) -> list[tuple[str, bool]]:
    """Every module that a file imports, dots included, and whether it does so when it is imported itself."""
    found = []

    def visit(node: ast.AST, at_import: bool) -> None:
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.Import():
                    found.extend((alias.name, at_import) for alias in child.names)
                case ast.ImportFrom():
                    base = "." * child.level + (child.module or "")
                    stop = "" if base.endswith(".") else "."
                    found.extend((f"{base}{stop}{alias.name}", at_import) for alias in child.names)
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                    visit(child, at_import=False)
                case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                    pass
                case _:
                    visit(child, at_import)

    visit(ast.parse(path.read_text()), at_import=True)
    return found


def our_files(pattern: str = "**/*.py") -> list[Path]:
    return sorted(p for top in ("symsched", "backends", "grammar") for p in (ROOT / top).glob(pattern))


# What is shipped


def packages() -> dict[str, Path]:
    """Every folder that holds code or the language, by the name under which it is installed."""
    found = {}
    for path in our_files("**/*"):
        parts = path.parent.relative_to(ROOT).parts
        # The two links in symsched/ lead to folders that are listed under their own names.
        if path.suffix in (".py", ".lark", ".sched") and parts[:2] not in LINKS:
            found[".".join(parts if parts[0] == "symsched" else ("symsched", *parts))] = path.parent
    return found


def test_packages_are_those_on_disk() -> None:
    assert sorted(PYPROJECT["tool"]["setuptools"]["packages"]) == sorted(packages())


@pytest.mark.parametrize("name", ["backends", "grammar"])
def test_links_lead_to_the_folders_beside_the_package(name: str) -> None:
    link = ROOT / "symsched" / name
    assert link.is_symlink()
    assert link.readlink() == Path("..", name)


def test_data_is_shipped() -> None:
    data = PYPROJECT["tool"]["setuptools"]["package-data"]
    matched = {path for package, patterns in data.items() for p in patterns for path in packages()[package].glob(p)}
    wanted = {ROOT / "symsched" / "py.typed", *(ROOT / "grammar").rglob("*.lark"), *(ROOT / "grammar").rglob("*.sched")}
    assert wanted <= matched


def test_version_is_in_one_place() -> None:
    assert PYPROJECT["project"]["dynamic"] == ["version"]
    assert "version" not in PYPROJECT["project"]
    holders = [p for p in our_files() if "symsched/" in p.as_posix() and f'"{symsched.__version__}"' in p.read_text()]
    assert holders == [ROOT / "symsched" / "__init__.py"]
    assert f"## [{symsched.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_every_requirement_is_pinned() -> None:
    project = PYPROJECT["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.partition("==")[0].lower() for line in lines if re.fullmatch(r"[\w.-]+==[\w.]+", line)}
    names = {re.split(r"[^\w.-]", line)[0].lower() for line in wanted} - {"symsched"}
    assert names <= pinned


def test_ci_runs_the_command_of_the_readme() -> None:
    """`.ci/run` takes the line from the README; it holds one such line."""
    (pattern,) = re.findall(r"sed -n '(.*)' README.md", (ROOT / ".ci" / "run").read_text())
    done = subprocess.run(
        ["/bin/sed", "-n", pattern, "README.md"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    install = '.venv/bin/pip install -c constraints.txt -e ".[test]"'
    assert done.stdout.splitlines() == [f"python -m venv .venv && {install} && .venv/bin/pytest -n auto"]


def test_the_map_of_the_compiler_names_every_file() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    (plan,) = re.findall(r"```text\n(.*?)```", text, flags=re.DOTALL)
    files = {p.stem for folder in ("symsched", "backends") for p in (ROOT / folder).glob("*.py")} - {"__init__"}
    assert files - set(plan.split()) == set()


def test_no_file_is_long() -> None:
    files = [*our_files(), *(ROOT / "tests").glob("*.py"), *(ROOT / "docs").rglob("*.py")]
    assert {p.relative_to(ROOT).as_posix(): n for p in files if (n := len(p.read_text().splitlines())) >= 330} == {}


# What is imported


def test_importing_symsched_imports_nothing_else() -> None:
    assert imported("import symsched; dir(symsched.ScheduleError)") == []


def test_what_is_imported_is_seen() -> None:
    """The test of the test above."""
    assert imported("import sympy") == ["sympy"]


def test_python_backend_imports_no_framework() -> None:
    code = 'import symsched; symsched.compile("warmup(linear, 5) >> cosine(1, 10)", "python")(3)'
    assert {"sympy", "lark"} <= set(imported(code)) <= {"sympy", "lark"}


def test_evaluating_imports_one_backend() -> None:
    code = 'import symsched; symsched.parse("cosine(1, 10)")(3)\nimport sys; print(*sys.modules)'
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    names = {f"symsched.backends.{name}" for name in symsched.available_backends()}
    assert names & set(done.stdout.split()) == {"symsched.backends.python"}


@pytest.mark.parametrize("name", [name for name in symsched.available_backends() if name in FRAMEWORKS])
def test_a_backend_imports_its_framework_only(name: str) -> None:
    emit = f'import symsched; symsched.emit("cosine(1, 10)", {name!r})'
    assert imported(emit) == ["sympy", "lark"]
    others = {other for other in FRAMEWORKS[2:] if other not in (name, "numpy")}
    run = f'import symsched; symsched.compile("cosine(1, 10)", {name!r})'
    assert not others & set(imported(run))


@pytest.mark.parametrize("path", BACKENDS, ids=lambda path: path.stem)
def test_backend_imports_no_other_target(path: Path) -> None:
    """At module level no framework, nowhere Lark or a backend beside it."""
    for module, at_import in imports_of(path):
        top = module.partition(".")[0]
        assert not (at_import and top in ("numpy", "torch", "jax")), module
        assert top != "lark", module
        assert not (module.startswith(".") and module.strip(".").partition(".")[0] in TARGETS - {path.stem}), module


@pytest.mark.parametrize("path", sorted((ROOT / "symsched").glob("*.py")), ids=lambda path: path.stem)
def test_compiler_names_no_backend(path: Path) -> None:
    """Targets and integrations are found by listing a folder."""
    for module, _ in imports_of(path):
        folder, _, name = module.removeprefix("symsched").strip(".").partition(".")
        assert folder != "integrations" or not name, module
        assert folder != "backends" or name not in TARGETS, module


def test_imports_are_seen(tmp_path: Path) -> None:
    """The test of the two tests above."""
    file = tmp_path / "file.py"
    file.write_text("from .backends import numpy\nfrom . import lowering\ndef f():\n    import torch.nn\n")
    assert imports_of(file) == [(".backends.numpy", True), (".lowering", True), ("torch.nn", False)]


def test_no_name_hides_a_module() -> None:
    """`symsched.NAME` is a public name or a function of the library; a module of that name takes its place when it
    is imported."""
    modules = {path.stem for path in (ROOT / "symsched").iterdir()}
    assert sorted(modules & set(dir(symsched))) == []
