"""Links between files of the repository, which have to lead somewhere on GitHub and on the site.

A page may be a file from elsewhere that it includes, such as the language reference. A link to that file leads to the
page, a link to a folder to the page that `linked_folders` names, any other file is a download. A folder that no page
shows is no link on the site.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?!\w+:|#)(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
INCLUDED = re.compile(r"^```\{include\} (.+)$", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.add_config_value("linked_folders", {}, "env", dict)
    app.connect("source-read", of_page)
    app.connect("include-read", of_included)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def of_page(app: Sphinx, page: str, content: list[str]) -> None:
    """Links that stand in a page itself."""
    content[0] = _led(app, content[0], app.env.doc2path(page).parent, page)


def of_included(app: Sphinx, path: Path, parent: str, content: list[str]) -> None:
    """Links that stand in a file that a page includes: they count from the folder of the file."""
    file = (app.srcdir / path).resolve()
    if file in (pages := included(app)):
        content[0] = _led(app, content[0], file.parent, pages[file])


def included(app: Sphinx) -> dict[Path, str]:
    """The files that pages include, and the folders that pages show, with the names of those pages."""
    found = {(app.srcdir / folder).resolve(): page for folder, page in app.config.linked_folders.items()}
    for page in sorted(app.env.found_docs):
        path = app.env.doc2path(page)
        for file in INCLUDED.findall(path.read_text(encoding="utf-8")):
            found[(path.parent / file.strip()).resolve()] = page
    return found


def _led(app: Sphinx, text: str, folder: Path, page: str) -> str:
    """The text with its links as MyST resolves them in a page."""
    home, pages = app.env.doc2path(page).parent, included(app)

    def led(link: re.Match[str]) -> str:
        target = (folder / link["path"]).resolve()
        if not target.exists():
            return link[0]
        if target.is_dir() and target not in pages:
            return link["text"]
        leads_to = app.env.doc2path(pages[target]) if target in pages else target
        path = Path(os.path.relpath(leads_to, home)).as_posix()
        return f"[{link['text']}]({path}{link['anchor'] or ''})"

    return LINK.sub(led, text)
