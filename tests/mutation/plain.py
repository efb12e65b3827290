"""What a plain pytest says of a mutant: in a fresh interpreter, in the copy of the checkout with the changed file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from checkout import CONFIG, changed
from judge import Judged
from sample import Mutant

LIMIT = 600
"""How many seconds it may take."""


def agrees(copy: Path, mutant: Mutant, judged: Judged) -> bool:
    """Whether the test that found the mutant fails there, or, if none did, no test fails in that time."""
    tests = [judged.by] if judged.by.startswith("tests/") else CONFIG["tests"]
    command = [sys.executable, "-m", "pytest", *CONFIG["options"], "--exitfirst", *tests]
    with changed({copy / mutant.file: mutant.changed}):
        try:
            done = subprocess.run(command, cwd=copy, capture_output=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            return judged.verdict != "found"
    return judged.is_found == (done.returncode != 0)
