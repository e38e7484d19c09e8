"""Commits and records as lines of canonical JSON, and back: the one spelling of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from muster.archive.model import ArchivedChange, ArchivedCommit
from muster.archive.refusals import refused
from muster.ledger.model import Actor, Cause, Mark, Op, Reason

_COMMIT = {"actor", "at", "changes", "reason", "seq"}
_CHANGE = {"body", "id", "kind", "marks", "op", "version"}
_REASON = {"cause", "job", "message", "request_id", "reverts"}
_LONGEST_TEXT = 4_096


def canonical(value: Any) -> bytes:
    """Return a JSON value in its one spelling: ASCII, members sorted, no blanks, no line end."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def parsed(line: bytes, member: str, number: int) -> dict[str, Any]:
    """Return the object that a line holds; raises ArchiveRefusedError unless it is canonical."""
    try:
        value = json.loads(line)
        same = canonical(value) == line
    except (ValueError, RecursionError) as error:
        raise refused("not_json", "The line is no JSON.", member, number) from error
    if not same or not isinstance(value, dict):
        raise refused("not_canonical", "The line is no object as Muster writes it.", member, number)
    return value


def time_text(moment: datetime) -> str:
    """Return a time as archives hold it: UTC, with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def actor_json(actor: Actor) -> dict[str, Any]:
    """Return who acted."""
    return {"id": actor.id, "name": actor.name}


def marks_json(marks: Iterable[Mark]) -> list[list[str]]:
    """Return unique values, in order."""
    return sorted([mark.constraint, mark.value] for mark in marks)


def commit_json(commit: ArchivedCommit) -> dict[str, Any]:
    """Return a commit's line."""
    reason = commit.reason
    why = {
        "cause": str(reason.cause),
        "job": reason.job,
        "message": reason.message,
        "request_id": reason.request_id,
        "reverts": reason.reverts,
    }
    return {
        "actor": actor_json(commit.actor),
        "at": time_text(commit.at),
        "changes": [_change_json(change) for change in commit.changes],
        "reason": {name: value for name, value in why.items() if value is not None},
        "seq": commit.seq,
    }


def _change_json(change: ArchivedChange) -> dict[str, Any]:
    return {
        "body": change.body,
        "id": change.id,
        "kind": change.kind,
        "marks": marks_json(change.marks),
        "op": str(change.op),
        "version": change.version,
    }


def commit_of(value: Mapping[str, Any], member: str, number: int) -> ArchivedCommit:
    """Return the commit of a line; raises ArchiveRefusedError for one that has another shape."""
    try:
        return _commit(value)
    except (_ShapeError, KeyError, TypeError, ValueError) as error:
        detail = f"The line is no commit: {error.args[0] if error.args else 'of another shape'}."
        raise refused("not_a_commit", detail, member, number) from error


class _ShapeError(Exception):
    """Something is not of the shape that a commit has."""


def _commit(value: Mapping[str, Any]) -> ArchivedCommit:
    _require(value.keys() == _COMMIT, "its members are others")
    changes = value["changes"]
    _require(isinstance(changes, list) and bool(changes), "it changes nothing")
    return ArchivedCommit(
        seq=_whole(value["seq"]),
        at=_time(value["at"]),
        actor=_actor(value["actor"]),
        reason=_reason(value["reason"]),
        changes=tuple(map(_change, changes)),
    )


def _change(value: Any) -> ArchivedChange:
    _require(isinstance(value, dict) and value.keys() == _CHANGE, "a change has other members")
    body = value["body"]
    _require(body is None or isinstance(body, dict), "a body is no object")
    return ArchivedChange(
        kind=_text(value["kind"]),
        id=_text(value["id"]),
        op=Op(value["op"]),
        version=_whole(value["version"]),
        body=body,
        marks=_marks(value["marks"]),
    )


def _marks(value: Any) -> frozenset[Mark]:
    _require(isinstance(value, list), "marks are no list")
    marks = frozenset(Mark(_text(constraint), _any_text(held)) for constraint, held in value)
    _require(marks_json(marks) == value, "marks are not in order")
    return marks


def _reason(value: Any) -> Reason:
    _require(isinstance(value, dict) and value.keys() <= _REASON, "its reason has other members")
    reverts = value.get("reverts")
    return Reason(
        cause=Cause(value["cause"]),
        request_id=_text(value["request_id"]),
        job=_optional_text(value, "job"),
        message=_optional_text(value, "message"),
        reverts=None if reverts is None else _whole(reverts),
    )


def _actor(value: Any) -> Actor:
    _require(isinstance(value, dict) and value.keys() == {"id", "name"}, "its actor is none")
    return Actor(_text(value["id"]), _text(value["name"]))


def _time(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    _require(moment.tzinfo is not None and time_text(moment) == value, "its time is written oddly")
    return moment


def _whole(value: Any) -> int:
    _require(type(value) is int and 0 < value <= 2**53, "a number is out of bounds")
    number: int = value
    return number


def _optional_text(value: Mapping[str, Any], name: str) -> str | None:
    # A null would be left out: it has no place in the one spelling.
    return _text(value[name]) if name in value else None


def _text(value: Any) -> str:
    _require(isinstance(value, str) and len(value) <= _LONGEST_TEXT, "a text is none, or too long")
    text: str = value
    return text


def _any_text(value: Any) -> str:
    _require(isinstance(value, str), "a unique value is no text")
    text: str = value
    return text


def _require(so: bool, otherwise: str) -> None:  # noqa: FBT001 - it is what is required
    if not so:
        raise _ShapeError(otherwise)
