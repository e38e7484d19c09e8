"""The rules on a sequence record's body.

A body has `name`, `visibility`, `owner` (a member's id), `operations`, `ignore_errors`, `enabled`,
`time_zone`, `triggers`, `schedules`, and where there is one `description`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.ledger.model import Mark
from muster.text import fold

KIND = "sequence"
MAX_DEPTH = 5
"""How many runs may follow from one change, each from the one before."""


def marks_of(body: Mapping[str, Any]) -> frozenset[Mark]:
    """Return the name's mark: one per owner among private ones, one among all public ones."""
    whose = "public" if body["visibility"] == "public" else body["owner"]
    return frozenset({Mark(f"sequence:{whose}", fold(body["name"]))})
