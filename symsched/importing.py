"""Python code of other libraries as schedules: `torch.optim.lr_scheduler.StepLR(optimizer, 30)` is read, never run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress

from . import foreign, integrations
from .errors import ScheduleError
from .expressions import Expressions, dotted, parsed
from .nodes import NOWHERE, Call, Name, Node
from .schedule import Schedule

RATES = ("lr", "learning_rate")
"""What optimizers call their learning rate."""


def imported(source: str, library: str | None = None) -> Schedule:
    """The schedule that a piece of Python builds, or that a text of another library stands for.

    The text is one call, or some lines of a training script that end in one: imports are passed over, names that are
    assigned stand for their values, other names become parameters. An optimizer gives its learning rate; where its
    rate is not in the text, it becomes the parameter `lr`.

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
        return _Script(source, parsed(source).body).schedule()
    formats = {n: m.from_text for n in integrations.names() if hasattr(m := integrations.load(n), "from_text") and m}
    if library not in formats:
        hint = f"formats are {', '.join(formats)}; Python needs no name"
        raise ScheduleError(f"unknown format `{library}`", hint=hint)
    found: Schedule = formats[library](source)
    return found


class _Script(Expressions):
    """Some lines of Python, of which the last makes a schedule."""

    def __init__(self, source: str, body: list[ast.stmt]) -> None:
        super().__init__(source)
        self._body = [s for s in body if not isinstance(s, ast.Import | ast.ImportFrom)]
        self._origins = dict(_origins(body))
        self._assigned: dict[str, ast.expr] = {}
        self._rate: Node = Name(NOWHERE, 1, foreign.RATE)

    def schedule(self) -> Schedule:
        if not self._body:
            raise ScheduleError("nothing to import", hint="write a call, such as optim.lr_scheduler.StepLR(opt, 30)")
        for statement in self._body[:-1]:
            self._remember(statement)
        last = self._body[-1]
        value = last.value if isinstance(last, ast.Expr | ast.Assign | ast.AnnAssign) else None
        if value is None:
            raise self.error("the last line makes no schedule", last, "end with the call that makes it")
        return foreign.schedule(_composed(self.node(value)))

    def _remember(self, statement: ast.stmt) -> None:
        """Keep what a name is assigned; other statements, such as a loop, make no schedule."""
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                if name in self._names(value):
                    raise self.error(f"`{name}` is made from itself", statement, "give the new value a name of its own")
                self._assigned[name] = value

    @staticmethod
    def _names(value: ast.expr) -> set[str]:
        return {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}

    def name(self, name: str, place: ast.expr, depth: int) -> Node:
        return self.node(self._assigned[name], depth) if name in self._assigned else self.parameter(name)

    def call(self, expression: ast.Call, depth: int) -> Node:
        path = dotted(expression.func)
        if path is None:
            raise self.not_run(expression)
        first, dot, rest = path.partition(".")
        path = self._origins.get(first, first) + dot + rest
        try:
            original = self._original(path)
        except ScheduleError as unknown:
            return self._otherwise(expression, path, unknown, depth)
        given = self._arguments(original, expression, depth)
        if original.takes_rate:
            given = {foreign.RATE: self._rate, **given}
        return foreign.call(original.name, given)

    def _original(self, path: str) -> foreign.Original:
        """The entry of a path; a bare name may come from a module of which everything was imported."""
        try:
            return foreign.find(path)
        except ScheduleError:
            for module in self._origins.get("*", "").split():
                with suppress(ScheduleError):
                    return foreign.find(f"{module}.{path}")
            raise

    def _otherwise(self, expression: ast.Call, path: str, unknown: ScheduleError, depth: int) -> Node:
        """A call that makes no schedule: of mathematics, of `dict`, or an optimizer that is given a schedule."""
        if path == "dict" and not expression.args:
            named = [(k.arg, k.value) for k in expression.keywords if k.arg is not None]
            return foreign.listed([foreign.paired(foreign.node(name), self.node(v, depth)) for name, v in named])
        rate = next((k.value for k in expression.keywords if k.arg in RATES), None)
        if isinstance(rate, ast.Call):
            return self.node(rate, depth)
        if not path.split(".")[-1][:1].isupper() and "schedule" not in path:
            return super().call(expression, depth)
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
            title = f"`{original.path}` takes {len(names)} arguments by position, but got {len(positional)}"
            raise self.error(title, positional[len(names)])
        pairs = [*zip(names, positional, strict=False), *((k.arg or "", k.value) for k in expression.keywords)]
        given: dict[str, Node] = {}
        for name, value in pairs:
            if name == "optimizer":
                self._rate = self._rate_of(value, depth)
            elif name not in foreign.SILENT:
                given[name] = self.node(value, depth)
        return given

    def _rate_of(self, optimizer: ast.expr, depth: int) -> Node:
        """The learning rate of an optimizer, a parameter where the text does not tell it."""
        if isinstance(optimizer, ast.Name):
            optimizer = self._assigned.get(optimizer.id, optimizer)
        if not isinstance(optimizer, ast.Call):
            return Name(NOWHERE, 1, foreign.RATE)
        named = {k.arg: k.value for k in optimizer.keywords}
        rates = [named[n] for n in RATES if n in named] or optimizer.args[1:2]
        return self.node(rates[0], depth) if rates else Name(NOWHERE, 1, foreign.RATE)


def _origins(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """What imported names stand for; `*` for the modules of which everything is imported."""
    everything = [s.module for s in body if isinstance(s, ast.ImportFrom) and s.module and s.names[0].name == "*"]
    yield "*", " ".join(everything)
    for statement in body:
        module = f"{statement.module}." if isinstance(statement, ast.ImportFrom) and statement.module else ""
        for alias in statement.names if isinstance(statement, ast.Import | ast.ImportFrom) else ():
            if alias.asname or module:
                yield alias.asname or alias.name, module + alias.name


def _composed(call: Node) -> Node:
    """A call as it behaves inside the compositions of its library."""
    module = call.function.name.partition(".")[0] if isinstance(call, Call) else ""
    composed: Callable[[Node], Node] | None = getattr(integrations.load(module), "composed", None)
    return call if composed is None else composed(call)


def _reason(name: str) -> str | None:
    """Why something of another library can have no counterpart."""
    libraries = map(integrations.load, integrations.names())
    return next((m.CODE[name] for m in libraries if m is not None and name in getattr(m, "CODE", {})), None)
