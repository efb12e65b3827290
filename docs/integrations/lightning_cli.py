"""`python lightning_cli.py fit --optimizer=AdamW --schedule="warmup(linear, 10%) >> cosine(1e-3, 90%)"`."""

import torch
from lightning.pytorch import LightningModule
from torch.utils.data import DataLoader

from symsched.integrations.lightning import ScheduleCLI


class Line(LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def training_step(self, batch: list[torch.Tensor], index: int) -> torch.Tensor:
        print(self.global_step, self.optimizers().param_groups[0]["lr"])
        return torch.mean((self.layer(batch[0]) - batch[1]) ** 2)

    def train_dataloader(self) -> DataLoader:
        inputs = torch.randn(64, 2)
        return DataLoader(list(zip(inputs, inputs.sum(dim=1, keepdim=True), strict=True)), batch_size=8)


if __name__ == "__main__":
    ScheduleCLI(Line, seed_everything_default=0)
