"""The documents say what is true: every example in them is run."""

from __future__ import annotations

import doctest
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from lark import Lark, LarkError
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

import symsched as ss
from symsched import builder, limits, prelude, syntax
from symsched.nodes import Annotated, Call, Program, children

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "grammar" / "README.md"
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", REFERENCE, *sorted((ROOT / "docs").glob("**/*.md"))]
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# Blocks of code


def run_commands(example: Example) -> None:
    """Lines that begin with `$ `, each with what it prints."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "COLUMNS": "80", "PYTHONUTF8": "1"}
    for block in re.split(r"^\$ ", example.parsed, flags=re.MULTILINE)[1:]:
        command, _, expected = block.partition("\n")
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=example.namespace["folder"], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
        )  # fmt: skip
        assert [line.rstrip() for line in done.stdout.strip().splitlines()] == expected.strip().splitlines(), command


def read_program(example: Example) -> None:
    """A program of the language: a schedule or a plan."""
    read = ss.parse if syntax.parse_program(example.parsed).expression else ss.plan
    read(example.parsed)


def read_mistake(example: Example) -> None:
    """A text with a mistake, a line `---`, and the error."""
    text, _, expected = example.parsed.partition("\n---\n")
    with pytest.raises(ss.ScheduleError) as caught:
        ss.parse(text)
    assert str(caught.value) == expected.rstrip("\n")


def compare_formula(example: Example) -> None:
    """The formula of the schedule that the document calls `lr`."""
    assert example.parsed.split() == example.namespace["lr"].latex().split()


PARSERS = [
    PythonCodeBlockParser(),
    CodeBlockParser("console", run_commands),
    CodeBlockParser("sched", read_program),
    CodeBlockParser("error", read_mistake),
    CodeBlockParser("math", compare_formula),
]


@each_document
def test_code_blocks(path: Path, tmp_path: Path) -> None:
    document = Sybil(PARSERS).parse(path)
    document.namespace["folder"] = tmp_path
    for example in document.examples():
        example.evaluate()


def test_a_wrong_block_is_seen(tmp_path: Path) -> None:
    """The test of the test above."""
    blocks = ["```python\n>>> 1 + 1\n3\n\n```", "```error\ncosin(1, 2)\n---\nno\n```", "```console\n$ echo a\nb\n```"]
    for block in blocks:
        file = tmp_path / "wrong.md"
        file.write_text(block + "\n")
        document = Sybil(PARSERS).parse(file)
        document.namespace["folder"] = tmp_path
        (example,) = document.examples()
        with pytest.raises(AssertionError):
            example.evaluate()


MODULES = [module.name for module in pkgutil.walk_packages(ss.__path__, "symsched.")]


@pytest.mark.parametrize("name", ["symsched", *MODULES])
def test_docstrings(name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0


def test_modules_are_found() -> None:
    """The test of the test above."""
    assert {"symsched.api", "symsched.backends.python"} <= set(MODULES)


# Tables


def tables(path: Path) -> Iterator[list[list[str]]]:
    """The tables of a document: rows of cells, the header first, the line of dashes left out."""
    for block in re.findall(r"(?:^\|.*\n)+", read(path), flags=re.MULTILINE):
        rows = [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in block.splitlines()]
        yield [rows[0], *rows[2:]]


def table(path: Path, header: str) -> dict[str, list[str]]:
    """The rows of the table whose first header cell is this, by their first cell without backticks."""
    (found,) = (rows for rows in tables(path) if rows[0][0] == header)
    return {row[0]: row[1:] for row in found[1:]}


def code(cell: str) -> str:
    """What stands between backticks at the start of a cell."""
    found = re.match(r"`([^`]+)`", cell)
    assert found, cell
    return found[1]


VALUES = [
    (path.relative_to(ROOT).as_posix(), dict(zip(rows[0][1:], row[1:], strict=True)), code(row[0]))
    for path in DOCUMENTS if path.exists()
    for rows in tables(path) if rows[0][0] == "value at `t` ="
    for row in rows[1:]
]  # fmt: skip


@pytest.mark.parametrize(("path", "cells", "text"), VALUES, ids=lambda x: x if isinstance(x, str) else "")
def test_tables_of_values(path: str, cells: dict[str, str], text: str) -> None:
    schedule = ss.parse(text)
    if (lasts := cells.pop("lasts", None)) is not None:
        assert {"None": "none", "oo": "inf"}.get(str(schedule.duration), str(schedule.duration)) == lasts
    for step, value in cells.items():
        assert schedule(float(step)) == pytest.approx(float(value), rel=1e-5, abs=1e-15), step


@each_document
def test_tables_of_schedules(path: Path) -> None:
    """What stands under "in symsched", or else under "you write", are texts that are schedules."""
    for rows in tables(path):
        columns = [rows[0].index(head) for head in ("in symsched", "you write") if head in rows[0]]
        for row in rows[1:] if columns else ():
            ss.parse(code(row[columns[0]]))


def test_table_of_durations() -> None:
    for _, (text, lasts) in table(REFERENCE, "what you write").items():
        assert {"None": "none", "oo": "inf"}.get(str(d := ss.parse(code(text)).duration), str(d)) == lasts


def test_table_of_shapes() -> None:
    """Each formula is the curve of its shape, and each signature is its signature."""
    for cell, (formula,) in table(REFERENCE, "shape").items():
        name, _, rest = code(cell).partition("(")
        entry = prelude.module(prelude.SHAPE)[name]
        defaults = [syntax.parse_program(p.split("=")[1]).expression for p in rest.rstrip(")").split(", ") if "=" in p]
        assert [d.value for d in defaults] == [p.default.value for p in entry.parameters[1:] if p.default]
        assert rest.count(",") + bool(rest) == len(entry.parameters[1:])
        if formula.startswith("`"):
            curve, ours = ss.parse(f"f(u) = {code(formula)}; rise(f, 0, 1, 8)"), ss.parse(f"rise({name}, 0, 1, 8)")
            assert [curve(t) for t in range(9)] == pytest.approx([ours(t) for t in range(9)], abs=1e-15)


def test_table_of_kinds() -> None:
    names = [code(cell) for cell in table(REFERENCE, "kind")]
    assert names == [*builder.KINDS, "[up, down]"]


def test_table_of_units() -> None:
    rows = table(REFERENCE, "unit")
    units = {unit for cell in rows for unit in re.findall(r"`([^`]+)`", cell)}
    assert units == {*builder.FACTORS, *builder.LENGTH_UNITS} - {""}
    from symsched.names import UNIT_NAMES

    assert {code(cell): code(name) for cell, (_, name) in list(rows.items())[1:]} == UNIT_NAMES


def test_reserved_names() -> None:
    (line,) = re.findall(r"cannot take:\n(.*)\.\n", read(REFERENCE))
    assert re.findall(r"`([^`]+)`", line) == list(builder.RESERVED)


def test_table_of_limits() -> None:
    documented = {code(cell): int(value) for cell, (value, _) in table(REFERENCE, "limit in `symsched.limits`").items()}
    assert documented == {name: value for name, value in vars(limits).items() if name.isupper()}


# Links


@each_document
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^(```+)[^`]*?$.*?^\1$", "", read(path), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        if "://" in file:
            continue
        assert (path.parent / file).exists(), target
        if anchor:
            text = read(path.parent / file if file else path)
            titles = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
            anchors = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]
            assert anchor in anchors, target


@each_document
def test_paths_exist(path: Path) -> None:
    for name in re.findall(r"`((?:symsched|backends|grammar|tests|docs|\.ci)/[\w./*-]*)`", read(path)):
        assert list(ROOT.glob(name.rstrip("/"))), name


# The grammar of the reference


def reference_parser() -> Lark:
    """A parser made of the reference's grammar and of the terminals of ours."""
    ours = (ROOT / "grammar" / "schedule.lark").read_text()
    terminals = ours[ours.index("NUMBER:") :]
    names = {literal: name for name, literal in re.findall(r'^([A-Z_]+): (".*")$', terminals, flags=re.MULTILINE)}
    (rules,) = re.findall(r"```ebnf\n(.*?)```", read(REFERENCE), flags=re.DOTALL)
    rules = re.sub(r'"[^"]+"', lambda match: names[match[0]], rules)
    return Lark(rules + "\n" + terminals, start="program", parser="earley", lexer="basic", postlex=syntax.Lines())


LATER = re.compile("defined twice|not used|meaning of its own|unknown unit|unknown kind|too deep|belongs to a module")
"""Mistakes that are not in the form of a text."""


def has_right_form(text: str) -> bool | None:
    """Whether the compiler reads a text, as far as form goes; None where another mistake comes first."""
    try:
        program = syntax.parse_program(text)
    except ss.ScheduleError as error:
        return None if LATER.search(error.title) else False
    return not has_kinds_in_a_call(program)


def has_kinds_in_a_call(program: Program) -> bool:
    """`f(a: number = 1)` is the head of a definition, and refused elsewhere when it is worked out."""
    stack = [d.body for d in program.definitions] + ([program.expression] if program.expression else [])
    while stack:
        node = stack.pop()
        if isinstance(node, Annotated):
            return True
        stack.extend([a.value for a in node.arguments] if isinstance(node, Call) else children(node))
    return False


def test_the_grammar_of_the_reference_is_ours() -> None:
    """Both accept and refuse the same texts: those of the reference, and what is left when a word is taken out."""
    parser = reference_parser()
    texts = [code(row[0]) for rows in tables(REFERENCE) if rows[0][0] == "value at `t` =" for row in rows[1:]]
    texts += re.findall(r"```(?:sched|error)\n(.*?)(?:---.*?)?```", read(REFERENCE), flags=re.DOTALL)
    texts += ["f(m: [a, b], x: value = 1, y=2, z,) = x; f(a)", "", "a = 1", "where(t <= 3, -1, 2)**-2", "[]", "f()[:]"]
    for text in texts:
        words = re.findall(r">>|\*\*|[<>=!]=|[\w.]+%?|\n|\S", re.sub("#.*", "", text))
        for changed in [text, *(" ".join(words[:i] + words[i + 1 :]) for i in range(len(words)))]:
            try:
                parser.parse(changed)
                accepted = True
            except LarkError:
                accepted = False
            assert has_right_form(changed) in (accepted, None), changed
