"""What `symsched list` prints: the entries of the prelude and the backends, derived from what is installed."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from . import prelude
from .errors import suggest
from .wording import signature

if TYPE_CHECKING:
    from .nodes import Function

WIDTH = 80


def entries(module: str | None = None) -> dict[str, Function]:
    """The public functions of all modules, or of one, by the name that a program writes; core has no prefix."""
    found = {}
    order = sorted(prelude.modules(), key=lambda m: (m != prelude.CORE, m != prelude.SHAPE, m))
    for name in order if module is None else [module]:
        for entry in prelude.public(prelude.module(name)).values():
            found[entry.name if name == prelude.CORE else f"{name}.{entry.name}"] = entry
    return found


def overview(found: dict[str, Function]) -> str:
    """Entries grouped by module: signature and first line of the documentation."""
    blocks: dict[str, list[str]] = {}
    for entry in found.values():
        blocks.setdefault(entry.module, []).append(_row(signature(entry), _summary(entry)))
    return "\n\n".join("\n".join([module, *rows]) for module, rows in blocks.items())


def details(name: str, entry: Function) -> str:
    """The whole documentation of an entry."""
    prefix = name.removesuffix(entry.name)
    call = textwrap.wrap(prefix + signature(entry), WIDTH, subsequent_indent="    ", break_on_hyphens=False)
    return "\n".join([*call, "", entry.doc.strip()]).rstrip()


def record(name: str, entry: Function) -> dict[str, Any]:
    """An entry for machines."""
    return {
        "name": name,
        "module": entry.module,
        "signature": signature(entry),
        "summary": _summary(entry),
        "doc": entry.doc.strip(),
    }


def closest(name: str) -> str | None:
    """The entry or module that was probably meant."""
    known = entries()
    close = suggest(name, [*known, *prelude.modules()])
    last = suggest(name, {n.rpartition(".")[2] for n in known}) if close is None else None
    return close or next((n for n in known if n.rpartition(".")[2] == last), None)


def backends() -> list[dict[str, Any]]:
    """The targets: name, what they print, the package that the text needs, whether it is installed."""
    from . import backends as targets

    found = []
    for name in targets.known():
        module: Any = targets.load(name)
        record = {
            "name": name,
            "summary": (module.__doc__ or "").strip().partition("\n")[0],
            "requires": module.REQUIRES or None,
            "installed": targets.is_available(name),
        }
        found.append(record)
    return found


def backends_overview() -> str:
    """The targets as text."""
    rows = []
    for target in backends():
        missing = "" if target["installed"] else f" ({target['requires']} is not installed)"
        rows.append(_row(target["name"], target["summary"] + missing))
    return "\n".join(rows)


def _summary(entry: Function) -> str:
    return entry.doc.strip().partition("\n")[0]


def _row(left: str, right: str) -> str:
    """A line, and what it means below it."""
    head = textwrap.wrap(left, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    text = textwrap.wrap(right, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6, break_on_hyphens=False)
    return "\n".join(head + text)
