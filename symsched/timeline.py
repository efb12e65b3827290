"""Signals with a time of their own: pieces of others, ramps, chains, repetitions."""

from __future__ import annotations

from functools import cached_property

from . import functions, tree
from .clock import Clock, fixed
from .errors import Span
from .stages import Piece, Signal
from .tree import INFINITY, ONE, ZERO, Boolean, Expr, true


class Slice(Signal):
    """The piece of a signal from one time to another, on a clock of its own."""

    def __init__(self, inner: Signal, begin: Expr, stop: Expr, span: Span | None) -> None:
        self.inner, self.begin, self.stop = inner, begin, stop
        self.duration = INFINITY if stop == INFINITY else tree.subtract(stop, begin)
        self._measure(span, inner)

    def _pieces(self, clock: Clock) -> list[Piece]:
        inner_clock = clock._replace(offset=clock.bound(tree.negate(self.begin)), edge=None)
        end = INFINITY if self.duration == INFINITY else clock.bound(self.duration)
        pieces: list[Piece] = []
        if self.begin == 0 or isinstance(self.begin, tree.Rational):
            for piece in self.inner.pieces(inner_clock):
                begun = tree.compare("<=" if not clock.backwards else ">=", piece.until, clock.offset)
                over = true if piece.until == INFINITY else _passed(clock, piece.until, end)
                if begun == true and piece.until != INFINITY:
                    continue
                if over == true:
                    return [*pieces, Piece(piece.value, end)]
                if over != tree.false or begun != tree.false:
                    break
                pieces.append(piece)
            else:
                if pieces and pieces[-1].until == INFINITY:
                    return pieces
                return [*pieces, Piece(self.inner.end, end)]
        return [Piece(self.inner.at(inner_clock), end)]

    @cached_property
    def start(self) -> Expr:
        return self.inner.start if self.begin == 0 else self.inner.at(fixed(self.begin))

    @cached_property
    def end(self) -> Expr:
        if self.inner.duration is not None and self.stop == self.inner.duration:
            return self.inner.end
        return self.inner.at(fixed(self.stop, left=True))


def _passed(clock: Clock, until: Expr, end: Expr) -> Boolean:
    """Whether a bound lies at the end or beyond."""
    return tree.false if end == INFINITY else tree.compare("<=" if clock.backwards else ">=", until, end)


class Ramp(Signal):
    """A formula of its own progress over `length` steps."""

    def __init__(self, body: Signal, length: Expr, span: Span | None) -> None:
        self.body, self.duration = body, length
        self._measure(span, body)

    def _pieces(self, clock: Clock) -> list[Piece]:
        assert self.duration is not None
        return [Piece(self.body.at(clock._replace(edge=None), self.duration), clock.bound(self.duration))]

    @cached_property
    def start(self) -> Expr:
        return self.body.at(fixed(ZERO, edge=ZERO))

    @cached_property
    def end(self) -> Expr:
        assert self.duration is not None
        return self.body.at(fixed(self.duration, left=True, edge=ONE))


class Chain(Signal):
    """Signals one after another, each on a clock of its own. All but the last are finite."""

    def __init__(self, parts: list[Signal], span: Span | None) -> None:
        self.parts: list[Signal] = [p for part in parts for p in (part.parts if isinstance(part, Chain) else [part])]
        self.duration = ZERO
        total = [p.duration for p in self.parts if p.duration is not None]
        self.duration = INFINITY if INFINITY in total else tree.add(*total)
        self._measure(span, *self.parts)
        self.depth = max(p.depth for p in self.parts)

    def _pieces(self, clock: Clock) -> list[Piece]:
        pieces: list[Piece] = []
        passed = ZERO
        for part in self.parts:
            own = clock.shifted(passed)
            if part.duration != 0:
                pieces += part.pieces(own)
            if part.duration is not None and part.duration != INFINITY:
                passed = tree.add(passed, part.duration)
        return pieces

    @cached_property
    def start(self) -> Expr:
        return self.parts[0].start

    @cached_property
    def end(self) -> Expr:
        return self.parts[-1].end


class Stretched(Signal):
    """A signal in slow motion."""

    def __init__(self, inner: Signal, factor: Expr, span: Span | None) -> None:
        self.inner, self.factor = inner, factor
        self.duration = INFINITY if inner.duration == INFINITY else tree.multiply(inner.duration, factor)
        self._measure(span, inner)

    def _pieces(self, clock: Clock) -> list[Piece]:
        return self.inner.pieces(clock.slower(self.factor))

    @cached_property
    def start(self) -> Expr:
        return self.inner.start

    @cached_property
    def end(self) -> Expr:
        return self.inner.end


