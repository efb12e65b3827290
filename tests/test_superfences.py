"""A project with MkDocs and Material, built as its owner would."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import markdown
import pytest
from pymdownx.superfences import SuperFencesException

import symsched as ss
from symsched.integrations.superfences import formatter, validator

PROJECT = Path(__file__).parent / "documentation" / "mkdocs"
RATE = "warmup(linear, 500) >> cosine(1e-3, 1e4)"


def build(project: Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    if text is not None:
        (project / "docs" / "index.md").write_text(text)
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    environment = {
        **os.environ,
        "NO_MKDOCS_2_WARNING": "1",
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(Path(ss.__file__).parent.parent),
    }
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECT, tmp_path / "project"))


def test_a_page(project: Path) -> None:
    done = build(project)
    assert done.returncode == 0, done.stderr
    page = (project / "site" / "index.html").read_text()
    formulas = [html.unescape(f) for f in re.findall(r'<div class="arithmatex">(.*?)</div>', page, flags=re.DOTALL)]
    assert formulas[0] == rf"\[{ss.latex(RATE)}\]"
    assert formulas[-1] == rf"\[{ss.latex('linear(1, 100)')}\]"
    assert 'id="rate"' in page
    pictures = re.findall(r"<svg .*?</svg>", page, flags=re.DOTALL)
    curves = [p for p in pictures if 'class="axis"' in p]
    assert len(curves) == 4
    for picture in curves:
        ET.fromstring(picture)  # noqa: S314 (our own text)
    rows = re.findall(r"<tr><td>([\d.]*)</td><td>([\d.]*)</td></tr>", page)
    assert rows == [("0", "0"), ("250", "0.0005"), ("500", "0.001"), ("10500", "0")]
    assert re.findall(r"<summary>(.*?)</summary>", page) == ["torch", "jax"]


MISTAKES = [
    (
        "# X\n\n```schedule\nwarmup(linear, 500)\n>> cosin(1e-3, 1e4)\n```\n",
        "index.md:5: unknown schedule `cosin`\n\n2 | >> cosin(1e-3, 1e4)\n       ^^^^^ did you mean `cosine`?",
    ),
    (
        '# X\n\n```schedule tabel="1"\nhold(1)\n```\n',
        "index.md:4: unknown option `tabel`\n\nHint: did you mean `table`?",
    ),
    ("```schedule\ncosin(1)\n```\n\n    cosin(1)\n", "index.md: unknown schedule `cosin`\n\n  cosin(1)\n  ^^^^^"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_fails_the_build(project: Path, text: str, message: str) -> None:
    done = build(project, text)
    assert done.returncode == 1
    assert f"WARNING -  {message}" in done.stderr
    assert "Aborted with 1 warnings in strict mode!" in done.stdout


def page(text: str) -> str:
    """A page by Python-Markdown alone, which knows no files."""
    fence = {"name": "schedule", "class": "schedule", "validator": validator, "format": formatter}
    settings = {"pymdownx.superfences": {"custom_fences": [fence]}}
    return markdown.markdown(text, extensions=["pymdownx.superfences", "attr_list"], extension_configs=settings)


def test_without_mkdocs() -> None:
    assert ss.latex("linear(1, 100)").partition(" & ")[0] in page("```schedule\nlinear(1, 100)\n```")


def test_a_mistake_without_mkdocs() -> None:
    """Nobody counts warnings there."""
    with pytest.raises(SuperFencesException) as caught:
        page("```schedule\ncosin(1)\n```")
    assert str(caught.value) == "unknown schedule `cosin`\n\n  cosin(1)\n  ^^^^^ did you mean `cosine`?"


def test_texts_stay_texts(project: Path) -> None:
    options = 'symbol="<script>" caption="<script>" name="a\'><script>"'
    assert "<script>" not in page(f"```schedule {options}\nhold(1, 10)\n```")
    build(project, "# X\n\n```schedule\n<script>\n```\n")
    assert "<script>\n" not in (project / "site" / "index.html").read_text()
