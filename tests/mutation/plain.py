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


def difference(copy: Path, mutant: Mutant, judged: Judged) -> str:
    """How the last words of pytest differ from the verdict, for as long as there is time; empty where they do not.

    Of a mutant that was found, the test that found it is run. Of another, all tests.
    """
    tests = [judged.by] if judged.by.startswith("tests/") else CONFIG["tests"]
    command = [sys.executable, "-m", "pytest", *CONFIG["options"], "--exitfirst", *tests]
    with changed({copy / mutant.file: mutant.changed}):
        try:
            done = subprocess.run(command, cwd=copy, capture_output=True, timeout=LIMIT, text=True)
        except subprocess.TimeoutExpired:
            return "pytest did not end" if judged.verdict == "found" else ""
    last = "\n".join(done.stdout.splitlines()[-2:])
    return "" if judged.is_found == (done.returncode != 0) else f"pytest ended with {done.returncode}: {last}"
