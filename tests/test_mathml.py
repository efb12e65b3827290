"""Formulas in MathML: well-formed, of the elements of MathML Core; what they show."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from calls import examples

import symsched as ss
from symsched.backends.typeset import STYLES

CORE = {
    "annotation", "annotation-xml", "maction", "math", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover",
    "mpadded", "mphantom", "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup",
    "mtable", "mtd", "mtext", "mtr", "munder", "munderover", "semantics",
}  # fmt: skip
"""The elements of MathML Core, W3C, section 1.3."""

CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3}
"""How many children an element has to have."""

LEAVES = {"mi", "mn", "mo", "mtext", "mspace"}

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
CHAIN = "warmup(linear, 500) >> cosine(1e-3, 1e4)"


def parsed(source: str, **options: object) -> ElementTree.Element:
    """The markup as a tree, each element checked."""
    root = ElementTree.fromstring(ss.parse(source).emit("mathml", **options))  # noqa: S314 (our own text)
    assert (root.tag, root.attrib) == (f"{NAMESPACE}math", {"display": "block"})
    for element in root.iter():
        name = element.tag.removeprefix(NAMESPACE)
        assert name in CORE
        assert len(element) == CHILDREN.get(name, len(element)), name
        assert name not in LEAVES or len(element) == 0
        assert name in LEAVES or not (element.text or "").strip(), "a text stands in a leaf"
        assert not (element.tail or "").strip(), "a text stands in a leaf"
        assert {child.tag for child in element} <= {f"{NAMESPACE}mtr"} or name != "mtable"
        assert {child.tag for child in element} <= {f"{NAMESPACE}mtd"} or name != "mtr"
    return root


def text_of(source: str, **options: object) -> str:
    """What a reader hears: the leaves one after another, without what is invisible."""
    return re.sub("[\u2061\u2062\xa0 ]", "", "".join(parsed(source, **options).itertext()))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("source", examples().values())
def test_every_entry_of_the_library_is_markup_of_the_core(source: str, style: str) -> None:
    assert len(parsed(source, style=style)) > 0


def test_a_chain() -> None:
    assert text_of(CHAIN) == "{10−3·t5000≤t<50010−32(1+cos(π(t−500)104))500≤t<10\u202f5000t≥10\u202f500"  # noqa: RUF001
    assert text_of(CHAIN, style="symbolic", symbol="beta", time="k").startswith("β(k)={βmaxkT10≤k<T1")
    assert text_of(CHAIN, style="stages", symbol="lr").startswith("fromsteptosteplr0500")


@pytest.mark.parametrize(
    ("source", "markup"),
    [
        ("eta_max", "<msub><mi>η</mi><mi>max</mi></msub>"),
        ("t**2", "<msup><mi>t</mi><mn>2</mn></msup>"),
        ("sqrt(t)", "<msqrt><mi>t</mi></msqrt>"),
        ("t/3", "<mfrac><mi>t</mi><mn>3</mn></mfrac>"),
        ("1e-3", "<msup><mn>10</mn><mrow><mo>−</mo><mn>3</mn></mrow></msup>"),  # noqa: RUF001
        ("10500", "<mn>10\u202f500</mn>"),
        ("2*t", "<mn>2</mn><mo>&#x2062;</mo><mi>t</mi>"),
    ],
)
def test_forms(source: str, markup: str) -> None:
    assert markup in ss.emit(source, "mathml")


def test_what_a_user_writes_is_escaped() -> None:
    root = parsed("t", symbol='<script>&"')
    assert [e.text for e in root.iter(f"{NAMESPACE}mtext")] == ['<script>&"']
    assert "<" in text_of("where(t < 10, 1, 2)", style="cases")


def test_a_legend_stands_below_the_formula() -> None:
    text = text_of(CHAIN, style="symbolic")
    assert text.endswith("whereT1=500ηmax=10−3T2=104")  # noqa: RUF001
