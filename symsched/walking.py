"""Walks over a tree with a stack of their own: every node, the size, the depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sympy import Expr

from . import limits
from .errors import ScheduleError


def walk(value: Expr) -> Iterator[Expr]:
    """Every distinct node of a tree, each once."""
    seen, stack = set(), [value]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
            yield node


def upwards(value: Expr, known: Mapping[Expr, object]) -> Iterator[Expr]:
    """The nodes of a tree that are not known, each after its arguments; the caller enters each before the next."""
    stack = [value]
    while stack:
        node = stack[-1]
        waiting = [a for a in node.args if a not in known]
        if waiting:
            stack.extend(waiting)
        else:
            stack.pop()
            if node not in known:
                yield node


def size(value: Expr) -> int:
    """Nodes of a tree, those that stand in several places counted in each."""
    sizes: dict[Expr, int] = {}
    for node in upwards(value, sizes):
        sizes[node] = 1 + sum(sizes[a] for a in node.args)
    return sizes[value]


def depth(value: Expr, known: dict[Expr, int]) -> int:
    """The longest way from the top of a tree to a leaf; `known` is filled for all its nodes."""
    for node in upwards(value, known):
        known[node] = 1 + max((known[a] for a in node.args), default=0)
    return known[value]


def check_size(value: Expr) -> None:
    """Refuse a tree that is too large for whoever prints it."""
    if value.args and size(value) > limits.NODES:
        raise ScheduleError(f"this expands to more than {limits.NODES} nodes, which is the limit")


def check_depth(value: Expr, known: dict[Expr, int]) -> None:
    """Refuse a tree that is too deep for whoever walks it."""
    if depth(value, known) > limits.TREE_DEPTH:
        raise ScheduleError(f"values built on values too deep: the limit of the tree is {limits.TREE_DEPTH} levels")
