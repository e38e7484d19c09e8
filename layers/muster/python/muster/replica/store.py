"""A replica's file while it is open: one connection, whole transactions, where it stands."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from muster.ledger.model import Commit
from muster.replica import files, schema
from muster.replica.apply import apply_commits
from muster.replica.cells import moment, storable

_BUSY_SECONDS = 5.0
_TIDY_SHARE = 10
_SIZE = "SELECT coalesce(max(row), 0) FROM asset"


class OutOfStepError(sqlite3.DatabaseError):
    """The commits at hand do not go on where the file stands, so that it has to be built anew."""


class Store:
    """Opens its file when first used, and again when another process put a new one in its place.

    `seq` and `fences` are kept in memory. Not safe among threads: its owner has a lock.
    """

    def __init__(self, path: Path, budget_bytes: int) -> None:
        """Touch nothing yet."""
        self.path = path
        self.seq = 0
        self.fences: dict[str, int] = {}
        self.verified = False
        """Whether the file is known to be this ledger's; an empty one can be no other's."""
        self._budget_bytes = budget_bytes
        self._db: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._closing: weakref.finalize[[], Store] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the connection is there, and with it what is kept in memory."""
        return self._db is not None

    def open(self) -> sqlite3.Connection:
        """Return the connection, opening the file or making it when needed."""
        if self._db is None:
            self._prepare_directory()
            db = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._db, self._identity = db, files.identity(self.path)
            self._closing = weakref.finalize(self, db.close)
            schema.prepare(db)
            self._note(db)
            self.verified = self.seq == 0
        return self._db

    def _prepare_directory(self) -> None:
        try:
            files.create(self.path)
            files.remove_outdated(self.path.parent, schema.VERSION)
            files.make_room(self.path.parent, self.path, self._budget_bytes)
        except OSError as error:
            raise sqlite3.OperationalError(f"no file for the replica: {error}") from error

    def refresh(self) -> None:
        """Open the file that has the name now, and see where it stands."""
        if self._db is not None and files.identity(self.path) != self._identity:
            self.close()
        with self.reading() as db:
            self._note(db)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection, on one state of the file for all that is asked."""
        with self._transaction("BEGIN") as db:
            yield db

    def write(self, commits: Sequence[Commit]) -> None:
        """Apply those of the commits that the file does not have: all of them or nothing.

        Raises OutOfStepError when one is missing between.
        """
        with self._transaction("BEGIN IMMEDIATE") as db:
            seq = _seq(db)
            fresh = [commit for commit in commits if commit.seq > seq]
            if fresh and fresh[0].seq != seq + 1:
                raise OutOfStepError(f"commit {fresh[0].seq} can't follow commit {seq}")
            if fresh:
                apply_commits(db, fresh)
        self._note(self.open())

    def holds(self, commit: Commit) -> bool:
        """Tell whether the file's commit of this number is this very commit."""
        sql = "SELECT at, request_id, actor_id FROM log WHERE seq = ?"
        found = self.open().execute(sql, (commit.seq,)).fetchone()
        expected = moment(commit.at), storable(commit.reason.request_id), storable(commit.actor.id)
        return bool(found == expected)

    def tidy(self, changes: int) -> None:
        """Merge the text index if the changes just written were many for its size.

        Each transaction leaves it one more piece to look into; merging takes time by its size.
        """
        with self._transaction("BEGIN IMMEDIATE") as db:
            if changes * _TIDY_SHARE >= db.execute(_SIZE).fetchone()[0]:
                db.execute("INSERT INTO words(words) VALUES ('optimize')")

    def make_room(self) -> None:
        """Remove all other tenants' files: the disk is full."""
        files.make_room(self.path.parent, self.path, 0)

    def discard(self) -> None:
        """Throw the file away, unless another process has put a new one in its place."""
        mine = self._identity
        self.close()
        if mine is None or mine == files.identity(self.path):
            files.remove(self.path)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        if self._closing is not None:
            self._closing()
        self._db = self._closing = self._identity = None
        self.seq, self.fences, self.verified = 0, {}, False

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        db = self.open()
        db.execute(begin)
        try:
            yield db
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def _note(self, db: sqlite3.Connection) -> None:
        self.seq = _seq(db)
        self.fences = dict(db.execute("SELECT name, seq FROM fence").fetchall())


def _seq(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT seq FROM state").fetchone()[0])
