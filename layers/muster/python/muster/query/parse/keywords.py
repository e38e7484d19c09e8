"""The words of the language; in quotes each of them is a name or a value like any other."""

from __future__ import annotations

MATCHES = ("LIKE", "HAS", "STARTSWITH", "ENDSWITH", "MATCHES")
NEGATABLE = (*MATCHES, "IN", "BETWEEN", "UNDER", "HAVING")
"""Operators that take a NOT before them."""
OPERATORS = frozenset({*NEGATABLE, "IS", "WAS", "CHANGED"})
JOINING = frozenset({"AND", "OR", "NOT", "ORDER", "LIMIT"})
"""Words that can't be a value without quotes, whatever follows."""
CORE = OPERATORS | JOINING
"""Words that can't be a name or a bare word without quotes."""
TIMES = ("AFTER", "BEFORE", "ON", "DURING")
BEHIND_VALUE = frozenset({"AND", "OR", "ORDER", "LIMIT", "FROM", "TO", "BY", *TIMES})
"""Words that may follow a value: before one of them an operator's word can be a value itself."""
OBJECT = "OBJECT"
"""Before HAVING it is the asset itself, not a field."""
