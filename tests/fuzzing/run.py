"""Tries texts that a fuzzer makes, guided by what they reach: `python tests/fuzzing/run.py parse -runs=100000`.

The first argument is a target; the others are libFuzzer's, but `--seeds=100`, which begins with so many texts by
chance instead of all. A folder, such as `tests/fuzzing/corpus`, keeps what reaches
something new. It needs the extra `fuzz`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import atheris

sys.path.insert(0, str(Path(__file__).parent.parent))

with atheris.instrument_imports(include=["symsched"]):
    from fuzzing import targets
    from fuzzing.mutator import mutated
    from fuzzing.seeds import LONGEST, seeds
    from fuzzing.words import dictionary

    targets.warm()  # what is imported late is instrumented too

SEEDS = seeds()
INSTRUMENTED = 10
"""Times that the compiler may be slower while its steps are watched."""

AS_BYTES = 0.2
"""How often a text is changed as bytes, by libFuzzer itself."""


def mutator(data: bytes, most: int, seed: int) -> bytes:
    """A text with some of its words changed."""
    random = Random(seed)
    if random.random() < AS_BYTES:
        changed: bytes = atheris.Mutate(data, most)
        return changed
    return mutated(random, data.decode("utf-8", "replace"), random.choice(SEEDS)).encode("utf-8", "replace")[:most]


def main(name: str, *options: str) -> None:
    """Run a target until libFuzzer ends the process."""

    def tried(data: bytes) -> None:
        targets.TARGETS[name](data.decode("utf-8", "replace"), INSTRUMENTED)

    few = [int(option.partition("=")[2]) for option in options if option.startswith("--seeds=")]
    chosen = Random(1).sample(SEEDS, few[0]) if few else SEEDS
    options = tuple(option for option in options if not option.startswith("--seeds="))
    with TemporaryDirectory() as folder:
        for i, text in enumerate(chosen):
            (Path(folder) / str(i)).write_bytes(text.encode("utf-8", "replace"))
        words = Path(folder) / "words.dict"
        words.write_text("".join(f'"{word}"\n'.replace("\n", "\\x0a", word == "\n") for word in dictionary()))
        arguments = [sys.argv[0], f"-dict={words}", f"-max_len={LONGEST}", *options, folder]
        atheris.Setup(arguments, tried, custom_mutator=mutator)
        atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in targets.TARGETS:
        main(*sys.argv[1:])
    else:
        sys.exit(f"usage: run.py {{{','.join(targets.TARGETS)}}} [option of libFuzzer]...")
