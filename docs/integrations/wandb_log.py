"""Weights & Biases: texts in the configuration of a run, curves among its charts."""

import sys

import wandb

import symsched
from symsched.integrations.wandb import log

plan = symsched.plan("lr = warmup(linear, 10) >> cosine(0.1, 90); weight_decay = 0.1*lr")

with wandb.init(mode="offline", project="digits", dir=sys.argv[1]) as run:
    log(run, plan)
    for step in range(100):
        run.log({"lr": plan["lr"](step)})
