"""A Trainer of transformers that follows a schedule, stops, and goes on from its checkpoint."""

import torch
from transformers import TrainingArguments

from symsched.integrations.transformers import ScheduleTrainer


class Line(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": torch.mean((self.layer(x) - labels) ** 2)}


plan = {"lr": "warmup(linear, 10%) >> hold(40%, 1e-2) >> decay(cosine, rest)", "weight_decay": "0.1*lr"}
data = [{"x": torch.tensor([x, 1.0]), "labels": torch.tensor([2 * x])} for x in torch.linspace(-1, 1, 80)]
arguments = TrainingArguments(
    "out", gradient_accumulation_steps=2, max_steps=20, logging_steps=1, save_steps=7, report_to="none", use_cpu=True
)
ScheduleTrainer(Line(), arguments, train_dataset=data, schedule=plan).train()
resumed = ScheduleTrainer(Line(), arguments, train_dataset=data, schedule=plan)
resumed.train(resume_from_checkpoint="out/checkpoint-7")
print([entry["learning_rate"] for entry in resumed.state.log_history if "learning_rate" in entry])
