"""Sphinx: the directive and the role `schedule`, for reStructuredText and MyST.

extensions = ["symsched.integrations.sphinx"]
"""

from __future__ import annotations

from typing import Any

VERSION = 1
"""Goes up when the documents that were read before would be read otherwise now."""


def setup(app: Any) -> dict[str, Any]:
    """What Sphinx calls."""
    from .. import __version__
    from ._sphinx_nodes import Picture, WithoutTabs, resolve
    from ._sphinx_reading import ScheduleDirective, ScheduleRole

    app.add_node(Picture)
    app.add_directive("schedule", ScheduleDirective)
    app.add_role("schedule", ScheduleRole())
    app.add_post_transform(WithoutTabs)
    app.connect("doctree-resolved", resolve)
    return {
        "version": __version__,
        "env_version": VERSION,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
