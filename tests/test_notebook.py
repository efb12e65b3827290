"""What a notebook shows, by IPython itself."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from IPython.core.formatters import DisplayFormatter

import symsched as ss

EXAMPLE = "warmup(linear, 500) >> cosine(1e-3, 1e4)"
OPEN = "warmup(linear, W) >> cosine(peak, T)"


def shown(value: Any, **choice: Any) -> dict[str, str]:
    """The forms that IPython sends to a notebook."""
    data, _ = DisplayFormatter().format(value, **choice)
    return dict(data)


class Page(HTMLParser):
    """The tags of a page in order, and the texts of those that hold text alone."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.setdefault(self.open[-1], []).append(data)


def test_a_schedule_has_every_form() -> None:
    schedule = ss.parse(EXAMPLE)
    forms = shown(schedule)
    assert set(forms) == {"text/plain", "text/latex", "text/html", "image/svg+xml"}
    assert forms["text/plain"] == repr(schedule)
    assert forms["text/latex"] == schedule._repr_latex_()
    assert forms["image/svg+xml"] == schedule.plot().svg


def test_the_page_is_the_formula_the_curve_and_the_stages() -> None:
    """MathJax reads the text between dollars, after HTML has read its `&lt;` and `&amp;`."""
    schedule = ss.parse(EXAMPLE)
    page = Page(shown(schedule)["text/html"])
    assert page.texts["div"] == [f"$${schedule.latex()}$$"]
    assert schedule.plot().svg in shown(schedule)["text/html"]
    assert page.texts["th"] == ["first step", "value", "last step", "value"]
    cells = [cell.replace("\u2009", "") for cell in page.texts["td"]]
    assert cells[:-2] == ["0", "0", "499", "0.000998", "500", "0.001", "10499", f"{schedule(10499):.6g}"]
    assert cells[-2:] == ["10500", "0"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("piecewise([0.1, 0.01], [30], after)", [["0", "0.1", "30", "0.1"], ["31", "0.01"]]),
        ("cosine(1, 10.5)", [["0", "1", "10", f"{ss.compile('cosine(1, 10.5)')(10):.6g}"], ["11", "0"]]),
        ("constant(1)", []),
    ],
)
def test_stages_begin_at_whole_steps(text: str, rows: list[list[str]]) -> None:
    html = shown(ss.parse(text))["text/html"]
    assert [re.findall("<td>(.*?)</td>", row) for row in re.findall("<tr>(<td>.*?)</tr>", html)] == rows


def test_of_many_stages_the_first_are_listed() -> None:
    page = Page(shown(ss.parse(" >> ".join(f"hold({i + 1}, {i})" for i in range(50))))["text/html"])
    assert page.tags.count("tr") == 14
    assert page.texts["td"][-1] == "and 39 more"


def test_open_parameters_have_no_curve() -> None:
    forms = shown(ss.parse(OPEN))
    assert set(forms) == {"text/plain", "text/latex", "text/html"}
    page = Page(forms["text/html"])
    assert "svg" not in page.tags
    assert page.texts["code"] == ["W", "peak", "T"]


def test_what_is_not_complete_is_a_text() -> None:
    assert shown(ss.decay("cosine", 500)) == {"text/plain": "Schedule('decay(cosine, 500)')"}


def test_a_plan_shows_each_of_its_schedules() -> None:
    plan = ss.plan("lr = cosine(1e-3, 100); weight_decay = 0.1*lr; beta = linear(b, 9)")
    forms = shown(plan)
    assert set(forms) == {"text/plain", "text/latex", "text/html"}
    page = Page(forms["text/html"])
    assert page.texts["code"] == ["lr", "weight_decay", "beta", "b"]
    assert page.texts["div"] == [f"$${schedule.latex()}$$" for schedule in plan.values()]
    assert page.tags.count("svg") == 2
    assert forms["text/latex"].count(r"\mathrm{weight\_decay} &= ") == 1
    bound = plan.bind(b=1)
    assert shown(bound)["image/svg+xml"] == bound.plot().svg


def test_a_front_end_may_choose() -> None:
    schedule = ss.parse(EXAMPLE)
    assert set(schedule._repr_mimebundle_(include={"text/latex"})) == {"text/latex"}
    assert "text/html" not in schedule._repr_mimebundle_(exclude={"text/html"})


def test_a_picture_is_shown() -> None:
    picture = ss.parse(EXAMPLE).plot(steps=100)
    forms = shown(picture)
    assert forms["image/svg+xml"] == forms["text/html"] == picture.svg
