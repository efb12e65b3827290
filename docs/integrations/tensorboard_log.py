"""TensorBoard: the curve of each schedule beside the log of the training."""

import sys

from torch.utils.tensorboard import SummaryWriter

import symsched
from symsched.integrations import tensorboard

plan = symsched.plan("lr = warmup(linear, 10) >> cosine(0.1, 90); weight_decay = 0.1*lr")

with SummaryWriter(sys.argv[1]) as writer:
    tensorboard.log(writer, plan)
    for step in range(100):
        writer.add_scalar("train/lr", plan["lr"](step), step)
