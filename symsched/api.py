"""The pipeline on one page: text to `Schedule`, `Schedule` to text, text to callable."""

from __future__ import annotations

import builtins
import linecache
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from weakref import finalize
from zlib import crc32

from .errors import ScheduleError, absent, listing, suggest
from .schedule import Schedule

if TYPE_CHECKING:
    from .plans import Plan

_NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


def parse(text: str | float | Schedule) -> Schedule:
    """Read a schedule.

    Args:
        text: A program of the language. A number is a constant, as configuration files have it; a schedule is itself.

    Returns:
        The schedule, checked.

    Raises:
        ScheduleError: The text does not mean anything; a `ValueError` with title, span, label and hint.

    Example:
        >>> import symsched
        >>> symsched.parse("warmup(linear, 500) >> cosine(1e-3, 1e4)")(250)
        0.0005
    """
    if isinstance(text, str):
        return Schedule(text)
    if isinstance(text, Schedule):
        return text
    if isinstance(text, Mapping):
        hint = "read each of its texts, or all of them with symsched.linking.linked"
        raise ScheduleError("a schedule is a text or a number, but this is a mapping", hint=hint)
    from .convert import to_program
    from .format import program_text

    return Schedule(program_text(to_program(text)))


def emit(text: str | Schedule | Plan, backend: str, **options: Any) -> str:
    """The text of a schedule or a plan for a target: `symsched.parse(text).emit(backend)`.

    Args:
        text: A schedule, a text, or a plan; a plan prints a function for each of its schedules.
        backend: The name of the target.
        options: What the target takes: `name`, the name of the function; `form`, what is printed; formulas have
            `style`, `symbol`, `time` and `rows`.

    Example:
        >>> import symsched
        >>> print(symsched.emit("linear(1, 100)", "latex"))
        \\begin{cases} 1 - \\frac{t}{100} & 0 \\le t < 100 \\\\ 0 & t \\ge 100 \\end{cases}
    """
    return emitted(text if not isinstance(text, str) else parse(text), backend, options)


def compile(text: str | Schedule, backend: str = "python") -> Callable[..., Any]:
    """A callable of a schedule: `symsched.parse(text).compile(backend)`.

    Example:
        >>> import symsched
        >>> symsched.compile("linear(1, 10)")(5)
        0.5
    """
    return parse(text).compile(backend)


def latex(text: str | Schedule, **options: Any) -> str:
    """The formula of a schedule in LaTeX: `symsched.parse(text).latex()`."""
    return parse(text).latex(**options)


def available_backends() -> tuple[str, ...]:
    """The names of the backends whose framework is installed, found without importing one.

    Example:
        >>> import symsched
        >>> "python" in symsched.available_backends()
        True
    """
    from . import backends

    return tuple(name for name in backends.known() if backends.is_available(name))


def backend(name: str) -> Any:
    """The module of a backend."""
    from . import backends

    module = backends.load(name)
    if module is None:
        close = suggest(name, backends.known())
        hint = f"did you mean `{close}`?" if close else "backends are " + listing(backends.known(), 40)
        raise ScheduleError(f"unknown backend `{name}`", hint=hint)
    return module


def options_of(name: str) -> list[str]:
    """The options that a target takes."""
    from inspect import signature

    parameters = signature(backend(name).emit).parameters.values()
    return [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]


def prints_plans(name: str) -> bool:
    """Whether a target prints plans: those that name functions have one for each schedule."""
    return "name" in options_of(name)


def emitted(schedule: Schedule | Plan, name: str, options: Mapping[str, Any] = _NO_OPTIONS) -> str:
    """The text of a schedule or a plan for a target."""
    if options:
        takes = options_of(name)
        for option in options.keys() - set(takes):
            hint = f"it takes {', '.join(takes)}" if takes else "it takes none"
            raise ScheduleError(f"`{name}` has no option `{option}`", hint=hint)
    if not isinstance(schedule, Schedule) and not prints_plans(name):
        raise ScheduleError(f"`{name}` prints one schedule", hint="choose one of the plan: plan['lr']")
    return _emitted(schedule, name, tuple(sorted(options.items())))


@lru_cache(maxsize=1024)
def _emitted(schedule: Schedule | Plan, name: str, options: tuple[tuple[str, Any], ...]) -> str:
    text: str = backend(name).emit(schedule, **dict(options))
    return text


@lru_cache(maxsize=1024)
def compiled(schedule: Schedule, name: str) -> Callable[..., Any]:
    """The function that a backend's text defines; `source` is the text."""
    from . import backends

    module = backend(name)
    if not module.FUNCTION:
        raise ScheduleError(f"`{name}` prints text that does not run", hint=f"symsched.emit(..., {name!r}) returns it")
    if not backends.is_available(name):
        raise absent(name)
    source = emitted(schedule, name)
    file = f"<symsched {name} {next(_compiled)}>"
    # Keras saves a class under the name of its module: that of another schedule is another one.
    namespace: dict[str, Any] = {"__name__": f"symsched.emitted.{name}_{crc32(source.encode()):08x}"}
    # The text that `emit` returns, built from the closed set of nodes and from checked names.
    exec(builtins.compile(source, file, "exec"), namespace)  # noqa: S102 (that text only)
    function: Callable[..., Any] = namespace[module.FUNCTION]
    if isinstance(function, type) and not schedule.parameters:
        function = function()
    function.source = source  # type: ignore[attr-defined]
    # A traceback shows the line, and a debugger the text, for as long as there is something to show.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    finalize(function, linecache.cache.pop, file, None).atexit = False
    return function


_compiled = count(1)
"""Numbers of the texts that were compiled, for their names in tracebacks."""


_KINDS = {"numpy": "numpy", "torch": "torch", "jax": "jax", "jaxlib": "jax"}
"""The backend for arrays by the package of their type."""


def backend_of(t: Any, parameters: Mapping[str, Any]) -> str:
    """The backend that understands these arguments, told by their types alone."""
    found = {_KINDS.get(type(x).__module__.partition(".")[0], "python") for x in (t, *parameters.values())}
    for name in ("jax", "torch"):
        if name in found:
            return name
    return "numpy" if "numpy" in found and not isinstance(t, int | float) else "python"


def called(schedule: Schedule, t: Any, parameters: Mapping[str, Any]) -> Any:
    """The value of a schedule with its parameters by their own names."""
    from .convert import no_parameter

    function = compiled(schedule, backend_of(t, parameters))
    names = [p.name for p in schedule.parameters]
    for name in parameters:
        if name not in names:
            raise no_parameter(name, names)
    for name in names:
        if name not in parameters:
            raise ScheduleError(f"`{name}` has no value", hint=f"schedule(t, {name}=...) or schedule.bind({name}=...)")
    code = getattr(function, "__wrapped__", function).__code__
    written = code.co_varnames[1 : 1 + len(names)] if names else ()
    return function(t, **{w: parameters[n] for w, n in zip(written, names, strict=True)})
