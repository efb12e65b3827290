"""Calls of other libraries as calls of the language.

The documentation of an entry names the call that it equals, `Equals torch.optim.lr_scheduler.StepLR(optimizer,
step_size, gamma).`; that line is read here, so that there is no second list of what is what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Any

from . import prelude
from .convert import to_program
from .errors import ScheduleError, suggest
from .format import expression_text, program_text
from .nodes import NOWHERE, Argument, Call, Function, List, Name, Node, Pair, Program
from .schedule import Schedule

RATE = "lr"
"""The parameter of an entry that stands for what the optimizer brings."""

SILENT = {"last_epoch", "verbose", "name", "optimizer"}
"""Arguments that leave a curve as it is: for resuming, for printing, for reading back."""

_EQUALS = re.compile(r"Equals ([A-Za-z]\w*(?:\.\w+)+)\(([^()]*)\)")
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


@dataclass(frozen=True)
class Original:
    """A function or class of another library, and the entry that equals it.

    Attributes:
        name: The entry as a program writes it, `torch.StepLR`.
        entry: Its definition.
        path: Where the original lives, `torch.optim.lr_scheduler.StepLR`.
        arguments: The names of the original's positional arguments, in its order.
    """

    name: str
    entry: Function
    path: str
    arguments: tuple[str, ...]

    @property
    def takes_rate(self) -> bool:
        """Whether the entry is given a base value that the original finds elsewhere."""
        return self.entry.parameters[:1] != () and self.entry.parameters[0].name == RATE and RATE not in self.arguments


@cache
def originals() -> dict[str, Original]:
    """All entries whose documentation names an original, by their own name."""
    found = {}
    for module in prelude.modules():
        for last, entry in prelude.public(prelude.module(module)).items():
            equals = _EQUALS.search(" ".join(entry.doc.split()))
            if module not in (prelude.CORE, prelude.SHAPE) and equals is not None:
                arguments = [a.strip() for a in equals[2].split(",")]
                name, by_place = f"{module}.{last}", takewhile(str.isidentifier, arguments)
                found[name] = Original(name, entry, equals[1], tuple(by_place))
    return found


def find(path: str) -> Original:
    """The entry for a dotted name as a Python program writes it, such as `lr_scheduler.StepLR`.

    Raises:
        ScheduleError: There is none, or there are several.
    """
    *before, last = path.split(".")
    same = [o for o in originals().values() if o.path.rpartition(".")[2] == last]
    fitting = [o for o in same if _is_part(before, o.path.split(".")) or _is_part(o.path.split(".")[:-1], before)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = " or ".join(f"`{o.path}`" for o in fitting)
        raise ScheduleError(f"`{path}` is a name in {len(fitting)} libraries", hint=f"write {names}")
    close = last if same else suggest(last, {o.path.rpartition(".")[2] for o in originals().values()})
    paths = [f"`{o.path}`" for o in originals().values() if o.path.rpartition(".")[2] == close]
    hint = (
        f"did you mean {' or '.join(paths)}?" if paths else "`symsched list` shows what there is, such as torch.StepLR"
    )
    raise ScheduleError(f"`{path}` has no counterpart in the language", hint=hint)


def _is_part(few: list[str], many: list[str]) -> bool:
    """Whether the words stand among others, in their order."""
    rest = iter(many)
    return all(word in rest for word in few)


def call(name: str, given: Mapping[str, Node]) -> Call:
    """The call of an entry; arguments that have their default values are left out.

    Args:
        name: The entry as a program writes it, `torch.StepLR`.
        given: Its arguments by name.

    Raises:
        ScheduleError: The entry has no argument of a name.
    """
    entry = prelude.find(name)
    assert entry is not None, name
    parameters = {p.name: p for p in entry.parameters}
    for key in given:
        if key not in parameters and key not in SILENT:
            close = suggest(key, parameters)
            hint = f"did you mean `{close}`?" if close else "it has " + ", ".join(parameters)
            raise ScheduleError(f"`{name}` has no argument `{key}`", hint=hint)
    arguments = []
    for place, (key, parameter) in enumerate(parameters.items()):
        if key in given and not _is_default(given[key], parameter.default):
            arguments.append(Argument(NOWHERE, given[key].depth, "" if place == 0 else key, given[key]))
    depth = 1 + max((a.depth for a in arguments), default=0)
    return Call(NOWHERE, depth, Name(NOWHERE, 1, name), tuple(arguments))


def _is_default(given: Node, default: Node | None) -> bool:
    """Whether a value is the one that an argument has anyway, as a floating-point number."""
    if default is None or given == default:
        return default is not None
    try:
        ours, theirs = (Schedule(expression_text(n)) for n in (given, default))
    except ScheduleError:
        return False
    if ours.parameters or theirs.parameters or ours.duration is not None or theirs.duration is not None:
        return False
    return bool(ours(0) == theirs(0))


def node(value: Any) -> Node:
    """A Python value as an argument: numbers, True, None, a string as a bare word, lists, dictionaries as pairs."""
    match value:
        case Node():
            return value
        case str():
            word = value.replace("1-", "one_minus_")
            if not _WORD.fullmatch(word):
                raise ScheduleError(f"{value!r} has no counterpart in the language", hint="a word is letters and _")
            return Name(NOWHERE, 1, word)
        case list() | tuple():
            return listed([node(item) for item in value])
        case Mapping():
            return listed([paired(node(k), node(v)) for k, v in value.items()])
        case _:
            expression = to_program(value).expression
            assert expression is not None
            return expression


def listed(items: list[Node]) -> List:
    """A list of the language."""
    return List(NOWHERE, 1 + max((i.depth for i in items), default=0), tuple(items))


def paired(key: Node, value: Node) -> Pair:
    """An entry of a dictionary."""
    return Pair(NOWHERE, 1 + max(key.depth, value.depth), key, value)


def schedule(expression: Node) -> Schedule:
    """The schedule of a node that was put together, read from its text like any other."""
    return Schedule(program_text(Program((), expression)))
