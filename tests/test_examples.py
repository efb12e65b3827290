"""The examples in docs/examples run, and do what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


@pytest.fixture(scope="module")
def digits() -> str:
    """What the training run prints."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / "train_digits.py")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_the_network_learns(digits: str, framework: str) -> None:
    (accuracy,) = re.findall(rf"^{framework} +accuracy (\d\.\d+) after 400 steps$", digits, flags=re.MULTILINE)
    assert 0.9 <= float(accuracy) <= 1


def test_both_runs_used_the_same_learning_rates(digits: str) -> None:
    (difference,) = re.findall(r"^learning rates differ by (\S+) at most, relative$", digits, flags=re.MULTILINE)
    assert 0 < float(difference) <= 2**-24


def test_every_example_is_run() -> None:
    assert [path.name for path in sorted(EXAMPLES.glob("*.py"))] == ["train_digits.py"]
