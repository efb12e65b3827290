"""An example of every entry of the library: arguments by their kinds, and by their names where a kind is vague."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symsched import prelude
from symsched.nodes import Function, Parameter

VALUES = ("0.3", "0.007", "0.05", "0.9")
"""Values by the place of the parameter, so that no ramp ends where it starts."""

KINDS = {
    "number": "1.7", "count": "3", "ratio": "0.3", "flag": "true", "shape": "cosine", "schedule": "linear(0.7, 2000)",
    "list": "[30, 60]", "several": "t, 5",
}  # fmt: skip

NAMED = {
    "end": "0.01", "d_model": "512", "low": "0.1", "high": "0.9", "steps": "1000", "step": "20", "index": "1",
    "pairs": "[30:0.1, 60:0.01]", "schedules": "[linear(1, 10), cosine(0.7, 90)]", "boundaries": "[10]",
    "points": "0:0, 100:1, 300:0.5", "branches": "t < 100, 1, t**2", "transition_steps": "200", "warmup_steps": "200",
    "schedulers": "[linear(1, 10), cosine(0.7, 90)]", "milestones": "[10]", "total_steps": "1000",
    "cosine_kwargs": "[linear(1, 10), cosine(0.7, 90)]", "milestones_values": "[30:0.1, 60:0.01]",
    "boundaries_and_scales": "[30:0.1, 60:0.7]", "gamma": "0.9", "rate": "0.9", "factor": "0.7", "decay_rate": "0.9",
    "decay": "300", "compound": "0.999", "decay_steps": "700", "num_training_steps": "1000", "max_rate": "0.7",
    "end_value": "0.01", "beta2": "0.99",
}  # fmt: skip
"""Arguments of parameters whose kind does not say enough."""

CALLS = {
    "abs": "t - 300.5",
    "alpha_bar": "1000, 0.008",
    "ceil": "t/7",
    "clip": "t/300, 0.1, 0.9",
    "composer.ConstantScheduler": "0.3, 0.1, 300",
    "composer.ConstantWithWarmupScheduler": "0.3, 200, 0.1, 300",
    "composer.CosineAnnealingScheduler": "0.3, 300",
    "composer.CosineAnnealingWithWarmupScheduler": "0.3, 200, 300",
    "composer.ExponentialScheduler": "0.3, 0.9, 300",
    "composer.LinearScheduler": "0.3, t_max=300",
    "composer.LinearWithWarmupScheduler": "0.3, 200, t_max=300",
    "composer.PolynomialScheduler": "0.3, 1.7, 300",
    "composer.PolynomialWithWarmupScheduler": "0.3, 200, t_max=300",
    "cos": "pi*t/300",
    "deepspeed.WarmupCosineLR": "0.3, 2000",
    "diffusion_cosine": "1000, 0.999, 0.008",
    "exp": "-t/300",
    "floor": "t/7",
    "fvcore.ExponentialParamScheduler": "0.3, 0.01",
    "fvcore.MultiStepParamScheduler": "[3, 2, 1], 300",
    "mod": "t, 7",
    "round": "t/7",
    "sigmoid": "t/300 - 1",
    "sin": "pi*t/300",
    "sqrt": "t/300",
    "tan": "pi*t/1000",
    "tanh": "t/300",
    "transformers.get_cosine_with_min_lr_schedule_with_warmup": "0.3, 200, 300, min_lr=0.1",
    "transformers.get_cosine_with_min_lr_schedule_with_warmup_lr_rate": "0.3, 200, 300, min_lr=0.1",
    "transformers.get_wsd_schedule": "0.3, 200, 300, num_training_steps=1000",
}
"""Arguments of functions that need more than those without a default."""

OF_LISTS = {
    **dict.fromkeys(("keys", "values", "concat", "cumprod", "cumsum"), "sum({})"),
    "count": "count([30, 60] <= t)",
}
"""What makes a schedule of a function of lists."""


def examples() -> dict[str, str]:
    """A schedule with each entry of each module, by the name that a program writes; a shape stands in a rise."""
    return {path: _example(path, function) for path, function in entries().items()}


def variants() -> dict[str, str]:
    """The examples, and one for each option of an entry that its example does not take: `cyclic mode=exp_range`."""
    found = examples()
    for path, function in entries().items():
        for parameter in function.parameters:
            for option in _others(parameter, function.module):
                found[f"{path} {parameter.name}={option}"] = _example(path, function, {parameter.name: option})
    return found


def _others(parameter: Parameter, module: str) -> list[str]:
    """The options of a parameter but the one that an example takes."""
    if parameter.kind != "flag" and not isinstance(parameter.kind, tuple):
        return []
    options = parameter.kind if isinstance(parameter.kind, tuple) else ("false", "true")
    taken = _argument(parameter, 0) if _is_given(parameter, module) else getattr(parameter.default, "name", "")
    return [option for option in options if option != taken]


def entries() -> dict[str, Function]:
    """What users can call, by the name that a program writes."""
    return {
        name if module == prelude.CORE else f"{module}.{name}": function
        for module in prelude.modules()
        for name, function in prelude.public(prelude.module(module)).items()
    }


def _example(path: str, function: Function, options: Mapping[str, str] = MappingProxyType({})) -> str:
    if function.module == prelude.SHAPE:
        arguments = ", ".join("0.25" for p in function.parameters[1:] if p.default is None)
        return f"rise({path}({arguments}), 0.1, 1, 100)"
    if path in CALLS:
        given, named = [CALLS[path]], options
    else:
        stands = [p.name for p in function.parameters if _is_given(p, function.module)]
        given = [options.get(p.name) or _argument(p, i) for i, p in enumerate(function.parameters) if p.name in stands]
        named = {name: option for name, option in options.items() if name not in stands}
    arguments = ", ".join([*given, *(f"{name}={option}" for name, option in named.items())])
    return OF_LISTS.get(path, "{}").format(f"{path}({arguments})")


def _is_given(parameter: Parameter, module: str) -> bool:
    """Arguments without a default, and in the core the others as well."""
    if parameter.name == "total_steps":  # of OneCycleLR: not needed where it is given as epochs
        return True
    return parameter.default is None or (module == prelude.CORE and parameter.name != "delay")


def _argument(parameter: Parameter, position: int) -> str:
    if isinstance(parameter.kind, tuple):
        return parameter.kind[0]
    if parameter.name in NAMED:
        return NAMED[parameter.name]
    if parameter.kind == "value":
        return VALUES[position % len(VALUES)]
    return str(100 * (position + 1)) if parameter.kind == "duration" else KINDS.get(parameter.kind, "t + 1")
