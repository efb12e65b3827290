"""Hydra: `python hydra_app.py 'lr="linear(0.1, ${steps})"'` trains with another text."""

import hydra
import torch
from omegaconf import DictConfig

from symsched.integrations import omegaconf

omegaconf.register()


@hydra.main(version_base=None, config_path=".", config_name="hydra_app")
def main(config: DictConfig) -> None:
    model = torch.nn.Sequential(torch.nn.Dropout(), torch.nn.Linear(2, 1))
    optimizer = torch.optim.SGD(model.parameters())
    scheduler = hydra.utils.instantiate(config.scheduler)(optimizer)
    dropout = config.dropout
    for step in range(config.steps):
        model[0].p = dropout(step)
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        if step % 10 == 0:
            (group,) = optimizer.param_groups
            print(step, group["lr"], group["weight_decay"], model[0].p)
        scheduler.step()


if __name__ == "__main__":
    main()
