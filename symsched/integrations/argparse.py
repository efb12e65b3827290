"""argparse: types of options; `symsched.parse` serves too, but argparse keeps the reason of its errors to itself."""

from __future__ import annotations

import argparse

from ..api import parse
from ..errors import ScheduleError
from ..plans import Plan
from ..plans import plan as read_plan
from ..schedule import Schedule

__all__ = ["plan", "schedule"]


def schedule(text: str) -> Schedule:
    """The type of an option that is a schedule; `symsched.parse` with an error that argparse shows.

    Example:
        >>> from argparse import ArgumentParser
        >>> from symsched.integrations.argparse import schedule
        >>> parser = ArgumentParser()
        >>> _ = parser.add_argument("--lr", type=schedule, default="1e-3")
        >>> parser.parse_args(["--lr", "cosine(1e-3, 1e4)"]).lr
        Schedule('cosine(1e-3, 1e4)')
    """
    try:
        return parse(text)
    except ScheduleError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def plan(text: str) -> Plan:
    """The type of an option that is a plan."""
    try:
        return read_plan(text)
    except ScheduleError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
