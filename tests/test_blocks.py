"""What a block of a document shows, and what is said of one that is wrong."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

import symsched as ss
from symsched import options
from symsched.blocks import block, inline, place

EXAMPLE = "warmup(linear, 500) >> cosine(1e-3, 1e4)"
PLAN = "lr = cosine(1e-3, 100)\nweight_decay = 0.1*lr"


def mistake(text: str, **given: str) -> ss.ScheduleError:
    with pytest.raises(ss.ScheduleError) as caught:
        block(text, given)
    return caught.value


def test_a_formula_and_a_picture_unless_told_otherwise() -> None:
    found = block(EXAMPLE, {})
    assert [f.latex for f in found.formulas] == [ss.latex(EXAMPLE)]
    assert (found.table, found.sources, found.name, found.caption) == ((), (), "", "")
    (picture,) = found.pictures
    assert ET.fromstring(picture.draw().svg).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 (our own text)
    assert picture.alt == EXAMPLE


@pytest.mark.parametrize("given", [{"plot": "none"}, {"noplot": ""}])
def test_no_picture(given: dict[str, str]) -> None:
    assert block(EXAMPLE, given).pictures == ()


def test_no_formula() -> None:
    assert block(EXAMPLE, {"formula": "none"}).formulas == ()


def test_letters() -> None:
    (formula,) = block("cosine(1e-3, 100)", {"formula": "symbolic", "time": "epoch", "symbol": r"\eta"}).formulas
    assert formula.latex.startswith(r"\eta(\mathrm{epoch}) =")
    assert r"\eta_{\max}" in formula.latex


def test_a_left_side_is_printed_as_it_stands() -> None:
    (formula,) = block("0.1", {"symbol": r"\alpha_k ="}).formulas
    assert formula.latex.startswith(r"\alpha_k = ")


def test_a_table() -> None:
    """(1 - 250/1000) of 0.8 is 0.6."""
    found = block("linear(0.8, 1000)", {"table": "0, 250, 1k, 10:30:10"})
    rows = [("0", "0.8"), ("250", "0.6"), ("1000", "0"), ("10", "0.792"), ("20", "0.784")]
    assert found.table == (("step", "value"), *rows)


def test_a_plan() -> None:
    found = block(PLAN, {"table": "0", "source": "python"})
    assert [f.latex.partition(" = ")[0] for f in found.formulas] == [r"\mathrm{lr}(t)", r"\mathrm{weight\_decay}(t)"]
    assert found.table == (("step", "lr", "weight_decay"), ("0", "0.001", "0.0001"))
    assert len(found.pictures) == 2
    assert "def lr(" in found.sources[0].text
    assert "def weight_decay(" in found.sources[0].text


def test_sources() -> None:
    found = block(EXAMPLE, {"source": "torch, torch as scheduler, c, javascript, unicode"}).sources
    assert [(s.title, s.language) for s in found] == [
        ("torch", "python"),
        ("torch (scheduler)", "python"),
        ("c", "c"),
        ("javascript", "javascript"),
        ("unicode", "text"),
    ]
    assert "(LRScheduler)" in found[1].text


def test_parameters_are_bound() -> None:
    """5 % of 10,000 steps are 500."""
    found = block("warmup(linear, 5%) >> cosine(peak, 95%)", {"bind": "total=10000, peak=2e-3", "table": "250, 500"})
    assert found.table[1:] == (("250", "0.001"), ("500", "0.002"))


def test_letters_have_a_formula_and_no_picture() -> None:
    found = block("cosine(peak, 100)", {})
    assert len(found.formulas) == 1
    assert found.pictures == ()


def test_the_last_step_of_a_picture() -> None:
    short, long = (block("0.5**(t/10)", {"plot": plot}).pictures[0] for plot in ("steps=10", "steps=5k"))
    assert short.draw().svg != long.draw().svg
    assert short.key != long.key


def test_a_logarithmic_axis() -> None:
    plain, log = (block("0.5**(t/10)", {"plot": plot}).pictures[0] for plot in ("", "log"))
    assert plain.draw().svg != log.draw().svg


def test_curves_in_one_picture() -> None:
    """A legend names them."""
    (picture,) = block("linear(1, 100)", {"overlay": "cosine(1, 100) | lr = 0.5; beta = 0.1"}).pictures
    assert [name for name, _ in picture.curves] == ["linear(1, 100)", "cosine(1, 100)", "lr", "beta"]
    texts = "".join(ET.fromstring(picture.draw().svg).itertext())  # noqa: S314 (our own text)
    assert all(name in texts for name, _ in picture.curves)


def test_a_plan_in_one_picture() -> None:
    (picture,) = block(PLAN, {"overlay": "cosine(1e-3, 50)"}).pictures
    assert [name for name, _ in picture.curves] == ["lr", "weight_decay", "cosine(1e-3, 50)"]


def test_curves_have_the_same_parameters() -> None:
    (picture,) = block("cosine(1, 50%)", {"overlay": "linear(1, 50%)", "bind": "total=100"}).pictures
    assert [str(one) for _, one in picture.curves] == ["total = 100; cosine(1, 50%)", "total = 100; linear(1, 50%)"]


def test_in_a_sentence() -> None:
    assert inline("linear(1, 100)").latex == ss.latex("linear(1, 100)")


@pytest.mark.parametrize(
    ("text", "given", "title"),
    [
        (EXAMPLE, {"tabel": "1"}, "unknown option `tabel`"),
        (EXAMPLE, {"plot": "lag"}, "`plot` does not know `lag`"),
        (EXAMPLE, {"plot": "steps=-1"}, "`plot`: a step is 0 or more, but got -1"),
        (EXAMPLE, {"table": "1, x("}, "`table`: `x(` is not a step: this parenthesis is never closed"),
        (EXAMPLE, {"bind": "total"}, "`bind`: `total` is not NAME=VALUE, such as total=10000"),
        (EXAMPLE, {"bind": "a=1, a=2"}, "`bind`: `a` is given twice"),
        (EXAMPLE, {"bind": "peak=1"}, "no parameter `peak`: there are none"),
        (EXAMPLE, {"source": "tensorflow"}, "unknown backend `tensorflow`"),
        (EXAMPLE, {"formula": "casse"}, "unknown style `casse`"),
        (EXAMPLE, {"overlay": "cosine(peak, 9)"}, "a picture needs values: there is none for `peak`"),
        (EXAMPLE, {"overlay": "cosin(1)"}, "unknown schedule `cosin`"),
        (EXAMPLE, {"plot": "log"}, "a logarithmic axis has positive values only, but at step 0 the value is 0"),
        (PLAN, {"symbol": "x"}, "a plan names its formulas by itself"),
        ("cosine(peak, 100)", {"plot": ""}, "a picture needs values: there is none for `peak`"),
        ("cosine(peak, steps)", {"table": "1"}, "a table needs values: there is none for `peak` and `steps`"),
    ],
)
def test_wrong_options(text: str, given: dict[str, str], title: str) -> None:
    error = mistake(text, **given)
    assert error.title == title
    assert place(error, text) == -1


@pytest.mark.parametrize(("text", "line"), [("cosin(1)", 0), ("\n\nlr = 1\nwd = cosin(1)", 3), ("hold(1)\n>>", 1)])
def test_the_line_of_a_mistake(text: str, line: int) -> None:
    assert place(mistake(text), text) == line


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("noplot", {"noplot": ""}),
        ("{ .wide #rate plot=log }", {"name": "rate", "plot": "log"}),
        ("""table="0, 100" caption='It\u2019s = so.'""", {"table": "0, 100", "caption": "It\u2019s = so."}),
        ("{symbol=\\eta}", {"symbol": "\\eta"}),
    ],
)
def test_options_in_markdown(text: str, found: dict[str, str]) -> None:
    assert options.written(text) == found


@pytest.mark.parametrize("text", ['a="', "a=b=c d'", '"a"', "{ a", "a" * 10_000 + '"', "a " * 10_000 + '"'])
def test_options_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ss.ScheduleError, match="cannot read the options"):
        options.written(text)
