"""Tokens into a syntax tree, and a tree back into text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.query.parse.expressions import read_query
from muster.query.parse.reader import Reader
from muster.query.parse.writing import unparse
from muster.query.tokens import tokens
from muster.query.tree import Dialect, Query

__all__ = ["parse", "unparse"]


def parse(
    text: str, *, dialect: Dialect = "muster", parameters: Mapping[str, Any] | None = None
) -> Query:
    """Return the tree of a query. Whatever the text, the only error is InvalidQueryError.

    `parameters` are the values of placeholders by name: texts, numbers, booleans, dates, or lists
    of these. They become values as they are; nothing in them is read as a query.
    """
    return read_query(Reader(text, tokens(text, dialect), parameters or {}))
