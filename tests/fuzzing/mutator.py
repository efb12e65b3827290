"""Changes a program word by word, so that much of what comes out is a program again."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from fuzzing.words import dictionary, kind, words

Words = list[str]
LONGEST = 2000
"""Words of a text that is changed; a longer one is cut."""

OPENING, CLOSING = {"(": ")", "[": "]"}, {")", "]"}


def operands(text: Words) -> list[tuple[int, int]]:
    """Begin and end of everything that could stand elsewhere: numbers, names, calls, lists, and what is in brackets."""
    found, opened = [], []
    for i, word in enumerate(text):
        if word in OPENING:
            opened.append(i)
        elif word in CLOSING:
            if opened:
                begin = opened.pop()
                is_call = text[begin] == "(" and begin > 0 and kind(text[begin - 1]) == "NAME"
                found.append((begin - is_call, i + 1))
        elif kind(word) in ("NUMBER", "NAME") and (i + 1 == len(text) or text[i + 1] not in OPENING):
            found.append((i, i + 1))
    return found


def swap(random: Random, text: Words, _: Words) -> Words:
    """Two words change places."""
    i, j = random.randrange(len(text)), random.randrange(len(text))
    text[i], text[j] = text[j], text[i]
    return text


def delete(random: Random, text: Words, _: Words) -> Words:
    """Some words are left out."""
    i = random.randrange(len(text))
    del text[i : i + random.choice((1, 1, 2, 5))]
    return text


def duplicate(random: Random, text: Words, _: Words) -> Words:
    """Some words stand there twice, or often."""
    i = random.randrange(len(text))
    piece = text[i : i + random.choice((1, 2, 5, 20))]
    return text[:i] + piece * random.choice((2, 2, 3, 30)) + text[i + len(piece) :]


def insert(random: Random, text: Words, _: Words) -> Words:
    """A word of the language is put in."""
    text.insert(random.randrange(len(text) + 1), random.choice(dictionary()))
    return text


def exchange(random: Random, text: Words, other: Words) -> Words:
    """A word gives way to one of its kind."""
    i = random.randrange(len(text))
    others = [word for word in (*other, *random.sample(dictionary(), 60)) if kind(word) == kind(text[i])]
    text[i] = random.choice(others or other)
    return text


def graft(random: Random, text: Words, other: Words) -> Words:
    """An operand gives way to one of another program."""
    here, there = operands(text), operands(other)
    if not here or not there:
        return text
    (a, b), (c, d) = random.choice(here), random.choice(there)
    return text[:a] + other[c:d] + text[b:]


def wrap(random: Random, text: Words, other: Words) -> Words:
    """An operand is put into a call of another program, in the place of one of its arguments."""
    here, there = operands(text), operands(other)
    around = [(c, d) for c, d in there if d - c > 1]
    if not here or not around:
        return text
    (a, b), (c, d) = random.choice(here), random.choice(around)
    inside = [(e, f) for e, f in there if c < e and f < d]
    if not inside:
        return text
    e, f = random.choice(inside)
    return text[:a] + other[c:e] + text[a:b] + other[f:d] + text[b:]


def join(random: Random, text: Words, other: Words) -> Words:
    """Two programs become one."""
    return [*text, random.choice((">>", "+", "-", "*", "/", "**", ";", "\n", ",")), *other]


Change = Callable[[Random, Words, Words], Words]
CHANGES: tuple[Change, ...] = (swap, delete, duplicate, insert, join, *[exchange] * 4, *[graft] * 6, *[wrap] * 4)
"""What is done to a program; what keeps it a program is done more often."""


def mutated(random: Random, text: str, other: str) -> str:
    """A text after one to four changes, some with pieces of another text."""
    found, donor = words(text)[:LONGEST], words(other)[:LONGEST]
    for _ in range(random.choice((1, 1, 2, 4))):
        found = random.choice(CHANGES)(random, found or donor[:1] or ["1"], donor or ["1"])
    return "".join(found[:LONGEST])
