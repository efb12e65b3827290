"""What the tests share: the backends under test, and arrays of each of their frameworks."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"  # before anything imports it

import numpy as np
import pytest

import symsched as ss
from symsched import api


def backends() -> list[str]:
    """The backends that make callables: those that are asked for, else those that are installed."""
    requested = os.environ.get("SYMSCHED_TEST_BACKENDS", "")
    return requested.split(",") if requested else [n for n in ss.available_backends() if api.backend(n).FUNCTION]


@dataclass(frozen=True)
class Arrays:
    """How a framework makes an array from a NumPy array, and whether it rounds to float32 by default."""

    make: Callable[[np.ndarray], Any]
    default: str
    wide: Callable[[], AbstractContextManager[object]] = nullcontext
    """The context in which the framework keeps 64 bits."""
    apply: Callable[[Callable[..., Any], Any], Any] = lambda function, steps: function(steps)
    """How a function is called with an array."""
    is_single: bool = False
    """Whether it computes in 32 bits and nothing else."""
    of_largest: bool = False
    """Whether errors are in proportion to the largest value: the framework adds and subtracts as it likes."""


def _numpy() -> Arrays:
    return Arrays(np.asarray, "float64")


def _torch() -> Arrays:
    torch = import_module("torch")
    return Arrays(torch.asarray, "float32")


def _jax() -> Arrays:
    jax = import_module("jax")
    return Arrays(jax.numpy.asarray, "float32", lambda: jax.enable_x64(True))


def _optax() -> Arrays:
    """A schedule of optax takes one count."""
    vmap = import_module("jax").vmap
    return replace(_jax(), apply=lambda f, t: vmap(f)(t.reshape(-1)).reshape(t.shape), of_largest=True)


def _keras() -> Arrays:
    """The tests run it on jax, where its sines and cosines are float32 whatever they are given."""
    assert import_module("keras").backend.backend() == "jax"
    return replace(_jax(), is_single=True)


_FRAMEWORKS = {"numpy": _numpy, "torch": _torch, "jax": _jax, "optax": _optax, "keras": _keras}


def is_native(backend: str) -> bool:
    """Whether a backend prints an object of its framework, with the precision and the steps of that framework."""
    return getattr(api.backend(backend), "NATIVE", False)


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
    if config.option.markexpr == "not tex":
        terminalreporter.write_line("left out: the tests that need a TeX system; run them with: pytest -m tex")
