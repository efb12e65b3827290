"""The statements of a file that are inside functions, and its text with a mark before each of them.

A statement is known by its file and its first line; so is the body of a `lambda` in a table.
What is outside of functions runs when the module is imported, whatever the test.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

Place = tuple[int, int]
"""A line and a column."""

MARK = "__reached__"
"""The built-in function that is called with the name of a statement before it runs. It returns None."""


def name(file: str, line: int) -> str:
    return f"{file}:{line}"


def statement_at(file: str, source: str, place: Place) -> str | None:
    """The innermost statement around a place; None where it is outside of functions."""
    around = [
        node.lineno
        for function in functions(ast.parse(source))
        for node in ast.walk(function)
        if (node is not function and isinstance(node, ast.stmt)) or (node is function and isinstance(node, ast.Lambda))
        if is_around(node, place)
    ]
    return name(file, max(around)) if around else None


def is_around(node: ast.stmt | ast.expr, place: Place) -> bool:
    end = node.end_lineno or 0, node.end_col_offset or 0
    return (node.lineno, node.col_offset) <= place <= end


def functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.Lambda]:
    """The functions and methods that are not inside another."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.Lambda):
            yield child
        else:
            yield from functions(child)


def marked(file: str, source: str) -> str:
    """A text that does the same, and calls the mark before each statement, if there is one."""
    tree = ast.parse(source)
    for function in list(functions(tree)):
        if isinstance(function, ast.Lambda):
            function.body = ast.BoolOp(ast.Or(), [mark(file, function), function.body])  # a mark is nothing
            continue
        for node in list(ast.walk(function)):
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list):  # a lambda has one that is none
                    setattr(node, field, [new for statement in block for new in with_mark(file, statement)])
    begin = next(n for n, statement in enumerate(tree.body) if not is_first(statement))
    tree.body[begin:begin] = ast.parse(f"import builtins\n{MARK} = getattr(builtins, {MARK!r}, lambda _: None)").body
    return ast.unparse(ast.fix_missing_locations(tree))


def is_first(statement: ast.stmt) -> bool:
    """Whether Python wants nothing before a statement of a module."""
    return is_docstring(statement) or (isinstance(statement, ast.ImportFrom) and statement.module == "__future__")


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def with_mark(file: str, statement: ast.stmt) -> Iterator[ast.stmt]:
    if not is_docstring(statement):  # which must stay in front
        yield ast.Expr(mark(file, statement))
    yield statement


def mark(file: str, node: ast.stmt | ast.expr) -> ast.Call:
    return ast.Call(ast.Name(MARK, ast.Load()), [ast.Constant(name(file, node.lineno))], [])
