"""The SVG says what the schedule does: its points, its labels, its words, read back by others."""

from __future__ import annotations

import itertools
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

import symsched as ss
from symsched import ticks
from symsched.svg import COLOURS, STYLE

ROOT = Path(__file__).parent.parent
EXAMPLE = "warmup(linear, 500) >> cosine(1e-3, 1e4)"
NAMED = {
    "worked example": EXAMPLE,
    "warm up, stay, decay": "wsd(3e-5, 1000, 50_000, 20_000)",
    "one cycle": "onecycle(0.1, 1000)",
    "restarts": "cosine_restarts(1, 100, stretch=2)",
    "fifty stages": " >> ".join(f"hold({i % 7 + 3}, {i * 3 % 11})" for i in range(50)),
    "nothing": "constant(0)",
    "jumps": "multistep(0.1, 0.1, [30, 60])",
    "after a milestone": "piecewise([0.1, 0.01, 0.001], [30, 80], after)",
    "negative values": "linear(-1, 8, 1) >> sin(t/20)[:100]",
    "tiny values": "warmup(cosine, 50) >> linear(1e-12, 400, 2e-13)",
    "a small change": "1 + 1e-12*t",
    "many steps": "warmup(linear, 1e7) >> cosine(1e-3, 1e9)",
    "a short warm-up": "warmup(cosine, 30) >> cosine(0.1, 5000, 0.01)",
    "half steps": "linear(1, 3/7)",
    "stairs": "2 + floor(t/777.7) - 0.001*t",
    "large values": "linear(3e9, 1e15, -2e9)",
}
LOG = {
    "log jumps": "multistep(0.1, 0.1, [30, 60, 80])",
    "log stairs": "warmup(cosine, 500, 1e-5) >> step_decay(1e-3, 0.5, 1000)[:9000]",
    "log floor": f"max({EXAMPLE}, 1e-7)",
    "log narrow": "linear(2, 100, 3)",
    "log constant": "constant(0.25)",
    "log wide": "exponential(1, 1000, 1e-30)",
}
ALL = [*((text, False) for text in NAMED.values()), *((text, True) for text in LOG.values())]
each_picture = pytest.mark.parametrize(("text", "log"), ALL, ids=[*NAMED, *LOG])
Place = tuple[float, float]


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 (our own text)


def found(root: ElementTree.Element, name: str, role: str = "") -> list[ElementTree.Element]:
    """The elements of a name, in order, of a class or below an element of that class."""
    below = [node for parent in root.iter() if parent.get("class") == role for node in parent.iter()] if role else None
    return [node for node in root.iter(f"{{http://www.w3.org/2000/svg}}{name}") if below is None or node in below]


def subpaths(path: ElementTree.Element) -> list[list[Place]]:
    """The corners of each part of a path of absolute lines."""
    parts = re.findall(r"M([^M]*)", path.get("d", ""))
    return [[tuple(map(float, pair.split())) for pair in part.split("L")] for part in parts]  # type: ignore[misc]


def number(label: str) -> float:
    return float(label.replace(ticks.THIN, ""))


class Axes(NamedTuple):
    """Places in the picture as steps and values, by nothing but what the labels say."""

    step: Callable[[float], float]
    height: Callable[[float], float]


def read_axes(root: ElementTree.Element, log: bool) -> Axes:
    (axis,) = found(root, "path", "axis")
    at = [float(x) for x in re.findall(r"M([\d.]+) [\d.]+v5", axis.get("d", ""))]
    steps = [number(node.text or "") for node in found(root, "text", "steps")]
    (grid,) = found(root, "path", "grid")
    lines = [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)h", grid.get("d", ""))]
    values = [number(node.text or "") for node in found(root, "text", "values")]
    heights = [math.log(v) if log else v for v in values]
    to_step = np.polynomial.Polynomial.fit(at, steps, 1)
    to_height = np.polynomial.Polynomial.fit(heights, lines, 1)
    assert np.allclose([to_step(x) for x in at], steps, rtol=0, atol=steps[-1] * 1e-4)
    assert np.allclose([to_height(h) for h in heights], lines, rtol=0, atol=0.02)
    baselines = [float(node.get("y", 0)) for node in found(root, "text", "values")]
    assert np.allclose(np.subtract(baselines, lines), 5, atol=0.02)  # half the height of a digit
    return Axes(to_step, lambda value: float(to_height(math.log(value) if log else value)))


@each_picture
def test_the_corners_of_the_line_are_values_of_the_schedule(text: str, log: bool) -> None:
    schedule = ss.parse(text)
    function, root = schedule.compile(), tree(schedule.plot(log=log).svg)
    axes = read_axes(root, log)
    (path,) = found(root, "path", "line line-1")
    for x, y in itertools.chain(*subpaths(path)):
        beside = [axes.height(function(max(axes.step(x + d), 0.0))) for d in (-0.03, -0.015, 0, 0.015, 0.03)]
        assert min(beside) - 0.5 <= y <= max(beside) + 0.5


