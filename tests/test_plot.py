"""Pictures and samples: what is drawn is the schedule, exact where it turns."""

from __future__ import annotations

import itertools
import math
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

import symsched as ss
from symsched import sampling

EXAMPLE = "warmup(linear, 500) >> cosine(1e-3, 1e4)"
TEXTS = [
    EXAMPLE,
    "cosine_restarts(1, 100, stretch=2)",
    "multistep(0.1, 0.1, [30, 60])",
    "wsd(3e-5, 1000, 50_000, 20_000)",
    "constant(1)",
    "triangular(0, 1, 200)",
    "repeat(cosine(1, 100), 10**6)",
    "step_decay(1, 0.5, 30)",
    "noam(512, 4000)",
    "cosine(1, 10.5)",
    "1e-3",
]


def drawn(figure: Any) -> list[list[tuple[float, float]]]:
    """The points of each curve, without the gaps at jumps."""
    (axes,) = figure.axes
    lines = [line for line in axes.lines if line.get_gid() == "curve"]
    data = [zip(map(float, line.get_xdata()), map(float, line.get_ydata()), strict=True) for line in lines]
    return [[point for point in points if not math.isnan(point[0])] for points in data]


def stages(figure: Any) -> list[tuple[float, float]]:
    """The first and the last step of each tinted band."""
    (axes,) = figure.axes
    boxes = [band.get_extents().transformed(axes.transData.inverted()) for band in axes.patches]
    return [(box.x0, box.x1) for box in boxes]


@pytest.mark.parametrize("text", TEXTS)
def test_the_curve_is_the_schedule(text: str) -> None:
    schedule = ss.parse(text)
    figure = schedule.plot().figure()
    (points,) = drawn(figure)
    assert isinstance(figure, Figure)
    assert 2 <= len(points) <= 2000
    assert points == sorted(points)
    assert points[0][0] == 0
    assert all(y == schedule(x) for x, y in points)


@pytest.mark.parametrize("text", TEXTS)
def test_between_its_points_the_line_stays_near_the_schedule(text: str) -> None:
    schedule = ss.parse(text)
    (points,) = drawn(schedule.plot().figure())
    height = max(y for _, y in points) - min(y for _, y in points)
    if "10**6" in text:  # the curve turns faster than a picture can show: a band from bottom to top
        assert height == pytest.approx(1, abs=1e-3)
        return
    for (a, left), (b, right) in itertools.pairwise(points):
        middle = (a + b) / 2
        if a < middle < b:
            assert schedule(middle) == pytest.approx((left + right) / 2, abs=0.004 * height)


def test_jumps_are_vertical_and_belong_to_the_later_stage() -> None:
    (points,) = drawn(ss.parse("multistep(0.1, 0.1, [30, 60])").plot().figure())
    assert (math.nextafter(30, 0), 0.1) in points
    assert (30.0, 0.01) in points
    (cycles,) = drawn(ss.parse("cosine_restarts(1, 100, stretch=2)").plot().figure())
    values = dict(cycles)
    for restart in (100.0, 300.0, 700.0):
        assert values[restart] == 1
        assert values[math.nextafter(restart, 0)] == pytest.approx(0, abs=1e-12)


def test_a_jump_is_found_where_no_structure_tells() -> None:
    function = ss.parse("2 + floor(t/777.7) - 0.001*t").compile()
    points = sampling.curve(function, 3000, [])
    jumps = [(p, q) for p, q in itertools.pairwise(points) if q[1] - p[1] > 0.5]
    assert [q[0] for _, q in jumps] == pytest.approx([777.7, 1555.4, 2333.1])
    assert all(p[0] == math.nextafter(q[0], 0) for p, q in jumps)


def test_what_ends_is_shown_a_little_beyond_with_its_stages() -> None:
    figure = ss.parse(EXAMPLE).plot().figure()
    (axes,) = figure.axes
    assert axes.get_xlim() == (0, 10500 * 1.04)
    assert stages(figure) == [pytest.approx((500, 10500))]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("constant(1)", 100),
        ("1e-3", 100),
        ("cosine_restarts(1, 100, stretch=2)", 1500),
        ("triangular(0, 1, 200)", 800),
        ("warmup(linear, 500) >> cosine_restarts(1, 100)", 900),
        ("multistep(0.1, 0.1, [30, 60])", 100),
        ("multistep(0.1, 0.1, [30, 300])", 500),
        ("step_decay(1, 0.5, 30)", 150),
        ("noam(512, 4000)", 10000),
        ("t", 100),
    ],
)
def test_what_never_ends_is_shown_as_far_as_it_is_telling(text: str, last: float) -> None:
    schedule = ss.parse(text)
    assert sampling.horizon(schedule, schedule.compile()) == math.nextafter(last, 0)


def test_steps_is_the_last_step_shown() -> None:
    figure = ss.parse(EXAMPLE).plot(steps=600).figure()
    (points,) = drawn(figure)
    assert figure.axes[0].get_xlim() == (0, 600)
    assert points[-1][0] == 600
    assert stages(figure) == [pytest.approx((500, 600))]


def test_the_picture_says_what_it_shows() -> None:
    (axes,) = ss.parse("warmup(linear,500)>>cosine(1e-3,1e4)").plot().figure().axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("step", "value")
    assert axes.get_title(loc="left") == EXAMPLE


def test_a_long_title_is_cut_to_three_lines() -> None:
    schedule = ss.parse(" >> ".join(f"hold({i + 1}, {i})" for i in range(60)))
    lines = schedule.plot().figure().axes[0].get_title(loc="left").split("\n")
    assert len(lines) == 3
    assert max(map(len, lines)) <= 78
    assert lines[-1].endswith("...")


