"""Write what follows from assets: their columns, values and words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from muster.ledger.model import Body
from muster.replica import project
from muster.replica.project import Asset, Value
from muster.replica.turns import State, turns
from muster.replica.words import terms

_INSERT = """INSERT INTO asset(
  row, created_at, created_by, source, updated_at, updated_by,
  trashed, type, folder, name, tag, serial, key, key_order)
  SELECT ?, created.at, created.actor_id, created.cause, updated.at, updated.actor_id,
    ?, ?, ?, ?, ?, ?, ?, ?
  FROM log created, log updated WHERE created.seq = ? AND updated.seq = ?"""
_TOUCH = """UPDATE asset SET (updated_at, updated_by) = (SELECT at, actor_id FROM log WHERE seq = ?)
  WHERE row = ?"""
_CHANGE = """UPDATE asset SET trashed = ?, type = ?, folder = ?, name = ?, tag = ?, serial = ?,
  key = ?, key_order = ? WHERE row = ?"""
_DELETE = "DELETE FROM asset WHERE row = ?"
_INSERT_VALUE = "INSERT INTO value VALUES (?, ?, ?, ?, ?)"
_DELETE_VALUE = "DELETE FROM value WHERE asset = ? AND field = ? AND position = ?"
_INSERT_TURN = "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_FORGET_TURNS = "DELETE FROM history WHERE asset = ?"
_INSERT_TEXT = "INSERT INTO words(rowid, titles, rest) VALUES (?, ?, ?)"
# An index without contents has to be told what it forgets.
_DELETE_TEXT = "INSERT INTO words(words, rowid, titles, rest) VALUES ('delete', ?, ?, ?)"
_INSERT_TERM = "INSERT OR IGNORE INTO term VALUES (?)"
_INSERT_MRET = "INSERT OR IGNORE INTO mret VALUES (?)"

_NOTHING = Asset((), frozenset(), "", "")


class Step(NamedTuple):
    """What a batch of commits does to one asset."""

    row: int
    """The record's."""
    before: Body | None
    """As the file has it; None is absent."""
    states: Sequence[State]
    """What each of the commits left; one at least."""
    created: int
    """The commit that made it."""


_ORDER = (
    _DELETE,
    _DELETE_VALUE,
    _DELETE_TEXT,
    _FORGET_TURNS,
    _INSERT,
    _TOUCH,
    _CHANGE,
    _INSERT_VALUE,
    _INSERT_TEXT,
    _INSERT_TURN,
)


@dataclass
class _Work:
    """Statements with their rows, so that each is prepared and run once for a whole batch."""

    fields: dict[str, int]
    rows: dict[str, list[tuple[Any, ...]]] = field(
        default_factory=lambda: {statement: [] for statement in _ORDER}
    )
    terms: set[str] = field(default_factory=set)

    def number(self, name: str) -> int:
        """Return the number of a field, a new one if it has none."""
        return self.fields.get(name) or self.fields.setdefault(name, len(self.fields) + 1)


def write(db: sqlite3.Connection, steps: Iterable[Step]) -> None:
    """Bring the tables from each asset's body before to the last one after."""
    work = _Work(dict(db.execute("SELECT name, id FROM field").fetchall()))
    known = len(work.fields)
    for step in steps:
        _plan(work, step)
    db.executemany("INSERT INTO field(name, id) VALUES (?, ?)", list(work.fields.items())[known:])
    for statement, rows in work.rows.items():
        if rows:
            db.executemany(statement, rows)
    # In order, so that neighbours are written together.
    db.executemany(_INSERT_TERM, ((word,) for word in sorted(work.terms)))
    db.executemany(_INSERT_MRET, ((word,) for word in sorted(word[::-1] for word in work.terms)))


def _plan(work: _Work, step: Step) -> None:
    after = step.states[-1].body
    old = project.asset(step.before) if step.before is not None else _NOTHING
    new = project.asset(after) if after is not None else _NOTHING
    _plan_columns(work, step, old, new)
    _plan_values(work, step.row, old.values, new.values)
    _plan_text(work, step.row, old, new)
    _plan_turns(work, step)


def _plan_columns(work: _Work, step: Step, old: Asset, new: Asset) -> None:
    row, updated = step.row, step.states[-1].seq
    if new is _NOTHING:
        if old is not _NOTHING:
            work.rows[_DELETE].append((row,))
    elif old is _NOTHING:
        work.rows[_INSERT].append((row, *new.columns, step.created, updated))
    else:
        work.rows[_TOUCH].append((updated, row))
        if old.columns != new.columns:
            work.rows[_CHANGE].append((*new.columns, row))


def _plan_values(work: _Work, row: int, old: frozenset[Value], new: frozenset[Value]) -> None:
    work.rows[_DELETE_VALUE].extend(
        (row, work.fields[gone.field], gone.position) for gone in old - new
    )
    work.rows[_INSERT_VALUE].extend(
        (row, work.number(value.field), *value[1:]) for value in new - old
    )


def _plan_text(work: _Work, row: int, old: Asset, new: Asset) -> None:
    before, after = (old.titles, old.rest), (new.titles, new.rest)
    if before == after:
        return
    if any(before):
        work.rows[_DELETE_TEXT].append((row, *before))
    if any(after):
        work.rows[_INSERT_TEXT].append((row, *after))
        work.terms |= terms(*after)


def _plan_turns(work: _Work, step: Step) -> None:
    if step.before is not None and any(state.body is None for state in step.states):
        work.rows[_FORGET_TURNS].append((step.row,))
    work.rows[_INSERT_TURN].extend(
        (step.row, work.number(turn.field), *turn[1:]) for turn in turns(step.before, step.states)
    )
