"""The page that a run of all benchmarks writes."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from benchmarks.catalogue import groups
from benchmarks.measuring import Benchmark, Timing, duration

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
PACKAGES = ("sympy", "lark", "numpy", "torch", "jax", "optax", "keras", "transformers")

Timings = Mapping[Benchmark, Timing]

HEAD = """# Performance

This page is written by a run of all benchmarks, which takes a few minutes:

```bash
.venv/bin/pip install -c constraints.txt -e ".[test,bench]" && .venv/bin/pytest tests/benchmarks/run.py
```

Each benchmark has two sides that compute the same values; the tests check that they do.
The sides take turns in one process, because a machine is never quite idle:
the figure is the median of the ratios of turns that follow each other, beside the medians of the times.
± is half the width of the middle half of the ratios.
"1.2x the time" is ours over the peer's, "5x as fast" the peer's over ours.

"""


def machine() -> str:
    """The processor, its cores, and the versions of what is compared."""
    names = (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name"))
    processor = next(names, platform.machine())
    versions = ", ".join(f"{name} {version(name).partition('+')[0]}" for name in PACKAGES)
    return (
        f"{processor}, {os.cpu_count()} cores, {platform.system()}, "
        f"{platform.python_implementation()} {platform.python_version()}.\n{versions}.\n"
    )


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def verdict(benchmark: Benchmark, timing: Timing) -> list[str]:
    """The figure of a benchmark, its target, and whether it is met."""
    value = benchmark.figure.of(timing.medians)
    limit = benchmark.figure.target
    return [
        benchmark.figure.form(value),
        limit,
        ("met" if benchmark.figure.is_met(value) else "not met") if limit else "",
    ]


def summary(timings: Timings) -> list[list[str]]:
    """A row for each target that was measured, in the order of their numbers."""
    chosen = sorted((b for b in timings if b.target), key=lambda b: (b.target[0], int(b.target[1:])))
    return [[b.target, f"{b.group}: {b.title}", *verdict(b, timings[b])] for b in chosen]


def unmeasured(timings: Timings) -> str:
    """A line that names the numbers of targets that no benchmark has."""
    measured = {int(b.target[1:]) for b in timings if b.target.startswith("A")}
    missing = sorted(set(range(1, max(measured) + 1)) - measured)
    return "\nNot measured: " + ", ".join(f"A{number}" for number in missing) + ".\n" if missing else ""


def details(benchmark: Benchmark, timing: Timing) -> list[str]:
    medians = timing.medians
    peer = duration(medians.peer) if benchmark.figure.has_peer else ""
    figure, *_ = verdict(benchmark, timing)
    return [benchmark.title, peer, duration(medians.ours), figure, f"{timing.spread:.0%}"]


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def page(timings: Timings) -> str:
    """The page in Markdown."""
    parts = [HEAD, machine(), "\n\n## Targets\n\n"]
    parts.append(table(["", "what", "figure", "target", ""], summary(timings)))
    parts.append(unmeasured(timings))
    for group in groups():
        rows = [details(b, timings[b]) for b in group.benchmarks]
        header = ["", "peer", "symsched", "figure", "±"]
        parts.append(f"\n\n## {group.heading}\n\n{group.note}\n\n" + table(header, rows))
    return "".join(parts)
