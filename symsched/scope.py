"""Names to functions: what a call means, and what to say when it means nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import prelude
from .errors import ScheduleError, Span, listing, suggest
from .nodes import Definition, Function, Name
from .operands import Value
from .slots import Slot
from .wording import Usage

if TYPE_CHECKING:
    from .arguments import Default


class Scope(NamedTuple):
    """Where a node is read: the parameters of the function around it, its slot, and where to report errors.

    Attributes:
        site: The call of the user, inside a function of the library.
        usage: How the function is called that stands there, None outside of the library.
    """

    slot: Slot
    visible: int
    parameters: dict[str, Value | Default]
    module: str = ""
    site: Span | None = None
    usage: Usage | None = None
    default_of: tuple[str, str] = ("", "")


class Names:
    """The definitions of a program, and behind them the prelude."""

    def __init__(self, definitions: tuple[Definition, ...]) -> None:
        self.definitions = definitions
        self.places = {d.name: i for i, d in enumerate(definitions)}

    def function(self, name: Name, scope: Scope) -> Function:
        """The function that a call means."""
        place = self.places.get(name.name)
        if place is not None and not scope.module and isinstance(found := self.definitions[place], Function):
            if place < scope.visible:
                return found
            calls_itself = place == scope.visible
            title = f"`{name.name}` calls itself" if calls_itself else f"`{name.name}` is used before it is defined"
            raise ScheduleError(title, None, name.span, "", "" if calls_itself else "move its definition up")
        core = prelude.find(name.name)
        if core is None or (core.name.startswith("_") and not scope.module):
            raise self.unknown(name.name, scope.site or name.span)
        return core

    def unknown(self, name: str, span: Span) -> ScheduleError:
        """The error for a name that is called and that nobody has defined."""
        prefix, _, last = name.rpartition(".")
        if prefix and prefix not in prelude.modules():
            close = suggest(prefix, prelude.modules())
            label = f"did you mean `{close}`?" if close else ""
            hint = "" if close else "modules are " + listing(prelude.modules(), 40)
            return ScheduleError(f"unknown module `{prefix}`", None, (span[0], span[0] + len(prefix)), label, hint)
        options = set(prelude.public(prelude.module(prefix or prelude.CORE)))
        if not prefix:
            options |= {d.name for d in self.definitions if isinstance(d, Function)}
        close = suggest(last, options)
        place = (span[1] - len(last), span[1]) if prefix else span
        if close is None and not prefix and last in prelude.module(prelude.SHAPE):
            hint = f"`{last}` is a shape: warmup({last}, 500)"
            return ScheduleError(f"unknown schedule `{name}`", None, place, "", hint)
        hint = "" if close else "`symsched list` shows all schedules"
        return ScheduleError(
            f"unknown schedule `{name}`", None, place, f"did you mean `{close}`?" if close else "", hint
        )

    def shape(self, name: Name, scope: Scope) -> Function:
        """The function of a shape: the program's own, then the module `shape`.

        What a program defines means what it says, also when the library comes to have a shape of that name.
        """
        span = scope.site or name.span
        place = self.places.get(name.name)
        if place is not None and place < scope.visible and not scope.module:
            found = self.definitions[place]
            if isinstance(found, Function) and found.parameters and found.parameters[0].name == "u":
                return found
            if isinstance(found, Function):
                hint = "a shape is a function whose first parameter is `u`"
                raise ScheduleError(f"unknown shape `{name.name}`", None, span, "", hint)
        shapes = prelude.module(prelude.SHAPE)
        last = name.name.removeprefix("shape.")
        if last in shapes:
            return shapes[last]
        own = [d.name for d in self.definitions[: scope.visible] if isinstance(d, Function)]
        options = {*prelude.public(shapes), *own}
        close = suggest(last, options)
        shown = listing(prelude.public(shapes), 20)
        hint = "" if close else f"shapes are {shown}" if shown else "`symsched list shape` shows all shapes"
        raise ScheduleError(
            f"unknown shape `{name.name}`", None, span, f"did you mean `{close}`?" if close else "", hint
        )
