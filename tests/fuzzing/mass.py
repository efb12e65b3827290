"""Tries as many made texts as there is time for, unguided: `python tests/fuzzing/mass.py --seconds 3600 parse check`.

Without targets all of them are tried in turn. Each minute it says how many texts were judged; each text that broke
something is printed, the shorter ones of a kind too. It needs no extra.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
import traceback
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent))

from fuzzing import targets
from fuzzing.mutator import mutated
from fuzzing.seeds import LONGEST, seeds

import symsched as ss

POOL, SHORT = 4000, 300
"""How many programs that were made are changed further, and their longest."""

HANG = 60
"""Seconds of processor time after which a text is given up."""


class HangError(Exception):
    """A text was not judged in time."""


def ring(*_: object) -> None:
    raise HangError


def kind(target: str, error: BaseException) -> tuple[str, str, str]:
    """What errors of one cause have in common: the target, the class, and the last line of the compiler."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "symsched" in Path(f.filename).parts]
    return target, type(error).__name__, f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


class Mass:
    """A run: a pool of programs, and what was found."""

    def __init__(self, seed: int, names: list[str]) -> None:
        self.random, self.names = Random(seed), names
        self.seeds, self.made = seeds(), list[str]()
        self.judged = self.programs = 0
        self.found: dict[tuple[str, str, str], str] = {}

    def donor(self) -> str:
        """A text to begin with."""
        from_made = self.made and self.random.random() < len(self.made) / (len(self.made) + len(self.seeds))
        return self.random.choice(self.made if from_made else self.seeds)

    def step(self) -> None:
        """Make a text and judge it by the next target."""
        text = mutated(self.random, self.donor(), self.donor())[:LONGEST]
        name = self.names[self.judged % len(self.names)]
        self.judged += 1
        signal.setitimer(signal.ITIMER_PROF, HANG)
        try:
            self.keep(text, targets.TARGETS[name](text))
        except Exception as error:
            self.report(kind(name, error), text, error)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def keep(self, text: str, schedule: ss.Schedule | None) -> None:
        """Remember a program, so that it is changed further."""
        if schedule is None:
            return
        self.programs += 1
        if len(text) < SHORT and len(self.made) < POOL:
            self.made.append(text)
        elif len(text) < SHORT:
            self.made[self.random.randrange(POOL)] = text

    def report(self, found: tuple[str, str, str], text: str, error: Exception) -> None:
        """Print a text that broke something, unless a shorter one of its kind was printed."""
        if found not in self.found or len(text) < len(self.found[found]):
            self.found[found] = text
            print(*found, str(error)[:200], repr(text), sep="\n    ", flush=True)


def main() -> None:
    """Run until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("targets", nargs="*", help=f"any of {', '.join(targets.TARGETS)}")
    options = parser.parse_args()
    targets.warm()
    signal.signal(signal.SIGPROF, ring)
    mass, begin = Mass(options.seed, options.targets or list(targets.TARGETS)), time.monotonic()
    shown = begin
    while (now := time.monotonic()) < begin + options.seconds:
        mass.step()
        if now > shown + 60:
            shown = now
            print(summary(mass, now - begin), flush=True)
    print(summary(mass, time.monotonic() - begin))
    sys.exit(bool(mass.found))


def summary(mass: Mass, seconds: float) -> str:
    """How many texts were judged, and what was found."""
    return f"{mass.judged} texts in {seconds:.0f} s: {mass.programs} programs, {len(mass.found)} kinds of failure"


if __name__ == "__main__":
    main()
