"""A project with Sphinx, furo, MyST and sphinx-design, built by each builder as its owner would."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest

import symsched as ss
from symsched.integrations import sphinx

PROJECT = Path(__file__).parent / "documentation" / "sphinx"
RATE = "warmup(linear, 500) >> cosine(1e-3, 1e4)"


def build(project: Path, builder: str, *options: str) -> subprocess.CompletedProcess[str]:
    folders = ["-d", str(project / "out" / "doctrees"), str(project), str(project / "out" / builder)]
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-b", builder, *options, *folders]
    environment = {**os.environ, "PYTHONUTF8": "1", "SOURCE_DATE_EPOCH": "1700000000"}
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)


def built(project: Path, builder: str, *options: str) -> Path:
    """The folder that a builder writes, which has nothing to complain about."""
    done = build(project, builder, *options)
    assert (done.returncode, done.stderr) == (0, "")
    return project / "out" / builder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECT, tmp_path / "project"))


def sources(project: Path) -> set[str]:
    return {path.relative_to(project).as_posix() for path in project.rglob("*") if "out" not in path.parts}


def test_html(project: Path) -> None:
    before = sources(project)
    out = built(project, "html")
    page = (out / "index.html").read_text()
    assert html.escape(ss.latex(RATE, symbol=r"\eta(t) =")) in page
    assert "Fig. 1" in page
    assert re.findall(r"<td><p>(.*?)</p></td>", page)[:8] == ["0", "0", "250", "0.0005", "500", "0.001", "10500", "0"]
    assert page.count('class="sd-tab-label"') == 2
    pictures = re.findall(r'<img alt="(.*?)" class="schedule-picture" src="(.*?)"', page)
    assert html.unescape(pictures[0][0]) == RATE
    for _, path in pictures:
        assert ET.parse(out / path).getroot().tag.endswith("svg")  # noqa: S314 (our own file)
    assert sources(project) == before


def test_pages_are_read_by_several_processes(project: Path) -> None:
    """Sphinx does so from six pages on, and warns where an extension does not say that it can."""
    for i in range(8):
        (project / f"page{i}.md").write_text(f"---\norphan: true\n---\n# {i}\n```{{schedule}}\nlinear({i}, 100)\n```\n")
    out = built(project, "html", "-j", "2")
    assert len(list((out / "_images").iterdir())) == len({*range(8)}) + 5


def test_only_pages_that_changed_are_read_again(project: Path) -> None:
    built(project, "html")
    done = build(project, "html")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 added, 0 changed, 0 removed" in done.stdout
    page = project / "plain.rst"
    page.write_text(page.read_text().replace("linear(1, 100)", "linear(2, 100)"))
    done = build(project, "html")
    assert "0 added, 1 changed, 0 removed" in done.stdout
    assert ss.latex("linear(2, 100)").partition("&")[0] in (project / "out" / "html" / "plain.html").read_text()


def test_without_sphinx_design(project: Path) -> None:
    """Tabs become code blocks with captions."""
    out = built(project, "html", "-D", "extensions=myst_parser,symsched.integrations.sphinx")
    assert re.findall(r'<span class="caption-text">(torch|jax)</span>', (out / "index.html").read_text()) == [
        "torch",
        "jax",
    ]


def test_text(project: Path) -> None:
    text = (built(project, "text") / "index.txt").read_text()
    (formula,) = {line for line in ss.emit(RATE, "unicode").splitlines() if "cos" in line}
    assert f"   {formula}\n" in text
    assert "| 250   | 0.0005 |" in text
    assert f"   {RATE}\n" in text
    assert "frac" not in text


def test_man(project: Path) -> None:
    text = (built(project, "man") / "training.1").read_text()
    assert "frac" not in text


def test_epub(project: Path) -> None:
    out = built(project, "epub", "-D", "version=1", "-D", "copyright=all", "-D", "release=1")
    with zipfile.ZipFile(next(out.glob("*.epub"))) as book:
        names = book.namelist()
        pictures = [name for name in names if name.startswith("_images/") and name.endswith(".svg")]
        assert len(pictures) == 5
        for name in [*pictures, "index.xhtml", "plain.xhtml"]:
            ET.fromstring(book.read(name))  # noqa: S314 (our own file)


@pytest.mark.tex
def test_pdf(project: Path) -> None:
    """SVG is no format of pdflatex: pictures are PDF there."""
    out = built(project, "latex")
    assert len(re.findall(r"\\sphinxincludegraphics\{\{schedule-\w+\}\.pdf\}", (out / "training.tex").read_text())) == 5
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "training.tex"]
    for _ in range(2):
        done = subprocess.run(command, cwd=out, capture_output=True, encoding="utf-8", errors="replace", check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    assert "undefined" not in done.stdout
    assert (out / "training.pdf").read_bytes().startswith(b"%PDF")


# Mistakes


MISTAKES = {
    "a.md": (
        "# A\n\n```{schedule}\n:noplot:\n\nwarmup(linear, 500)\n>> cosin(1e-3, 1e4)\n```\n",
        7,
        "unknown schedule `cosin`\n\n2 | >> cosin(1e-3, 1e4)\n       ^^^^^ did you mean `cosine`?",
    ),
    "on_the_fence.md": ("# A\n\n```{schedule} cosin(1)\n```\n", 3, "unknown schedule `cosin`\n\n  cosin(1)\n  ^^^^^"),
    "nested.md": ("# A\n\n- b\n  - ```{schedule}\n    hold(1)\n    >> cosin(1)\n    ```\n", 6, "unknown schedule"),
    "inside.md": ("# A\n\n:::{note}\n```{schedule}\n\nhold(1)\n>> cosin(1)\n```\n:::\n", 7, "unknown schedule"),
    "option.md": ("# A\n\n```{schedule}\n:tabel: 1\n\nhold(1)\n```\n", 3, "unknown option `tabel`"),
    "role.md": ("# A\n\nAs in\n{schedule}`cosin(1)`.\n", 4, "unknown schedule `cosin`\n\n  cosin(1)\n  ^^^^^"),
    "b.rst": (
        "B\n=\n\n.. note::\n\n   .. schedule::\n      :noplot:\n\n      warmup(linear, 500)\n"
        "      >> cosin(1e-3, 1e4)\n",
        10,
        "unknown schedule `cosin`\n\n2 | >> cosin(1e-3, 1e4)\n       ^^^^^ did you mean `cosine`?",
    ),
    "argument.rst": ("B\n=\n\n.. schedule:: hold(1) >>\n   cosin(1)\n", 5, "unknown schedule `cosin`"),
    "option.rst": ("B\n=\n\n.. schedule::\n   :tabel: 1\n\n   hold(1)\n", 4, "unknown option `tabel`"),
    "role.rst": ("B\n=\n\nAs in\n:schedule:`cosin(1)`.\n", 5, "unknown schedule `cosin`\n\n  cosin(1)\n  ^^^^^"),
    "code.rst": ("B\n=\n\n.. schedule::\n\n   __import__('os').abort()\n", 6, "unexpected character"),
}


def test_a_mistake_fails_every_build_at_its_line(tmp_path: Path) -> None:
    """A page with a mistake is read again each time, though nothing in it changed."""
    (tmp_path / "conf.py").write_text(
        'extensions = ["myst_parser", "symsched.integrations.sphinx"]\nmyst_enable_extensions = ["colon_fence"]\n'
    )
    (tmp_path / "index.rst").write_text("Index\n=====\n\n.. toctree::\n   :glob:\n\n   *\n")
    for name, (text, _, _) in MISTAKES.items():
        (tmp_path / name.replace(".", "_", 1)).with_suffix(Path(name).suffix).write_text(text)
    for processes in ("2", "2", "1"):
        done = build(tmp_path, "html", "-j", processes)
        assert done.returncode == 1
        for name, (_, line, message) in MISTAKES.items():
            path = (tmp_path / name.replace(".", "_", 1)).with_suffix(Path(name).suffix)
            assert f"{path}:{line}: ERROR: {message}" in done.stderr
        assert done.stderr.count("ERROR") == len(MISTAKES)


def test_a_page_shows_its_mistake(tmp_path: Path) -> None:
    """Where it is configured to keep what is wrong."""
    (tmp_path / "conf.py").write_text('extensions = ["symsched.integrations.sphinx"]\n')
    (tmp_path / "index.rst").write_text("A\n=\n\n.. schedule::\n\n   cosin(1, 10)\n")
    build(tmp_path, "html", "-D", "keep_warnings=1")
    page = (tmp_path / "out" / "html" / "index.html").read_text()
    assert "  cosin(1, 10)\n  ^^^^^ did you mean `cosine`?" in re.sub("<.*?>", "", page)


def test_texts_stay_texts(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text('extensions = ["symsched.integrations.sphinx"]\n')
    text = "A\n=\n\n.. schedule::\n   :symbol: <script>\n   :caption: <script>\n\n   hold(1, 10)\n"
    (tmp_path / "index.rst").write_text(text)
    out = built(tmp_path, "html")
    assert "<script>\n" not in (out / "index.html").read_text()
    assert (out / "index.html").read_text().count("&lt;script&gt;") >= 2


def test_documents_are_read_again_after_an_update() -> None:
    """Sphinx compares this number; it is one, and not only a text."""
    assert isinstance(sphinx.VERSION, int)
