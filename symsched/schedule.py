"""`Schedule`, the value that users hold: an immutable text with an exact meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import ScheduleError
from .fields import Field
from .format import program_text
from .names import joined, ordered, reached
from .nodes import NOWHERE, Negative, Node, Operation, Power, Program, Slice, chain
from .notebook import Shown
from .syntax import parse_program

if TYPE_CHECKING:
    from collections.abc import Callable

    from sympy import Expr, Symbol

    from .equivalence import Equivalence
    from .meaning import Meaning


class Schedule(Field, Shown):
    """A schedule: a function of the step, with a duration.

    It compares, hashes and pickles as its canonical text, which parses back to an equal schedule. Arithmetic, `>>` and
    slices build the same program as the text would.

    Args:
        text: A program of the language whose last statement is an expression.

    Raises:
        ScheduleError: The text does not mean anything; the error carries the place and a way out.

    Example:
        >>> import symsched as ss
        >>> lr = ss.parse("warmup(linear, 500) >> cosine(1e-3, 1e4)")
        >>> [lr(t) for t in (0, 250, 500, 10500)]
        [0.0, 0.0005, 0.001, 0.0]
        >>> lr.duration
        10500
        >>> lr == ss.warmup("linear", 500) >> ss.cosine(1e-3, 10_000)
        True
    """

    # Not in `__dict__`: LambdaLR of torch saves that, and writes what it loads into another schedule.
    __slots__ = ("_canonical", "_number", "_understood", "_written", "program")

    def __init__(self, text: str) -> None:
        program = parse_program(text)
        if program.expression is None:
            from .convert import no_expression

            raise no_expression(program)
        self._place(program)
        self._meaning  # noqa: B018 (raises)

    def _place(self, program: Program) -> None:
        assert program.expression is not None
        self._written = program
        definitions = reached(program.definitions, program.expression)
        self.program = ordered(Program(definitions, program.expression))
        self._canonical: str | None = None
        self._understood: Meaning | None = None
        self._number: Callable[[float], float] | None = None  # for Python numbers, where there are no parameters

    @classmethod
    def _of(cls, program: Program) -> Schedule:
        """A schedule of a program that was put together here; it is worked out when it is first used."""
        schedule = cls.__new__(cls)
        schedule._place(program)
        return schedule

    @property
    def _text(self) -> str:
        if self._canonical is None:
            self._canonical = program_text(self.program)
        return self._canonical

    @property
    def _meaning(self) -> Meaning:
        if self._understood is None:
            self._understood = self._worked_out()
        return self._understood

    def _worked_out(self) -> Meaning:
        from .meaning import meaning

        written, expression = self._written, self._written.expression
        assert expression is not None
        if not written.source:  # put together in Python: errors show the canonical text
            try:
                return meaning(written.definitions, expression, "")
            except ScheduleError:
                written = parse_program(self._text)
                expression = written.expression
                assert expression is not None
        return meaning(written.definitions, expression, written.source)

    # What it means

    @property
    def expr(self) -> Expr:
        """The exact value, a total SymPy tree in `symsched.t` and the parameters."""
        return self._meaning.expr

    @property
    def duration(self) -> Expr | None:
        """Number of steps, exact; infinite for an endless schedule, None for a bare number."""
        return self._meaning.duration

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """Free symbols other than the step, in the order in which they were written."""
        return self._meaning.parameters

    @property
    def breakpoints(self) -> tuple[Expr, ...]:
        """Steps at which one stage ends and the next begins, exact."""
        return self._meaning.breakpoints

    # Values

    def __call__(self, /, t: Any, **parameters: Any) -> Any:
        """The value at a step.

        Args:
            t: A number or an array of steps, 0 or more; a NumPy array, a torch tensor or a jax array of any shape.
            parameters: Values of the parameters that are not bound, by name.

        Returns:
            A float for a number, else an array of the same kind and shape as `t`.

        Raises:
            ScheduleError: A parameter is missing or unknown.
        """
        number = self._number
        if number is not None and not parameters and (type(t) is float or type(t) is int or isinstance(t, float)):
            return number(t)  # told by the exact type first, which costs less
        if number is None and not self.parameters:
            self._number = self.compile("python")  # kept because training loops call it at every step
        from .api import called

        return called(self, t, parameters)

    def compile(self, backend: str = "python") -> Callable[..., Any]:
        """A callable `f(t, **parameters)` that runs exactly the text that `emit` prints.

        Args:
            backend: A name that `available_backends()` lists.

        Returns:
            The callable; its text is in the attribute `source`.

        Raises:
            ScheduleError: The backend is unknown, its framework is not installed, or its text is not Python.
        """
        from .api import compiled

        return compiled(self, backend)

    def emit(self, backend: str, **options: Any) -> str:
        """The text of the schedule for a target, which needs nothing of symsched; `symsched.emit` says more."""
        from .api import emitted

        return emitted(self, backend, options)

    def latex(self, **options: Any) -> str:
        r"""The formula in LaTeX, without delimiters.

        Args:
            options: `style`, "cases" (numbers in), "symbolic" (letters, with a legend of values) or "stages" (a table);
                `symbol` and `time`, names for the left side and the step; `rows`, how many stages of many.

        Example:
            >>> import symsched as ss
            >>> print(ss.parse("linear(1, 100)").latex())
            \begin{cases} 1 - \frac{t}{100} & 0 \le t < 100 \\ 0 & t \ge 100 \end{cases}
        """
        return self.emit("latex", **options)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def equivalent(self, other: Schedule | str | float) -> Equivalence:
        """Whether another schedule is the same function of the step, by a proof or by exact evaluation.

        Example:
            >>> import symsched as ss
            >>> print(ss.parse("cosine(1, 100)").equivalent("(1/2 + cos(pi*t/100)/2)[:100]"))
            the same at every step: proved
        """
        from .convert import to_program
        from .equivalence import equivalence

        if isinstance(other, str):
            return equivalence(self, Schedule(other))
        return equivalence(self, other if isinstance(other, Schedule) else Schedule._of(to_program(other)))

    # Other schedules

    def bind(self, /, **values: Any) -> Schedule:
        """A schedule with some parameters replaced by values.

        Args:
            values: Numbers, schedules or texts by the name of the parameter; units follow (`total`, `steps_per_epoch`).
                Definitions that they bring along are renamed where a name is taken.

        Raises:
            ScheduleError: A name is not a parameter of the schedule, or a value does not fit.

        Example:
            >>> import symsched as ss
            >>> str(ss.parse("warmup(linear, 5%) >> cosine(peak, 95%)").bind(total=10_000, peak=1e-3))
            'total = 1e4; peak = 1e-3; warmup(linear, 5%) >> cosine(peak, 95%)'
        """
        from .convert import bound

        result = Schedule._of(bound(self.program, values, [p.name for p in self.parameters]))
        result._meaning  # noqa: B018 (raises)
        return result

    def _combined(self, other: Any, build: Callable[[Node, Node], Node], swapped: bool = False) -> Schedule:
        from .convert import no_expression, to_program

        left, right = self.program, to_program(other)
        if right.expression is None:
            raise no_expression(right)
        if swapped:
            left, right = right, left
        definitions, first, second = joined(left, right)
        return Schedule._of(Program(definitions, build(first, second)))

    def _operation(self, operator: str, other: Any, swapped: bool = False) -> Schedule:
        def build(left: Node, right: Node) -> Node:
            return Operation(NOWHERE, 1 + max(left.depth, right.depth), (operator,), (left, right))

        return self._combined(other, build, swapped)

    def __rshift__(self, other: Any) -> Schedule:
        return self._combined(other, lambda a, b: chain(NOWHERE, (a, b)))

    def __rrshift__(self, other: Any) -> Schedule:
        return self._combined(other, lambda a, b: chain(NOWHERE, (a, b)), swapped=True)

    def __add__(self, other: Any) -> Schedule:
        return self._operation("+", other)

    def __radd__(self, other: Any) -> Schedule:
        return self._operation("+", other, swapped=True)

    def __sub__(self, other: Any) -> Schedule:
        return self._operation("-", other)

    def __rsub__(self, other: Any) -> Schedule:
        return self._operation("-", other, swapped=True)

    def __mul__(self, other: Any) -> Schedule:
        return self._operation("*", other)

    def __rmul__(self, other: Any) -> Schedule:
        return self._operation("*", other, swapped=True)

    def __truediv__(self, other: Any) -> Schedule:
        return self._operation("/", other)

    def __rtruediv__(self, other: Any) -> Schedule:
        return self._operation("/", other, swapped=True)

    def __pow__(self, other: Any) -> Schedule:
        return self._combined(other, lambda a, b: Power(NOWHERE, 1 + max(a.depth, b.depth), a, b))

    def __rpow__(self, other: Any) -> Schedule:
        return self._combined(other, lambda a, b: Power(NOWHERE, 1 + max(a.depth, b.depth), a, b), swapped=True)

    def __neg__(self) -> Schedule:
        expression = self.program.expression
        assert expression is not None
        return Schedule._of(Program(self.program.definitions, Negative(NOWHERE, expression.depth + 1, expression)))

    def __getitem__(self, piece: slice) -> Schedule:
        from .convert import to_program

        if not isinstance(piece, slice) or piece.step is not None:
            raise ScheduleError("a piece of a schedule is schedule[begin:end]; a value is schedule(t)")
        bounds: list[Node | None] = []
        for bound in (piece.start, piece.stop):
            program = None if bound is None else to_program(bound)
            if program is not None and program.definitions:
                raise ScheduleError("a bound of a slice is a number of steps")
            bounds.append(None if program is None else program.expression)
        expression = self.program.expression
        assert expression is not None
        depth = 1 + max(n.depth for n in (expression, *bounds) if n is not None)
        return Schedule._of(Program(self.program.definitions, Slice(NOWHERE, depth, expression, *bounds)))

    # Identity

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Schedule({self._text!r})"

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Schedule) else NotImplemented

    def __hash__(self) -> int:
        return hash(("Schedule", self._text))

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_text, (self._text,)

    def __deepcopy__(self, memo: object) -> Schedule:
        return self

    def __copy__(self) -> Schedule:
        return self


def _from_text(text: str) -> Schedule:
    """A schedule from canonical text; one that is not complete, such as `decay(cosine, 500)`, stays so."""
    return Schedule._of(parse_program(text))
