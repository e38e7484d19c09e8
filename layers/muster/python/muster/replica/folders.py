"""Keep the closure of the folder tree: every folder with all that is above it, itself included."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from muster.ledger.model import Body
from muster.replica.project import plain

# UNION (not ALL) ends these even if the log held a cycle.
_FORGET = """
WITH RECURSIVE below(id) AS (
  SELECT ? UNION SELECT folder.id FROM below JOIN folder ON folder.parent = below.id)
DELETE FROM closure WHERE descendant IN below"""
_DERIVE = """
WITH RECURSIVE
  below(id) AS (
    SELECT ? UNION SELECT folder.id FROM below JOIN folder ON folder.parent = below.id),
  above(descendant, ancestor) AS (
    SELECT folder.id, folder.id FROM below JOIN folder ON folder.id = below.id
    UNION
    SELECT above.descendant, folder.parent FROM above JOIN folder ON folder.id = above.ancestor
    WHERE folder.parent IS NOT NULL)
INSERT INTO closure(descendant, ancestor) SELECT descendant, ancestor FROM above"""


def write(db: sqlite3.Connection, folders: Iterable[tuple[str, Body | None]]) -> None:
    """Put or remove folders, in any order: a parent may come after its child."""
    for folder_id, body in folders:
        _write_one(db, folder_id, body)


def _write_one(db: sqlite3.Connection, folder_id: str, body: Body | None) -> None:
    if body is None:
        db.execute("DELETE FROM folder WHERE id = ?", (folder_id,))
    else:
        row = folder_id, plain(body.get("parent"))
        if db.execute("SELECT 1 FROM folder WHERE id = ? AND parent IS ?", row).fetchone():
            return
        db.execute("INSERT OR REPLACE INTO folder VALUES (?, ?)", row)
    db.execute(_FORGET, (folder_id,))
    db.execute(_DERIVE, (folder_id,))
