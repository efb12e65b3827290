"""The fuzzer's texts: those that it kept are tried again, and those that it makes are worth trying."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from fuzzing import targets
from fuzzing.mutator import mutated
from fuzzing.seeds import LONGEST, corpus, seeds
from fuzzing.words import GRAMMAR, dictionary, kind, words

import symsched as ss
from symsched import prelude

RUN = Path(__file__).parent / "fuzzing" / "run.py"
CORPUS = corpus()


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    targets.warm()


@pytest.mark.parametrize("name", CORPUS)
def test_what_the_fuzzer_kept_holds(name: str) -> None:
    for target in targets.TARGETS.values():
        target(CORPUS[name])


def test_what_the_fuzzer_kept_is_small() -> None:
    assert 0 < len(CORPUS) <= 200
    assert all(len(text) < LONGEST for text in CORPUS.values())


def test_the_dictionary_holds_the_grammar_and_the_library() -> None:
    found = set(dictionary())
    assert {f"{name}(" for name in prelude.module(prelude.CORE)} <= found
    assert {">>", "**", "<=", "(", "]", ";"} <= found
    assert all(word in GRAMMAR for word in found if kind(word) not in ("NAME", "NUMBER", "") and len(word) > 1)


def test_the_words_of_a_text_are_the_text() -> None:
    for text in seeds():
        assert "".join(words(text)) == text


def test_much_of_what_is_made_is_a_program() -> None:
    random, texts, valid = Random(1), seeds(), 0  # noqa: S311 (chance, not secrets)
    for _ in range(400):
        text = mutated(random, random.choice(texts), random.choice(texts))
        valid += targets.parse(text[:LONGEST]) is not None
    assert valid > 60


def test_code_that_is_run_is_seen() -> None:
    with pytest.raises(targets.ReachedError), targets.nothing_is_run():
        compile("1", "", "eval")


def test_a_text_that_takes_long_is_seen() -> None:
    with pytest.raises(targets.SlowError):
        targets.timed("1", ss.parse, allowance=0)


@pytest.mark.fuzz
@pytest.mark.parametrize("target", targets.TARGETS)
def test_the_fuzzer_runs(target: str, tmp_path: Path) -> None:
    command = [sys.executable, str(RUN), target, "--seeds=100", "-runs=150", "-seed=1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "DONE" in done.stderr
    assert not list(tmp_path.iterdir())
