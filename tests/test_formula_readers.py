"""Formulas in LaTeX, read by those who will: TeX, and KaTeX and MathJax in a browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from calls import examples

import symsched as ss
from symsched.backends.typeset import STYLES

FOLDER = Path(__file__).parent / "formulas"
MANY = " >> ".join(f"linear({i}, 10)" for i in range(1, 30))
WIDE = " + ".join(f"0.{i}1*sin({i}*t/100)" for i in range(1, 12))
OPEN = "a*cosine(eta_max, T_1) >> linear(weight_decay, W)"
OTHERS = (MANY, WIDE, f"({WIDE})[:10] >> 1", OPEN, "repeat(linear(1, 9), 3)")


@cache
def formulas() -> list[str]:
    """Every entry of the library and some more in every style, with and without a left side."""
    sources = [*examples().values(), *OTHERS]
    found = [ss.parse(source).latex(style=style) for source in sources for style in STYLES]
    options: list[dict[str, Any]] = [{"symbol": r"\beta", "time": "k"}, {"symbol": "weight_decay"}, {"rows": 3}]
    more = [ss.parse(source).latex(style=style, **given) for source in OTHERS for style in STYLES for given in options]
    return list(dict.fromkeys([*found, *more]))


@pytest.mark.tex
def test_tex_accepts_every_formula(tmp_path: Path) -> None:
    program = shutil.which("pdflatex")
    assert program is not None, "pdflatex is not installed"
    head = r"\documentclass{article}\usepackage{amsmath}\begin{document}"
    body = "\n\n".join(rf"\noindent $\displaystyle {formula}$" for formula in formulas())
    displayed = "\n".join(rf"\[ {formula} \]" for formula in formulas()[-20:])
    (tmp_path / "formulas.tex").write_text(f"{head}\n{body}\n{displayed}\n\\end{{document}}\n", encoding="ascii")
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "formulas.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Output written" in done.stdout


def modules(program: str) -> str:
    """The folder of the packages of npm that a program is in."""
    found = shutil.which(program)
    assert found is not None, f"{program} is not installed: npm install {program}"
    folder = next(p for p in Path(found).resolve().parents if p.name == "node_modules")
    assert (folder / "mathjax-full").is_dir(), "mathjax-full is not installed beside it"
    return str(folder)


def complaints(texts: list[str]) -> list[dict[str, str]]:
    """What KaTeX and MathJax say against some formulas."""
    node = shutil.which("node")
    assert node is not None, "node is not installed"
    environment = {**os.environ, "NODE_PATH": modules("katex")}
    done = subprocess.run(
        [node, str(FOLDER / "parse.cjs")], input=json.dumps(texts), env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    result: list[dict[str, str]] = json.loads(done.stdout)
    return result


@pytest.mark.node
def test_katex_and_mathjax_accept_every_formula() -> None:
    assert complaints(formulas()) == []


@pytest.mark.node
@pytest.mark.parametrize("text", [r"\frac{1}{2", r"\unknown", r"\begin{cases} 1 \end{array}", "a & b"])
def test_katex_and_mathjax_find_what_is_wrong(text: str) -> None:
    assert {complaint["reader"] for complaint in complaints([text])} == {"KaTeX", "MathJax"}