@pytest.mark.parametrize(("ending", "magic"), [("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-"), ("svg", b"<svg ")])
def test_the_ending_gives_the_format_and_the_bytes_are_reproducible(tmp_path: Path, ending: str, magic: bytes) -> None:
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending.upper()}"
    ss.parse(EXAMPLE).plot(str(first))
    ss.parse(EXAMPLE).plot(str(second))
    assert first.read_bytes().startswith(magic)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("text", ["1/t", "1e308*t", "-1e308*t", "log(t - 5)", "1e300*constant(5)", "constant(0)"])
def test_values_that_cannot_be_drawn_leave_a_gap(tmp_path: Path, text: str) -> None:
    file = tmp_path / "gap.png"
    (points,) = drawn(ss.parse(text).plot(str(file)).figure())
    assert file.stat().st_size > 0
    assert all(abs(y) <= 1e300 for _, y in points)


def failure(text: str, *args: Any) -> str:
    with pytest.raises(ss.ScheduleError) as caught:
        ss.parse(text).plot(*args)
    return str(caught.value)


def test_what_cannot_be_plotted_is_said(tmp_path: Path) -> None:
    hint = "\n\nHint: bind first: schedule.bind(W=..., peak=..., T=...)"
    assert failure("warmup(linear, W) >> cosine(peak, T)") == "no value for `W`, `peak` and `T`" + hint
    for name in ("lr.gif", "lr", ".png", "pngs/lr"):
        expected = f"cannot tell a picture format from `{name}`\n\nHint: end it in .svg, .png or .pdf"
        assert failure(EXAMPLE, name) == expected
    for steps in (0, -5, math.inf):
        assert failure(EXAMPLE, None, steps) == f"the last step to show must be positive and finite, but got {steps}"


def test_no_window_and_no_global_state(tmp_path: Path) -> None:
    code = (
        "import sys, symsched; from matplotlib import rcParams;"
        "names = [n for n in rcParams if n != 'backend'];"  # reading that one imports pyplot
        "before = [rcParams[n] for n in names];"
        "symsched.parse('cosine(1, 10)').plot(sys.argv[1]);"
        "assert 'matplotlib.pyplot' not in sys.modules; assert [rcParams[n] for n in names] == before"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "lr.png")]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


# Several, and logarithms


def test_a_plan_is_one_picture_and_so_are_texts_by_name(tmp_path: Path) -> None:
    plan = ss.plan("lr = cosine(1, 100); wd = 0.1*lr")
    assert plan.plot().svg == ss.plot(dict(plan)).svg == ss.plot({"lr": "cosine(1, 100)", "wd": plan["wd"]}).svg
    picture = plan.plot(tmp_path / "plan.svg")
    assert (tmp_path / "plan.svg").read_text("utf-8") == picture.svg == picture._repr_svg_() == picture._repr_html_()


def test_steps_and_log_reach_the_figure() -> None:
    (axes,) = ss.plot({"a": "constant(1)", "b": "cosine(1, 10) + 1"}, steps=50, log=True).figure().axes
    assert axes.get_yscale() == "log"
    assert axes.get_xlim() == (0, 50)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]


def test_a_logarithm_needs_positive_values() -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        ss.parse(EXAMPLE).plot(log=True)
    title = "a logarithmic axis has positive values only, but at step 0 the value is 0"
    hint = "give the schedule a floor, max(..., 1e-6), or draw it without `log`"
    assert str(caught.value) == f"{title}\n\nHint: {hint}"


@pytest.mark.parametrize(
    "text", ["exp(t)", "exp(-t)", "2**(t - 1000)", "1e308*(t + 2)", "5e-324 + 0*t", "1e-310*(t + 1)"]
)
@pytest.mark.parametrize("log", [False, True])
def test_values_of_every_size_are_drawn(text: str, log: bool) -> None:
    picture = ss.parse(text).plot(log=log, steps=700)
    picture.figure().canvas.draw()
    places = re.findall(r"[\d.]+ [\d.]+", picture.svg.partition('class="line line-1"')[2])
    assert all(0 <= float(n) <= 720 for place in places for n in place.split())


def test_nothing_is_no_picture() -> None:
    with pytest.raises(ss.ScheduleError, match=r"^there is no schedule to draw$"):
        ss.plot({})


def test_a_figure_says_where_stages_end_and_what_holds_at_a_jump() -> None:
    figure = ss.parse("constant(1)[:30] >> constant(2)[:30] >> 0").plot(steps=100).figure()
    figure.canvas.draw()
    (axes,) = figure.axes
    (above,) = axes.child_axes
    assert [(tick.get_loc(), tick.label2.get_text()) for tick in above.xaxis.get_major_ticks()] == [
        (30.0, "30"),
        (60.0, "60"),
    ]
    held = [
        (*map(float, line.get_xdata()), *map(float, line.get_ydata()))
        for line in axes.lines
        if line.get_gid() == "held"
    ]
    assert held == [(30.0, 2.0), (60.0, 0.0)]


@pytest.mark.parametrize("count", [2, 20, 60])
def test_the_labels_of_stages_do_not_touch_each_other(count: int) -> None:
    figure = ss.parse(" >> ".join(f"linear({i % 3}, 1234, 1)" for i in range(count))).plot().figure()
    figure.canvas.draw()
    (above,) = figure.axes[0].child_axes
    boxes = [tick.label2.get_window_extent() for tick in above.xaxis.get_major_ticks()]
    assert boxes
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)
