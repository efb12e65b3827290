"""A module of Lightning whose rate and momentum follow schedules, at every update."""

import torch
from lightning.pytorch import LightningModule, Trainer
from torch.utils.data import DataLoader

from symsched.integrations.lightning import scheduled


class Line(LightningModule):
    def __init__(self, schedule: str = "warmup(linear, 10%) >> hold(1ep, 0.1) >> decay(cosine, rest)") -> None:
        super().__init__()
        self.layer, self.schedule = torch.nn.Linear(2, 1), schedule

    def training_step(self, batch: list[torch.Tensor], index: int) -> torch.Tensor:
        print(self.global_step, self.optimizers().param_groups[0]["lr"])
        return torch.mean((self.layer(batch[0]) - batch[1]) ** 2)

    def configure_optimizers(self) -> dict:
        optimizer = torch.optim.SGD(self.parameters(), momentum=0.9)
        return scheduled(optimizer, {"lr": self.schedule, "momentum": "0.95 - lr"}, self)


if __name__ == "__main__":
    inputs = torch.randn(64, 2)
    data = DataLoader(list(zip(inputs, inputs.sum(dim=1, keepdim=True), strict=True)), batch_size=8)
    Trainer(max_epochs=4, accumulate_grad_batches=2, accelerator="cpu", logger=False).fit(Line(), data)
