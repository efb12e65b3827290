"""What the names of a Python text stand for, at each of its lines."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .lambdas import as_lambda


class Bindings:
    """The values of names, by the statement that gives them; None for what only a run would tell.

    Args:
        body: The statements of a text. Names are looked up as the last of them finds them.
    """

    def __init__(self, body: Sequence[ast.stmt]) -> None:
        self._moment = self._last = len(body) - 1
        self._found: dict[str, list[tuple[int, ast.expr | None]]] = {}
        for moment, statement in enumerate(body):
            for name, value in _bound(statement):
                self._found.setdefault(name, []).append((moment, value))
        plain = [s for s in body if isinstance(s, ast.Expr | ast.Assign | ast.AnnAssign)]
        self.calls = [node for s in plain for node in ast.walk(s) if isinstance(node, ast.Call)]

    @contextmanager
    def followed(self, expression: ast.expr) -> Iterator[ast.expr | None]:
        """What a name stands for; meanwhile names are looked up as the line found them that gave it its value."""
        before, value = self._moment, expression
        try:
            found: ast.expr | None = value
            while isinstance(found, ast.Name) and (latest := self._latest(found.id)):
                self._moment, found = latest
            yield found
        finally:
            self._moment = before

    def changes(self, name: str) -> bool:
        """Whether a name is given another value after the line that is looked at."""
        given = self._found.get(name, [])
        return bool(given) and given[-1][0] >= self._moment and self._moment < self._last

    def _latest(self, name: str) -> tuple[int, ast.expr | None] | None:
        given = self._found.get(name, [])
        place = bisect_left(given, self._moment, key=lambda one: one[0])
        return given[place - 1] if place else None


def _bound(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a statement gives a value."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name, as_lambda(statement) if isinstance(statement, ast.FunctionDef) else None
        return
    pairs = list(_pairs(statement))
    yield from ((target.id, value) for target, value in pairs)
    targets = {target for target, _ in pairs}
    for node in ast.walk(statement):
        name = getattr(node, "name", None)  # of functions, classes, exceptions and patterns
        if isinstance(name, str) and not isinstance(node, ast.alias):
            yield name, None
        changed = _root(node) if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del) else None
        if changed is not None and changed not in targets:
            yield changed.id, None
        if isinstance(node, ast.For | ast.AsyncFor) and (looped := _root(node.iter)):
            yield looped.id, None  # `for group in optimizer.param_groups` can change the optimizer


def _pairs(statement: ast.stmt) -> Iterator[tuple[ast.Name, ast.expr]]:
    """Names with the expressions that they are given."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target, value
                elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    both = list(zip(target.elts, value.elts, strict=False))
                    if len(target.elts) == len(value.elts) and all(isinstance(t, ast.Name) for t in target.elts):
                        yield from ((t, v) for t, v in both if isinstance(t, ast.Name))
        case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
            yield target, value


def _root(node: ast.AST) -> ast.Name | None:
    """The name that is changed where `a.b[c]` is assigned."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def origins(module: ast.Module) -> dict[str, str]:
    """What imported names stand for; `*` for the modules of which everything is imported, the last one first."""
    found: dict[str, str] = {"*": ""}
    for statement in ast.walk(module):
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        level = statement.level if isinstance(statement, ast.ImportFrom) else 0
        source = "." * level + (getattr(statement, "module", None) or "")
        for alias in statement.names:
            path = f"{source}.{alias.name}" if source else alias.name
            name = alias.asname or (alias.name if source else alias.name.partition(".")[0])
            if name == "*":
                found["*"] = f"{source} {found['*']}"
            elif source or alias.asname:
                found[name] = path if found.get(name, path) == path else "?"
    return found
