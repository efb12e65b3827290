"""Names as letters: `eta_max` is a Greek letter with an index, `d_model` a letter with a word below, `peak` a word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import lookup

from ..errors import ScheduleError

_SMALL = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi omega"
)
_CAPITAL = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"


def _greek(name: str) -> str:
    case = "SMALL" if name.islower() else "CAPITAL"
    return lookup(f"GREEK {case} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")


GREEK = {name: _greek(name) for name in (*_SMALL.split(), *_CAPITAL.split())}
"""Greek letters by the names that LaTeX has for them."""

LIMITS = frozenset({"max", "min", "sup", "inf"})
"""Indices that are operators and stand upright."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_NUMBERED = re.compile(r"(.*?[A-Za-z])([0-9]+)", re.ASCII)


@dataclass(frozen=True)
class Letter:
    """A letter or a word, and what stands below it."""

    base: str
    below: tuple[str, ...] = ()

    @property
    def is_word(self) -> bool:
        return len(self.base) > 1 and self.base not in GREEK


def letter(name: str) -> Letter:
    """The letter for a name; only a letter or a Greek name has an index, in a word the underscore stays."""
    if not is_name(name):
        raise ScheduleError(f"`{name}` is not a name, and only a name can be printed as a letter")
    base, _, rest = name.partition("_")
    below = tuple(part for part in rest.split("_") if part)
    numbered = _NUMBERED.fullmatch(base)
    if numbered and is_letter(numbered[1]):
        base, below = numbered[1], (numbered[2], *below)
    return Letter(base, below) if is_letter(base) else Letter(name)


def is_name(text: str) -> bool:
    """Whether a text is a name of the language."""
    return _NAME.fullmatch(text) is not None


def is_letter(base: str) -> bool:
    """Whether a name is one letter, Latin or Greek."""
    return (len(base) == 1 and base.isalpha()) or base in GREEK
