"""The command `render`: Markdown files that show what their schedules are."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt

import symsched as ss
from symsched.cli import main

TEXT = """# Notes

```schedule { #rate table="0, 250, 500" source=python caption="The *rate*." }
warmup(linear, 500) >> (cosine(1e-3, 1e4))[:5k]
```

- an item

  ```schedule noplot
  # a comment
  lr = cosine(1e-3, 100)

  decay = 0.1*lr
  ```

> ~~~schedule
> linear(1, 100)
>
> >> hold(2)
> ~~~

````markdown
```schedule
as it stands
```
````
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["render", *arguments])


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("notes.md").write_text(TEXT)
    return Path("notes.md")


def rendered(text: str) -> str:
    Path("notes.md").write_text(text)
    done = run("notes.md", "-o", "out.md")
    assert (done.exit_code, done.output) == (0, "")
    return Path("out.md").read_text()


def fences(text: str, language: str) -> list[str]:
    """The code blocks of a language, as a reader of CommonMark that is not ours finds them."""
    return [token.content for token in MarkdownIt().parse(text) if token.type == "fence" and token.info == language]


def test_what_github_shows(file: Path) -> None:
    text = rendered(TEXT)
    plan = ss.plan("lr = cosine(1e-3, 100); decay = 0.1*lr")
    assert [formula.strip() for formula in fences(text, "math")] == [
        ss.latex("warmup(linear, 500) >> (cosine(1e-3, 1e4))[:5k]"),
        *(schedule.latex(symbol=rf"\mathrm{{{name}}}(t) =") for name, schedule in plan.items()),
        ss.latex("linear(1, 100) >> hold(2)"),
    ]
    assert "def schedule(t: float) -> float:" in fences(text, "python")[0]
    assert fences(text, "schedule") == []
    assert fences(text, "markdown") == ["```schedule\nas it stands\n```\n"]
    html = MarkdownIt("commonmark").enable("table").render(text)
    pictures = re.findall(r'<img src="(.*?)" alt="(.*?)"', html)
    assert pictures == [
        ("out-rate.svg", "warmup(linear, 500) &gt;&gt; cosine(1e-3, 1e4)[:5000]"),
        ("out-3.svg", "linear(1, 100) &gt;&gt; hold(2)"),
    ]
    for name, _ in pictures:
        ET.parse(name)  # noqa: S314 (our own file)
    assert "<em>The *rate*.</em>" in html
    assert re.findall(r"<td[^>]*>(.*?)</td>", html) == ["0", "0", "250", "0.0005", "500", "0.001"]
    assert file.read_text() == TEXT


def test_again_nothing_changes(file: Path) -> None:
    once = rendered(TEXT)
    before = {path: path.stat().st_mtime_ns for path in Path().iterdir()}
    assert run("out.md").exit_code == 0
    assert Path("out.md").read_text() == once
    assert {path: path.stat().st_mtime_ns for path in Path().iterdir()} == before


def test_what_is_shown_is_renewed(file: Path) -> None:
    once = rendered(TEXT)
    Path("out.md").write_text(once.replace("> linear(1, 100)", "> linear(3, 100)"))
    assert run("out.md").exit_code == 0
    assert Path("out.md").read_text() == rendered(TEXT.replace("linear(1, 100)", "linear(3, 100)"))


def test_what_is_not_shown_yet(file: Path) -> None:
    """A comment alone is enough."""
    assert rendered("<!-- schedule noplot\nlinear(1, 10)\n-->\nrest\n") == rendered(
        "```schedule noplot\nlinear(1, 10)\n```\nrest\n"
    )


def test_files_in_their_place(file: Path) -> None:
    assert run("notes.md").exit_code == 0
    assert "<!-- schedule { #rate" in file.read_text()
    assert Path("notes-rate.svg").exists()


def test_check(file: Path) -> None:
    done = run("--check", "notes.md", "-o", "out.md")
    assert done.exit_code == 1
    assert "out.md is not what symsched writes now: symsched render notes.md -o out.md\n" in done.stderr
    assert not Path("out.md").exists()
    rendered(TEXT)
    assert run("--check", "notes.md", "-o", "out.md").exit_code == 0
    assert run("--check", "out.md").exit_code == 0
    Path("out-3.svg").write_text("")
    done = run("--check", "out.md")
    assert (done.exit_code, done.stderr) == (1, "out-3.svg is not what symsched writes now: symsched render out.md\n")


def test_line_ends_are_kept(file: Path) -> None:
    file.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert run("notes.md").exit_code == 0
    assert file.read_bytes().count(b"\n") == file.read_bytes().count(b"\r\n")
    assert run("notes.md", "--check").exit_code == 0


def test_mistakes(file: Path) -> None:
    """All of them, and nothing is written."""
    text = """# X

```schedule
warmup(linear, 500)
>> cosin(1e-3, 1e4)
```

<!-- schedule tabel=1
hold(1)
-->

```schedule noplot
linear(1, 10)  # -->
```

```schedule name=../a
linear(1, 10)
```

```schedule name=a
linear(1, 10)
```

```schedule name=a
linear(1, 10)
```
"""
    file.write_text(text)
    done = run("notes.md")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[:4] == [
        "Error: notes.md:5: unknown schedule `cosin`",
        "",
        "2 | >> cosin(1e-3, 1e4)",
        "       ^^^^^ did you mean `cosine`?",
    ]
    assert re.findall(r"^Error: (.*)$", done.stderr, flags=re.MULTILINE)[1:] == [
        "notes.md:8: unknown option `tabel`",
        "notes.md:12: `-->` would end the comment that keeps this text",
        "notes.md:16: `../a` is no name for a file",
        "notes.md:24: two pictures would be `notes-a.svg`",
    ]
    assert file.read_text() == text
    assert [path.name for path in Path().iterdir()] == ["notes.md"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-"], "render takes files: its pictures stand beside them"),
        (["notes.md", "notes.md", "-o", "out.md"], "-o takes one file"),
    ],
)
def test_usage(file: Path, arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, f"Error: {message}")


def test_a_file_that_is_not_there(file: Path) -> None:
    done = run("other.md")
    assert (done.exit_code, done.stderr) == (2, "Error: other.md: no such file or directory\n")
