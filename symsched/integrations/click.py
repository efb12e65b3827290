"""click: types of options; with `symsched.parse`, click keeps the reason of an error to itself."""

from __future__ import annotations

from ..api import parse
from ..errors import ScheduleError
from ..plans import Plan
from ..plans import plan as read_plan
from ..schedule import Schedule

__all__ = ["plan", "schedule"]


def schedule(text: str | Schedule) -> Schedule:
    """The type of an option that is a schedule; `symsched.parse` with an error that click shows.

    Example:
        >>> import click
        >>> from symsched.integrations.click import schedule
        >>> option = click.Option(["--lr"], type=schedule, default="1e-3")
        >>> option.type_cast_value(click.Context(click.Command("train")), "cosine(1e-3, 1e4)")
        Schedule('cosine(1e-3, 1e4)')
    """
    try:
        return parse(text)
    except ScheduleError as error:
        raise _shown(error) from None


def plan(text: str | Plan) -> Plan:
    """The type of an option that is a plan."""
    try:
        return read_plan(text)
    except ScheduleError as error:
        raise _shown(error) from None


def _shown(error: ScheduleError) -> Exception:
    from click import BadParameter

    return BadParameter(str(error))
