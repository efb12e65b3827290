"""An engine of DeepSpeed with a schedule, in a process of its own: `pytest -m deepspeed`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import symsched as ss

pytestmark = pytest.mark.deepspeed

EXAMPLE = Path(__file__).parent.parent / "docs" / "integrations" / "deepspeed_training.py"

ALONE = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "0"}
"""What a launcher says to one process that is alone."""

RUN = """
import runpy, sys
import deepspeed
# It talks to processes beside it, is written in C++, and takes minutes to compile.
deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def test_an_engine_holds_the_values_of_the_schedule_also_when_it_goes_on() -> None:
    environment = {**os.environ, **ALONE, "DS_ACCELERATOR": "cpu"}
    command = [sys.executable, "-c", RUN, str(EXAMPLE)]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    lr = ss.parse("warmup(linear, 25%) >> cosine(1e-2, 75%)").bind(total=12)
    lines = re.findall(r"^(\d+) (\S+) (\S+)$", done.stdout, flags=re.MULTILINE)
    found = [(int(step), float(rate), float(decay)) for step, rate, decay in lines]
    assert found == [(step // 2, lr(step // 2), (0.1 * lr)(step // 2)) for step in range(24)]
