"""Colours for texts of the language, in the fence `sched`; errors and rules of the syntax have none."""

from __future__ import annotations

from typing import Any, ClassVar

from pygments.lexer import RegexLexer, bygroups
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, Text


class ScheduleLexer(RegexLexer):
    """Calls, numbers with their units, the words that are no names, and the rest."""

    name = "symsched"
    tokens: ClassVar = {
        "root": [
            (r"\s+", Text),
            (r"#.*", Comment.Single),
            (r"(\.?\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?)([A-Za-z%]*)", bygroups(Number, Keyword.Type)),
            (r"(?:prev|next|rest|inf|true|false|pi|t)\b", Keyword.Constant),
            (r"[A-Za-z_][\w.]*(?=\()", Name.Function),
            (r"[A-Za-z_][\w.]*", Name),
            (r">>|\*\*|[-+*/<>=!]=?", Operator),
            (r".", Punctuation),
        ]
    }


def setup(app: Any) -> dict[str, Any]:
    """What Sphinx calls."""
    app.add_lexer("sched", ScheduleLexer)
    for plain in ("error", "ebnf"):
        app.add_lexer(plain, TextLexer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
