"""Write commits into the replica's tables. The caller holds the transaction."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from muster.ledger.model import FENCES, Body, Change, Commit, Mark, Op
from muster.replica import assets, cells, folders, project
from muster.replica.rows import marks_of
from muster.replica.turns import State

_LOG = "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_FENCE = "INSERT OR REPLACE INTO fence VALUES (?, ?)"
_SELECT = """SELECT row, version, created, updated, marks, body FROM record
  WHERE kind = ? AND id = ?"""
_INSERT = "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE = "UPDATE record SET version = ?, updated = ?, marks = ?, body = ? WHERE row = ?"
_INSERT_LINK = "INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?)"
_DELETE_LINK = "DELETE FROM link WHERE row = ?"

type Key = tuple[str, str]


@dataclass(slots=True)
class Draft:
    """A record on its way through a batch: as the file has it, and as the commits leave it."""

    row: int
    stored: bool = False
    before: Body | None = None
    version: int = 0
    created: int = 0
    updated: int = 0
    marks: set[Mark] = field(default_factory=set)
    body: Body | None = None
    states: list[State] = field(default_factory=list)

    def take(self, change: Change, commit: Commit) -> None:
        """Go on to what one change leaves."""
        self.version = change.version
        self.created = self.created or commit.seq
        self.updated = commit.seq
        self.states.append(State(commit.seq, cells.moment(commit.at), change.after))
        self.marks -= change.marks_removed
        self.marks |= change.marks_added
        self.body = change.after


def apply_commits(db: sqlite3.Connection, commits: Sequence[Commit]) -> None:
    """Write a run of commits that goes on where the file stands; records are written once each."""
    db.executemany(_LOG, map(_log_row, commits))
    drafts = _drafts(db, commits)
    _write_records(db, drafts)
    by_kind: dict[str, list[Draft]] = defaultdict(list)
    for (kind, _), draft in drafts.items():
        by_kind[kind].append(draft)
    assets.write(
        db,
        [
            assets.Step(draft.row, draft.before, draft.states, draft.created)
            for draft in by_kind["asset"]
        ],
    )
    _write_links(db, by_kind["link"])
    folders.write(db, [(key[1], draft.body) for key, draft in drafts.items() if key[0] == "folder"])
    db.executemany(_FENCE, _fences(commits).items())
    db.execute("UPDATE state SET seq = ?", (commits[-1].seq,))


def _log_row(commit: Commit) -> tuple[Any, ...]:
    changes = [(change.kind, change.id, change.op, change.version) for change in commit.changes]
    reason = commit.reason
    return (
        commit.seq,
        cells.moment(commit.at),
        cells.storable(commit.actor.id),
        cells.storable(commit.actor.name),
        reason.cause,
        cells.storable(reason.request_id),
        reason.job and cells.storable(reason.job),
        reason.message and cells.storable(reason.message),
        to_json(changes),
    )


def _fences(commits: Iterable[Commit]) -> dict[str, int]:
    return {
        FENCES[change.kind]: commit.seq
        for commit in commits
        for change in commit.changes
        if change.kind in FENCES
    }


def _drafts(db: sqlite3.Connection, commits: Iterable[Commit]) -> dict[Key, Draft]:
    rows = count(db.execute("SELECT coalesce(max(row), 0) + 1 FROM record").fetchone()[0])
    drafts: dict[Key, Draft] = {}
    for commit in commits:
        for change in commit.changes:
            key = change.kind, change.id
            draft = drafts.get(key)
            if draft is None:
                draft = drafts[key] = _stored(db, change) or Draft(next(rows))
            draft.take(change, commit)
    return drafts


def _stored(db: sqlite3.Connection, change: Change) -> Draft | None:
    if change.op is Op.CREATE and change.version == 1:
        return None
    found = db.execute(_SELECT, (change.kind, change.id)).fetchone()
    if found is None:
        return None
    row, version, created, updated, marks, body = found
    held = None if body is None else json.loads(body)
    return Draft(
        row,
        stored=True,
        before=held,
        version=version,
        created=created,
        updated=updated,
        marks=set(marks_of(marks)),
        body=held,
    )


def _write_records(db: sqlite3.Connection, drafts: Mapping[Key, Draft]) -> None:
    fresh, changed = [], []
    for (kind, record_id), draft in drafts.items():
        marks = (
            to_json(sorted((m.constraint, m.value) for m in draft.marks)) if draft.marks else None
        )
        body = None if draft.body is None else to_json(draft.body)
        if draft.stored:
            changed.append((draft.version, draft.updated, marks, body, draft.row))
        else:
            head = draft.row, kind, record_id, draft.version
            fresh.append((*head, draft.created, draft.updated, marks, body))
    db.executemany(_INSERT, fresh)
    db.executemany(_UPDATE, changed)


def _write_links(db: sqlite3.Connection, drafts: Iterable[Draft]) -> None:
    for draft in drafts:
        if draft.body is None:
            db.execute(_DELETE_LINK, (draft.row,))
        else:
            db.execute(_INSERT_LINK, (draft.row, *project.link(draft.body)))


def to_json(value: Any) -> str:
    """Return compact JSON in ASCII, which holds any string that Python does."""
    return json.dumps(value, separators=(",", ":"), default=dict)
