"""Identifiers: a ULID with the prefix of its kind, and the one table of prefixes."""

from __future__ import annotations

import os
import threading
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_lock = threading.Lock()
_last = 0

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
}


def new_id(kind: str) -> str:
    """Return a new id such as `ast_01J…`: 48 bits of time in ms, then 80 random bits.

    Ids made by one process sort in the order in which they were made, also within a millisecond
    (the ULID specification's monotonic rule), so that rows imported together list in row order.
    """
    global _last
    with _lock:
        fresh = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
        if fresh >> 80 <= _last >> 80:
            fresh = _last + 1 + int.from_bytes(os.urandom(4), "big")
        _last = fresh
    digits = "".join(_ALPHABET[fresh >> shift & 31] for shift in range(125, -5, -5))
    return f"{PREFIXES[kind]}_{digits}"


def is_id(kind: str, text: str) -> bool:
    """Tell whether `text` has the form of an id of this kind."""
    prefix, _, digits = text.partition("_")
    return prefix == PREFIXES[kind] and len(digits) == 26 and set(digits) <= set(_ALPHABET)
