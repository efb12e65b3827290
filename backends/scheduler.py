"""A scheduler of torch around a schedule: it steps an optimizer, by the formula for one number, without tensors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..errors import ScheduleError
from . import load
from .module import Source, about, define, indent, listed, safe_names

_IMPORTS = [
    "from torch import Tensor",
    "from torch.optim import Optimizer",
    "from torch.optim.lr_scheduler import LRScheduler",
]

_ARGUMENTS = {
    "optimizer": "The optimizer whose learning rates are set.",
    "last_epoch": "The last step that was made, -1 at the beginning.",
    "relative": "Whether the value multiplies the learning rate that each group has at the beginning.",
}

_BASE = '''
class _Scheduler(LRScheduler):
    def __init__(
        self, optimizer: Optimizer, last_epoch: int = -1, *, relative: bool = False
    ) -> None:
        self.relative = relative
        super().__init__(optimizer, last_epoch)

    def _value(self) -> float:
        raise NotImplementedError

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next step."""
        if epoch is not None or self._step_count < 2:
            super().step(epoch)  # it warns where the order of calls is wrong
            return
        self._step_count += 1
        self.last_epoch += 1
        groups = self.optimizer.param_groups
        for group, rate in zip(groups, self.get_lr()):
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate
        rates = [group["lr"] for group in groups]
        self._last_lr = [r.clone() if isinstance(r, Tensor) else r for r in rates]

    def get_lr(self) -> list[float | Tensor]:
        """The learning rate of each parameter group at this step."""
        value = self._value()
        groups = self.optimizer.param_groups
        if not self.relative:
            return [value for _ in groups]
        for group in groups[len(self.base_lrs) :]:  # added since
            self.base_lrs.append(group.setdefault("initial_lr", float(group["lr"])))
        return [value * rate for rate in self.base_lrs]

    def _get_closed_form_lr(self) -> list[float | Tensor]:
        return self.get_lr()

    def state_dict(self) -> dict[str, Any]:
        """The step, and the learning rates at the beginning."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a step; the optimizer keeps its learning rates itself."""
        self.last_epoch = state_dict["last_epoch"]
        self.base_lrs = list(state_dict["base_lrs"])
        self._step_count = self.last_epoch + 1
        self._last_lr = self.get_lr()
'''


def added(source: Source, schedule: Any, name: str, prefix: str) -> Source:
    """The parts of a module with a scheduler in it, whose name is that of the function in capital letters."""
    formula = f"_{name}_at"
    target: Any = load("python")
    printer = target.Printer(schedule, formula, prefix)
    python: Source = printer.source()
    helpers = {**python.helpers, formula: "\n".join(python.functions), "_Scheduler": _BASE}
    alone = replace(python, helpers=helpers, functions=[])
    both = source.joined(alone, 2)
    text = _class(schedule, name, formula, printer.names)
    return replace(both, imports=[*both.imports, *_IMPORTS], functions=[*both.functions, text])


def _class(schedule: Any, name: str, formula: str, arguments: dict[str, str]) -> str:
    first, *rest = about(schedule, f"Gives each parameter group the value of `{name}` after every step.", _ARGUMENTS)
    given = ["self.last_epoch", *["**self.parameters"] * bool(arguments)]
    value = define("_value", ["self"], "float", [], [f"return {formula}({', '.join(given)})"], depth=1)
    methods = [*([_begin(arguments)] if arguments else []), value]
    body = [f'"""{first}', *rest, '"""', *(line for method in methods for line in ["", *method.splitlines()])]
    return "\n".join([f"class {_capital(name)}(_Scheduler):", *indent(body, 1)])


def _begin(arguments: dict[str, str]) -> str:
    """The constructor of a class that has parameters."""
    own = safe_names(tuple(arguments), {"self", "super", *_ARGUMENTS})
    takes = ["self", "optimizer: Optimizer", "last_epoch: int = -1", "*", "relative: bool = False"]
    keeps = [f'"{argument}": {own[parameter]}' for parameter, argument in arguments.items()]
    body = [
        *listed("self.parameters = {", keeps, "}", depth=2),
        "super().__init__(optimizer, last_epoch, relative=relative)",
    ]
    return define("__init__", [*takes, *(f"{n}: float" for n in own.values())], "None", [], body, depth=1)


def _capital(name: str) -> str:
    """The name of the class beside a function.

    Raises:
        ScheduleError: The function has that name itself.
    """
    found = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    if found == name:
        raise ScheduleError(f"`{name}` cannot be the name of a function beside a class", hint=f"--name {name.lower()}")
    return found
