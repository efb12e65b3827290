"""The page about one nominal schedule: its values, its texts, and what the libraries do, written by hand."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from by_hand import NEAR_ZERO, Curve, D, half, line
from mpmath import floor, mpf

ROOT = Path(__file__).parent.parent


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((ROOT / "tests/conformance/one_nominal_schedule.toml").read_text())[
        "case"
    ]
    return found


def rows() -> list[list[str]]:
    """The cells of the rows of the page, without the name of the library."""
    lines = (ROOT / "docs/one_nominal_schedule.md").read_text().splitlines()
    table = [line.strip("| ").split(" | ")[1:] for line in lines if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in table[2:]]


def test_the_page_has_the_cases() -> None:
    assert [row[-1] for row in rows()] == [f"`{case['source']}`" for case in cases()]
    assert len(rows()) == 22


def test_the_page_has_the_values() -> None:
    for row, case in zip(rows(), cases(), strict=True):
        cells = {str(step): float(cell) for step, cell in enumerate(row[:-1]) if cell}
        assert cells == {step: round(value, 3) for step, value in case["values"].items()}, case["name"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_a_curve_is_the_one_of_the_library(case: dict[str, Any]) -> None:
    """The definition, step by step: where the warm-up begins and ends, how long the cosine is, what comes after."""
    formula = NOMINAL[case["name"]]
    for step, value in case["values"].items():
        assert value == pytest.approx(float(formula(mpf(step))), rel=1e-12, abs=NEAR_ZERO), step


def warmed(first: Curve, owns: Callable[[Any], bool], then: Curve) -> Curve:
    return lambda k: first(k) if owns(k) else then(k)


def stopped(x: Any) -> Any:
    return half(min(max(x, mpf(0)), mpf(1)))


quarter: Curve = lambda k: k / 4  # noqa: E731
plain = warmed(quarter, lambda k: k < 4, lambda k: stopped((k - 4) / 6))
tiny: Curve = lambda k: line(D["1e-8"], 1, k / 4)  # noqa: E731

NOMINAL: dict[str, Curve] = {
    "torch SequentialLR of LinearLR and CosineAnnealingLR": warmed(tiny, lambda k: k < 4, lambda k: half((k - 4) / 6)),
    "torch SequentialLR inside another": warmed(tiny, lambda k: k < 3, lambda k: half((k - 3) / 6)),
    "torch OneCycleLR": warmed(
        lambda k: line(D["1e-8"], 1, 1 - half(k / 3)), lambda k: k < 3, lambda k: line(D["1e-16"], 1, half((k - 3) / 6))
    ),
    "optax warmup_cosine_decay_schedule": plain,
    "keras CosineDecay": plain,
    "transformers get_cosine_schedule_with_warmup": warmed(quarter, lambda k: k < 4, lambda k: half((k - 4) / 6)),
    "transformers get_cosine_with_min_lr_schedule_with_warmup_lr_rate": warmed(
        lambda k: (k + 1) / 4, lambda k: k < 4, lambda k: half((k - 3) / 6)
    ),
    "timm CosineLRScheduler": warmed(quarter, lambda k: k < 4, lambda k: stopped(k / 10)),
    "timm CosineLRScheduler with warmup_prefix": plain,
    "Composer CosineAnnealingWithWarmupScheduler": plain,
    "Megatron-LM and nanotron": warmed(quarter, lambda k: k <= 4, lambda k: stopped((k - 4) / 6)),
    "TorchTitan at 0e13811": warmed(lambda k: (k + 1) / 5, lambda k: k < 4, lambda k: stopped((k - 3) / 7)),
    "TorchTitan at b5bcd76": warmed(
        lambda k: min((k + 1) / 4, 1), lambda k: k < 5, lambda k: half((k - 4) / 6)
    ),
    "NeMo CosineAnnealing": warmed(lambda k: (k + 1) / 5, lambda k: k <= 4, lambda k: stopped((k - 4) / 6)),
    "DeepSpeed WarmupCosineLR": warmed(
        lambda k: max(k - 1, 0) / 4, lambda k: k < 5, lambda k: stopped((k - 4) / 6)
    ),
    "fairseq cosine": warmed(
        quarter, lambda k: k < 4, lambda k: D["0.1"] ** floor((k - 4) / 6) * half((k - 4) % 6 / 6)
    ),
    "T5X and Trax": lambda k: max(D["1e-8"], min(1, k / 4) * half(max(0, (k - 4) / 6) % 1)),
    "big_vision and OLMo-core": plain,
    "Detectron2 WarmupParamScheduler": warmed(
        lambda k: half(D["0.4"]) * k / 4, lambda k: k < 4, lambda k: half(k / 10)
    ),
    "ignite create_lr_scheduler_with_warmup": warmed(lambda k: k / 3, lambda k: k < 3, lambda k: half((k - 3) / 6)),
    "MMEngine LinearLR and CosineAnnealingLR": warmed(
        lambda k: k / 3, lambda k: k < 4, lambda k: half(min(k - 4, 5) / 6)
    ),
    "ParameterSchedulers.jl Sequence": warmed(quarter, lambda k: k < 4, lambda k: half((k - 4) / 6)),
}  # fmt: skip
