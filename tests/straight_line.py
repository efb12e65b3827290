"""A module of Lightning that learns a straight line, and keeps what its optimizer holds at each update."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from lightning.pytorch import LightningModule
from torch.utils.data import DataLoader, TensorDataset

from symsched.integrations.lightning import scheduled

SETTINGS = {
    "accelerator": "cpu", "logger": False, "enable_checkpointing": False, "enable_progress_bar": False,
    "enable_model_summary": False, "max_epochs": 2, "accumulate_grad_batches": 2,
}  # fmt: skip
"""Of a small run."""

STEPS = 16
"""The updates of that run."""

QUIET = [
    pytest.mark.filterwarnings("ignore:The 'train_dataloader' does not have many workers"),
    pytest.mark.filterwarnings("ignore:`isinstance.treespec, LeafSpec.` is deprecated:FutureWarning"),
]
"""What Lightning says of it, and what torch says of Lightning."""


class Line(LightningModule):
    """16 batches an epoch.

    Args:
        schedule: What `scheduled` is given.
        values: What else it is given.
    """

    def __init__(self, schedule: Any = "0.1", **values: Any) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)
        self.schedule, self.values = schedule, values
        self.held: dict[int, list[dict[str, Any]]] = {}

    def training_step(self, batch: list[torch.Tensor], index: int) -> torch.Tensor:
        return torch.mean((self.layer(batch[0]) - batch[1]) ** 2)

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        groups = [{k: v for k, v in group.items() if k != "params"} for group in optimizer.param_groups]
        assert self.global_step not in self.held
        self.held[self.global_step] = groups

    def configure_optimizers(self) -> Any:
        return scheduled(torch.optim.SGD(self.parameters(), lr=0.5, momentum=0.9), self.schedule, self, **self.values)

    def train_dataloader(self) -> Any:
        inputs = torch.randn(32, 2, generator=torch.Generator().manual_seed(0))
        return DataLoader(TensorDataset(inputs, inputs.sum(dim=1, keepdim=True)), batch_size=2)

    def rates(self) -> list[float]:
        return [groups[0]["lr"] for groups in self.held.values()]


class Undecided(Line):
    """One whose optimizer is chosen on the command line."""

    configure_optimizers = LightningModule.configure_optimizers

    def __init__(self) -> None:
        super().__init__()
