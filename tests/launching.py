"""Scripts in several processes that talk by gloo, as `torchrun` starts them."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path


def launched(script: Path, *options: str, folder: Path, processes: int = 2, restarts: int = 0) -> str:
    """What a script prints, in some processes; one process is plain Python."""
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    several = [*launcher, f"--max-restarts={restarts}", __file__] if processes > 1 else []
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1",  # else a process that is fast finds the address of one that died
    }
    done = subprocess.run(
        [sys.executable, *several, str(script), *options],
        cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(script: str) -> None:
    """Run a script, and end the process where it ends.

    A thread of gloo may still hold what it sent last. It aborts the process if Python ends before it lets go of that,
    and waits forever if the model goes first (pytorch/pytorch#179291).
    """
    held = runpy.run_path(script, run_name="__main__")
    assert held
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    sys.path[0] = str(Path(sys.argv[0]).parent)
    run(sys.argv[0])
