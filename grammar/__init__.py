"""The language as data: the syntax, the prelude, and README.md, the language reference."""
