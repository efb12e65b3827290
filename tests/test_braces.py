"""The text for C and JavaScript, as far as it can be read without a compiler."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from calls import variants

import symsched as ss
from symsched.backends import header

TARGETS = ["c", "javascript"]

WIDTH = 80


def laid_out(text: str) -> Iterator[str]:
    """The lines whose layout is ours: none of the header, and none that clang-format is told to leave alone."""
    body = re.sub(r"// clang-format off\n.*?// clang-format on\n", "", text, flags=re.DOTALL)
    return (line for line in body.splitlines() if not line.startswith("//"))


@pytest.mark.parametrize("target", TARGETS)
def test_every_entry_is_printed(target: str) -> None:
    for name, text in variants().items():
        schedule = ss.parse(text)
        printed = schedule.emit(target)
        found = header.read(printed)
        assert printed.isascii(), name
        assert max(map(len, laid_out(printed))) <= WIDTH, name
        assert found is not None, name
        assert ss.parse(found.text) == schedule, name


def test_a_step_that_is_not_read_is_no_warning_of_c() -> None:
    assert "double schedule(double t) {\n  (void)t;\n  return 0.5;\n}" in ss.emit("0.5", "c")


@pytest.mark.parametrize(("name", "in_c", "in_javascript"), [
    ("lr", "lr", "lr"), ("double", "double_", "double"), ("default", "default_", "default_"),
    ("sin", "sin_", "sin"), ("function", "function", "function_"),
])  # fmt: skip
def test_a_word_of_the_language_gets_an_underscore(name: str, in_c: str, in_javascript: str) -> None:
    schedule = ss.parse("cosine(1, 10)")
    assert f"\nstatic inline double {in_c}(double t) {{\n" in schedule.emit("c", name=name)
    assert f"\nexport function {in_javascript}(t) {{\n" in schedule.emit("javascript", name=name)


def test_names_at_the_top_of_a_module_of_javascript_are_of_one_thing() -> None:
    plan = ss.plan("peak = 1e-3; PEAK = cosine(peak, 100); lr = noam(512, 400); wd = noam(64, 400); PI = 2*PEAK")
    text = plan.emit("javascript")
    names = re.findall(r"^(?:export function|function|const) (\w+)", text, re.MULTILINE)
    assert {"PEAK", "lr", "wd", "PI"} <= set(names)
    assert len(set(names)) == len(names)


def test_a_helper_of_c_has_the_name_of_the_function_in_front() -> None:
    assert "static inline double lr_modulo(double x, double y) {" in ss.emit("mod(3 - t, 7)", "c", name="lr")


def test_a_helper_of_c_is_not_called_as_another_function_of_a_plan() -> None:
    text = ss.plan("lr = mod(3 - t, 7); lr_modulo = cosine(1, 10)").emit("c")
    found = re.findall(r"^static inline double (\w+)", text, re.MULTILINE)
    assert found == ["lr_lr_modulo_modulo", "lr", "lr_modulo"]


@pytest.mark.parametrize("target", TARGETS)
def test_functions_of_a_plan_share_their_helpers(target: str) -> None:
    text = ss.plan("lr = mod(3 - t, 7); wd = mod(4 - t, 5)").emit(target)
    assert len(re.findall(r"^(?:static inline double|function) \w*modulo\(", text, re.MULTILINE)) == 1


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "text", ["repeat(linear(1, 10**308), 3, stretch=2**53)", "1e308*10 + t", "hold(3, 1) >> log(0*t)"]
)
def test_infinity_has_the_name_of_the_language(text: str, target: str) -> None:
    printed = "\n".join(laid_out(ss.emit(text, target)))
    assert not re.findall(r"\b(?:inf|nan)\b", printed)
    assert re.findall(r"\b(?:INFINITY|NAN|Infinity|NaN)\b", printed)


def test_equal_stages_are_not_looked_up() -> None:
    text = ss.parse(" >> ".join(["hold(1, 1)"] * 40)).emit("c")
    assert text.endswith("double schedule(double t) {\n  (void)t;\n  return 1.0;\n}\n\n#endif\n")
