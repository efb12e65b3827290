"""The directive `pages`: a toctree with patterns, which need not match a page."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.directives.other import TocTree
from sphinx.util.matching import patfilter


class Pages(TocTree):
    """Sphinx warns of a pattern without pages, and no setting makes it silent."""

    def run(self) -> list[nodes.Node]:
        found = [line for line in self.content if "*" not in line or patfilter(self.env.found_docs, line)]
        self.content = StringList(found)
        self.options["glob"] = None
        return super().run()


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.add_directive("pages", Pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
