"""A block as nodes of docutils, and what becomes of them when it is known who writes the document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from .. import blocks
from ..errors import ScheduleError

PLAIN = "schedule_plain"
"""The attribute of a formula that holds its plain text."""

PLAIN_FORMATS = ("text", "man")
"""Formats in which a formula would be its LaTeX source."""

ENDINGS = {"image/svg+xml": ".svg", "application/pdf": ".pdf", "image/png": ".png"}
"""Formats of pictures, the best one first."""

_logger = logging.getLogger(__name__)


class Picture(nodes.General, nodes.Element):
    """A picture that is drawn once its format is known; `picture` says of what."""


def laid_out(block: blocks.Block, tabs: bool) -> tuple[nodes.Element, nodes.Element]:
    """The nodes of a block, and the one that bears its name."""
    whole = nodes.container(classes=["schedule"])
    whole.extend(_formula(formula) for formula in block.formulas)
    pictures: list[nodes.Element] = [Picture("", picture=picture) for picture in block.pictures]
    named: nodes.Element = whole
    if pictures and block.caption:
        named = nodes.figure("", *pictures, nodes.caption("", block.caption))
        pictures = [named]
    whole.extend(pictures)
    if block.table:
        whole += _table(block.table)
    if block.sources:
        whole.extend([_tabs(block.sources)] if tabs else map(_captioned, block.sources))
    return whole, named


def inline(text: str, formula: blocks.Formula) -> nodes.math:
    """A formula in a sentence; in plain text the schedule as it was written, if the formula takes more than a line."""
    node = nodes.math(formula.latex, formula.latex)
    node[PLAIN] = text if "\n" in formula.plain else formula.plain
    return node


def _formula(formula: blocks.Formula) -> nodes.math_block:
    node = nodes.math_block(formula.latex, formula.latex, number=None, label=None)
    node["nowrap"] = node["no-wrap"] = False
    node[PLAIN] = formula.plain
    return node


def _table(rows: Sequence[Sequence[str]]) -> nodes.table:
    head, *body = ([nodes.entry("", nodes.paragraph("", cell)) for cell in row] for row in rows)
    columns = [nodes.colspec(colwidth=max(map(len, column))) for column in zip(*rows, strict=True)]
    group = nodes.tgroup("", *columns, cols=len(columns))
    group += nodes.thead("", nodes.row("", *head))
    group += nodes.tbody("", *(nodes.row("", *cells) for cells in body))
    return nodes.table("", group, classes=["schedule-values", "colwidths-auto"])


def _code(source: blocks.Source) -> nodes.literal_block:
    return nodes.literal_block(source.text, source.text, language=source.language)


def _captioned(source: blocks.Source) -> nodes.container:
    caption = nodes.caption("", source.title)
    return nodes.container("", caption, _code(source), classes=["literal-block-wrapper"], literal_block=True)


def _tabs(sources: Sequence[blocks.Source]) -> nodes.Element:
    """Tabs of sphinx-design; all blocks of a page show the same target."""
    from sphinx_design.shared import create_component

    items = []
    for source in sources:
        label = nodes.rubric(source.title, source.title, classes=["sd-tab-label"])
        label["sync_group"], label["sync_id"] = "schedule", source.title
        content = create_component("tab-content", children=[_code(source)], classes=["sd-tab-content"])
        items.append(create_component("tab-item", children=[label, content], classes=["sd-tab-item"], selected=False))
    return create_component("tab-set", children=items, classes=["sd-tab-set"], schedule_sources=tuple(sources))


class WithoutTabs(SphinxPostTransform):
    """Titles instead of tabs in an EPUB: its pages are XML, which the tabs of sphinx-design are not."""

    builders = ("epub",)
    default_priority = 100  # before sphinx-design

    def run(self, **kwargs: Any) -> None:
        for node in list(self.document.findall(nodes.container)):
            if "schedule_sources" in node:
                titled = [(nodes.rubric("", one.title), _code(one)) for one in node["schedule_sources"]]
                node.replace_self([part for parts in titled for part in parts])


def resolve(app: Any, doctree: nodes.document, docname: str) -> None:
    """Draw pictures in a format that the builder takes; where there is none, show the text that says as much."""
    wanted = [form for form in ENDINGS if form in app.builder.supported_image_types]
    for node in list(doctree.findall(Picture)):
        if not wanted:
            node.replace_self(_verbatim(node["picture"].alt))
            continue
        try:
            node.replace_self(_image(app, node["picture"], wanted[0], docname))
        except ScheduleError as error:
            _logger.error("%s", error, location=node, type="symsched")
            node.replace_self(_verbatim(str(error)))
    if app.builder.format in PLAIN_FORMATS:
        for formula in [found for found in doctree.findall(nodes.Element) if PLAIN in found]:
            text = formula[PLAIN]
            formula.replace_self(nodes.Text(text) if isinstance(formula, nodes.math) else _verbatim(text))


def _verbatim(text: str) -> nodes.literal_block:
    return nodes.literal_block(text, text, language="none")


def _image(app: Any, picture: blocks.Picture, form: str, docname: str) -> nodes.image:
    """A picture beside the doctrees, where Sphinx keeps what it converts: no file is written among the sources."""
    path = Path(app.doctreedir, "images", picture.key + ENDINGS[form])
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"part-{path.name}")
        picture.draw().save(part)
        part.replace(path)
    app.env.images.add_file(docname, str(path))
    return nodes.image("", uri=str(path), candidates={form: str(path)}, alt=picture.alt, classes=["schedule-picture"])
