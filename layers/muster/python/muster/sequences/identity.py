"""Ids of runs that nobody asks for: the same cause gives the same id, so that none runs twice."""

from __future__ import annotations

import hashlib
from datetime import datetime

from muster.ids import PREFIXES

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80


def derived_id(kind: str, moment: datetime, *cause: object) -> str:
    """Return an id that sorts by `moment`, as others do, and follows from the cause alone."""
    digest = hashlib.sha256("\0".join(map(str, cause)).encode()).digest()
    random = int.from_bytes(digest[: _RANDOM_BITS // 8], "big")
    drawn = int(moment.timestamp() * 1000) << _RANDOM_BITS | random
    digits = "".join(_ALPHABET[drawn >> shift & 31] for shift in range(125, -5, -5))
    return f"{PREFIXES[kind]}_{digits}"
