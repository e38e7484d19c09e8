"""Every record as a log leaves it, in a file that is thrown away: bodies needn't fit in memory."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from muster.archive.lines import actor_json, canonical, marks_json, time_text
from muster.archive.model import ArchivedChange, ArchivedCommit
from muster.ledger.model import Mark

_TABLES = """
CREATE TABLE record (
  kind TEXT, id TEXT, version INTEGER, created BLOB, updated BLOB, marks BLOB, body BLOB,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE mark (
  name BLOB PRIMARY KEY, kind TEXT, id TEXT
) WITHOUT ROWID;
CREATE TABLE content (
  sha256 TEXT PRIMARY KEY
) WITHOUT ROWID;
"""
_PRAGMAS = (
    "journal_mode = OFF",
    "synchronous = OFF",
    "locking_mode = EXCLUSIVE",
    "cache_size = -4096",  # KiB; the system's cache holds what is beyond it
)
_FIND = "SELECT version, created, marks, body IS NOT NULL FROM record WHERE kind = ? AND id = ?"
_KEEP = "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?)"
_RECORDS = """SELECT id, version, created, updated, marks, body FROM record
  WHERE kind = ? AND body IS NOT NULL ORDER BY id"""
_COUNT = "SELECT count(*) FROM record WHERE kind = ? AND body IS NOT NULL"
_NO_MARKS = b"[]"


@dataclass(frozen=True)
class Held:
    """What is known of a record before its next change."""

    version: int
    marks: frozenset[Mark]
    is_live: bool
    created: bytes | None = None


NOTHING = Held(0, frozenset(), is_live=False)


class State:
    """The records, the contents that they name, and who holds which unique value."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def held(self, kind: str, record_id: str) -> Held:
        """Return what is known of a record, `NOTHING` when it never was there."""
        found = self._db.execute(_FIND, (kind, record_id)).fetchone()
        if found is None:
            return NOTHING
        version, created, marks, is_live = found
        return Held(version, _marks(marks), bool(is_live), created)

    def take(self, change: ArchivedChange, commit: ArchivedCommit, before: Held) -> None:
        """Go on to what a change leaves."""
        stamp = canonical(
            {"at": time_text(commit.at), "by": actor_json(commit.actor), "seq": commit.seq}
        )
        body = None if change.body is None else zlib.compress(canonical(change.body), 1)
        marks = canonical(marks_json(change.marks)) if change.marks else _NO_MARKS
        row = (change.version, before.created or stamp, stamp, marks, body)
        self._db.execute(_KEEP, (change.kind, change.id, *row))

    def claim(self, change: ArchivedChange, marks: frozenset[Mark]) -> bool:
        """Give a record unique values; False when another record holds one of them."""
        try:
            self._db.executemany(
                "INSERT INTO mark VALUES (?, ?, ?)",
                [(_mark(mark), change.kind, change.id) for mark in marks],
            )
        except sqlite3.IntegrityError:
            return False
        return True

    def free(self, marks: frozenset[Mark]) -> None:
        """Let unique values go."""
        self._db.executemany("DELETE FROM mark WHERE name = ?", [(_mark(mark),) for mark in marks])

    def name_content(self, sha256: str) -> None:
        """Note that a file's bytes belong to the archive."""
        self._db.execute("INSERT OR IGNORE INTO content VALUES (?)", (sha256,))

    def contents(self) -> Iterator[str]:
        """Yield the hashes of the contents, in order."""
        for (sha256,) in self._db.execute("SELECT sha256 FROM content ORDER BY sha256"):
            yield sha256

    def count_contents(self) -> int:
        """Return how many contents there are."""
        return int(self._db.execute("SELECT count(*) FROM content").fetchone()[0])

    def ids(self, kind: str) -> set[str]:
        """Return the ids of a kind that is small."""
        return {record_id for record_id, *_ in self._db.execute(_RECORDS, (kind,))}

    def count(self, kind: str) -> int:
        """Return how many records of a kind are there."""
        return int(self._db.execute(_COUNT, (kind,)).fetchone()[0])

    def lines(self, kind: str) -> Iterator[bytes]:
        """Yield the lines of a kind's records, by id."""
        for record_id, version, created, updated, marks, body in self._db.execute(
            _RECORDS, (kind,)
        ):
            # What is spliced in is canonical already.
            yield b"".join(
                (
                    b'{"body":',
                    zlib.decompress(body),
                    b',"created":',
                    created,
                    b',"id":',
                    canonical(record_id),
                    b',"kind":',
                    canonical(kind),
                    b',"marks":',
                    marks,
                    b',"updated":',
                    updated,
                    b',"version":%d}' % version,
                )
            )

    def bodies(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the ids and bodies of a kind's records, by id."""
        for record_id, *_, body in self._db.execute(_RECORDS, (kind,)):
            yield record_id, json.loads(zlib.decompress(body))


@contextmanager
def new_state() -> Iterator[State]:
    """Give an empty state, and throw its file away afterwards."""
    with TemporaryDirectory(prefix="muster-archive-") as folder:
        path = Path(folder) / "state.sqlite"
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            for pragma in _PRAGMAS:
                db.execute(f"PRAGMA {pragma}")
            db.executescript(_TABLES)
            db.execute("BEGIN")  # never ended: the file is thrown away
            yield State(db)


def _mark(mark: Mark) -> bytes:
    return canonical([mark.constraint, mark.value])


def _marks(text: bytes) -> frozenset[Mark]:
    return frozenset() if text == _NO_MARKS else frozenset(Mark(*each) for each in json.loads(text))
