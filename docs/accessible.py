"""What a page needs so that it can be read with a keyboard alone, or heard, and its theme leaves out."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

SCROLLED = re.compile(r"<pre(?=>)|<div class=\"(?:table|math)-wrapper\b[^\"]*\"")
"""What can be wider than a telephone: it scrolls, so it must take the focus."""


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.connect("html-page-context", mend, priority=900)  # after the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def mend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Blocks that scroll take the focus, and headings among the links have a level."""
    if "body" in context:
        context["body"] = SCROLLED.sub(r'\g<0> tabindex="0"', context["body"])
    if "furo_navigation_tree" in context:
        tree = context["furo_navigation_tree"]
        context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
