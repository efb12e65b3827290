"""The schedule that every page begins with, and the error of a call."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import symsched as ss


def worked() -> ss.Schedule:
    return ss.warmup("linear", 500) >> ss.cosine(1e-3, 10_000)


def failure(call: Callable[[], object]) -> ss.ScheduleError:
    with pytest.raises(ss.ScheduleError) as caught:
        call()
    return caught.value
