"""OmegaConf, and so Hydra: texts of a configuration become schedules where they are used.

lr: ${schedule:"warmup(linear, 500) >> cosine(1e-3, ${total})"}
"""

from __future__ import annotations

from typing import Any

from ..api import parse
from . import needed

__all__ = ["register"]


def register() -> None:
    """Let every configuration write `${schedule:"..."}`; once, before one is used, and again does no harm.

    - `${schedule:"..."}` is a `Schedule`, also from a number; in a field that is declared as `str`, its text.
    - `${schedule.text:"..."}` is the canonical text, for what keeps plain values only.

    Both read `${total}` and other interpolations inside the quotes. A text that means nothing is an
    `InterpolationResolutionError` with the key and the caret.

    Raises:
        ScheduleError: OmegaConf is not installed.

    Example:
        >>> from omegaconf import OmegaConf
        >>> from symsched.integrations import omegaconf
        >>> omegaconf.register()
        >>> config = OmegaConf.create({"total": 100, "lr": '${schedule:"cosine(1e-3, ${total})"}'})
        >>> config.lr
        Schedule('cosine(1e-3, 100)')
    """
    register_new_resolver = needed("omegaconf").OmegaConf.register_new_resolver
    register_new_resolver("schedule", parse, replace=True)
    register_new_resolver("schedule.text", _text, replace=True)


def _text(text: Any) -> str:
    return str(parse(text))
