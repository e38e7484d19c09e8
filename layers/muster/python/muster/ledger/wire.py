"""Changes, history and their reasons as JSON text, and back. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from muster.ledger.model import (
    Actor,
    Cause,
    Change,
    FieldChange,
    HistoryEntry,
    Mark,
    Op,
    Reason,
    Stamp,
)

_dumps = partial(json.dumps, separators=(",", ":"), allow_nan=False)
_OLD_IS_NULL, _NEW_IS_NULL = 1, 2


def time_text(moment: datetime) -> str:
    """Return an aware time as text that sorts by time: UTC, with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(text: str) -> datetime:
    """Return the time of such a text."""
    return datetime.fromisoformat(text)


def why_text(actor: Actor, reason: Reason) -> str:
    """Return who acted and why."""
    why = {
        "actor": [actor.id, actor.name],
        "cause": reason.cause,
        "request_id": reason.request_id,
        "job": reason.job,
        "message": reason.message,
        "reverts": reason.reverts,
    }
    return _dumps({name: value for name, value in why.items() if value is not None})


def why_of(text: str) -> tuple[Actor, Reason]:
    """Return who acted and why, of such a text."""
    why = json.loads(text)
    actor = Actor(*why.pop("actor"))
    return actor, Reason(Cause(why.pop("cause")), **why)


def stamps_text(created: Stamp, updated: Stamp) -> str:
    """Return a record's two stamps."""
    return _dumps([_stamp_json(created), _stamp_json(updated)])


def stamps_of(text: str) -> tuple[Stamp, Stamp]:
    """Return the stamps of such a text."""
    created, updated = json.loads(text)
    return _stamp(created), _stamp(updated)


def marks_text(marks: Iterable[Mark]) -> str:
    """Return marks, in order."""
    return _dumps(_marks_json(marks))


def marks_of(pairs: Iterable[Sequence[str]]) -> frozenset[Mark]:
    """Return the marks of pairs of constraint and value."""
    return frozenset(Mark(constraint, value) for constraint, value in pairs)


def step_text(change: Change) -> str:
    """Return what a history item holds of a change."""
    return _dumps(_step_json(change))


def entry_of(seq: int, at: str, why: str, step: Mapping[str, Any]) -> HistoryEntry:
    """Return a history item's content."""
    actor, reason = why_of(why)
    return HistoryEntry(seq, time_of(at), actor, reason, **_step(step))


def changes_text(changes: Iterable[Change]) -> str:
    """Return a commit's changes."""
    return _dumps(
        [{"kind": c.kind, "id": c.id, "after": c.after, **_step_json(c)} for c in changes]
    )


def changes_of(changes: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    """Return the changes of such a text's value."""
    return tuple(Change(c["kind"], c["id"], after=c["after"], **_step(c)) for c in changes)


def _step_json(change: Change) -> dict[str, Any]:
    step: dict[str, Any] = {
        "op": change.op,
        "version": change.version,
        "fields": [_field_json(field) for field in change.fields],
    }
    if change.marks_added:
        step["added"] = _marks_json(change.marks_added)
    if change.marks_removed:
        step["removed"] = _marks_json(change.marks_removed)
    return step


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "op": Op(step["op"]),
        "version": step["version"],
        "fields": tuple(_field(*field) for field in step["fields"]),
        "marks_added": marks_of(step.get("added", ())),
        "marks_removed": marks_of(step.get("removed", ())),
    }


def _field_json(field: FieldChange) -> list[Any]:
    nulls = field.old_is_null * _OLD_IS_NULL | field.new_is_null * _NEW_IS_NULL
    return [field.path, field.old, field.new, *([nulls] if nulls else ())]


def _field(path: str, old: Any, new: Any, nulls: int = 0) -> FieldChange:
    return FieldChange(path, old, new, bool(nulls & _OLD_IS_NULL), bool(nulls & _NEW_IS_NULL))


def _marks_json(marks: Iterable[Mark]) -> list[list[str]]:
    return sorted([mark.constraint, mark.value] for mark in marks)


def _stamp_json(stamp: Stamp) -> list[Any]:
    return [time_text(stamp.at), stamp.by.id, stamp.by.name, stamp.seq]


def _stamp(parts: Sequence[Any]) -> Stamp:
    at, actor_id, name, seq = parts
    return Stamp(time_of(at), Actor(actor_id, name), seq)
