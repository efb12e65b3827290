"""DeepSpeed with a schedule, in processes of its own: `pytest -m deepspeed`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import symsched as ss

pytestmark = pytest.mark.deepspeed

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "docs" / "integrations" / "deepspeed_training.py"

ALONE = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "0"}
"""What a launcher says to one process that is alone."""

RUN = """
import runpy, sys
import deepspeed
# It talks to processes beside it, is written in C++, and takes minutes to compile.
deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

LR = ss.parse("warmup(linear, 25%) >> cosine(1e-2, 75%)").bind(total=12)


def printed(script: Path, *options: str) -> list[tuple[float, ...]]:
    """The lines of numbers that a script prints."""
    environment = {**os.environ, **ALONE, "DS_ACCELERATOR": "cpu"}
    command = [sys.executable, "-c", RUN, str(script), *options]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    lines = re.findall(r"^\d+(?: [-\d.e]+)+$", done.stdout, flags=re.MULTILINE)
    return [tuple(map(float, line.split())) for line in lines]


def test_an_engine_holds_the_values_of_the_schedule_also_when_it_goes_on() -> None:
    """Two batches make an update."""
    assert printed(EXAMPLE) == [(step // 2, LR(step // 2), (0.1 * LR)(step // 2)) for step in range(24)]


@pytest.mark.parametrize("optimizer", ["own", "theirs"])
def test_a_trainer_of_transformers_on_an_engine(optimizer: str, tmp_path: Path) -> None:
    found = printed(HERE / "deepspeed_trainer.py", str(tmp_path), optimizer)
    assert found == [(step, LR(step)) for step in [*range(12), *range(5, 12)]]
