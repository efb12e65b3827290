"""Python code of other libraries as schedules: `torch.optim.lr_scheduler.StepLR(optimizer, 30)` is read, never run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Any

from . import foreign
from .bindings import Bindings, origins
from .errors import ScheduleError
from .expressions import Expressions, dotted, parsed
from .lambdas import as_lambda
from .nodes import NOWHERE, Call, Name, Node, Operation
from .schedule import Schedule

RATES = ("lr", "learning_rate")
"""What optimizers call their learning rate."""


def imported(source: str, library: str | None = None) -> Schedule:
    """The schedule that a piece of Python builds, or that a text of another library stands for.

    The text is one call, or some lines of a training script that end in one: imports are passed over, names that are
    assigned stand for their values, other names become parameters. An optimizer gives its learning rate; where its
    rate is not in the text, it becomes the parameter `lr`. A function of the step, `lambda` or `def`, is a schedule,
    alone or as the factor of a `LambdaLR`.

    Args:
        source: Python, such as `torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)`.
        library: The name of the library whose text it is, where that is not Python: `deforum`, `t5x`, `trax`.

    Raises:
        ScheduleError: It is not Python, calls something that has no counterpart, or would have to be run.

    Example:
        >>> from symsched.importing import imported
        >>> print(imported("torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)"))
        torch.OneCycleLR(0.1, total_steps=1000)
        >>> print(imported("optax.cosine_decay_schedule(1e-3, decay_steps=epochs * 100)"))
        optax.cosine_decay_schedule(1e-3, decay_steps=epochs*100)
    """
    if library is None:
        return _Script(source, parsed(source)).schedule()
    formats = text_formats()
    if library not in formats:
        hint = f"formats are {', '.join(formats)}; Python needs no name"
        raise ScheduleError(f"unknown format `{library}`", hint=hint)
    found: Schedule = formats[library].from_text(source)
    return found


def text_formats() -> dict[str, Any]:
    """The libraries that have a text of their own, by the name that `imported` takes."""
    return {name: module for name, module in _integrations().items() if hasattr(module, "from_text")}


class _Script(Expressions):
    """Some lines of Python, of which the last makes a schedule."""

    def __init__(self, source: str, module: ast.Module) -> None:
        super().__init__(source)
        self._body = [s for s in module.body if not isinstance(s, ast.Import | ast.ImportFrom)]
        self._origins = origins(module)
        self._bindings = Bindings(self._body)
        self._rate: Node = Name(NOWHERE, 1, foreign.RATE)
        self._read: set[ast.Call] = set()
        self._optimizers: set[str] = set()
        self._step: str | None = None

    def schedule(self) -> Schedule:
        if not self._body:
            raise ScheduleError("nothing to import", hint="write a call, such as optim.lr_scheduler.StepLR(opt, 30)")
        last = self._body[-1]
        value = last.value if isinstance(last, ast.Expr | ast.Assign | ast.AnnAssign) else None
        if isinstance(last, ast.FunctionDef):
            value = as_lambda(last)
        if value is None:
            raise self.error("the last line makes no schedule", last, "end with the call that makes it")
        call = self._outermost(value)
        self._check_alone()
        try:
            made = _composed(call)
        except ScheduleError as error:
            span = error.span or self.span(value)
            raise ScheduleError(error.title, self.source, span, error.label, error.hint) from None
        return foreign.schedule(made)

    def _outermost(self, value: ast.expr) -> Node:
        """A schedule that is part of no other; only there a function can be one, or the factor of a rate."""
        with self._followed(value) as made:
            if isinstance(made, ast.Lambda):
                return self._function(made)
            if isinstance(made, ast.Call) and (factor := _factor(self._path(made))):
                return self._multiple(made, factor)
        return self.node(value)

    def _multiple(self, scheduler: ast.Call, factor: str) -> Node:
        """The rate of an optimizer, times a function of the step."""
        by_name = {k.arg: k.value for k in scheduler.keywords}
        given = [*scheduler.args, *(by_name[n] for n in ("optimizer", factor)[len(scheduler.args) :] if n in by_name)]
        if len(given) < 2:
            raise self.error(f"`{dotted(scheduler.func)}` needs `optimizer` and `{factor}`", scheduler)
        self._read.add(scheduler)
        self._optimizers.add(self._text(given[0]))
        rate = self._rate_of(given[0], 1)
        with self._followed(given[1]) as function:
            if isinstance(function, ast.List) and len(function.elts) == 1:
                function = function.elts[0]
            if not isinstance(function, ast.Lambda):
                raise self.error("this function would have to be run", given[1], "write `lambda step: ...`, or `def`")
            values = self._function(function)
        return Operation(NOWHERE, 1 + max(rate.depth, values.depth), ("*",), (rate, values))

    def _function(self, function: ast.Lambda) -> Node:
        """The values of a function of the step."""
        plain = as_lambda(function)
        if plain is None:
            raise self.not_run(function)
        self._step = plain.args.args[0].arg
        return self.node(plain.body)

    def name(self, expression: ast.Name, depth: int) -> Node:
        if expression.id == self._step:
            return Name(NOWHERE, 1, "t")
        if self._step is not None and self._bindings.changes(expression.id):  # a function looks when it is called
            raise self.not_run(expression)
        step, self._step = self._step, None
        try:
            return self._outer_name(expression, depth)
        finally:
            self._step = step

    def _outer_name(self, expression: ast.Name, depth: int) -> Node:
        with self._followed(expression) as value:
            if not isinstance(value, ast.Name):
                return self.node(value, depth)
            path = self._origins.get(value.id, value.id)
            return self.constant(path) or self.parameter(value.id, value.id)

    @contextmanager
    def _followed(self, expression: ast.expr, place: ast.expr | None = None) -> Iterator[ast.expr]:
        """What a name stands for where it is used; names in that are those of the line that assigned it."""
        with self._bindings.followed(expression) as value:
            if value is None:
                raise self.not_run(place or expression)
            yield value

    def call(self, expression: ast.Call, depth: int) -> Node:
        path = self._path(expression)
        self._read.add(expression)
        try:
            original = self._original(path)
        except ScheduleError as unknown:
            return self._otherwise(expression, path, unknown, depth)
        given = self._arguments(original, expression, depth)
        if original.takes_rate:
            given = {foreign.RATE: self._rate, **given}
        return replace(foreign.call(original.name, given), span=self.span(expression))

    def _path(self, expression: ast.Call) -> str:
        """The dotted name of what is called, as it is where it comes from."""
        path = dotted(expression.func)
        if path is None:
            raise self.not_run(expression)
        first, dot, rest = path.partition(".")
        with self._followed(ast.Name(first), expression.func) as value:
            known = dotted(value)
        if known is None:
            raise self.not_run(expression)
        first, inner, last = known.partition(".")
        return self._origins.get(first, first) + inner + last + dot + rest

    def _original(self, path: str) -> foreign.Original:
        """The entry of a path; a bare name may come from a module of which everything was imported."""
        try:
            return foreign.find(path)
        except ScheduleError:
            for module in self._origins.get("*", "").split():
                with suppress(ScheduleError):
                    return foreign.find(f"{module}.{path}")
            raise

    def _known(self, expression: ast.Call) -> foreign.Original | None:
        """The entry that a call has, None without one."""
        with suppress(ScheduleError):
            return self._original(self._path(expression))
        return None

    def _otherwise(self, expression: ast.Call, path: str, unknown: ScheduleError, depth: int) -> Node:
        """A call that makes no schedule: of mathematics, of `dict`, or an optimizer that is given a schedule."""
        if path == "dict" and not expression.args and all(k.arg for k in expression.keywords):
            named = [(foreign.node(k.arg), self.node(k.value, depth)) for k in expression.keywords]
            return foreign.listed([foreign.paired(*pair) for pair in named])
        for rate in [*(k.value for k in expression.keywords if k.arg in RATES), *expression.args[:1]]:
            with self._followed(rate) as value:
                if isinstance(value, ast.Call) and self._known(value):
                    return self.node(value, depth)
        if not path.split(".")[-1][:1].isupper() and "schedule" not in path:
            return self.mathematics(expression, path, depth)
        reason = _reason(path.rpartition(".")[2])
        title = f"`{path}` cannot become a schedule: {reason}" if reason else unknown.title
        hint = "write the curve in the language" if reason else unknown.hint
        raise ScheduleError(title, self.source, self.span(expression.func), "", hint)

    def _arguments(self, original: foreign.Original, expression: ast.Call, depth: int) -> dict[str, Node]:
        """What a call gives, by the names of the original's arguments."""
        starred = [a for a in expression.args if isinstance(a, ast.Starred)]
        if starred or any(k.arg is None for k in expression.keywords):
            raise self.error("`*` would have to be run", expression, "write the arguments out")
        names, positional = list(original.arguments), list(expression.args)
        if len(positional) > len(names):
            title = (
                f"`{original.path}` is given {len(positional)} arguments by position, of which {len(names)} are known"
            )
            raise self.error(title, positional[len(names)], "give it by name")
        words = {p.name for p in original.entry.parameters if isinstance(p.kind, tuple)}
        pairs = [*zip(names, positional, strict=False), *((k.arg or "", k.value) for k in expression.keywords)]
        given: dict[str, Node] = {}
        for name, value in pairs:
            if name in given:
                raise self.error(f"`{name}` is given twice", value)
            if name == "optimizer":
                self._optimizers.add(self._text(value))
                self._rate = self._rate_of(value, depth) if original.takes_rate else self._rate
            elif name not in foreign.SILENT:
                given[name] = self._word(value, depth) if name in words else self.node(value, depth)
        return given

    def _word(self, expression: ast.expr, depth: int) -> Node:
        """An argument that is one of some words."""
        with self._followed(expression) as value:
            word = value.value if isinstance(value, ast.Constant) else None
            return foreign.node(word) if isinstance(word, str) else self.node(value, depth)

    def _rate_of(self, optimizer: ast.expr, depth: int) -> Node:
        """The learning rate of an optimizer, a parameter where the text does not tell it."""
        with self._followed(optimizer) as made:
            rate = self._given_rate(made) if isinstance(made, ast.Call) else None
            return self.node(rate, depth) if rate else self.parameter(foreign.RATE, "the rate of the optimizer")

    def _given_rate(self, optimizer: ast.Call) -> ast.expr | None:
        """The learning rate in the call of an optimizer; by position it comes second in all that torch has."""
        groups = [key for a in optimizer.args[:1] for d in ast.walk(a) if isinstance(d, ast.Dict) for key in d.keys]
        if any(isinstance(key, ast.Constant) and key.value in RATES for key in groups):
            raise self.error("the parameter groups have rates of their own", optimizer, "write one rate")
        try:
            *before, last = self._path(optimizer).split(".")
        except ScheduleError:  # defined in this text, or called in another way
            return None
        if not last[:1].isupper():  # a function can do anything with a rate
            return None
        named = [k.value for k in optimizer.keywords if k.arg in RATES]
        unpacked = any(isinstance(a, ast.Starred) for a in optimizer.args[:2])
        by_place = [] if unpacked or (before and "optim" not in before) else optimizer.args[1:2]
        return next(iter([*named, *by_place]), None)

    def _text(self, expression: ast.expr) -> str:
        return self.source[slice(*self.span(expression))]

    def _check_alone(self) -> None:
        """A scheduler changes what the others of its optimizer find, also one that is not part of the last line."""
        for call in self._bindings.calls:
            optimizer = [*call.args, *(k.value for k in call.keywords if k.arg == "optimizer")][:1]
            if call in self._read or not optimizer or self._text(optimizer[0]) not in self._optimizers:
                continue
            original = self._known(call)
            takes_one = original.arguments[:1] == ("optimizer",) if original else self._is_code(call)
            if takes_one:
                hint = "put them together with SequentialLR or ChainedScheduler, or leave this one out"
                raise self.error("this scheduler changes the same optimizer", call, hint)

    def _is_code(self, expression: ast.Call) -> bool:
        """Whether a call makes a scheduler whose curve no text tells."""
        with suppress(ScheduleError):
            return _reason(self._path(expression).rpartition(".")[2]) is not None
        return False


def _factor(path: str) -> str:
    """The argument that is a function of the step, of a scheduler that multiplies the rate by it; "" for others."""
    known = {full: key for m in _integrations().values() for full, key in getattr(m, "FACTORS", {}).items()}
    return next((key for full, key in known.items() if f".{full}".endswith(f".{path}")), "")


def _composed(call: Node) -> Node:
    """A call as it behaves inside the compositions of its library."""
    module = call.function.name.partition(".")[0] if isinstance(call, Call) else ""
    composed: Callable[[Node], Node] | None = getattr(_integrations().get(module), "composed", None)
    return call if composed is None else composed(call)


def _reason(name: str) -> str | None:
    """Why something of another library can have no counterpart."""
    return next((m.CODE[name] for m in _integrations().values() if name in getattr(m, "CODE", {})), None)


@cache
def _integrations() -> dict[str, Any]:
    """The files of the folder, by name; this file names none of them."""
    folder = import_module(f"{__package__}.integrations")
    return {name: folder.load(name) for name in folder.names()}
