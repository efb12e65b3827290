"""Names as letters: `eta_max` is a Greek letter with an index, `d_model` a letter with a word below, `peak` a word."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import ScheduleError

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip

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
    if not _NAME.fullmatch(name):
        raise ScheduleError(f"`{name}` is not a name, and only a name can be printed as a letter")
    base, _, rest = name.partition("_")
    below = tuple(part for part in rest.split("_") if part)
    numbered = _NUMBERED.fullmatch(base)
    if numbered and _is_letter(numbered[1]):
        base, below = numbered[1], (numbered[2], *below)
    return Letter(base, below) if _is_letter(base) else Letter(name)


def _is_letter(base: str) -> bool:
    return len(base) == 1 or base in GREEK
