"""A record as it was: its newest state with the later changes taken back. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from muster.errors import ConflictError
from muster.ledger import diff
from muster.ledger.model import HistoryEntry, Op, Record, Stamp, Tombstone


class HistoryNotKeptError(ConflictError):
    """A record's kind keeps no history, so that its past can't be told."""

    code = "history_not_kept"


def at(
    current: Record | Tombstone | None, entries: Iterable[HistoryEntry], moment: int | datetime
) -> Record | None:
    """Return the record as it was after commit `moment`, or at that time (inclusive).

    `entries` come newest first, at least as far as the first one that isn't after the moment. No
    more of them are drawn than that.
    """
    if current is None or _after(current.created, moment):
        return None
    if not _after(current.updated, moment):
        return current if isinstance(current, Record) else None
    body = dict(current.body) if isinstance(current, Record) else {}
    marks = current.marks if isinstance(current, Record) else frozenset()
    version = current.version
    for entry in entries:
        if entry.version != version:
            break
        if not _after(entry, moment):
            if entry.op is Op.DELETE:
                return None
            updated = Stamp(entry.at, entry.actor, entry.seq)
            kind, record_id = current.kind, current.id
            return Record(kind, record_id, version, body, current.created, updated, marks)
        body = {} if entry.op is Op.CREATE else diff.unapply(body, entry.fields)
        marks = marks - entry.marks_added | entry.marks_removed
        version -= 1
    raise HistoryNotKeptError(
        f"The {current.kind} {current.id} keeps no history, and was changed after that moment."
    )


def _after(stamp: Stamp | HistoryEntry, moment: int | datetime) -> bool:
    return stamp.seq > moment if isinstance(moment, int) else stamp.at > moment
