"""The gallery: a page for each module of the library, written anew in each build.

A page is a title and the directive `entries`, which shows each entry of the module: how it is called, what it is, and
an example of it with formula, curve and source. The directive `listing` is a table of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import calls
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from symsched import catalogue, prelude
from symsched.nodes import Function

FOLDER = "gallery"

INDEX = """\
The library
===========

All that a text can call, {count} entries in {modules} modules.
An entry of `core` is called by its name alone, `cosine(1, 100)`, one of another module with the module in front of it,
`torch.StepLR(0.1, 30)`.
`symsched list` shows the same in the terminal.

.. toctree::
   :maxdepth: 1

   {pages}

.. listing::
"""

PAGE = """\
{title}
{line}

.. entries:: {module}
"""

EXAMPLE = """\
.. code-block:: sched

   {text}

.. schedule::
   :formula: symbolic

   {text}

.. dropdown:: Python

   .. schedule::
      :formula: none
      :plot: none
      :source: python

      {text}
"""

HEADING = re.compile(r"(?<=\n\n)# (\S.*)\n(?=\n)")
"""A comment on its own: what the entries below it are."""

FACT = re.compile(r"\n+(?=(?:Equals|Source:) )")
CODE = re.compile(r"`([^`]+)`|(\b[A-Za-z]\w*(?:\.\w+)*\([^()]*\)|\b[A-Za-z]\w*(?:\.\w+)+)")
"""What is code in a comment: between backticks, and the names and calls of frameworks in `Equals`."""


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.add_object_type("entry", "entry", objname="entry of the library")
    app.add_directive("entries", Entries)
    app.add_directive("listing", Listing)
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_pages(app: Sphinx) -> None:
    """The pages of the gallery beside the others, and none of a module that is gone."""
    modules = sorted(prelude.modules(), key=lambda name: (name != prelude.CORE, name != prelude.SHAPE, name))
    count = len(catalogue.entries())
    pages = {name: PAGE.format(title=name, line="=" * len(name), module=name) for name in modules}
    pages["index"] = INDEX.format(count=count, modules=len(modules), pages="\n   ".join(modules))
    folder = Path(app.srcdir, FOLDER)
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.rst"):
        if file.stem not in pages:
            file.unlink()
    for name, text in pages.items():
        file = folder / f"{name}.rst"
        if not file.exists() or file.read_text(encoding="utf-8") != text:  # else it would be read again
            file.write_text(text, encoding="utf-8")


class Entries(SphinxDirective):
    """The entries of a module, under the headings of its file."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module = self.arguments[0]
        for source in (prelude, catalogue, calls):
            self.env.note_dependency(source.__file__)
        text = prelude.text(module)
        headings = [(found.start(), found[1]) for found in HEADING.finditer(text)]
        found: list[nodes.Node] = [nodes.paragraph("", "", *_prose(part)) for part in _preface(text)]

        def heading(item: tuple[str, Function]) -> str:
            return next((title for start, title in reversed(headings) if start < item[1].span[0]), "")

        for title, items in groupby(catalogue.entries(module).items(), heading):
            shown = [self._entry(path, entry) for path, entry in items]
            found.extend([self._section(title, nodes.make_id(title), shown)] if title else shown)
        return found

    def _section(self, title: str, name: str, content: list[Any]) -> nodes.section:
        section = nodes.section("", nodes.title(title, title), *content, ids=[name])
        section.source, section.line = self.get_source_info()
        self.state.document.note_explicit_target(section)
        return section

    def _entry(self, path: str, entry: Function) -> nodes.section:
        """One entry: signature, documentation, example."""
        name = nodes.make_id(f"entry-{path}")
        self.env.domains.standard_domain.note_object("entry", path, name, location=self.get_location())
        index = addnodes.index(entries=[("single", path, name, "", None)])
        signature = path.removesuffix(entry.name) + catalogue.record(path, entry)["signature"]
        call = nodes.literal_block(signature, signature, language="sched", classes=["signature"])
        example = self.parse_text_to_nodes(EXAMPLE.format(text=_examples()[path]))
        return self._section(path, name, [index, call, *_documentation(entry), *example])


class Listing(SphinxDirective):
    """A table of the entries of a module, or of all of them: names, and what they are in one line."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        module = self.arguments[0] if self.arguments else None
        rows = [self._row(path, entry) for path, entry in catalogue.entries(module).items()]
        columns = [nodes.colspec(colwidth=width) for width in (30, 70)]
        head = nodes.row("", *(nodes.entry("", nodes.paragraph("", title)) for title in ("entry", "what it is")))
        group = nodes.tgroup("", *columns, nodes.thead("", head), nodes.tbody("", *rows), cols=2)
        return [nodes.table("", group, classes=["listing"])]

    def _row(self, path: str, entry: Function) -> nodes.row:
        link = addnodes.pending_xref(
            "", nodes.literal(path, path), refdomain="std", reftype="entry", reftarget=path, refexplicit=True,
            refwarn=True, refdoc=self.env.docname,
        )  # fmt: skip
        summary = nodes.paragraph("", "", *_prose(catalogue.record(path, entry)["summary"]))
        return nodes.row("", nodes.entry("", nodes.paragraph("", "", link)), nodes.entry("", summary))


@cache
def _examples() -> dict[str, str]:
    return calls.examples()


def _preface(text: str) -> list[str]:
    """The paragraphs of the comment that begins a file."""
    comment = text.partition("\n\n")[0] if text.startswith("#") else ""
    lines = (line.removeprefix("#").removeprefix(" ") for line in comment.split("\n"))
    return [part for part in "\n".join(lines).split("\n\n") if part]


def _documentation(entry: Function) -> Iterator[nodes.paragraph]:
    """The comment of an entry: paragraphs, each source and each equal of its own."""
    for paragraph in re.split(r"\n\n+", FACT.sub("\n\n", entry.doc.strip())):
        first, _, rest = paragraph.partition(" ")
        if first in ("Equals", "Source:"):
            if rest.strip() != "none needed.":
                yield nodes.paragraph(
                    "", "", nodes.strong("", first), nodes.Text(" "), *_prose(rest, first == "Equals")
                )
        else:
            yield nodes.paragraph("", "", *_prose(paragraph))


def _prose(text: str, names: bool = False) -> Iterator[nodes.Node]:
    """Plain text with code in it; `names` of frameworks are code as well."""
    text, end = text.replace("\n", " "), 0
    for found in CODE.finditer(text):
        if code := found[1] or (found[2] if names else ""):
            yield nodes.Text(text[end : found.start()])
            yield nodes.literal(code, code)
            end = found.end()
    yield nodes.Text(text[end:])
