"""The importer of `CONTRIBUTING.md`: one file, added to a copy of the package, is known to the command line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from itertools import takewhile
from math import prod
from pathlib import Path

import pytest

import symsched as ss

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("\n## Adding an importer\n") : PAGE.index("\n## Style\n")]
COMMAND = f"#!{sys.executable}\nfrom symsched.cli import main\nmain(prog_name='symsched')\n"


def block(language: str) -> str:
    ((text),) = re.findall(rf"^```{language}\n(.*?)^```$", SECTION, flags=re.DOTALL | re.MULTILINE)
    return str(text)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with one integration more, and a command `symsched` in `bin`."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("symsched", "backends", "grammar"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "symsched/integrations/darknet.py").write_text(block("py"), encoding="utf-8")
    command = folder / "bin" / "symsched"
    command.parent.mkdir()
    command.write_text(COMMAND)
    command.chmod(0o755)
    return folder


def run(checkout: Path, *command: str) -> str:
    path = os.pathsep.join([str(checkout / "bin"), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=checkout, env=os.environ | {"PATH": path, "PYTHONPATH": str(checkout), "COLUMNS": "80"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
    )  # fmt: skip
    return done.stdout


def imported(checkout: Path, settings: dict[str, str]) -> ss.Schedule:
    """What the command makes of some settings, read by symsched as it is."""
    text = "\n".join(["[net]", *(f"{name}={value}" for name, value in settings.items())])
    return ss.parse(run(checkout, "symsched", "import", "--from", "darknet", text).strip())


def by_hand(rate: float, burn_in: int, power: int, factors: dict[int, float], batch: int) -> float:
    """The rate of Darknet at a batch: `get_current_rate` in src/network.c of pjreddie/darknet."""
    if batch < burn_in:
        return rate * (batch / burn_in) ** power
    return rate * prod(factors[step] for step in takewhile(lambda step: step <= batch, factors))


def test_a_command_prints_what_it_says(checkout: Path) -> None:
    commands = [part.partition("\n") for part in re.split(r"^\$ ", block("shell-session"), flags=re.MULTILINE)[1:]]
    assert len(commands) == 3
    for command, _, expected in commands:
        assert run(checkout, "/bin/sh", "-c", command).strip() == expected.strip()


@pytest.mark.parametrize("burn_in", [0, 7])
@pytest.mark.parametrize("power", [1, 4])
@pytest.mark.parametrize("factors", [{}, {40: 0.1}, {40: 0.1, 80: 0.5}, {5: 2.0}])
def test_it_has_the_values_of_darknet(checkout: Path, burn_in: int, power: int, factors: dict[int, float]) -> None:
    settings = {"learning_rate": "0.1", "burn_in": str(burn_in), "power": str(power)}
    if factors:
        steps, scales = (",".join(map(str, column)) for column in (factors, factors.values()))
        settings |= {"policy": "steps", "steps": steps, "scales": scales}
    schedule = imported(checkout, settings)
    expected = [by_hand(0.1, burn_in, power, factors, batch) for batch in range(100)]
    assert [schedule(batch) for batch in range(100)] == pytest.approx(expected, rel=1e-14)


def test_the_file_of_the_section_is_needed() -> None:
    from symsched import importing

    assert "darknet" not in importing.text_formats()


def test_the_completion_knows_it(checkout: Path) -> None:
    code = "import json; from symsched.importing import text_formats; print(json.dumps(list(text_formats())))"
    assert "darknet" in json.loads(run(checkout, sys.executable, "-c", code))
