"""What holds with jax below Keras holds with torch below it: the same tests, in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("file", ["test_keras_schedule.py", "test_keras_callbacks.py"])
def test_it_holds_with_torch(file: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / file)]
    environment = {**os.environ, "SYMSCHED_TEST_KERAS": "torch"}
    done = subprocess.run(command, cwd=HERE.parent, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
