"""Every bound that keeps a text from an untrusted file harmless, in one place.

Passing one is an ordinary `ScheduleError` that names it.
"""

SOURCE_CHARACTERS = 64 * 1024
"""Length of a program."""

NESTING = 64
"""Depth of parentheses, of operators inside each other, and of values that are built from values."""

LEVELS = 96
"""Depth of expressions in functions that are called by functions, and of definitions that use definitions."""

TREE_DEPTH = 160
"""Depth of the exact tree."""

NODES = 100_000
"""Nodes of the exact tree, a part that is used twice counted twice."""

EXPANSION = 32
"""Nodes that a program may expand to for each node that is written, so that its time is linear in its length."""

FEW_NODES = 16_384
"""Nodes that any program may expand to, however short it is."""

DIGITS = 400
"""Digits of a number literal, zeros at its ends left out, and the largest decimal exponent that it may have."""

BITS = 4096
"""Size of the numerator and of the denominator of an exact number."""

POWER_BITS = 2**18
"""The same for the power of a stretch by which the cycle at a step is found."""

STRETCH = 2**53
"""The largest stretch of a repetition: the cycle after the first would outlast all steps."""

LENGTH_EXPONENT = 30
"""Ten to minus this is the shortest length in steps that is not 0; float32 has none below 1e-38."""
