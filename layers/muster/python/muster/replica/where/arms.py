"""Conditions on the type or the folder alone, which indexes have in the order of lists."""

from __future__ import annotations

import json
from typing import Any

from muster.replica.condition import Equal, InFolder
from muster.replica.project import plain
from muster.replica.where.view import View

_BELOW = """SELECT DISTINCT descendant FROM closure
  WHERE ancestor IN (SELECT value FROM json_each(?)) LIMIT ?"""
_MOST = 17
"""One more than are walked side by side."""


def of(view: View, condition: Any) -> tuple[str, tuple[str, ...]] | None:
    """Return the column with the values that it must have; None when that is not all."""
    match condition:
        case Equal(place=place, values=values) if not place.hops and place.leaf in {
            "type",
            "folder",
        }:
            wanted = dict.fromkeys(found for found in map(plain, values) if found is not None)
            return place.leaf, tuple(wanted)
        case InFolder(folders=folders, hops=()) if None not in folders:
            found = view.db.execute(_BELOW, (json.dumps(folders), _MOST))
            return "folder", tuple(row[0] for row in found)
        case _:
            return None
