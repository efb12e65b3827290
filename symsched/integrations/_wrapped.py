"""Optimizers that trainers put around those of torch."""

from __future__ import annotations

from typing import Any


def innermost(optimizer: Any) -> Any:
    """The optimizer of torch, which holds the hyper-parameters and tells of its updates."""
    while hasattr(optimizer, "optimizer"):
        optimizer = optimizer.optimizer
    return optimizer
