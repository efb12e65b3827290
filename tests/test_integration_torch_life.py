"""Whatever happens to an optimizer and its `ScheduleLR`, it holds the value of the step."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from torch.optim import AdamW
from torch_training import through_a_file

import symsched as ss
from symsched.integrations.torch import ScheduleLR

GIVEN = {"lr": "warmup(linear, 5) >> cosine(1, 20, 0.25)", "weight_decay": "lr/8", "betas[1]": "1 - lr/2"}
SCHEDULES = {name: ss.parse(text if name == "lr" else f"lr = {GIVEN['lr']}; {text}") for name, text in GIVEN.items()}


class Life(RuleBasedStateMachine):
    """What a user does, in any order; a warning is an error here."""

    @initialize(rates=st.lists(st.sampled_from([0.5, 0.25, 3.0]), min_size=1, max_size=3), relative=st.booleans())
    def begin(self, rates: list[float], relative: bool) -> None:
        self.rates, self.relative = rates, relative
        self.optimizer = self.made()
        self.scheduler = self.on_top()
        self.step = 0
        self.following = len(self.rates)
        self.saved = self.state()

    def made(self) -> AdamW:
        groups = [{"params": [torch.zeros(1)], "lr": rate, "weight_decay": rate / 2} for rate in self.rates]
        return AdamW(groups)

    def on_top(self) -> ScheduleLR:
        return ScheduleLR(self.optimizer, GIVEN, relative=self.relative)

    def state(self) -> dict[str, Any]:
        states = through_a_file(self.optimizer.state_dict(), self.scheduler.state_dict())
        return {"optimizer": states[0], "scheduler": states[1], "groups": len(self.rates), "step": self.step}

    def fits(self) -> bool:
        return bool(self.saved["groups"] == len(self.rates))

    @rule(times=st.integers(1, 4))
    def train(self, times: int) -> None:
        for _ in range(times):
            self.optimizer.step()
            self.scheduler.step()
        self.step += times
        self.following = len(self.rates)

    @rule()
    def save(self) -> None:
        self.saved = self.state()

    @precondition(fits)
    @rule()
    def load_the_optimizer(self) -> None:
        self.optimizer.load_state_dict(self.saved["optimizer"])

    @rule()
    def load_the_scheduler(self) -> None:
        self.scheduler.load_state_dict(self.saved["scheduler"])
        self.step = self.saved["step"]
        self.following = len(self.rates)

    @precondition(fits)
    @rule(order=st.permutations(["made", "optimizer", "scheduler"]))
    def resume(self, order: list[str]) -> None:
        self.optimizer = self.made()
        if order.index("scheduler") < order.index("made"):
            order = ["optimizer", "made", "scheduler"]
        for what in order:
            if what == "made":
                self.scheduler = self.on_top()
            elif what == "optimizer":
                self.optimizer.load_state_dict(self.saved["optimizer"])
            else:
                self.scheduler.load_state_dict(self.saved["scheduler"])
        self.step = self.saved["step"]
        self.following = len(self.rates)

    @rule(make=st.sampled_from([copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]))  # noqa: S301 (its own)
    def go_on_with_a_copy(self, make: Any) -> None:
        self.scheduler = make(self.scheduler)
        self.optimizer = self.scheduler.optimizer
        self.following = len(self.rates)

    @precondition(lambda self: len(self.rates) < 5)
    @rule()
    def add_a_group(self) -> None:
        self.rates.append(0.75)
        # It follows from its first update on, at the latest.
        self.optimizer.add_param_group({"params": [torch.zeros(1)], "lr": 0.75, "weight_decay": 0.375})

    @rule()
    def update_without_a_step(self) -> None:
        self.optimizer.step()
        self.following = len(self.rates)

    @invariant()
    def the_optimizer_holds_the_value_of_the_step(self) -> None:
        values = [schedule(self.step) for schedule in SCHEDULES.values()]
        for rate, group in list(zip(self.rates, self.optimizer.param_groups, strict=True))[: self.following]:
            bases = (rate, rate / 2, 0.999) if self.relative else (1, 1, 1)
            held = [group["lr"], group["weight_decay"], group["betas"][1]]
            assert held == [value * base for value, base in zip(values, bases, strict=True)]


# torch does not copy the mark by which it knows that an optimizer is stepped first.
TestLife = pytest.mark.filterwarnings("ignore:Seems like `optimizer.step():UserWarning")(Life.TestCase)
TestLife.settings = settings(
    deadline=None, derandomize=True, max_examples=40, stateful_step_count=25, suppress_health_check=list(HealthCheck)
)
