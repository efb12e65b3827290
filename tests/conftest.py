"""What a run says about itself."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the tests that the default options leave out."""
    if config.option.markexpr == "not tex":
        count = len(terminalreporter.stats.get("deselected", ())) or "the"
        terminalreporter.write_line(f"left out: {count} tests that need a TeX system; run them with: pytest -m tex")
