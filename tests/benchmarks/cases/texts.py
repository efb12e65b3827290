"""What happens once for each text: parsing, compiling, and how both grow with the text."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Any

from benchmarks.chains import STAGES, Chain
from benchmarks.measuring import Group, Sides, seconds, slower

import symsched as ss
from symsched import api
from symsched.backends import header

once = Group("Parsing and compiling", "Texts that the process has not seen, with the library loaded.")
printing = Group("Printing source", "Parse and `emit`, for texts that the process has not seen.")
cycles = Group("Repetition", "Parse and compile, over the time of `repeat(A, 3)`.")
growth = Group("Growth", "The time for 2n over the time for n: 2 is linear.")

_fresh = count(1)


def fresh() -> int:
    """A number of steps that no text before had, so that nothing is found in a cache."""
    return 10_000 + next(_fresh)


def compiled(text: str, steps: Sequence[int] = (0, 250), backend: str = "python") -> list[float]:
    function = ss.parse(text).compile(backend)
    return [float(function(t)) for t in steps]


def alone(ours: Callable[[], Any], values: Any) -> Sides:
    """A time by itself; the values stand beside it."""
    return Sides(lambda: values, ours, tolerance=1e-7)


def worked() -> str:
    return f"warmup(linear, 500) >> cosine(1e-3, {fresh()})"


@once.add("the worked example, parse and compile", seconds(5e-3), target="A10")
def worked_example() -> Sides:
    return alone(lambda: compiled(worked()), [0.0, 0.0005])


@once.add("the worked example, parse alone", seconds())
def parse_alone() -> Sides:
    return alone(lambda: [float(ss.parse(worked()).duration // 10_000)], [1.0])


for backend in ("numpy", "torch", "jax"):
    once.add(f"the worked example, parse and compile for {backend}, and two values", seconds(), rounds=10)(
        partial(alone, partial(lambda name: compiled(worked(), backend=name), backend), [0.0, 0.0005])
    )


def chain_text(stages: int) -> str:
    return f"hold({fresh()}, 1e-3) >> {Chain('linear', stages - 1, 1000).text}"


for stages in STAGES:
    row = (seconds(1.0), "A10") if stages == 1000 else (seconds(),)
    once.add(f"a chain of {stages:,} linear stages, parse and compile", *row, rounds=7)(
        partial(alone, partial(lambda n: compiled(chain_text(n)), stages), [1e-3, 1e-3])
    )


def printed(text: Callable[[], str], target: str) -> list[float]:
    """How many stages the header of the file names."""
    found = header.read(ss.parse(text()).emit(target))
    return [] if found is None else [1.0 + found.text.count(">>")]


for target in filter(api.prints_plans, ss.available_backends()):
    printing.add(f"the worked example for {target}", seconds(20e-3), target="E1")(
        partial(alone, partial(printed, worked, target), [2.0])
    )
    printing.add(f"a chain of 1,000 linear stages for {target}", seconds(1.0), target="E2", rounds=3)(
        partial(alone, partial(printed, partial(chain_text, 1000), target), [1000.0])
    )


def repeated(how: str) -> Sides:
    """Within the first cycle every repetition has the same values."""

    def side(how: str) -> Callable[[], list[float]]:
        return lambda: compiled(f"repeat(warmup(linear, 500) >> cosine(1e-3, {fresh()}), {how})", (0, 250, 500))

    return Sides(side("3"), side(how))


for how in ("1_000_000_000", "stretch=2", "12, stretch=1.5, scale=0.5"):
    row = (slower(1.2), "A9") if how.count(",") == 0 else (slower(), "")
    cycles.add(f"`repeat(A, {how})`", *row)(partial(repeated, how))


def failing(text: str) -> list[float]:
    """The place of the error in a text, in characters from the end."""
    try:
        ss.parse(text)
    except ss.ScheduleError as error:
        return [float(len(text) - error.span[1]) if error.span else math.nan]
    return []


# Texts of n parts, whose values do not depend on n.


def terms(n: int) -> str:
    return f"floor(1/({fresh()} + t)) + " + " + ".join(f"floor(1/(t + {i}))" for i in range(1, n))


def definitions(n: int) -> str:
    names = [f"a{i}" for i in range(n)]
    return "".join(f"{name} = {i + 1} + t; " for i, name in enumerate(names)) + f"min({fresh()}, {', '.join(names)})"


def milestones(n: int) -> str:
    return f"multistep(1, 0.99, [{', '.join(str(fresh() * i) for i in range(1, n))}])"


def ends_wrong(n: int) -> str:
    return f"{terms(n)} + cosin(1, 10)"


def stops(n: int) -> str:
    return f"{terms(n)} +"


def opened(n: int) -> str:
    return "(" * n + str(fresh())


@once.add("an error at the end of a text of 16 KiB", seconds(0.05), target="C1", rounds=10)
def long_error() -> Sides:
    many = 16 * 1024 // len("floor(1/(t + 100)) + ")
    return alone(lambda: failing(stops(many)), failing(stops(many)))


def growing(text: Callable[[int], str], n: int, read: Callable[[str], list[float]] = compiled) -> Sides:
    """Texts of n and of 2n parts."""
    return Sides(lambda: read(text(n)), lambda: read(text(2 * n)))


for title, text, n, read in (
    ("a chain of n linear stages", chain_text, 200, compiled),
    ("n milestones", milestones, 200, compiled),
    ("n definitions", definitions, 200, compiled),
    ("a sum of n terms", terms, 100, compiled),
    ("an unknown name after n terms", ends_wrong, 100, failing),
    ("a text of n terms that stops too early", stops, 400, failing),
    ("n parentheses, never closed", opened, 5000, failing),
):
    growth.add(f"{title}, n = {n}", slower(2.5), target="C1", rounds=5)(partial(growing, text, n, read))
