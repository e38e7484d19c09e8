"""From checked conditions to SQL: `compile_condition`, and the one table of who puts which so."""

from __future__ import annotations

import sqlite3

from muster.replica.condition import Condition
from muster.replica.filters import Filter
from muster.replica.where import graph, logic, near, past, twins
from muster.replica.where.view import Handler, Trashed, View

HANDLERS: dict[type, Handler] = {
    **logic.HANDLERS,
    **graph.HANDLERS,
    **near.HANDLERS,
    **past.HANDLERS,
    **twins.HANDLERS,
}
"""By the class of condition. Conditions with hops arrive here without them: see `hops`."""


def view_of(db: sqlite3.Connection, trashed: Trashed = "no") -> View:
    """Return what conditions are put into SQL against."""
    return View(db, trashed, _compiled)


def compile_condition(view: View, condition: Condition) -> Filter:
    """Return the condition as a check on the row `a`, and as a list of rows where an index helps.

    Raises LimitError, and what `muster.replica.filters` raises.
    """
    return _compiled(view, condition)


def _compiled(view: View, condition: Condition) -> Filter:
    return HANDLERS[type(condition)](view, condition)
