"""Two processes, of which one dies: `torchrun --nproc-per-node 2 --max-restarts 1 torch_elastic.py`."""

import os
from pathlib import Path

import torch

from symsched.integrations.torch import ScheduleLR

torch.distributed.init_process_group("gloo")
rank = torch.distributed.get_rank()
network = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(8, 1))
optimizer = torch.optim.SGD(network.parameters())
scheduler = ScheduleLR(optimizer, "warmup(linear, 10%) >> cosine(1e-2, rest)", total=40)
if Path("checkpoint.pt").exists():
    saved = torch.load("checkpoint.pt", weights_only=True)
    network.load_state_dict(saved["network"])
    scheduler.load_state_dict({"last_epoch": saved["step"]})
for step in range(scheduler.last_epoch, 40):
    print(f"{rank} {step} {optimizer.param_groups[0]['lr']}\n", end="", flush=True)
    optimizer.zero_grad()
    network(torch.randn(16, 8)).square().mean().backward()
    optimizer.step()
    scheduler.step()
    if step == 23 and rank == 1 and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0":
        os.kill(os.getpid(), 9)  # as when its machine fails
    if step % 5 == 4 and rank == 0:
        torch.save({"network": network.state_dict(), "step": step + 1}, "part.pt")
        Path("part.pt").replace("checkpoint.pt")
torch.distributed.destroy_process_group()