@each_picture
def test_the_line_is_never_half_a_pixel_from_the_schedule(text: str, log: bool) -> None:
    schedule = ss.parse(text)
    function, root = schedule.compile(), tree(schedule.plot(log=log).svg)
    axes = read_axes(root, log)
    (path,) = found(root, "path", "line line-1")
    parts = subpaths(path)
    begin, end = parts[0][0][0], parts[-1][-1][0]
    for x in np.linspace(begin, end - 0.02, 1500):
        y = axes.height(function(max(axes.step(x), 0.0)))
        assert min(distance((x, y), a, b) for part in parts for a, b in itertools.pairwise(part)) <= 0.5, x


def distance(point: Place, a: Place, b: Place) -> float:
    """From a point to a piece of a straight line."""
    if a[0] > point[0] + 1 or b[0] < point[0] - 1:
        return math.inf
    length = math.dist(a, b)
    share = sum((p - c) * (d - c) for p, c, d in zip(point, a, b, strict=True)) / length**2 if length else 0.0
    nearest = [c + min(max(share, 0), 1) * (d - c) for c, d in zip(a, b, strict=True)]
    return math.dist(point, nearest)


@pytest.mark.parametrize(
    ("text", "jumps"),
    [
        (NAMED["jumps"], [(30, 0.1, 0.01), (60, 0.01, 0.001)]),
        (NAMED["restarts"], [(100, 0, 1), (300, 0, 1), (700, 0, 1)]),
        (NAMED["after a milestone"], [(30, 0.1, 0.01), (80, 0.01, 0.001)]),
        (EXAMPLE, []),
    ],
)
def test_a_jump_is_a_gap_and_a_dotted_vertical(text: str, jumps: list[tuple[float, float, float]]) -> None:
    root = tree(ss.parse(text).plot().svg)
    axes = read_axes(root, log=False)
    parts = subpaths(found(root, "path", "line line-1")[0])
    assert len(parts) == len(jumps) + 1
    drops = "".join(node.get("d", "") for node in found(root, "path", "jump"))
    drawn = [tuple(map(float, drop)) for drop in re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)", drops)]
    expected = [(step, axes.height(old), axes.height(new)) for step, old, new in jumps]
    assert [(axes.step(x), old, new) for x, old, new in drawn] == [pytest.approx(e, abs=0.05) for e in expected]


@pytest.mark.parametrize(("text", "value"), [(NAMED["jumps"], 0.01), (NAMED["after a milestone"], 0.1)])
def test_a_dot_is_at_the_value_that_holds_where_it_jumps(text: str, value: float) -> None:
    root = tree(ss.parse(text).plot().svg)
    axes = read_axes(root, log=False)
    dot = found(root, "circle", "held")[0]
    place = axes.step(float(dot.get("cx", 0))), float(dot.get("cy", 0))
    assert place == pytest.approx((30, axes.height(ss.parse(text)(30))), abs=0.05)
    assert ss.parse(text)(30) == value


# Labels


def boxes(root: ElementTree.Element) -> Iterator[tuple[str, float, float, float, float]]:
    """Each text with its left, right, top and bottom edge in DejaVu, which is wide."""
    anchors = {child: group.get("text-anchor") for group in root.iter() for child in group}
    sizes = {child: group.get("font-size") for group in root.iter() for child in group}
    for node in found(root, "text"):
        text, size = node.text or "", float(sizes.get(node) or 14)
        family = FontProperties(family="DejaVu Sans Mono" if node.get("font-family") else "DejaVu Sans")
        width = (
            TextPath((0, 0), text, size=size, prop=family, usetex=False).get_extents().width if text.strip() else 0.0
        )
        before = {"start": 0.0, "middle": 0.5, "end": 1.0}[node.get("text-anchor") or anchors[node] or "start"]
        if (turned := node.get("transform")) is not None:
            x, y = map(float, re.findall(r"[\d.]+", turned)[:2])
            yield text, x - size * 0.8, x + size * 0.2, y - width / 2, y + width / 2
            continue
        x, y = float(node.get("x", 0)), float(node.get("y", 0))
        yield text, x - before * width, x + (1 - before) * width, y - size * 0.8, y + size * 0.2


LONG = "warmup(linear, 500) >> hold(8000, 1e-3) >> decay(sqrt, 2000) >> constant(1000000000001/10**15)"
PLAIN = [(ss.plot(text, log=log).svg) for text, log in ALL]
SEVERAL = [
    ss.plot({"cosine": EXAMPLE, "linear": "linear(1e-3, 1e4)", "wsd": NAMED["warm up, stay, decay"]}).svg,
    ss.plot({text: text for text in (EXAMPLE, NAMED["fifty stages"], LONG)}).svg,
    ss.plot({f"schedule {i}": f"linear({i + 1}, 100)" for i in range(12)}).svg,
]


