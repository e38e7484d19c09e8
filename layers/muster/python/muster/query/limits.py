"""How large a query may be, as docs/query-language.md publishes it."""

from __future__ import annotations

from muster.query.refusals import InvalidQueryError, problem
from muster.query.tree import Span

MAX_CHARACTERS = 10_000
MAX_PREDICATES = 200
MAX_NESTING = 20
"""Brackets and functions in one another."""
MAX_VALUES = 1_000
"""In one list: of IN, of a function's arguments, of a placeholder."""
MAX_HOPS = 8
MAX_PARTS = 100
"""Of a path, dots counted: far beyond what eight references need."""
MAX_SORT_KEYS = 16
MAX_NUMBER = 999_999_999
"""Of LIMIT, and of the number behind HAVING."""


def exceeded(what: str, limit: int, span: Span) -> InvalidQueryError:
    """Return the refusal that names the limit: "A query has at most 200 conditions."."""
    return problem("limit_exceeded", f"{what.format(f'{limit:,}')}", span)
