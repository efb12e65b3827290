"""Python-Markdown with `pymdownx.superfences`, as MkDocs and Zensical have it: the fence `schedule`.

custom_fences:
  - name: schedule
    class: schedule
    validator: !!python/name:symsched.integrations.superfences.validator
    format: !!python/name:symsched.integrations.superfences.formatter
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from .. import blocks
from ..errors import ScheduleError

_logger = logging.getLogger("mkdocs.plugins.symsched")
"""What is logged here counts in `mkdocs build --strict`."""


def validator(language: str, inputs: dict[str, str], options: dict[str, str], attrs: dict[str, str], md: Any) -> bool:
    """Take every option; `formatter` complains about those that there are not."""
    options.update(inputs)
    return True


def formatter(source: str, language: str, class_name: str, options: dict[str, str], md: Any, **kwargs: Any) -> str:
    """The HTML of a block: formulas for MathJax or KaTeX, pictures as SVG in the page, a table, source texts.

    Args:
        source: The program.
        language: The name of the fence.
        class_name: The class that the fence is configured to have.
        options: What `validator` took.
        md: The `Markdown` that reads the page.
        kwargs: `id_value` and `classes` of the fence.

    Raises:
        SuperFencesException: The block is wrong, and it is not MkDocs that asks.
    """
    classes = " ".join(filter(None, [class_name, *kwargs.get("classes", ())]))
    identity = kwargs.get("id_value") or options.get("name", "")
    try:
        body = "\n".join(_parts(blocks.block(source, options)))
    except ScheduleError as error:
        _complain(error, source, md)
        body = f'<pre class="schedule-error">{escape(str(error))}</pre>'
    head = f' id="{escape(identity)}"' if identity else ""
    return f'<div{head} class="{escape(classes)}">\n{body}\n</div>'


def _parts(block: blocks.Block) -> Iterator[str]:
    for formula in block.formulas:
        yield rf'<div class="arithmatex">\[{escape(formula.latex)}\]</div>'
    pictures = "\n".join(picture.draw().svg for picture in block.pictures)
    if pictures:
        caption = f"<figcaption>{escape(block.caption)}</figcaption>" if block.caption else ""
        yield f"<figure>{pictures}{caption}</figure>"
    if block.table:
        yield _table(block.table)
    for source in block.sources:
        yield f"<details><summary>{escape(source.title)}</summary>{_code(source)}</details>"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in body]
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(f'<tr>{line}</tr>' for line in lines)}</tbody></table>"


def _code(source: blocks.Source) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name

    return highlight(source.text, get_lexer_by_name(source.language), HtmlFormatter(cssclass="highlight"))


def _complain(error: ScheduleError, source: str, md: Any) -> None:
    """Warn in MkDocs, which counts warnings; nobody else does, so there the build fails at once."""
    page = getattr(_registered(md.treeprocessors, "relpath"), "file", None)
    if page is not None:
        place = _place(error, source, page.content_string.splitlines())
        _logger.warning("%s%s: %s", page.src_uri, place, error)
        return
    from pymdownx.superfences import SuperFencesException

    path = getattr(getattr(_registered(md.preprocessors, "rendering_context"), "page", None), "path", "")  # Zensical
    raise SuperFencesException(f"{path}: {error}" if path else str(error))


def _registered(registry: Any, name: str) -> Any:
    if name not in registry:  # there is no `get`
        return None
    return registry[name]


def _place(error: ScheduleError, source: str, lines: Sequence[str]) -> str:
    """The line of a page, which superfences does not tell, as far as the first line of the block stands there once."""
    first = source.lstrip("\n").partition("\n")[0].strip()
    found = [i for i, line in enumerate(lines, 1) if line.strip() == first]
    blank = len(source) - len(source.lstrip("\n"))
    return f":{found[0] + max(blocks.place(error, source) - blank, 0)}" if len(found) == 1 else ""
