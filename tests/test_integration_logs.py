"""Schedules in logs that real writers write, read back from their files."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import wandb
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard import SummaryWriter
from wandb.proto import wandb_internal_pb2

import symsched as ss
from symsched import integrations
from symsched.integrations import tensorboard
from symsched.integrations import wandb as for_wandb

TEXT = "warmup(linear, 500) >> cosine(1e-3, 1e4)"
PLAN = ss.plan("lr = cosine(1e-3, 100); weight_decay = 0.1*lr")
CURVES = [
    TEXT,
    "linear(1, 99.5) >> 0.5",
    "piecewise([1, 0.1, 0.01], [300, 301])",
    "0.1",
    "repeat(linear(1, 10))",
    "1e-3/sqrt(max(t, 100))",
]


def assert_follows(points: list[tuple[int, float]], schedule: ss.Schedule) -> None:
    """The points lie on a schedule, and lines between them pass each whole step near to it."""
    steps, values = zip(*points, strict=True)
    assert list(steps) == sorted(set(steps))
    assert steps[0] == 0
    assert values == pytest.approx([schedule(step) for step in steps], rel=1e-6)  # TensorBoard keeps float32
    every = np.arange(steps[-1] + 1.0)
    exact = schedule(every)
    assert np.max(np.abs(np.interp(every, steps, values) - exact)) <= 1e-3 * np.max(np.abs(exact))


# TensorBoard


def written(folder: Path) -> EventAccumulator:
    found = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    found.Reload()
    return found


def scalars(found: EventAccumulator, tag: str) -> list[tuple[int, float]]:
    return [(event.step, event.value) for event in found.Scalars(tag)]


def text(found: EventAccumulator, tag: str) -> str:
    (event,) = found.Tensors(f"{tag}/text_summary")
    (content,) = event.tensor_proto.string_val
    return bytes(content).decode()


@pytest.mark.parametrize("schedule", CURVES)
def test_tensorboard_has_the_curve_and_the_text(tmp_path: Path, schedule: str) -> None:
    with SummaryWriter(tmp_path) as writer:
        tensorboard.log(writer, schedule)
    found = written(tmp_path)
    assert text(found, "schedule") == f"    {ss.parse(schedule)}"
    assert_follows(scalars(found, "schedule"), ss.parse(schedule))


def test_tensorboard_has_each_schedule_of_a_plan(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        tensorboard.log(writer, PLAN, steps=80, tag="planned")
    found = written(tmp_path)
    assert found.Tags()["scalars"] == ["planned/lr", "planned/weight_decay"]
    for name, schedule in PLAN.items():
        assert ss.parse(text(found, f"planned/{name}")) == schedule
        assert_follows(points := scalars(found, f"planned/{name}"), schedule)
        assert points[-1][0] == 80


def test_few_points_say_it_all(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        tensorboard.log(writer, {"long": "linear(1, 1e6)", "cycles": "repeat(linear(1, 7))[:1e6]"})
    found = written(tmp_path)
    assert len(scalars(found, "schedule/long")) < 10
    assert len(scalars(found, "schedule/cycles")) < 3000


# Weights & Biases


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Any]:
    settings = wandb.Settings(silent=True, console="off", disable_git=True, save_code=False)
    with wandb.init(mode="offline", project="schedules", dir=tmp_path, settings=settings) as started:
        yield started


def finish(run: Any) -> None:
    """End a run, and the process that writes its files."""
    run.finish()
    wandb.teardown()


def records(run: Any) -> Iterator[Any]:
    """What a run left in its file: blocks of 32 KiB, in them records in one piece or several."""
    (path,) = Path(run.settings.sync_dir).glob("*.wandb")
    content, place, pieces = path.read_bytes(), 7, b""
    while place < len(content):
        rest = 2**15 - place % 2**15
        if rest < 7:
            place += rest
            continue
        _, size, kind = struct.unpack("<IHB", content[place : place + 7])
        pieces += content[place + 7 : place + 7 + size]
        place += 7 + size
        if kind in (1, 4):  # whole, or the last piece
            yield wandb_internal_pb2.Record.FromString(pieces)
            pieces = b""


def config(run: Any) -> dict[str, Any]:
    return {u.key: json.loads(u.value_json) for r in records(run) for u in r.config.update if u.key}


def history(run: Any) -> list[dict[str, Any]]:
    """The rows that were logged."""
    rows = [r.history.item for r in records(run) if r.WhichOneof("record_type") == "history"]
    return [{".".join(i.nested_key) or i.key: json.loads(i.value_json) for i in items} for items in rows]


def curve(run: Any, key: str) -> list[tuple[int, float]]:
    (path,) = Path(run.settings.files_dir, "media", "table", *key.split("/")[:-1]).glob(f"{key.split('/')[-1]}_table_*")
    table = json.loads(path.read_text())
    assert table["columns"] == ["step", "value"]
    return [(step, value) for step, value in table["data"]]


def test_wandb_has_the_curve_and_the_text(run: Any) -> None:
    for_wandb.log(run, TEXT)
    finish(run)
    assert config(run)["schedule"] == TEXT
    assert_follows(curve(run, "schedule"), ss.parse(TEXT))


def test_wandb_has_each_schedule_of_a_plan_and_keeps_its_steps(run: Any) -> None:
    for_wandb.log(run, PLAN, steps=80)
    for step in range(3):
        run.log({"loss": 1 / (step + 1)})
    finish(run)
    assert [row["_step"] for row in history(run)] == [0, 1, 2]
    for name, schedule in PLAN.items():
        assert ss.parse(config(run)[f"schedule/{name}"]) == schedule
        assert_follows(points := curve(run, f"schedule/{name}"), schedule)
        assert points[-1][0] == 80
        assert history(run)[0][f"schedule/{name}_table.nrows"] == len(points)


def test_a_run_goes_on_with_another_text(run: Any) -> None:
    for_wandb.log(run, "linear(1, 10)")
    for_wandb.log(run, "linear(1, 20)")
    assert run.config["schedule"] == "linear(1, 20)"


# What they share


@pytest.mark.parametrize(
    ("schedule", "steps", "title"),
    [
        ("cosine(peak, 100)", None, "no value for `peak`"),
        ("cosine(1, 100)", 0, "the last step to show must be positive and finite, but got 0"),
        ({"lr": "2*cosine(peak, 100)"}, None, "lr: no value for `peak`"),
        ({"lr": "cosin(1, 100)"}, None, "lr: unknown schedule `cosin`"),
    ],
)
def test_what_cannot_be_logged_is_an_error(tmp_path: Path, schedule: Any, steps: float | None, title: str) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(ss.ScheduleError) as caught:
        tensorboard.log(writer, schedule, steps)
    assert str(caught.value).splitlines()[0] == title


LIBRARIES = {
    "omegaconf": lambda module: module.register(),
    "jsonargparse": lambda module: module.register(),
    "wandb": lambda module: module.log(None, "linear(1, 10)"),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_an_absent_library_is_one_clear_error(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ss.ScheduleError) as caught:
        LIBRARIES[name](integrations.load(name))
    assert str(caught.value) == f"`{name}` is not installed\n\nHint: pip install symsched[{name}]"


def test_no_file_imports_its_library_before_it_is_used() -> None:
    names = "jsonargparse, omegaconf, pydantic, tensorboard, torch, wandb"
    code = f"""
import sys
from symsched import integrations
assert all(integrations.load(name) for name in integrations.names())
print(*({{*"{names}".split(", ")}} & {{*sys.modules}}))"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "\n"
