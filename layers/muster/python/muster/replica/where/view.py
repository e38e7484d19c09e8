"""What a condition is put into SQL against: a replica's file, and which assets are there."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from muster.replica.condition import Condition
from muster.replica.filters import Filter, Sql, asset_id, field_number, state

__all__ = ["Handler", "Trashed", "View", "asset_id"]

type Trashed = Literal["no", "yes", "any"]
type Handler = Callable[[View, Any], Filter]
"""Puts conditions of one class into SQL.

The check is a predicate on the row `a`, where NULL is false. The rows may be more than the visible
ones, each once: whoever takes them looks whether they are visible.
"""


@dataclass(frozen=True)
class View:
    """One state of a file, asked once."""

    db: sqlite3.Connection
    trashed: Trashed
    compiler: Callable[[View, Condition], Filter]
    spellings: dict[str, str] = field(default_factory=dict)
    """What `near.near_to` found for words, since a query is ranked by the words it looks for."""
    _fields: dict[str, int | None] = field(default_factory=dict)

    def filter(self, condition: Condition) -> Filter:
        """Return a condition within another one."""
        return self.compiler(self, condition)

    def visible(self, alias: str) -> str:
        """Return the predicate that a row of `asset` is there at all, used in no index."""
        return f"+{alias}.trashed {state(self.trashed)}"

    def field(self, name: str) -> int | None:
        """Return a field's number in the file; None when no asset ever had a value of it."""
        if name not in self._fields:
            self._fields[name] = field_number(self.db, name)
        return self._fields[name]

    def meets(self, found: Filter, row: str) -> Sql:
        """Return the predicate that the asset of a row number such as `t.row` is visible and
        passes. The expression must not name `a`.
        """
        text = f"EXISTS (SELECT 1 FROM asset a WHERE a.row = {row} AND {self.visible('a')} AND "
        return Sql(f"{text}{found.check.text})", found.check.params)
