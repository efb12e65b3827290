"""Canonical text: one way to write each program, which parses to the same program."""

from __future__ import annotations

from .nodes import (
    Annotated,
    Argument,
    Call,
    Chain,
    Comparison,
    Definition,
    Function,
    List,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    Pair,
    Parameter,
    Power,
    Program,
    Slice,
    Value,
)
from .wording import decimal_text

CHAIN, SUM, PRODUCT, UNARY, POWER, POSTFIX, ATOM = range(7)
"""Precedence, weakest first."""


def program_text(program: Program) -> str:
    """A program on one line, its statements joined by `; `."""
    statements = [definition_text(d) for d in program.definitions]
    if program.expression is not None:
        statements.append(expression_text(program.expression))
    return "; ".join(statements)


def definition_text(definition: Definition) -> str:
    if isinstance(definition, Value):
        return f"{definition.name} = {expression_text(definition.body)}"
    return f"{head_text(definition)} = {expression_text(definition.body)}"


def head_text(function: Function) -> str:
    """The left side of the definition of a function."""
    return f"{function.name}({', '.join(map(_parameter_text, function.parameters))})"


def _parameter_text(parameter: Parameter) -> str:
    kind = parameter.kind if isinstance(parameter.kind, str) else f"[{', '.join(parameter.kind)}]"
    text = f"{parameter.name}: {kind}" if kind else parameter.name
    if parameter.default is None:
        return text
    return f"{text} = {expression_text(parameter.default)}" if kind else f"{text}={expression_text(parameter.default)}"


def expression_text(node: Node, around: int = CHAIN) -> str:
    """A node as text, in parentheses where its surroundings bind tighter."""
    text, precedence = _text(node)
    return f"({text})" if precedence < around else text


def _text(node: Node) -> tuple[str, int]:
    match node:
        case Number():
            text = decimal_text(node.value)
            if "/" in text:  # only Python can make such a number
                return text, PRODUCT
            return text + node.unit, UNARY if text.startswith("-") else ATOM
        case Name():
            return node.name, ATOM
        case Call():
            return f"{node.function.name}({', '.join(map(_argument_text, node.arguments))})", ATOM
        case Chain():
            return " >> ".join(expression_text(o, SUM) for o in node.operands), CHAIN
        case Operation():
            return _operation_text(node)
        case Negative():
            return "-" + expression_text(node.operand, UNARY), UNARY
        case Power():
            return f"{expression_text(node.base, POSTFIX)}**{expression_text(node.exponent, UNARY)}", POWER
        case Slice():
            bounds = (expression_text(b) if b else "" for b in (node.start, node.stop))
            return f"{expression_text(node.operand, POSTFIX)}[{':'.join(bounds)}]", POSTFIX
        case Pair():
            return f"{expression_text(node.key)}:{expression_text(node.value)}", CHAIN
        case List():
            return f"[{', '.join(map(expression_text, node.items))}]", ATOM
        case Comparison():
            return f"{expression_text(node.left)} {node.operator} {expression_text(node.right)}", CHAIN
        case Annotated():
            return f"{expression_text(node.key)}: {expression_text(node.kind)} = {expression_text(node.default)}", CHAIN
    raise TypeError(node)


def _operation_text(node: Operation) -> tuple[str, int]:
    is_sum = node.operators[0] in "+-"
    level = SUM if is_sum else PRODUCT
    text = expression_text(node.operands[0], level)
    for operator, operand in zip(node.operators, node.operands[1:], strict=True):
        right = expression_text(operand, level + 1)
        text += f" {operator} {right}" if is_sum else f"{operator}{right}"
    return text, level


def _argument_text(argument: Argument) -> str:
    text = expression_text(argument.value)
    return f"{argument.name}={text}" if argument.name else text
