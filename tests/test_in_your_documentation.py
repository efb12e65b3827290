"""What docs/in_your_documentation.md tells people to write does what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from symsched import options
from symsched.cli import main

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "in_your_documentation.md").read_text(encoding="utf-8")


def written(language: str) -> list[str]:
    """The blocks of a language on the page."""
    return [token.content for token in MarkdownIt().parse(PAGE) if token.type == "fence" and token.info == language]


def run(folder: Path, *command: str) -> None:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_options_are_those_that_there_are() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE) == list(options.NAMES)


def test_sphinx(tmp_path: Path) -> None:
    configuration = next(block for block in written("python") if "extensions" in block)
    more = '\nextensions += ["myst_parser"]\nnumfig = True\n'
    (tmp_path / "conf.py").write_text(configuration + more)
    (tmp_path / "index.rst").write_text(f"A\n=\n\n.. toctree::\n\n   b\n\n{written('rst')[0]}")
    (tmp_path / "b.md").write_text(f"# B\n\n{written('markdown')[0]}")
    run(tmp_path, "sphinx", "-q", "-W", "-n", ".", "out")
    assert "Fig. 1" in (tmp_path / "out" / "index.html").read_text()
    assert (tmp_path / "out" / "b.html").read_text().count('class="schedule-picture"') == 1


def test_mkdocs(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(f"site_name: A\ntheme:\n  name: material\n  font: false\n{written('yaml')[0]}")
    (tmp_path / "docs" / "index.md").write_text(written("markdown")[1])
    run(tmp_path, "mkdocs", "build", "-q", "--strict")
    page = (tmp_path / "site" / "index.html").read_text()
    assert page.count('<div class="arithmatex">') == 1
    assert "<td>0.0005</td>" in page


def test_render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before, after = written("markdown")[2:]
    Path("notes.md").write_text(before)
    assert CliRunner().invoke(main, ["render", "notes.md", "-o", "README.md"]).exit_code == 0
    assert Path("README.md").read_text() == after
    assert sorted(path.name for path in Path().iterdir()) == ["README-rate.svg", "README.md", "notes.md"]