class Reversed(Signal):
    """A finite signal backwards in time."""

    def __init__(self, inner: Signal, span: Span | None) -> None:
        self.inner, self.duration = inner, inner.duration
        self._measure(span, inner)

    def _pieces(self, clock: Clock) -> list[Piece]:
        assert self.duration is not None
        pieces = self.inner.pieces(clock.reversed(self.duration))
        if not pieces:  # no part lasts any time
            return []
        bounds = [clock.bound(self.duration), *(p.until for p in pieces[:-1])]
        return [Piece(p.value, b) for p, b in zip(reversed(pieces), reversed(bounds), strict=True)]

    @cached_property
    def start(self) -> Expr:
        return self.inner.end

    @cached_property
    def end(self) -> Expr:
        return self.inner.start


class Repeat(Signal):
    """A finite signal again and again; cycle i lasts `length * stretch**i` and is multiplied by `scale**i`."""

    def __init__(self, inner: Signal, count: Expr, stretch: Expr, scale: Expr, span: Span | None) -> None:
        self.inner, self.count, self.stretch, self.scale = inner, count, stretch, scale
        assert inner.duration is not None
        self.length = inner.duration
        self.duration = INFINITY if count == INFINITY else tree.cycle_start(count, self.length, stretch)
        self._measure(span, inner, extra=8)

    def _pieces(self, clock: Clock) -> list[Piece]:
        if clock.backwards:
            index, own = self._backwards(clock)
        elif clock.left:
            index, own = self._left(clock)
        else:
            cycle = (clock.base, clock.offset, tree.multiply(clock.factor, self.length), self.stretch)
            index = tree.cycle_index(*cycle)
            own = clock.slower(tree.power(self.stretch, index))._replace(base=tree.cycle_time(*cycle), offset=ZERO)
        value = tree.multiply(tree.power(self.scale, index), self.inner.at(own, self.length))
        end = INFINITY if self.duration == INFINITY else clock.bound(self.duration)
        return [Piece(value, end)]

    def _left(self, clock: Clock) -> tuple[Expr, Clock]:
        """The cycle index and the clock at one time, which belongs to the cycle that ends there."""
        length = tree.multiply(clock.factor, self.length)
        cycle = (clock.base, clock.offset, length, self.stretch)
        passed = tree.elapsed(clock.base, clock.offset)
        if self.stretch == 1:
            ended = tree.cycle_index(tree.negate(passed), ZERO, length, ONE)
            index = functions.maximum(tree.subtract(tree.negate(ended), ONE), ZERO)
            time = tree.subtract(passed, tree.multiply(index, length))
        else:
            index, time = tree.cycle_index(*cycle), tree.cycle_time(*cycle)
            if time == 0 and index != 0:
                index = tree.subtract(index, ONE)
                time = tree.multiply(length, tree.power(self.stretch, index))
        return index, clock.slower(tree.power(self.stretch, index))._replace(base=time, offset=ZERO)

    def _backwards(self, clock: Clock) -> tuple[Expr, Clock]:
        """The cycle index and the clock of a repetition that runs from its end to its start."""
        length = tree.multiply(clock.factor, self.length)
        if self.stretch == 1:
            cycle = (clock.base, clock.offset, length, ONE)
            index = tree.subtract(tree.negate(tree.cycle_index(*cycle)), ONE)
            return index, clock._replace(base=tree.cycle_time(*cycle), offset=length, edge=None)
        if self.duration == INFINITY:
            return self._from_the_first(clock, length)
        last = tree.subtract(self.count, ONE)
        begun = tree.subtract(clock.offset, tree.multiply(clock.factor, self.duration))
        cycle = (
            clock.base,
            begun,
            tree.multiply(length, tree.power(self.stretch, last)),
            tree.power(self.stretch, tree.Integer(-1)),
        )
        index = tree.subtract(last, tree.cycle_index(*cycle))
        slow = tree.power(self.stretch, index)
        own = clock.slower(slow)._replace(base=tree.cycle_time(*cycle), offset=tree.multiply(length, slow))
        return index, own

    def _from_the_first(self, clock: Clock, length: Expr) -> tuple[Expr, Clock]:
        """The same for a piece of an endless repetition with a stretch, whose cycles are counted from the first."""
        cycle = (tree.subtract(clock.offset, clock.base), ZERO, length, self.stretch)
        index, time = tree.cycle_index(*cycle), tree.cycle_time(*cycle)
        inside = tree.compare(">", time, ZERO)  # a boundary belongs to the cycle that ends there
        ended = functions.maximum(tree.subtract(index, ONE), ZERO)
        full = tree.multiply(length, tree.power(self.stretch, ended))
        index = tree.piecewise([(index, inside), (ended, true)])
        time = tree.piecewise([(time, inside), (full, true)])
        slow = clock.slower(tree.power(self.stretch, index))
        return index, slow._replace(base=time, offset=ZERO, backwards=False, left=True)

    @cached_property
    def start(self) -> Expr:
        return self.inner.start

    @cached_property
    def end(self) -> Expr:
        if self.count == 0:
            return self.inner.start
        return tree.multiply(tree.power(self.scale, tree.subtract(self.count, ONE)), self.inner.end)
