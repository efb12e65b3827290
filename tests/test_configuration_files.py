"""Texts in YAML, TOML and JSON: what the readers of these files make of them is what is read."""

from __future__ import annotations

import json
import pickle
import tomllib
from typing import Any

import pytest
import yaml

import symsched as ss
from symsched.linking import linked

RATE = ss.parse("warmup(linear, 500) >> cosine(1e-3, 1e4)")


@pytest.mark.parametrize(
    "written",
    [
        "warmup(linear, 500) >> cosine(1e-3, 1e4)",
        "'warmup(linear, 500) >> cosine(1e-3, 1e4)'",
        '"warmup(linear, 500) >> cosine(1e-3, 1e4)"',
        "warmup(linear, 500) >> cosine(1e-3, 1e4)  # a comment of YAML",
        "warmup(linear, 500)\n  >> cosine(1e-3, 1e4)",
        ">-\n  warmup(linear, 500)\n  >> cosine(1e-3, 1e4)",
        ">\n  warmup(linear, 500)\n  >> cosine(1e-3, 1e4)\n",
        "|\n  warmup(linear, 500)  # a comment of the language\n  >> cosine(1e-3, 1e4)\n",
    ],
)
def test_yaml_needs_no_quotes(written: str) -> None:
    assert ss.parse(yaml.safe_load(f"lr: {written}")["lr"]) == RATE


@pytest.mark.parametrize(
    ("written", "kind", "text"),
    [
        ("1e-3", str, "1e-3"), ("1.0e-3", float, "1e-3"), ("1e-8", str, "1e-8"), ("3", int, "3"), (".5", float, "0.5"),
        ("1_000", int, "1000"), ("10k", str, "10k"), ("-1", int, "-1"), ("-linear(1, 10)", str, "-linear(1, 10)"),
        ("steps/20", str, "steps/20"),
    ],
)  # fmt: skip
def test_numbers_are_what_yaml_makes_of_them(written: str, kind: type, text: str) -> None:
    value = yaml.safe_load(written)
    assert type(value) is kind
    assert ss.parse(value) == ss.parse(text)


def test_a_plan_is_a_block_of_lines() -> None:
    settings = yaml.safe_load("""
    coefficients: |
      _peak = 1e-3  # a comment
      lr = cosine(_peak, 100)

      weight_decay = 0.1*lr/_peak
    """)
    assert ss.plan(settings["coefficients"])["weight_decay"](50) == pytest.approx(0.05)


def test_a_folded_block_loses_what_follows_a_comment() -> None:
    text = yaml.safe_load(">-\n  warmup(linear, 500)  # a comment\n  >> cosine(1e-3, 1e4)")
    assert ss.parse(text) != RATE


def test_pairs_need_quotes() -> None:
    """To YAML, `: ` is a mapping."""
    with pytest.raises(yaml.YAMLError, match="mapping values are not allowed here"):
        yaml.safe_load("lr: keyframes(linear, 0: 1, 100: 0)")
    for written in ("lr: keyframes(linear, 0:1, 100:0)", 'lr: "keyframes(linear, 0: 1, 100: 0)"'):
        assert ss.parse(yaml.safe_load(written)["lr"])(50) == 0.5


@pytest.mark.parametrize("quote", ['"', "'", '"""', "'''"])
def test_toml_has_quotes(quote: str) -> None:
    assert ss.parse(tomllib.loads(f"lr = {quote}{RATE}{quote}")["lr"]) == RATE


def test_toml_has_blocks_and_numbers() -> None:
    settings = tomllib.loads("""
    eps = 1e-8
    lr = '''
    steps = 500  # a comment of the language
    warmup(linear, steps) >> cosine(1e-3, 1e4)'''
    """)
    assert settings["eps"] == 1e-8
    assert ss.parse(settings["eps"]) == ss.parse("1e-8")
    assert ss.parse(settings["lr"]).equivalent(RATE)


@pytest.mark.parametrize(("dump", "load"), [(json.dumps, json.loads), (yaml.safe_dump, yaml.safe_load)])
def test_what_was_written_is_read_again(dump: Any, load: Any) -> None:
    text = "steps = 500 # a comment\nwarmup(linear, steps)\n>> cosine(1e-3, 1e4)"
    settings = {"lr": text, "eps": 1e-8}
    assert linked(load(dump(settings))) == linked(settings)


@pytest.mark.parametrize(
    ("value", "title"),
    [
        (True, "a schedule is a value, but this is true"),
        (None, "a schedule is a value, but this is none"),
        ([1, 2], "a schedule is a value, but this is a list"),
        ({"name": "cosine"}, "a schedule is a text or a number, but this is a mapping"),
    ],
)
def test_what_a_file_may_hold_instead_is_an_error(value: Any, title: str) -> None:
    with pytest.raises(ss.ScheduleError) as caught:
        linked({"lr": value})
    assert caught.value.title == title
    assert str(caught.value).startswith(f"lr: {title}")


# The key of an error


def error_of(text: str) -> ss.ScheduleError:
    with pytest.raises(ss.ScheduleError) as caught:
        ss.parse(text)
    return caught.value


def test_keys_are_added_in_front() -> None:
    error = error_of("cosin(1, 2)")
    placed = error.at("lr").at("groups[1]").at("optimizer")
    assert (error.key, placed.key) == ("", "optimizer.groups[1].lr")
    assert str(placed) == f"optimizer.groups[1].lr: {error}"
    assert (placed.title, placed.source, placed.span, placed.hint) == (
        error.title, error.source, error.span, error.hint,
    )  # fmt: skip


def test_frameworks_that_show_the_form_for_programmers_show_the_place_too() -> None:
    error = error_of("cosin(1, 2)").at("lr")
    assert repr(error) == f"ScheduleError: {error}"


def test_a_key_is_copied_to_other_processes() -> None:
    error = error_of("cosin(1, 2)").at("lr")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 (our own)
