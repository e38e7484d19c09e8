"""`SqliteReplica`: a tenant's replica in a SQLite file that may be lost at any time."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from json import JSONDecodeError
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from muster.access.model import TenantId
from muster.errors import QuotaExceededError, TransientError
from muster.ledger.model import Commit, Record
from muster.ledger.port import Ledger
from muster.replica import answers, files, limits, rows, schema
from muster.replica.port import AssetQuery, CommitRow, Explained, LinkRow, Page
from muster.replica.store import Store

if TYPE_CHECKING:
    from muster.replica.kept import Columns
    from muster.replica.measures import AggregateQuery, Aggregates

_CHANGES_AT_ONCE = 4000
_BUDGET_BYTES = 384 * 1024 * 1024
_DAMAGE = (sqlite3.DatabaseError, JSONDecodeError)

_OUR_FAULT = re.compile("syntax error|stack overflow|no query solution|too many|too large")
"""What SQLite says of SQL that it can't run: no other file would help."""

type _Explain = Callable[[sqlite3.Connection, AssetQuery], Explained]
type _Aggregate = Callable[[sqlite3.Connection, AggregateQuery, Columns | None], Aggregates]


class ReplicaUnavailableError(TransientError):
    """The replica's file can't be used, and building it anew did not help."""

    code = "replica_unavailable"


class ReplicaTooLargeError(QuotaExceededError):
    """The tenant's replica does not fit into the function's temporary storage."""

    code = "replica_too_large"
    title = "There are more assets than can be searched"


