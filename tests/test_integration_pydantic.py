"""`Schedule` and `Plan` as types of fields, of pydantic and of dataclasses."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any

import pytest
from hypothesis import given
from programs import programs
from pydantic import BaseModel, TypeAdapter, ValidationError

import symsched as ss


class Optimizer(BaseModel):
    """A part of a configuration."""

    lr: ss.Schedule
    weight_decay: ss.Schedule | None = None


class Settings(BaseModel):
    """A configuration."""

    optimizer: Optimizer
    groups: list[Optimizer] = []
    plan: ss.Plan = ss.plan("noise = linear(1, 100)")


@pytest.mark.parametrize("value", ["cosine( 1e-3, 1e4)", 3, 1e-3, "1e-3", ss.parse("linear(1, 10)")])
def test_texts_numbers_and_schedules_are_read(value: Any) -> None:
    expected = ss.parse(value)
    assert Optimizer(lr=value).lr == expected
    assert TypeAdapter(ss.Schedule).validate_python(value, strict=True) == expected


@pytest.mark.parametrize("text", ['{"optimizer": {"lr": "linear(1, 10)"}}', '{"optimizer": {"lr": 1e-3}}'])
def test_json_is_read_strictly_too(text: str) -> None:
    assert Settings.model_validate_json(text, strict=True) == Settings.model_validate_json(text)


@given(programs())
def test_json_goes_out_and_comes_back(program: Any) -> None:
    made = Optimizer(lr=program.text)
    assert json.loads(made.model_dump_json())["lr"] == str(made.lr)
    assert Optimizer.model_validate_json(made.model_dump_json()) == made


def test_json_has_canonical_texts() -> None:
    made = Settings.model_validate({"optimizer": {"lr": "cosine( 1e-3, 1e4)", "weight_decay": 0.1}})
    assert json.loads(made.model_dump_json()) == {
        "optimizer": {"lr": "cosine(1e-3, 1e4)", "weight_decay": "0.1"},
        "groups": [],
        "plan": "noise = linear(1, 100)",
    }
    assert made.model_dump()["optimizer"]["lr"] is made.optimizer.lr


def test_json_schema_says_what_goes_in_and_what_comes_out() -> None:
    text = {"type": "string", "format": "symsched"}
    assert TypeAdapter(ss.Schedule).json_schema() == {"type": ["string", "number"], "format": "symsched"}
    assert TypeAdapter(ss.Schedule).json_schema(mode="serialization") == text
    assert TypeAdapter(ss.Plan).json_schema() == TypeAdapter(ss.Plan).json_schema(mode="serialization") == text
    assert Settings.model_json_schema()["properties"]["plan"] == {
        **text, "default": "noise = linear(1, 100)", "title": "Plan",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("place", "settings"),
    [
        (("optimizer", "lr"), {"optimizer": {"lr": "2*cosin(1, 2)"}}),
        (("groups", 1, "lr"), {"optimizer": {"lr": 1}, "groups": [{"lr": 1}, {"lr": "2*cosin(1, 2)"}]}),
        (("plan",), {"optimizer": {"lr": 1}, "plan": "noise = 2*cosin(1, 2)"}),
    ],
)
def test_an_error_has_its_place_and_the_caret(place: tuple[str | int, ...], settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(settings)
    (error,) = caught.value.errors()
    assert error["loc"] == place
    cause = error["ctx"]["error"]
    assert isinstance(cause, ss.ScheduleError)
    source, span = cause.source, cause.span
    assert source is not None
    assert span is not None
    assert source[slice(*span)] == "cosin"
    assert error["msg"] == f"Value error, {cause}"
    assert f"\n  {source}\n" in str(caught.value)
    assert json.loads(caught.value.json())[0]["msg"] == error["msg"]


@pytest.mark.parametrize("value", [None, True, [1, 2], {"a": 1}, b"1", float("nan"), "", "lr = 1"])
def test_what_is_no_schedule_is_an_error_of_the_field(value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(ss.Schedule).validate_python(value)
    assert [e["type"] for e in caught.value.errors()] == ["value_error"]


@pytest.mark.parametrize("value", [None, 3, ["lr = 1"], "linear(1, 10)", ""])
def test_what_is_no_plan_is_an_error_of_the_field(value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(ss.Plan).validate_python(value)
    assert [e["type"] for e in caught.value.errors()] == ["value_error"]


def test_nothing_of_pydantic_is_imported_before_it_asks() -> None:
    code = (
        "import symsched, sys; symsched.parse('linear(1, 10)')(3); print([n for n in sys.modules if 'pydantic' in n])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


# Dataclasses, which need nothing


@dataclass
class Plain:
    """A configuration without checks of its own."""

    lr: ss.Schedule = ss.parse("cosine(1, 100)")  # noqa: RUF009 (immutable)

    def __post_init__(self) -> None:
        self.lr = ss.parse(self.lr)


def test_a_dataclass_holds_schedules() -> None:
    assert Plain("linear(1, 10)").lr(5) == Plain(0.5).lr(0) == 0.5  # type: ignore[arg-type]
    assert asdict(Plain()) == {"lr": ss.parse("cosine(1, 100)")}
    assert deepcopy(Plain()) == Plain()
    assert json.loads(json.dumps(asdict(Plain()), default=str)) == {"lr": "cosine(1, 100)"}
