"""What Sphinx reads: the directive, the role, and where in a document a mistake is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.parsers.rst.states import RSTState
from sphinx.util.docutils import SphinxDirective, SphinxRole

from .. import blocks, options
from ..errors import ScheduleError
from ._sphinx_nodes import inline, laid_out


class _Any(dict[str, Any]):
    """Every option is read as a text, so that it is `symsched.options` that refuses those that there are not."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Any:
        return directives.unchanged


class ScheduleDirective(SphinxDirective):
    """A program with options, shown as formulas, pictures, a table and source texts."""

    has_content = True
    option_spec: ClassVar = _Any.fromkeys((*options.NAMES, options.WITHOUT), directives.unchanged)

    def run(self) -> list[nodes.Node]:
        text = "\n".join(self.content)
        try:
            found = blocks.block(text, {name: value or "" for name, value in self.options.items()})
        except ScheduleError as error:
            return [self._complaint(error, blocks.place(error, text))]
        whole, named = laid_out(found, tabs="sphinx_design" in self.config.extensions)
        self.set_source_info(whole)
        for node in whole.findall():
            node.source, node.line = whole.source, whole.line
        if found.name:
            self.options["name"] = found.name
            self.add_name(named)
        return [whole]

    def _complaint(self, error: ScheduleError, line: int) -> nodes.system_message:
        """An error at the line of the content where the mistake is, else at the directive."""
        self.env.note_reread()  # else the next build would take the page as done, and say nothing
        source, number = self.get_source_info()
        state: object = self.state
        if 0 <= line < len(self.content):
            if isinstance(state, RSTState):
                source, offset = self.content.info(line)
                number = (offset or 0) + 1
            else:  # MyST counts from the line of the directive
                number = self.lineno + self.content_offset + line + 1
        return self.state_machine.reporter.error(error.title, *_drawn(error), source=source, line=number)


class ScheduleRole(SphinxRole):
    """A schedule in a sentence, as its formula."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        try:
            return [inline(self.text, blocks.inline(self.text))], []
        except ScheduleError as error:
            self.env.note_reread()
            source, line = self._place()
            message = self.inliner.reporter.error(error.title, *_drawn(error), source=source, line=line)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]

    def _place(self) -> tuple[str, int]:
        """The line that holds the role; Sphinx knows only where its paragraph begins."""
        source, first = self.get_source_info()
        with suppress(OSError):
            lines = Path(source).read_text(encoding="utf-8").splitlines()[first - 1 :]
            paragraph = takewhile(str.strip, lines)
            return source, next((first + i for i, line in enumerate(paragraph) if f"`{self.text}`" in line), first)
        return source, first


def _drawn(error: ScheduleError) -> Sequence[nodes.Node]:
    """The carets and the hint, as the terminal shows them."""
    text = str(error).removeprefix(error.title).strip("\n")
    return [nodes.literal_block(text, text, language="none")] if text else []