class SqliteReplica:
    """One tenant's replica, under the contract of `muster.replica.port.Replica`.

    Safe among threads, and among processes that share a directory. `budget_bytes` is what the
    files of all tenants in the directory may take; this tenant's own is never removed for it.

    A file can be older than the ledger it is asked with (an emulator that lost its state). So the
    first catch-up on a file reads its last commit once more, in the same call, and compares; and a
    commit of this process that has a number which the file gave to another one is noticed likewise.
    """

    def __init__(
        self,
        directory: Path,
        tenant: TenantId,
        ledger: Ledger,
        *,
        budget_bytes: int = _BUDGET_BYTES,
    ) -> None:
        """Touch nothing yet: the file is opened when it is first used."""
        self.tenant = tenant
        self.question_seconds = limits.SECONDS
        self._ledger = ledger
        self._store = Store(files.path_of(directory, tenant, schema.VERSION), budget_bytes)
        self.columns: Columns | None = None
        """What is in memory for aggregates."""
        self._lock = threading.RLock()
        self._catching_up = threading.RLock()

    def catch_up(self) -> int:
        """Apply the commits that are new; build or rebuild the file when needed."""
        return self._mended(self._catch_up)

    def seq(self) -> int:
        """Return the sequence number at which the file stands."""
        return self._mended(lambda: self._standing().seq)

    def fence(self, name: str) -> int:
        """Return the last applied commit that touched a fence."""
        return self._mended(lambda: self._standing().fences.get(name, 0))

    def apply(self, commit: Commit) -> None:
        """Apply a commit of this process if it is the next one."""
        with self._lock:
            try:
                self._apply_own(commit)
            except _DAMAGE:
                self._store.discard()

    def records(self, kind: str) -> list[Record]:
        """Return all records of a kind."""
        return self._ask(lambda db: answers.records(db, kind))

    def page_of(
        self, kind: str, *, limit: int, after: str | None = None, descending: bool = False
    ) -> Page:
        """Return a page of a kind, by id."""
        return self._ask(
            lambda db: answers.page_of(db, kind, limit=limit, after=after, descending=descending)
        )

    def get_many(self, kind: str, ids: Iterable[str]) -> dict[str, Record]:
        """Return those of the records that exist."""
        wanted = list(ids)
        return self._ask(lambda db: rows.by_ids(db, kind, wanted)) if wanted else {}

    def find_assets(self, query: AssetQuery) -> Page:
        """Return a page of assets."""
        return self._ask_in_time(lambda db: answers.find_assets(db, query))

    def count(self, query: AssetQuery, most: int) -> tuple[int, bool]:
        """Return how many assets there are, up to a bound."""
        return self._ask_in_time(lambda db: answers.count(db, query, most))

    def explain(self, query: AssetQuery) -> Explained:
        """Answer a query, and return how that was done."""
        explain: _Explain = import_module("muster.replica.explain").explain
        return self._ask_in_time(lambda db: explain(db, query))

    def aggregate(self, query: AggregateQuery) -> Aggregates:
        """Return groups of assets."""
        aggregate: _Aggregate = import_module("muster.replica.aggregate").aggregate
        self.columns = self.columns or import_module("muster.replica.kept").Columns()
        return self._ask_in_time(lambda db: aggregate(db, query, self.columns))

    def match_assets(self, field_name: str, value: Any, *, limit: int = 10) -> list[Record]:
        """Return untrashed assets that hold a value, oldest first."""
        query = AssetQuery(equals={field_name: [value]}, sort=(), limit=limit)
        return list(self.find_assets(query).items)

    def size(self) -> int:
        """Return how many assets there are."""
        return self._ask(lambda db: int(db.execute("SELECT count(*) FROM asset").fetchone()[0]))

    def count_assets(self, *, by: Literal["type", "folder", "link_type"]) -> dict[str, int]:
        """Return how many assets or links use each."""
        return self._ask(lambda db: answers.count_assets(db, by))

    def field_in_use(self, field_name: str, *, option: str | None = None) -> int:
        """Return how many assets hold a value of a field."""
        return self._ask(lambda db: answers.field_in_use(db, field_name, option))

    def links_of(self, asset_ids: Iterable[str]) -> list[LinkRow]:
        """Return the links at the assets."""
        wanted = list(asset_ids)
        return self._ask(lambda db: rows.links(db, wanted)) if wanted else []

    def comments_of(self, asset_id: str, *, limit: int, before: str | None = None) -> Page:
        """Return a page of an asset's comments, newest first."""
        return self._ask(lambda db: answers.comments_of(db, asset_id, limit=limit, before=before))

    def commits(
        self,
        *,
        after: int = 0,
        limit: int = 50,
        descending: bool = False,
        before: int | None = None,
    ) -> list[CommitRow]:
        """Return the log."""
        return self._ask(
            lambda db: answers.commits(db, (after, before), limit=limit, descending=descending)
        )

    def close(self) -> None:
        """Close the file. The next question opens it again."""
        with self._catching_up, self._lock:
            self._store.close()

    def _standing(self) -> Store:
        if not self._store.is_open:
            with self._lock:
                self._store.open()
        return self._store

    def _ask[T](self, question: Callable[[sqlite3.Connection], T]) -> T:
        def answer() -> T:
            with self._lock, self._store.reading() as db:
                return question(db)

        return self._mended(answer)

    def _ask_in_time[T](self, question: Callable[[sqlite3.Connection], T]) -> T:
        def answer(db: sqlite3.Connection) -> T:
            with limits.within(db, self.question_seconds):
                return question(db)

        return self._ask(answer)

    def _catch_up(self) -> int:
        with self._catching_up:
            with self._lock:
                self._store.refresh()
                seq, verified = self._store.seq, self._store.verified
            commits = iter(self._ledger.commits_after(seq if verified else seq - 1))
            if not verified and not self._goes_on(next(commits, None)):
                commits = iter(self._ledger.commits_after(0))
            changes = 0
            for batch in _batches(commits):
                changes += sum(len(commit.changes) for commit in batch)
                with self._lock:
                    self._store.write(batch)
            if changes >= _CHANGES_AT_ONCE:
                with self._lock:
                    self._store.tidy(changes)
            return self._store.seq

    def _goes_on(self, last: Commit | None) -> bool:
        with self._lock:
            if last is not None and self._store.holds(last):
                self._store.verified = True
                return True
            self._store.discard()
            self._store.open()
            return False

    def _apply_own(self, commit: Commit) -> None:
        store = self._store
        store.open()
        if not store.verified:
            return
        if commit.seq == store.seq + 1:
            store.write([commit])
        elif commit.seq <= store.seq and not store.holds(commit):
            store.discard()

    def _mended[T](self, action: Callable[[], T]) -> T:
        """Return what the action returns, if need be from a file that is built anew."""
        try:
            return action()
        except _DAMAGE as error:
            self._throw_away(error)
        try:
            self._catch_up()
            return action()
        except _DAMAGE as error:
            if _code(error) == sqlite3.SQLITE_FULL:
                with self._lock:
                    self._store.discard()
                raise _too_large() from error
            raise _unavailable() from error

    def _throw_away(self, error: Exception) -> None:
        code = _code(error)
        if isinstance(error, sqlite3.ProgrammingError) or _OUR_FAULT.search(str(error)):
            raise error
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise _unavailable() from error
        with self._lock:
            self._store.discard()
            if code == sqlite3.SQLITE_FULL:
                self._store.make_room()


def _code(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", 0) & 0xFF)


def _too_large() -> ReplicaTooLargeError:
    return ReplicaTooLargeError(
        "The tenant's search index is larger than the function's temporary storage: its operator"
        " has to give the functions more, see “A replica that is too large” in docs/operations.md.",
        extra={"retry_after": 3600},
    )


def _unavailable() -> ReplicaUnavailableError:
    return ReplicaUnavailableError("The search index can't be used just now. Try again shortly.")


def _batches(commits: Iterable[Commit]) -> Iterator[list[Commit]]:
    """Yield runs of commits with some thousand changes each: what is applied in one transaction."""
    batch: list[Commit] = []
    changes = 0
    for commit in commits:
        batch.append(commit)
        changes += len(commit.changes)
        if changes >= _CHANGES_AT_ONCE:
            yield batch
            batch, changes = [], 0
    if batch:
        yield batch
