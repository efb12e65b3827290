"""The examples in docs/integrations with optax, flax, equinox and Keras run, and print what their pages say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import pytest

FOLDER = Path(__file__).parent.parent / "docs" / "integrations"
PAGES = ("optax", "flax", "keras", "learned")

EXAMPLES = [
    (page, FOLDER / name)
    for page in PAGES
    for name in re.findall(r"^```\{literalinclude\} (\S+)$", (FOLDER / f"{page}.md").read_text(), flags=re.MULTILINE)
]
each_example = pytest.mark.parametrize(("page", "path"), EXAMPLES, ids=[path.stem for _, path in EXAMPLES])


def printed(page: str, path: Path) -> str:
    """What a page shows below an example."""
    text = (FOLDER / f"{page}.md").read_text()
    found = re.search(
        rf"\{{literalinclude\}} {path.name}\n[^`]*```\n\n(?:It prints\n\n)?```text\n(.*?)```", text, re.DOTALL
    )
    return found[1] if found else ""


def words(text: str) -> list[str]:
    """Numbers that are learned differ from machine to machine: only what is said of them is compared."""
    return re.sub(r"(?<=loss )[\d.]+", "...", text).split()


@each_example
def test_it_fits_a_page(page: str, path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 30


@each_example
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
def test_it_prints_what_its_page_says(
    page: str, path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    run_path(str(path))
    assert words(capsys.readouterr().out) == words(printed(page, path))


@pytest.mark.parametrize("path", [path for page, path in EXAMPLES if page == "keras"], ids=lambda path: path.stem)
def test_it_prints_so_with_torch_below_keras(path: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(path)], cwd=tmp_path, env={**os.environ, "KERAS_BACKEND": "torch"},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert words(done.stdout) == words(printed("keras", path))


def test_examples_are_found() -> None:
    """The test of the tests above."""
    assert {"optax_adamw", "flax_nnx", "equinox_mlp", "keras_fit", "learned_warmup"} <= {p.stem for _, p in EXAMPLES}
    assert printed("optax", FOLDER / "optax_adamw.py").startswith("0 learning_rate")
