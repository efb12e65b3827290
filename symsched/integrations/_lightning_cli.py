"""`ScheduleCLI`, a command line of Lightning that takes a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lightning.pytorch import LightningModule
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI

from ..errors import ScheduleError
from ._lightning_optimizers import each_update, scheduled
from ._torch_scheduler import ScheduleLR


class ScheduleCLI(LightningCLI):
    """A `LightningCLI` with the option `--schedule`, a text or a mapping of several hyper-parameters.

    `python train.py fit --optimizer=AdamW --schedule="warmup(linear, 5%) >> cosine(1e-3, 95%)"` trains with it;
    `total` and `steps_per_epoch` are those of the run. A `ScheduleLR` that `--lr_scheduler` makes is stepped at every
    update too, where Lightning alone does so once an epoch.

    Raises:
        ScheduleError: `--schedule` stands without `--optimizer`, or beside `--lr_scheduler`; what `ScheduleLR` raises
            comes when the training begins.
    """

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """Add `--schedule`."""
        parser.add_argument(
            "--schedule",
            type=Mapping[str, float | str] | float | str | None,  # the first that fits
            default=None,
            help="The learning rate at each update, or a mapping of several hyper-parameters.",
        )

    def before_instantiate_classes(self) -> None:
        """Refuse a schedule that would have no effect."""
        given = self._given()
        if given.get("schedule") is None:
            return
        if not given.get("optimizer"):
            raise ScheduleError("`--schedule` needs an optimizer", hint="add --optimizer=AdamW, for example")
        if given.get("lr_scheduler"):
            title = "`--schedule` and `--lr_scheduler` both set the learning rate"
            raise ScheduleError(title, hint="leave one of them out")

    def configure_optimizers(  # type: ignore[override]  # what is given stands in this object
        self, lightning_module: LightningModule, optimizer: Any, lr_scheduler: Any = None
    ) -> Any:
        """What the module's `configure_optimizers` returns."""
        schedule = self._given().get("schedule")
        if schedule is not None:
            return scheduled(optimizer, schedule, lightning_module)
        if isinstance(lr_scheduler, ScheduleLR):
            return each_update(optimizer, lr_scheduler)
        return super().configure_optimizers(lightning_module, optimizer, lr_scheduler)

    def _given(self) -> Any:
        """The options of the subcommand, where there is one."""
        return self.config[self.subcommand] if self.subcommand else self.config
