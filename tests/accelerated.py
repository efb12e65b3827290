"""A training run of Accelerate, in each of some processes: `accelerated.py FOLDER begin`, and then `resume`.

It writes what the optimizer of each process held at each of its updates, for each way to prepare the scheduler.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator, DataLoaderConfiguration, skip_first_batches
from torch.utils.data import DataLoader, TensorDataset

from symsched.integrations.accelerate import prepare
from symsched.integrations.torch import ScheduleLR, ScheduleWarning

TEXT = "warmup(linear, 25%) >> hold(25%, 1e-2) >> decay(cosine, rest)"
UPDATES, ACCUMULATED, SAVED = 12, 2, 5

Way = Callable[..., Any]
"""How the objects of a run are prepared."""


def again(accelerator: Accelerator, *objects: Any) -> Any:
    prepared = accelerator.prepare(*objects)
    return (*prepared[:-1], prepare(accelerator, prepared[-1]))


def plain(accelerator: Accelerator, *objects: Any) -> Any:
    return accelerator.prepare(*objects)


def without(accelerator: Accelerator, *objects: Any) -> Any:
    return (*accelerator.prepare(*objects[:-1]), objects[-1])


WAYS: dict[str, tuple[Way, dict[str, Any]]] = {
    "prepare": (prepare, {}),
    "prepared before": (again, {}),
    "split batches": (prepare, {"dataloader_config": DataLoaderConfiguration(split_batches=True)}),
    "apart from the optimizer": (prepare, {"step_scheduler_with_optimizer": False}),
    "none": (without, {}),
    "plain": (plain, {}),
}


def run(way: Way, settings: dict[str, Any], state: Path | None = None, resume: bool = False) -> dict[str, Any]:
    """Train, from the start or from a state."""
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=ACCUMULATED, **settings)
    torch.manual_seed(7)
    model = torch.nn.Linear(2, 1)
    optimizer: Any = torch.optim.SGD(model.parameters(), momentum=0.9)
    rates: list[float] = []
    optimizer.register_step_pre_hook(lambda optimizer, *_: rates.append(optimizer.param_groups[0]["lr"]))
    scheduler: Any = ScheduleLR(optimizer, TEXT, total=UPDATES)
    inputs = torch.randn(96, 2)
    data = DataLoader(
        TensorDataset(inputs, inputs.sum(dim=1, keepdim=True)), batch_size=4 if "data" in [*settings] else 2
    )
    model, optimizer, data, scheduler = way(accelerator, model, optimizer, data, scheduler)
    if resume:
        accelerator.load_state(state)
        data = skip_first_batches(data, SAVED * ACCUMULATED)
    for x, y in data:
        with accelerator.accumulate(model):
            accelerator.backward(torch.mean((model(x) - y) ** 2))
            optimizer.step()
            if accelerator.sync_gradients or getattr(scheduler, "step_with_optimizer", False):
                scheduler.step()
            optimizer.zero_grad()
        if state and not resume and accelerator.sync_gradients and len(rates) == SAVED:
            accelerator.save_state(state)
        if len(rates) == UPDATES and accelerator.sync_gradients:
            break
    weights = [value.tolist() for value in model.state_dict().values()]
    accelerator.free_memory()
    return {"rates": rates, "weights": weights, "processes": accelerator.num_processes}


def main(folder: Path, what: str) -> None:
    found = {}
    for name, (way, settings) in WAYS.items() if what == "begin" else [("prepare", WAYS["prepare"])]:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", ScheduleWarning)
            state = folder / "state" if name == "prepare" else None
            found[name] = run(way, settings, state, resume=what == "resume")
        found[name]["told"] = [str(one.message) for one in told if one.category is ScheduleWarning]
    rank = torch.distributed.get_rank() if torch.distributed.is_initialized() else 0
    (folder / f"{what}_{rank}.json").write_text(json.dumps(found))
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
