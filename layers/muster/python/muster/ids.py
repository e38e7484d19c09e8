"""Identifiers: a ULID with the prefix of its kind, and the one table of prefixes."""

from __future__ import annotations

import os
import threading
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGITS = 26
_TIME_SHIFT = 80

PREFIXES = {
    "asset": "ast",
    "asset_type": "typ",
    "field_type": "fld",
    "link_type": "lty",
    "folder": "fol",
    "link": "lnk",
    "job": "job",
    "member": "mem",
    "token": "tok",
    "option": "opt",
    "file": "fil",
    "upload": "upl",
    "attachment": "att",
    "comment": "com",
    "sequence": "seq",
    "saved_search": "sav",
    "scheduled_search": "ssc",
    "view": "viw",
    "preference": "prf",
}


class _Clockwork:
    """Draws ULIDs that grow: 48 bits of time in ms, then 80 random bits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def draw(self) -> int:
        """Return the next one. Within a millisecond it is the last one and a little more."""
        with self._lock:
            now = time.time_ns() // 1_000_000
            fresh = now << _TIME_SHIFT | int.from_bytes(os.urandom(10), "big")
            if fresh >> _TIME_SHIFT <= self._last >> _TIME_SHIFT:
                fresh = self._last + 1 + int.from_bytes(os.urandom(4), "big")
            self._last = fresh
            return fresh


_clockwork = _Clockwork()


def new_id(kind: str) -> str:
    """Return a new id such as `ast_01J…`.

    Ids made by one process sort in the order in which they were made, also within a millisecond
    (the ULID specification's monotonic rule), so that rows imported together list in row order.
    """
    return spelled(kind, _clockwork.draw())


def spelled(kind: str, number: int) -> str:
    """Return the id of a ULID's number: 48 bits of time in ms, then 80 others."""
    digits = "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -5, -5))
    return f"{PREFIXES[kind]}_{digits}"


def kind_of(record_id: str) -> str | None:
    """Return the kind that an id's prefix tells."""
    prefix = record_id.partition("_")[0]
    return next((kind for kind, each in PREFIXES.items() if each == prefix), None)


def is_id(kind: str, text: str) -> bool:
    """Tell whether `text` has the form of an id of this kind."""
    prefix, _, digits = text.partition("_")
    return prefix == PREFIXES[kind] and len(digits) == _DIGITS and set(digits) <= set(_ALPHABET)
