"""The words of the language, taken from its grammar and its library: what a fuzzer puts together."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from lark import Lark
from lark.lexer import PatternStr

from symsched import builder, limits, prelude
from symsched.syntax import Lines

GRAMMAR = files("symsched.grammar").joinpath("schedule.lark").read_text(encoding="ascii")


@cache
def _terminals() -> dict[str, tuple[str, bool]]:
    """The terminals of the grammar in the order in which they are tried: an expression, and whether it is one text."""
    found = Lark(GRAMMAR, parser="lalr", lexer="basic", postlex=Lines()).terminals
    found = sorted(found, key=lambda t: (isinstance(t.pattern, PatternStr), -len(t.pattern.value)))
    return {t.name: (t.pattern.to_regexp(), isinstance(t.pattern, PatternStr)) for t in found}


@cache
def _lexer() -> re.Pattern[str]:
    return re.compile("|".join([*(f"(?P<{name}>{form})" for name, (form, _) in _terminals().items()), r"(?s:.)"]))


def words(text: str) -> list[str]:
    """A text in pieces: words, spaces and comments, and single characters that are none."""
    return [match[0] for match in _lexer().finditer(text)]


@cache
def kind(word: str) -> str:
    """The terminal that a word is, "" for none."""
    match = _lexer().fullmatch(word)
    return (match and match.lastgroup) or ""


@cache
def dictionary() -> tuple[str, ...]:
    """Every word that means something: signs, names of the library, units, and numbers at the limits."""
    signs = [re.sub(r"\\(.)", r"\1", form) for form, is_text in _terminals().values() if is_text]
    functions = {
        name if module == prelude.CORE else f"{module}.{name}": function
        for module in prelude.modules()
        for name, function in prelude.module(module).items()
    }
    parameters = {f"{p.name}=" for function in functions.values() for p in function.parameters}
    options = {o for f in functions.values() for p in f.parameters if isinstance(p.kind, tuple) for o in p.kind}
    return (
        *signs,
        *(f"{name}(" for name in functions),
        *sorted(parameters),
        *sorted(options),
        *prelude.module(prelude.SHAPE),
        *builder.RESERVED,
        *builder.KINDS,
        *(f"3{unit}" for unit in builder.UNITS),
        *_numbers(),
    )


def _numbers() -> list[str]:
    """Numbers around which something changes: small ones, those of float64, and the limits of the language."""
    bounds = [value for name, value in vars(limits).items() if name.isupper()]
    powers = [f"1e{sign}{n}" for n in (3, 15, 16, 17, 308, 309, 324, limits.DIGITS) for sign in ("", "-")]
    return [
        *(str(n) for n in (*range(11), 100, 2**24 + 1, 2**31 - 1, 2**53, 2**53 + 1, 2**63, 2**64)),
        *(str(b + d) for b in bounds for d in (-1, 0, 1)),
        *(f"{n}/{m}" for n in (1, 7) for m in (2, 3, 10)),
        *powers,
        *("0.5", "0.1", "0.999999999999999999", "1.0000000000000001"),
    ]
