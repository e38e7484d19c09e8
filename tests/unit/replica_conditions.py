"""Ask a replica's file for a condition in both of the ways that there are."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from muster.replica import schema
from muster.replica.condition import Condition
from muster.replica.where import compile_condition, view_of
from muster.replica.where.view import Trashed
from tests.unit.replica_world import World


def met(world: World, condition: Condition, trashed: Trashed = "no") -> set[int]:
    """Return the numbers of the assets that are there and meet the condition.

    Each is checked; and where there is a list, it holds the same ones, and none of them twice.
    """
    world.replica.catch_up()
    with closing(sqlite3.connect(next(world.directory.glob("*.sqlite")))) as db:
        schema.prepare(db)
        view = view_of(db, trashed)
        found = compile_condition(view, condition)
        names = "SELECT a.row, r.id FROM asset a JOIN record r ON r.row = a.row"
        there = dict(db.execute(f"{names} WHERE {view.visible('a')}"))
        sql = f"SELECT a.row FROM asset a WHERE {found.check.text}"  # noqa: S608
        checked = {row[0] for row in db.execute(sql, found.check.params)} & there.keys()
        if found.rows is not None:
            listed = [row[0] for row in db.execute(found.rows.text, found.rows.params)]
            assert len(listed) == len(set(listed)), condition
            assert set(listed) & there.keys() == checked, condition
        return {int(there[row][4:]) for row in checked}
