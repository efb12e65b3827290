"""Writes `docs/errors.md` from the mistakes of the conformance cases: `python tests/error_page.py`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import symsched as ss

PAGE = Path(__file__).parent.parent / "docs" / "errors.md"
FOLDER = Path(__file__).with_name("conformance")

PARTS = {
    "errors_syntax": ("How it is written", "What a text may look like: [Text](../grammar/README.md#text)."),
    "errors_names": ("Names", "`symsched list` shows all schedules, `symsched list shape` all shapes."),
    "errors_arguments": ("Arguments", "What a parameter accepts: [Definitions](../grammar/README.md#definitions)."),
    "errors_meaning": ("Meaning", "How stages are put together: [Chains](../grammar/README.md#chains)."),
    "limits": ("Limits", "All of them: [Limits and promises](../grammar/README.md#limits-and-promises)."),
}
"""The files whose mistakes are shown first, under a title of their own, with where to read on."""

OTHERS = ("Single entries", "`symsched list NAME` says what an entry of the library takes.")

WIDEST = 200
"""The longest text that is shown, in characters."""

INTRODUCTION = """\
# Errors

Every kind of mistake once: a text, a line, and what symsched says to it.
The caret stands under the place; the label beside it or the hint below says what to write instead.
The page is made from the cases that the tests run on every target.

"""


def mistakes() -> dict[str, list[dict[str, Any]]]:
    """The cases with an error by the part of the page: the first of each kind."""
    seen: set[str] = set()
    parts: dict[str, list[dict[str, Any]]] = {}
    files = [FOLDER / f"{name}.toml" for name in PARTS]
    for path in files + sorted(set(FOLDER.glob("*.toml")) - set(files)):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            if "error" in case and is_shown(case) and kind(case["error"]) not in seen:
                seen.add(kind(case["error"]))
                parts.setdefault(path.stem if path.stem in PARTS else "", []).append(case)
    return parts


def is_shown(case: dict[str, Any]) -> bool:
    """Whether the text alone has the mistake, and is a line that fits on a page."""
    text = case["source"]
    return not {"bind", "plan"} & set(case) and text.strip() != "" and len(text) <= WIDEST and text.isprintable()


def kind(error: dict[str, Any]) -> str:
    """What a mistake has in common with others: its title without the names and numbers of one text."""
    return re.sub(r"`[^`]*`|-?\b\d[\d.e+]*\b|(?<=but got ).*", "...", error["title"])


def message(text: str) -> str:
    """What symsched says to a text."""
    try:
        ss.parse(text)
    except ss.ScheduleError as error:
        return str(error)
    raise AssertionError(text)


def page() -> str:
    """The text of the whole page."""
    return INTRODUCTION + "\n".join(_lines())


def _lines() -> Iterator[str]:
    found = mistakes()
    for name, (title, reading) in {**PARTS, "": OTHERS}.items():
        yield f"\n## {title}\n\n{reading}\n"
        for case in found.get(name, []):
            yield f"### {case['name'][0].upper()}{case['name'][1:]}\n"
            yield f"```error\n{case['source']}\n---\n{message(case['source'])}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
