"""Work in a fork of this process: what it changes and imports is gone with it, and its time and memory are bounded."""

from __future__ import annotations

import json
import os
import resource
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

MEMORY = 6 << 30
"""Bytes of data that the work may hold."""

PATIENCE = 20
"""How many times its processor time the work may take on a busy machine before it counts as stuck."""

MISTAKE = 70
"""The exit status where an exception came out of the work."""


class OutOfTimeError(Exception):
    """The work took more than its time."""


class DiedError(Exception):
    """The work ended its process."""


def apart(work: Callable[[], Any], seconds: int) -> Any:
    """What `work` returns in a fork of this process, in so many seconds of processor time, as JSON holds it."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        bounded(work, seconds, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    _, status = os.waitpid(process, 0)
    end_group(process)
    if answer:
        return json.loads(answer)
    ended_by = os.waitstatus_to_exitcode(status)
    if ended_by == MISTAKE:
        raise RuntimeError("the work went wrong, as told above")
    raise OutOfTimeError if -ended_by in (signal.SIGXCPU, signal.SIGALRM) else DiedError(f"exit status {ended_by}")


def bounded(work: Callable[[], Any], seconds: int, writing: int) -> None:
    """The whole life of the fork. Nothing of its parent is cleaned up there, so it ends at once."""
    try:
        os.setsid()
        errors = os.dup(2)
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        signal.alarm(PATIENCE * seconds)
        with os.fdopen(writing, "wb") as stream:
            stream.write(json.dumps(work()).encode())
    except BaseException:
        os.write(errors, traceback.format_exc().encode())
        os._exit(MISTAKE)
    os._exit(0)


def end_group(process: int) -> None:
    """End what the work started and left behind."""
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
