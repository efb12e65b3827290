"""Python functions of one number as one expression of it: `lambda`, and `def` with `if` and `return`."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

Known = Mapping[str, ast.expr]
"""What the names of a function stand for, where it has given them a value."""


class CodeError(Exception):
    """A function does more than its value says: a loop, a call for its effect, a way without an end."""


def as_lambda(function: ast.Lambda | ast.FunctionDef) -> ast.Lambda | None:
    """A function as a `lambda` of its first argument; the others take their defaults.

    Names that are assigned inside are replaced by their values, and branches become `a if c else b`. The parts keep
    their places in the text. None for a function that is no expression.
    """
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    defaults = dict(zip(reversed(names), reversed(arguments.defaults), strict=False))
    is_plain = not (arguments.vararg or arguments.kwarg or arguments.kwonlyargs)
    if not is_plain or not names or any(name not in defaults for name in names[1:]):
        return None
    known = {name: defaults[name] for name in names[1:]}
    try:
        body = _replaced(function.body, known) if isinstance(function, ast.Lambda) else _returned(function, known)
    except (CodeError, RecursionError):
        return None
    first = ast.arguments([], [ast.arg(names[0])], None, [], [], None, [])
    return ast.copy_location(ast.Lambda(first, body), function)


def _returned(function: ast.FunctionDef, known: Known) -> ast.expr:
    value = _run(function.body, known)
    if function.decorator_list or not isinstance(value, ast.expr):
        raise CodeError
    return value


def _run(statements: Sequence[ast.stmt], known: Known) -> ast.expr | Known:
    """What some statements return; what the names stand for after them, where they return nothing."""
    for place, statement in enumerate(statements):
        match statement:
            case ast.Return(value=ast.expr() as value):
                return _replaced(value, known)
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                known = {**known, name: _replaced(value, known)}
            case ast.AugAssign(target=ast.Name(id=name) as target, op=operator, value=value):
                changed = ast.BinOp(ast.copy_location(ast.Name(name), target), operator, value)
                known = {**known, name: _replaced(ast.copy_location(changed, statement), known)}
            case ast.If(test=test, body=body, orelse=otherwise):
                ways = [_run(way, known) for way in (body, otherwise)]
                if any(isinstance(way, ast.expr) for way in ways):
                    rest = statements[place + 1 :]
                    ends = [way if isinstance(way, ast.expr) else _run(rest, way) for way in ways]
                    return _either(statement, _replaced(test, known), *ends)
                known = _merged(statement, _replaced(test, known), *ways)
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case _:
                raise CodeError
    return known


def _either(place: ast.stmt, test: ast.expr, one: ast.expr | Known, other: ast.expr | Known) -> ast.expr:
    """One of two values, by a test."""
    if not isinstance(one, ast.expr) or not isinstance(other, ast.expr):
        raise CodeError
    return ast.copy_location(ast.IfExp(test, one, other), place)


def _merged(place: ast.stmt, test: ast.expr, one: ast.expr | Known, other: ast.expr | Known) -> Known:
    """What names stand for after two ways, neither of which returned."""
    assert not isinstance(one, ast.expr)
    assert not isinstance(other, ast.expr)
    if one.keys() != other.keys():
        raise CodeError
    return {
        name: value if value is other[name] else _either(place, test, value, other[name]) for name, value in one.items()
    }


def _replaced(expression: ast.expr, known: Known) -> ast.expr:
    replaced: ast.expr = _Replacing(known).visit(expression) if known else expression
    return replaced


class _Replacing(ast.NodeTransformer):
    """Puts expressions in the place of names; what it is given stays as it is."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._known.get(node.id, node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        fields = {name: self._part(value) for name, value in ast.iter_fields(node)}
        return ast.copy_location(type(node)(**fields), node)

    def _part(self, value: object) -> object:
        if isinstance(value, list):
            return [self._part(v) for v in value]
        return self.visit(value) if isinstance(value, ast.AST) else value