@pytest.mark.parametrize("svg", [*PLAIN, *SEVERAL], ids=[*NAMED, *LOG, "three", "long names", "twelve"])
def test_no_label_overlaps_another_or_leaves_the_picture(svg: str) -> None:
    root = tree(svg)
    _, _, width, height = map(float, root.get("viewBox", "").split())
    texts = list(boxes(root))
    for text, left, right, top, bottom in texts:
        assert 0 <= left <= right <= width, text
        assert 0 <= top <= bottom <= height, text
    for (a, left, right, top, bottom), (b, *other) in itertools.combinations(texts, 2):
        apart = right < other[0] or other[1] < left or bottom <= other[2] or other[3] <= top
        assert apart, (a, b)


def test_stages_are_labelled_where_they_end() -> None:
    root = tree(ss.parse(EXAMPLE).plot().svg)
    axes = read_axes(root, log=False)
    labels = found(root, "text", "breakpoints")
    assert [node.text for node in labels] == ["500", f"10{ticks.THIN}500"]
    assert [axes.step(float(node.get("x", 0))) for node in labels] == pytest.approx([500, 10500], rel=1e-3)
    (band,) = re.findall(r"M([\d.]+) [\d.]+V[\d.]+H([\d.]+)", found(root, "path", "stages")[0].get("d", ""))
    assert [axes.step(float(x)) for x in band] == pytest.approx([500, 10500], rel=1e-3)


# The text


def test_the_same_schedule_gives_the_same_bytes() -> None:
    code = f"import symsched as ss; print(ss.plot(dict(a={EXAMPLE!r}, b='cosine(1, 9)')).svg)"
    runs = [
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        for seed in ("1", "2")
    ]
    assert runs[0].stdout.startswith(b"<svg ")
    assert runs[0].stdout == runs[1].stdout


@pytest.mark.parametrize("svg", PLAIN, ids=[*NAMED, *LOG])
def test_a_picture_is_small(svg: str) -> None:
    assert len(svg.encode()) < 8000


def test_a_band_is_not_large_and_reaches_from_bottom_to_top() -> None:
    svg = ss.parse("repeat(cosine(1, 100), 10**6)").plot().svg
    assert len(svg.encode()) < 20_000
    axes = read_axes(tree(svg), log=False)
    heights = [y for part in subpaths(found(tree(svg), "path", "line line-1")[0]) for _, y in part]
    assert (max(heights), min(heights)) == pytest.approx((axes.height(0), axes.height(1)), abs=0.5)


def test_it_speaks_to_those_who_do_not_see_it() -> None:
    root = tree(ss.parse(EXAMPLE).plot().svg)
    assert root.get("role") == "img"
    assert [child.tag.partition("}")[2] for child in root][:2] == ["title", "desc"]
    assert root[0].text == EXAMPLE
    said = "Values from 0 to 0.001, steps from 0 to 10920. A stage ends at step 500, 10500."
    assert root[1].text == said


def test_names_are_escaped() -> None:
    name = "a<b>&\"'\x00\ud800é"
    root = tree(ss.plot({name: "cosine(1, 9)"}).svg)
    assert found(root, "title")[0].text == "a<b>&\"'\ufffd\ufffdé"
    assert "where(t < 4, 1, 2)" in (tree(ss.parse("where(t < 4, 1, 2)").plot().svg)[0].text or "")


def test_several_schedules_differ_in_colour_and_dash() -> None:
    root = tree(SEVERAL[2])
    lines = [node for node in found(root, "path") if (node.get("class") or "").startswith("line ")]
    legend, curves = ([n for n in lines if ("h30" in n.get("d", "")) == is_legend] for is_legend in (True, False))
    looks = [(node.get("stroke"), node.get("stroke-dasharray")) for node in curves]
    assert looks == [(node.get("stroke"), node.get("stroke-dasharray")) for node in legend]
    assert len(set(looks)) == len(looks) == 12
    assert [node.text for node in found(root, "text")][:12] == [f"schedule {i}" for i in range(12)]


def luminance(colour: str) -> float:
    """Of the W3C, "Web Content Accessibility Guidelines" 2.1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_are_seen_on_light_and_on_dark() -> None:
    """With the contrast of 3 that these guidelines ask of graphics, and of 7 for text."""
    grounds = re.findall(r"background:(#\w+);color:(#\w+)", STYLE.replace("#fff;", "#ffffff;"))
    assert len(grounds) == 2
    for ground, ink in grounds:
        for colour, least in [(ink, 7.0), *((c, 3.0) for c in COLOURS)]:
            light, dark = sorted((luminance(ground), luminance(colour)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= least, (ground, colour)


def test_the_picture_of_the_readme_is_what_its_command_draws() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (command,) = re.findall(r"^\$ symsched plot (.*) -o curves.svg$", readme, flags=re.MULTILINE)
    texts = re.findall(r'"(.*?)"', command)
    assert "](docs/curves.svg)" in readme
    assert (ROOT / "docs" / "curves.svg").read_text("utf-8") == ss.plot({text: text for text in texts}).svg
