"""Ids of runs that nobody asks for: the same cause gives the same id, so that none runs twice."""

from __future__ import annotations

import hashlib
from datetime import datetime

from muster.ids import spelled

_RANDOM_BITS = 80


def derived_id(kind: str, moment: datetime, *cause: object) -> str:
    """Return an id that sorts by `moment`, as others do, and follows from the cause alone."""
    digest = hashlib.sha256("\0".join(map(str, cause)).encode()).digest()
    random = int.from_bytes(digest[: _RANDOM_BITS // 8], "big")
    return spelled(kind, int(moment.timestamp() * 1000) << _RANDOM_BITS | random)
