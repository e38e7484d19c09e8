"""From checked conditions to SQL: `compile_condition`, and the one table of who puts which so."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from muster.replica.condition import All, Condition
from muster.replica.filters import Filter
from muster.replica.where import arms, graph, hops, logic, near, past, people, twins, values
from muster.replica.where.view import Handler, Trashed, View

HANDLERS: dict[type, Handler] = {
    **logic.HANDLERS,
    **graph.HANDLERS,
    **near.HANDLERS,
    **past.HANDLERS,
    **people.HANDLERS,
    **twins.HANDLERS,
    **values.HANDLERS,
}
"""By the class of condition. Conditions with hops arrive here without them: see `hops`."""


def view_of(db: sqlite3.Connection, trashed: Trashed = "no") -> View:
    """Return what conditions are put into SQL against."""
    return View(db, trashed, compile_condition)


def compile_condition(view: View, condition: Condition) -> Filter:
    """Return the condition as a check on the row `a`, and as a list of rows where an index helps.

    Raises TooManyReachedError, and what `muster.replica.filters` raises.
    """
    if hops.hops_of(condition):
        return hops.led(view, condition)
    return HANDLERS[type(condition)](view, condition)


def conjuncts(view: View, condition: Condition) -> list[Filter]:
    """Return the conditions that must all hold, each by itself, as a way is chosen among them."""
    return [
        replace(compile_condition(view, part), arm=arms.of(view, part)) for part in parts(condition)
    ]


def parts(condition: Condition) -> list[Condition]:
    """Return what must all hold."""
    waiting = [condition]
    found: list[Condition] = []
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, All):
            waiting[:0] = part.items
        else:
            found.append(part)
    return found
