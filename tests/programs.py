"""Programs of the language, drawn so that they are valid, with what is known about them beforehand.

Lengths are multiples of a quarter, so that every boundary is a binary fraction and backends must agree on it exactly.
Comparisons are with the step only: a schedule's own rounded value may fall on either side of a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from hypothesis import strategies as st

Ends = Literal["closed", "next", "prev"]
"""What a stage waits for: nothing, the stage after it, or the stage before it."""


@dataclass(frozen=True)
class Stage:
    """A finite stage as text, and how long it lasts."""

    text: str
    duration: Fraction
    ends: Ends = "closed"


@dataclass(frozen=True)
class Program:
    """A whole program, how long it lasts (None: for ever), and values for its parameters."""

    text: str
    duration: Fraction | None
    bindings: tuple[tuple[str, float], ...] = ()


NUMBERS = st.sampled_from(["0", "1", "2", "3", "10", "0.5", "0.25", "1e-3", "2.5", "7/3", "-1", "-0.5", "1k", "pi/4"])
FACTORS = st.sampled_from(["0.5", "2", "-1", "3", "0.1"])
QUARTERS = st.integers(0, 40).map(lambda n: Fraction(n, 4))
LENGTHS = st.one_of(st.integers(0, 12).map(Fraction), QUARTERS)
POSITIVE = st.one_of(st.integers(1, 12).map(Fraction), st.integers(1, 40).map(lambda n: Fraction(n, 4)))
SHAPES = st.sampled_from(
    [
        *("linear", "cosine", "poly", "poly(3)", "sqrt", "one_minus_sqrt", "expo", "expo(2)", "log", "sigmoid"),
        *("smoothstep", "sine", "circle", "shape.cosine", "bezier(0.25,0.1,0.25,1)"),
    ]
)
RAMPS = st.sampled_from(["linear", "cosine", "poly", "expo", "smoothstep", "sine", "circle"])
FORMULAS = st.sampled_from(
    [
        "1/(1 + t)",
        "2*exp(-t/10)",
        "sqrt(t + 1)",
        "t**2/100 - 1",
        "floor(t/4)",
        "mod(t, 5)",
        "0.9**t",
        "min(t, 3)",
        "cos(pi*t/8)",
        "step_decay(1, 0.5, 3)",
        "multistep(1, 0.1, [2, 5])",
        "where(t < 4, 1, 0.5)",
        "inverse_sqrt(1, 4)",
        "repeat(linear(1, 3))",
        "triangular(0, 1, 6)",
        "cosine_restarts(1, 4, stretch=2)",
    ]
)
"""Endless ones."""


def number(value: Fraction) -> str:
    """A multiple of a quarter as a literal."""
    return str(value.numerator) if value.denominator == 1 else str(float(value))


@st.composite
def ramps(draw: st.DrawFn) -> Stage:
    length = draw(LENGTHS)
    start, end = draw(NUMBERS), draw(NUMBERS)
    n = number(length)
    shape = draw(SHAPES)
    texts = [
        f"{draw(RAMPS)}({start}, {n}, {end})",
        f"rise({shape}, {start}, {end}, {n})",
        f"fall({shape}, {start}, {end}, steps={n})",
        f"exponential(0.5, {n}, 2)",
        f"hold({n}, {start})",
        f"warmup({shape}, {n}, {start}, {end})",
        f"({draw(FORMULAS)})[:{n}]",
    ]
    return Stage(draw(st.sampled_from(texts)), length)


def arranged(inner: st.SearchStrategy[Stage]) -> st.SearchStrategy[Stage]:
    """Stages made of other stages."""
    return st.one_of(slices(inner), cycles(inner), moved(inner), computed(inner), chains(inner).map(as_stage))


@st.composite
def slices(draw: st.DrawFn, inner: st.SearchStrategy[Stage]) -> Stage:
    stage = draw(inner)
    a, b = sorted((draw(QUARTERS), draw(QUARTERS)))
    whole = f"({stage.text})"
    if draw(st.booleans()):
        return Stage(f"{whole}[{number(a)}:{number(b)}]", b - a)
    if a <= stage.duration:
        return Stage(f"{whole}[{number(a)}:]", stage.duration - a)
    return Stage(f"{whole}[:{number(b)}]", b)


@st.composite
def cycles(draw: st.DrawFn, inner: st.SearchStrategy[Stage]) -> Stage:
    stage = draw(inner.filter(lambda s: s.duration > 0))
    count, stretch = draw(st.integers(1, 4)), draw(st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2)]))
    duration = sum(stage.duration * stretch**i for i in range(count))
    scale = draw(st.sampled_from(["", ", scale=0.5", ", scale=-1"]))
    return Stage(f"repeat({stage.text}, {count}, {number(stretch)}{scale})", Fraction(duration))


@st.composite
def moved(draw: st.DrawFn, inner: st.SearchStrategy[Stage]) -> Stage:
    stage, steps = draw(inner), draw(LENGTHS)
    return draw(
        st.sampled_from(
            [
                Stage(f"reverse({stage.text})", stage.duration),
                Stage(f"mirror({stage.text})", 2 * stage.duration),
                Stage(f"delay({stage.text}, {number(steps)})", stage.duration + steps),
                Stage(f"stretch({stage.text}, 2)", 2 * stage.duration),
                Stage(f"stretch({stage.text}, 0.5)", stage.duration / 2),
                Stage(f"join([{stage.text}, hold(3, 1)], [{number(steps)}])", steps + 3),
            ]
        )
    )


@st.composite
def computed(draw: st.DrawFn, inner: st.SearchStrategy[Stage]) -> Stage:
    one, two, factor = draw(inner), draw(inner), draw(FACTORS)
    longer = max(one.duration, two.duration)
    return draw(
        st.sampled_from(
            [
                Stage(f"{factor}*({one.text})", one.duration),
                Stage(f"-({one.text})", one.duration),
                Stage(f"(({one.text}) + ({two.text}))", longer),
                Stage(f"(({one.text}) - ({two.text}))/2", longer),
                Stage(f"({one.text})*({two.text})", longer),
                Stage(f"min({one.text}, {two.text})", longer),
                Stage(f"clip({one.text}, -0.5, {factor} + 5)", one.duration),
                Stage(f"({one.text})**2", one.duration),
                Stage(f"abs({one.text})", one.duration),
                Stage(f"where(t < 3, {one.text}, {two.text})[:5]", Fraction(5)),
                Stage(f"linear({one.text}, 6, {factor})", Fraction(6)),
                Stage(f"hold(4, at({one.text}, 2))", Fraction(4)),
            ]
        )
    )


@st.composite
def open_stages(draw: st.DrawFn) -> Stage:
    """Stages that wait for a neighbour."""
    length, shape = draw(LENGTHS), draw(SHAPES)
    n = number(length)
    texts = [
        Stage(f"warmup({shape}, {n})", length, "next"),
        Stage(f"hold({n}, 0.5*next)", length, "next"),
        Stage(f"warmup({shape}, {n}, 0.5)", length, "next"),
        Stage(f"hold({n})", length, "prev"),
        Stage(f"decay({shape}, {n})", length, "prev"),
        Stage(f"decay({shape}, {n}, 0.25)", length, "prev"),
    ]
    return draw(st.sampled_from(texts))


@st.composite
def chains(
    draw: st.DrawFn, inner: st.SearchStrategy[Stage], least: int = 2, most: int = 4, backwards: bool = True
) -> list[Stage]:
    """Neighbours whose open ends never face each other; the last one waits for nothing."""
    drawn = draw(st.lists(st.one_of(inner, open_stages()), min_size=least, max_size=most))
    closed: list[Stage] = []
    for stage in drawn:
        faces = not closed or closed[-1].ends == "next"
        if stage.ends == "prev" and (faces or not backwards):
            stage = Stage(f"hold({number(stage.duration)}, 2)", stage.duration)
        closed.append(stage)
    if closed[-1].ends == "next":
        closed[-1] = Stage("cosine(3, 4, 1)", Fraction(4))
    return closed


def as_stage(parts: list[Stage]) -> Stage:
    return Stage(f"({' >> '.join(p.text for p in parts)})", sum((p.duration for p in parts), Fraction(0)))


def stages(size: int = 4) -> st.SearchStrategy[Stage]:
    """Finite stages of any form."""
    return st.recursive(ramps(), arranged, max_leaves=size)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Whole programs: definitions, functions, parameters, units, a chain, perhaps an endless last stage."""
    parts = draw(chains(stages(3), 1, 4))
    text = " >> ".join(p.text for p in parts)
    duration: Fraction | None = sum((p.duration for p in parts), Fraction(0))
    definitions: list[str] = []
    bindings: list[tuple[str, float]] = []
    form = draw(st.integers(0, 9))
    if form == 0:
        definitions.append(f"f(x, n=2) = linear(x, n) >> hold(3, x*{draw(FACTORS)})")
        text, duration = f"{text} >> f({draw(NUMBERS)}) >> f(prev, 4)", duration + 12
    elif form == 1:
        definitions += [f"ease(u, k=2) = u**k*{draw(st.sampled_from(['1', '(2 - u)']))}", "part = warmup(ease, 5)"]
        text, duration = f"part >> {text}", duration + 5
    elif form == 2:
        text, duration = f"{text} >> linear(peak, W)", duration + 6
        bindings += [("peak", 0.75), ("W", 6)]
    elif form == 3:
        text, duration = f"warmup(linear, 2ep) >> {text} >> hold(5kimg, 2)", duration + 6 + 5
        bindings += [("steps_per_epoch", 3), ("images_per_step", 1000)]
    elif form == 4:
        definitions.append("total = 1000")
        text, duration = f"warmup(linear, 1%) >> {text} >> cosine(1, rest)", Fraction(1000)
    elif form == 5:
        text, duration = f"{text} >> {draw(FORMULAS)}", None
    elif form == 6:
        text, duration = f"{text} >> {draw(NUMBERS)}", None
    elif form == 7:
        definitions.append(f"a = {draw(NUMBERS)}")
        text = f"(a + 1)*({text})"
    return Program("; ".join([*definitions, text]), duration, tuple(bindings))
