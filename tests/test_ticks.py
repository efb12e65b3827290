"""Round numbers along an axis."""

from __future__ import annotations

import pytest

from symsched import ticks


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (0, 1, 6, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (0, 1e-3, 6, ["0", "2e-4", "4e-4", "6e-4", "8e-4", "1e-3"]),
        (-1.2, 0.7, 5, ["-1", "-0.5", "0", "0.5"]),
        (3, 10.5, 4, ["4", "6", "8", "10"]),
        (0, 1e300, 3, ["0", "5e299", "1e300"]),
        (1, 1 + 1e-10, 3, ["1", "1.00000000005", "1.0000000001"]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, labels: list[str]) -> None:
    assert ticks.labels(ticks.linear(low, high, most)) == labels


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (1e-7, 1.3e-3, ["1e-7", "1e-6", "1e-5", "1e-4", "1e-3"]),
        (0.009, 0.11, ["0.01", "0.02", "0.05", "0.1"]),
        (1e-30, 1, ["1e-30", "1e-25", "1e-20", "1e-15", "1e-10", "1e-5", "1"]),
        (1e-3, 1e260, ["1", "1e50", "1e100", "1e150", "1e200", "1e250"]),
        (2.1, 3.7, ["2.5", "3", "3.5"]),
    ],
)
def test_ticks_of_a_logarithmic_axis_are_powers_of_ten_or_round(low: float, high: float, labels: list[str]) -> None:
    assert ticks.labels(ticks.logarithmic(low, high, 7)) == labels


@pytest.mark.parametrize(
    ("step", "label"),
    [(500, "500"), (9999, "9999"), (10_500, "10 500"), (1e9, "1 000 000 000"), (2e14, "2e14"), (10.5, "10.5")],
)
def test_steps_are_in_groups_of_three_digits(step: float, label: str) -> None:
    assert ticks.step_label(step) == label.replace(" ", ticks.THIN)
