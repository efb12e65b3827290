"""Proofs that two trees are one function: both are brought into a normal form, piece by piece, at a bounded cost.

A normal form is an expanded SymPy sum in the step, the parameters and symbols that stand for what is not expanded.
Sines and cosines are written as exponentials, powers of numbers by prime factors. What may be infinite somewhere never
cancels: `t*(1/t)` is nan at step 0, and so it is not 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import sympy
from sympy import Add, Dummy, I, Mul, Pow, pi
from sympy.codegen.cfunctions import log2, log10
from sympy.functions.elementary.piecewise import ExprCondPair

from . import limits, tree
from .precise import Row, decided, row_of
from .tree import ONE, Expr, Rational

TERMS: Final = 8000
"""Terms that are made in all before a proof is given up."""

LARGEST_POWER: Final = 16
LARGEST_EXPONENT: Final = 10**4
PRIMES: Final = 1000


class NoProof(Exception):
    """A proof would cost too much, or what cancels may be infinite somewhere."""


class Prover:
    """Proves that trees are equal between two steps at which nothing changes, and remembers what it has worked out.

    Example:
        >>> import symsched as ss
        >>> one, other = (ss.parse(text).expr for text in ("cos(t)**2", "1 - sin(t)**2"))
        >>> Prover().same(one, other, Fraction(1))
        True
    """

    def __init__(self) -> None:
        self.terms = 0
        self.steady: dict[Expr, Any] = {}  # forms that are the same at every step
        self.rows: dict[int, tuple[Expr, Row | None]] = {}
        self.symbols: dict[Any, Dummy] = {}
        self.singular: set[Dummy] = set()  # symbols for what may be infinite or nan

    def same(self, left: Expr, right: Expr, moment: Fraction) -> bool:
        """Whether two trees are proved to be equal around a moment; choices are taken as they are there."""
        left, right = (self._outer(side, moment) for side in (left, right))
        try:
            return bool(left == right or self._form(left, moment) == self._form(right, moment))
        except NoProof:
            return False

    def _form(self, expr: Expr, moment: Fraction) -> Any:
        here: dict[Expr, Any] = {}
        stack = [expr]
        while stack:
            node = stack[-1]
            piece = self._piece(node, moment)
            below = node.args if piece is None else (piece,)
            waiting = [a for a in below if a not in here and a not in self.steady]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            if node in here or node in self.steady:
                continue
            args = [self.steady[a] if a in self.steady else here[a] for a in below]
            fixed = piece is None and all(a in self.steady for a in below)
            self._spend(1)
            (self.steady if fixed else here)[node] = self._node(node, args) if piece is None else args[0]
        return self.steady[expr] if expr in self.steady else here[expr]

    def _piece(self, node: Expr, moment: Fraction) -> Expr | None:
        """The piece of a choice that holds at a moment; None for what is no choice, or not decided by then."""
        if not isinstance(node, sympy.Piecewise):
            return None
        if id(node) not in self.rows:  # equal trees are slow to compare
            self.rows[id(node)] = node, row_of(node)
        return decided(node, self.rows[id(node)][1], moment)

    def _outer(self, expr: Expr, moment: Fraction) -> Expr:
        """The piece that holds, for a tree that is a choice itself."""
        while (piece := self._piece(expr, moment)) is not None:
            expr = piece
        return expr

    def _spend(self, terms: int) -> None:
        self.terms += terms
        if self.terms > TERMS:
            raise NoProof

    def _node(self, node: Expr, args: list[Any]) -> Any:
        if isinstance(node, Rational) or node == pi or node.is_Symbol:
            return node
        rule = _RULES.get(type(node))
        if rule is not None:
            return rule(self, *args)
        if node.is_Boolean or isinstance(node, ExprCondPair):
            return (type(node), *args) if node.args else node
        return self._opaque((type(node), *args), type(node) not in _FINITE)

    # Symbols

    def _opaque(self, key: tuple[Any, ...], singular: bool) -> Dummy:
        """The symbol of something that is not expanded; the same for the same key."""
        if key not in self.symbols:
            self.symbols[key] = Dummy(real=True)
            if singular or any(self._wild(part) for part in key[1:]):
                self.singular.add(self.symbols[key])
        return self.symbols[key]

    def _wild(self, form: Any) -> set[Dummy]:
        """The symbols in a form that may be infinite or nan."""
        if isinstance(form, (tuple, frozenset)):
            return set().union(*(self._wild(part) for part in form)) if self.singular else set()
        return self.singular & form.free_symbols if self.singular and isinstance(form, sympy.Basic) else set()

    def _extreme(self, kind: type) -> Callable[..., Dummy]:
        return lambda *args: self._opaque((kind, frozenset(args)), singular=False)

    # Arithmetic

    def _add(self, *args: Expr) -> Expr:
        seen: set[Dummy] = set()
        for arg in args:
            wild = self._wild(arg)
            if wild & seen:
                raise NoProof
            seen |= wild
        return self._sum(*args)

    def _sum(self, *args: Expr) -> Expr:
        self._spend(sum(len(_terms(a)) for a in args))
        return Add(*args)

    def _multiply(self, *args: Expr) -> Expr:
        product: Expr = ONE
        for arg in args:
            left, right = _terms(product), _terms(arg)
            self._spend(len(left) * len(right))
            product = Add(*(Mul(x, y) for x in left for y in right))
        if set().union(*map(self._wild, args)) - self._wild(product):
            raise NoProof
        return product

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        if not isinstance(exponent, Rational):
            return self._exponential(base, exponent)
        if exponent.q == 1 and (base != 0 or exponent > 0):
            if exponent < 0:
                return self._power(self._inverse(base), -exponent)
            return self._whole_power(base, int(exponent))
        coefficient, rest = self._scaled(base)
        if coefficient <= 0:
            return self._opaque((Pow, base, exponent), singular=True)
        regular = exponent > 0 and (rest == tree.t or self._positive(rest))
        root = rest if rest == 1 else self._opaque((Pow, rest, exponent), not regular)
        return self._multiply(self._number_power(coefficient, exponent), root)

    def _whole_power(self, base: Expr, exponent: int) -> Expr:
        if isinstance(base, Add):
            if exponent > LARGEST_POWER:
                return self._opaque((Pow, base, exponent), singular=False)
            return self._multiply(*[base] * exponent)
        coefficient, _ = _split(base)
        if exponent > LARGEST_EXPONENT or exponent * _bits(coefficient) > limits.BITS:
            raise NoProof
        return Pow(base, exponent)

    def _inverse(self, base: Expr) -> Expr:
        """One divided by a form, which is a symbol unless it is a number or an exponential."""
        coefficient, rest = self._scaled(base)
        inverse = 1 / rest if _is_positive(rest) else self._opaque(("inverse", rest), not self._positive(rest))
        return self._multiply(1 / coefficient, inverse)

    def _scaled(self, form: Expr) -> tuple[Rational, Expr]:
        """A form as a number times a form whose first term has no number."""
        coefficient, rest = _split(min(_terms(form), key=sympy.default_sort_key))
        return coefficient, rest if not isinstance(form, Add) else self._multiply(1 / coefficient, form)

    def _positive(self, form: Expr) -> bool:
        """Whether a form is obviously positive from step 0 on."""
        parts = [_split(term) for term in _terms(form)]
        if any(c <= 0 or not all(_is_not_negative(f) for f in Mul.make_args(rest)) for c, rest in parts):
            return False
        return any(_is_positive(rest) for _, rest in parts)

    # Exponentials

    def _exponential(self, base: Expr, exponent: Expr) -> Expr:
        if not isinstance(base, Rational) or base <= 0:
            return self._opaque((Pow, base, exponent), singular=True)
        return self._multiply(*(self._number_power(base, term) for term in _terms(exponent)))

    def _number_power(self, base: Rational, exponent: Expr) -> Expr:
        """A positive number to a power, by its prime factors, so that all ways to write it are one."""
        if _bits(base) * abs(_split(exponent)[0]) > limits.BITS:
            return self._opaque((Pow, base, exponent), singular=False)
        powers = _primes(base).items()
        return Mul(*(Pow(prime, times * exponent) for prime, times in powers))

    def _exp(self, x: Expr) -> Expr:
        if any(abs(_split(term)[0]) > LARGEST_EXPONENT for term in _terms(x)):
            return self._opaque((sympy.exp, x), singular=False)
        return Mul(*map(_exp, _terms(x)))

    def _turn(self, x: Expr) -> Expr:
        """exp(i*x), quarter turns taken out."""
        factors = []
        for term in _terms(x):
            turns, rest = _split(term)
            quarters = math.floor(turns * 2) if rest == pi else 0
            left = term - quarters * pi / 2
            factors += [I ** (quarters % 4), sympy.exp(I * left)]
        return Mul(*factors)

    def _cosine(self, x: Expr) -> Expr:
        x = self._angle(x)
        return self._sum(self._turn(x) / 2, self._turn(-x) / 2)

    def _sine(self, x: Expr) -> Expr:
        x = self._angle(x)
        return self._sum(-I * self._turn(x) / 2, I * self._turn(-x) / 2)

    def _angle(self, x: Expr) -> Expr:
        """An angle; a symbol for one with waves in it, because waves of waves would be twice as long with each."""
        return self._opaque((sympy.exp, I, x), singular=False) if x.has(I) else x

    def _sigmoid(self, x: Expr) -> Expr:
        return self._inverse(self._sum(ONE, self._exp(-x)))

    def _tanh(self, x: Expr) -> Expr:
        return self._sum(2 * self._sigmoid(self._multiply(Rational(2), x)), -ONE)

    def _logarithm(self, x: Expr, base: int | None = None) -> Expr:
        if base is not None:
            return self._multiply(self._logarithm(x), self._inverse(self._logarithm(Rational(base))))
        coefficient, rest = self._scaled(x)
        if coefficient <= 0:
            return self._opaque((sympy.log, x), singular=True)
        numbers = [times * sympy.log(prime) for prime, times in _primes(coefficient).items()]
        others = [] if rest == 1 else [self._opaque((sympy.log, rest), not self._positive(rest))]
        return self._sum(*numbers, *others)

    def _modulo(self, left: Expr, right: Expr) -> Expr:
        if not isinstance(right, Rational) or right == 0 or self._wild(left):
            return self._opaque((sympy.Mod, left, right), singular=True)
        whole = self._opaque((sympy.floor, self._multiply(left, 1 / right)), singular=False)
        return self._sum(left, self._multiply(-right, whole))

    # Time

    def _elapsed(self, clock: Expr, start: Expr) -> Expr:
        return self._add(clock, -start)

    def _progress(self, clock: Expr, start: Expr, length: Expr) -> Expr:
        passed = self._elapsed(clock, start)
        if not isinstance(length, Rational):
            return self._opaque((tree.Progress, passed, length), singular=False)
        return self._multiply(passed, 1 / length) if length else ONE


def _terms(form: Expr) -> tuple[Expr, ...]:
    return tuple(Add.make_args(form))


def _split(form: Expr) -> tuple[Rational, Expr]:
    """A form as a rational number times the rest."""
    coefficient, rest = form.as_coeff_Mul(rational=True)
    return coefficient, rest


def _bits(value: Rational) -> int:
    return max(int(value.p).bit_length(), int(value.q).bit_length())


def _primes(value: Rational) -> dict[int, int]:
    """The factors of a positive number with their powers; what has no small factor is left as it is."""
    found: dict[int, int] = sympy.factorint(int(value.p), limit=PRIMES, use_rho=False, use_pm1=False, use_ecm=False)
    for prime, times in sympy.factorint(
        int(value.q), limit=PRIMES, use_rho=False, use_pm1=False, use_ecm=False
    ).items():
        found[prime] = found.get(prime, 0) - times
    return found


def _exp(term: Expr) -> Expr:
    """The exponential of one term; a logarithm in it makes it a power."""
    logarithms = [factor for factor in Mul.make_args(term) if factor.func == sympy.log]
    return Pow(logarithms[0].args[0], term / logarithms[0]) if len(logarithms) == 1 else sympy.exp(term)


def _is_positive(form: Expr) -> bool:
    """Whether a form is a product of powers of positive numbers: never 0, and finite."""
    parts = [factor.as_base_exp() for factor in Mul.make_args(form)]
    return all(_is_positive_number(base) and not exponent.has(I) for base, exponent in parts)


def _is_positive_number(base: Expr) -> bool:
    if isinstance(base, sympy.log):  # only those of prime factors are left as they are
        return True
    return base in (sympy.E, pi) or (isinstance(base, Rational) and base > 0)


def _is_not_negative(factor: Expr) -> bool:
    base, exponent = factor.as_base_exp()
    return _is_positive(factor) or (base == tree.t and exponent > 0)


_FINITE = (
    sympy.Abs, sympy.floor, sympy.ceiling, tree.Round, tree.CycleIndex, tree.CycleTime, tree.Bezier, sympy.Piecewise,
)  # fmt: skip

_RULES: dict[Any, Callable[..., Any]] = {
    Add: Prover._add, Mul: Prover._multiply, Pow: Prover._power, sympy.exp: Prover._exp, sympy.log: Prover._logarithm,
    log2: lambda p, x: p._logarithm(x, 2), log10: lambda p, x: p._logarithm(x, 10),
    sympy.cos: Prover._cosine, sympy.sin: Prover._sine, sympy.tanh: Prover._tanh, tree.Sigmoid: Prover._sigmoid,
    sympy.Min: lambda p, *args: p._extreme(sympy.Min)(*args),
    sympy.Max: lambda p, *args: p._extreme(sympy.Max)(*args),
    sympy.Mod: Prover._modulo, tree.Elapsed: Prover._elapsed, tree.Progress: Prover._progress,
}  # fmt: skip
