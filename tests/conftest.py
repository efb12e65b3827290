"""What the tests share: the backends under test, and arrays of each of their frameworks."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import Any

os.environ["KERAS_BACKEND"] = os.environ.get("SYMSCHED_TEST_KERAS", "jax")  # before anything imports Keras

import numpy as np
import pytest

import symsched as ss
from symsched import api


def backends() -> list[str]:
    """The backends that make functions of a step: those that are asked for, else those that are installed."""
    return [name for name in _callables() if not is_native(name)]


def natives() -> list[str]:
    """The backends that make what a framework has instead of a function."""
    return [name for name in _callables() if is_native(name)]


def is_native(backend: str) -> bool:
    """Whether a backend makes an object of a framework, with the arguments and the precision of that framework."""
    return getattr(api.backend(backend), "NATIVE", False)


def _callables() -> list[str]:
    requested = os.environ.get("SYMSCHED_TEST_BACKENDS", "")
    return requested.split(",") if requested else [n for n in ss.available_backends() if api.backend(n).FUNCTION]


@dataclass(frozen=True)
class Arrays:
    """How a framework makes an array from a NumPy array, and whether it rounds to float32 by default."""

    make: Callable[[np.ndarray], Any]
    default: str
    wide: Callable[[], AbstractContextManager[object]] = nullcontext
    """The context in which the framework keeps 64 bits."""


def _numpy() -> Arrays:
    return Arrays(np.asarray, "float64")


def _torch() -> Arrays:
    torch = import_module("torch")
    return Arrays(torch.asarray, "float32")


def _jax() -> Arrays:
    jax = import_module("jax")
    return Arrays(jax.numpy.asarray, "float32", lambda: jax.enable_x64(True))


_FRAMEWORKS = {"numpy": _numpy, "torch": _torch, "jax": _jax}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `backend` runs on every one of them."""
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", backends())


def arrays_of(backend: str) -> Arrays | None:
    """The arrays of a backend; None where it works on numbers alone."""
    requires = api.backend(backend).REQUIRES
    return _FRAMEWORKS[requires]() if requires else None


@pytest.fixture
def arrays(backend: str) -> Arrays | None:
    return arrays_of(backend)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the tests that the default options leave out."""
    left_out = re.findall(r"\bnot (\w+)", config.option.markexpr)
    what = dict(line.split(": ", 1) for line in config.getini("markers") if ": " in line)
    for mark in left_out:
        terminalreporter.write_line(f"left out: the tests of `{mark}`, which {what[mark]}: pytest -m {mark}")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `-n`, a worker has a stretch of the tests, so that what a file prepares is made once."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)
