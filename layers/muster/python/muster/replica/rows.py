"""Turn the replica's rows back into records, links and commits."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any

from muster.ledger.model import Actor, Mark, Record, Stamp
from muster.replica.cells import from_moment
from muster.replica.port import CommitRow, LinkRow

RECORDS = """
SELECT r.row, r.kind, r.id, r.version, r.body, r.marks,
  c.at, c.actor_id, c.actor_name, c.seq, u.at, u.actor_id, u.actor_name, u.seq
FROM record r JOIN log c ON c.seq = r.created JOIN log u ON u.seq = r.updated
WHERE r.body IS NOT NULL AND """
_LINKS = """
SELECT r.id, r.version, l.type, l.source, l.target FROM link l JOIN record r ON r.row = l.row
WHERE l.row IN (
  SELECT row FROM link WHERE source IN (SELECT value FROM json_each(?1))
  UNION SELECT row FROM link WHERE target IN (SELECT value FROM json_each(?1)))"""


def record(row: Sequence[Any]) -> Record:
    """Return the record of a row of `RECORDS`."""
    _, kind, record_id, version, body, marks, *stamps = row
    return Record(
        kind=kind,
        id=record_id,
        version=version,
        body=json.loads(body),
        created=_stamp(*stamps[:4]),
        updated=_stamp(*stamps[4:]),
        marks=frozenset(marks_of(marks)),
    )


def _stamp(at: int, actor_id: str, actor_name: str, seq: int) -> Stamp:
    return Stamp(from_moment(at), Actor(actor_id, actor_name), seq)


def marks_of(text: str | None) -> Iterable[Mark]:
    """Return the marks of a stored record."""
    return [Mark(*mark) for mark in json.loads(text)] if text else ()


def by_rows(db: sqlite3.Connection, rows: Iterable[int]) -> dict[int, Record]:
    """Return records by their row numbers."""
    wanted = json.dumps(list(rows))
    found = db.execute(f"{RECORDS} r.row IN (SELECT value FROM json_each(?))", (wanted,))
    return {row[0]: record(row) for row in found}


def by_ids(db: sqlite3.Connection, kind: str, ids: Iterable[str]) -> dict[str, Record]:
    """Return those records of a kind that exist, by id."""
    where = "r.kind = ? AND r.id IN (SELECT value FROM json_each(?))"
    found = db.execute(f"{RECORDS} {where}", (kind, json.dumps(list(ids))))
    return {row[2]: record(row) for row in found}


def links(db: sqlite3.Connection, asset_ids: Iterable[str]) -> list[LinkRow]:
    """Return the links at any of the assets, by id."""
    found = {
        row[0]: LinkRow(*row)
        for chunk in batched(asset_ids, 1000, strict=False)
        for row in db.execute(_LINKS, (json.dumps(chunk),))
    }
    return [found[link_id] for link_id in sorted(found)]


def commit(row: Sequence[Any]) -> CommitRow:
    """Return the commit of a row of `log`."""
    seq, at, actor_id, actor_name, cause, request_id, job, message, changes = row
    return CommitRow(
        seq=seq,
        at=from_moment(at),
        actor_id=actor_id,
        actor_name=actor_name,
        cause=cause,
        request_id=request_id,
        job=job,
        message=message,
        changes=tuple(tuple(change) for change in json.loads(changes)),
    )
