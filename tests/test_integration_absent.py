"""What a framework brings is asked for where the framework is not installed: one error, which names the extra."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from symsched import integrations

ROOT = Path(__file__).parent.parent
NAMES = {
    "transformers": "ScheduleTrainer",
    "accelerate": "prepare",
    "lightning": "scheduled",
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with nothing but what symsched itself needs."""
    folder = tmp_path_factory.mktemp("bare")
    for name in ("sympy", "mpmath", "lark", "click"):
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        (folder / name).symlink_to(Path(spec.origin).parent)
    return folder


def said(bare: Path, code: str) -> str:
    """What a Python without frameworks prints."""
    environment = {"PYTHONPATH": f"{ROOT}:{bare}"}
    command = [sys.executable, "-S", "-c", code]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("module", NAMES)
def test_the_error_names_the_extra(bare: Path, module: str) -> None:
    code = f"""
from symsched import ScheduleError
from symsched.integrations import {module}
try:
    {module}.{NAMES[module]}
except ScheduleError as error:
    print(error)
"""
    title, _, hint = said(bare, code).splitlines()
    assert (title, hint) == (f"`{module}` is not installed", f"Hint: pip install symsched[{module}]")


@pytest.mark.parametrize("module", NAMES)
def test_what_there_is_not_is_told_as_python_does(module: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'symsched.integrations.{module}' has no attribute 'schedul'"):
        _ = integrations.load(module).schedul


def test_every_module_is_imported_without_its_framework(bare: Path) -> None:
    code = "from symsched import integrations as i; print(*(n for n in i.names() if i.load(n) is not None))"
    assert set(said(bare, code).split()) == set(integrations.names())
