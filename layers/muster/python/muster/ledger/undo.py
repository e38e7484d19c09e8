"""Plans how a record's changes are taken back, or says what stands in the way. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from muster.ledger import diff
from muster.ledger.model import (
    Body,
    Change,
    Delete,
    HistoryEntry,
    Mark,
    Op,
    Put,
    Record,
    Stamp,
    Tombstone,
    Write,
)


class Since(StrEnum):
    """What happened to a record after the change that is to be taken back."""

    CHANGED = "changed"
    DELETED = "deleted"
    RESTORED = "restored"


@dataclass(frozen=True)
class Obstacle:
    """Why a change can't be taken back: what happened since, where, and who did the last of it."""

    since: Since
    last: Stamp
    paths: tuple[str, ...] = ()
    marks: frozenset[Mark] = frozenset()


@dataclass(frozen=True)
class _State:
    """A record on its way back; without a body it doesn't exist."""

    body: Body | None
    marks: frozenset[Mark]


def undo(
    changes: Sequence[Change | HistoryEntry], current: Record | Tombstone
) -> Write | Obstacle | None:
    """Return the write that takes back these changes of one record, given newest first.

    They need not be the record's last ones: what others changed since stays, unless it is what
    these changes changed. None means that there is nothing left to take back.
    """
    state = _state(current)
    for change in changes:
        back = _BACK[change.op](change, state, current.updated)
        if isinstance(back, Obstacle):
            return back
        state = back
    return _write(state, current)


def _state(current: Record | Tombstone) -> _State:
    if isinstance(current, Record):
        return _State(current.body, current.marks)
    return _State(None, frozenset())


def _write(state: _State, current: Record | Tombstone) -> Write | None:
    was = _state(current)
    if diff.same(state.body, was.body) and state.marks == was.marks:
        return None
    if state.body is not None:
        return Put(current.kind, current.id, state.body, state.marks, before=current)
    assert isinstance(current, Record)
    return Delete(current)


def _uncreate(change: Change | HistoryEntry, state: _State, last: Stamp) -> _State | Obstacle:
    if state.body is None:
        return state
    changed = diff.diff(diff.apply({}, change.fields), state.body)
    if changed or state.marks != change.marks_added:
        paths = tuple(field.path for field in changed)
        return Obstacle(Since.CHANGED, last, paths, state.marks ^ change.marks_added)
    return _State(None, frozenset())


def _unchange(change: Change | HistoryEntry, state: _State, last: Stamp) -> _State | Obstacle:
    if state.body is None:
        return Obstacle(Since.DELETED, last)
    marks = state.marks - change.marks_added | change.marks_removed
    if marks == state.marks and diff.same(diff.unapply(state.body, change.fields), state.body):
        return state
    lost = change.marks_added - state.marks
    body: dict[str, Any] | diff.Conflicts = diff.revert(state.body, change.fields)
    if isinstance(body, diff.Conflicts):
        return Obstacle(Since.CHANGED, last, body.paths, lost)
    return Obstacle(Since.CHANGED, last, marks=lost) if lost else _State(body, marks)


def _undelete(change: Change | HistoryEntry, state: _State, last: Stamp) -> _State | Obstacle:
    if state.body is not None:
        return Obstacle(Since.RESTORED, last)
    return _State(diff.unapply({}, change.fields), change.marks_removed)


_BACK = {Op.CREATE: _uncreate, Op.UPDATE: _unchange, Op.DELETE: _undelete}
