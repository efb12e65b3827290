"""Walks over a tree with a stack of their own: every node, the size and the depth."""

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
        node = stack.pop()
        if node in known:
            continue
        waiting = [a for a in node.args if a not in known]
        if waiting:
            stack += [node, *waiting]
        else:
            yield node


Extent = tuple[int, int]
"""The nodes of a tree, those that stand in several places counted in each, and the longest way down to a leaf."""


def extent(value: Expr, known: dict[Expr, Extent]) -> Extent:
    """The extent of a tree; `known` is filled for all its nodes."""
    for node in upwards(value, known):
        size, depth = 1, 0
        for arg in node.args:
            size, depth = size + known[arg][0], max(depth, known[arg][1])
        known[node] = size, depth + 1
    return known[value]


def size(value: Expr) -> int:
    """Nodes of a tree, those that stand in several places counted in each."""
    return extent(value, {})[0]


def check_extent(value: Expr, known: dict[Expr, Extent]) -> None:
    """Refuse a tree that is too deep for whoever walks it, or too large for whoever prints it."""
    size, depth = extent(value, known)
    if depth > limits.TREE_DEPTH:
        raise ScheduleError(f"values built on values too deep: the limit of the tree is {limits.TREE_DEPTH} levels")
    if size > limits.NODES:
        raise ScheduleError(f"this expands to more than {limits.NODES} nodes, which is the limit")
