"""Objects that no record names: found with little memory, and removed once they are old."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import batched

from muster.attachments.model import UPLOAD, UploadState
from muster.files.contents import all_files, claimed
from muster.files.model import KIND, hashes_of, object_name
from muster.ledger.model import FieldChange, Op
from muster.scope import Scope

_FOLDER = object_name("")
_UPLOADS = "uploads/"
_AT_ONCE = 40
_COMMITS = 1_000
_HASHES = ("/sha256", "/image/thumbnails/")


def orphaned_contents(scope: Scope, before: datetime) -> Iterator[list[str]]:
    """Yield, some at a time, the hashes of contents older than `before` that no file needs.

    Files that were removed since `before` count as if they were there, so that taking back a
    sweep, or another job, brings back files with their contents.
    """
    with closing(_Hashes()) as kept:
        kept.add(each for record in all_files(scope) for each in hashes_of(record.body))
        kept.add(_removed_since(scope, before))
        names = (name for name in scope.objects.names(_FOLDER) if _hash(name) not in kept)
        for some in batched(names, _AT_ONCE, strict=False):
            old = {_hash(name) for name in some if _is_older(scope, name, before)}
            # What was stored under an old content since the look: its file is in the ledger.
            yield sorted(old - claimed(scope, old))


def orphaned_uploads(scope: Scope, before: datetime) -> Iterator[str]:
    """Yield the names of what was sent before, for an upload that does not wait for it."""
    for name in scope.objects.names(_UPLOADS):
        record = scope.replica.get_many(UPLOAD, [name.removeprefix(_UPLOADS)])
        waiting = any(each.body["state"] == UploadState.WAITING for each in record.values())
        if not waiting and _is_older(scope, name, before):
            yield name


class _Hashes:
    """A set of hashes in a temporary file, which goes with it."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")
        self._db.execute("CREATE TABLE hash(sha256 TEXT PRIMARY KEY) WITHOUT ROWID")

    def add(self, hashes: Iterable[str]) -> None:
        """Take hashes in."""
        rows = ((each,) for each in hashes)
        self._db.executemany("INSERT OR IGNORE INTO hash VALUES (?)", rows)

    def __contains__(self, sha256: str) -> bool:
        """Tell whether it is in."""
        sql = "SELECT 1 FROM hash WHERE sha256 = ?"
        return self._db.execute(sql, (sha256,)).fetchone() is not None

    def close(self) -> None:
        """Let it go."""
        self._db.close()


def _removed_since(scope: Scope, before: datetime) -> Iterator[str]:
    """Yield the hashes of files that were deleted in the commits since then."""
    at: int | None = None
    while rows := scope.replica.commits(limit=_COMMITS, descending=True, before=at):
        for row in rows:
            if row.at < before:
                return
            for kind, record_id, op, _ in row.changes:
                if kind == KIND and op == Op.DELETE:
                    yield from _hashes_before(scope, record_id, row.seq)
        at = rows[-1].seq


def _hashes_before(scope: Scope, file_id: str, seq: int) -> Iterator[str]:
    for entry in scope.ledger.history(KIND, file_id, before=seq + 1, limit=1):
        yield from (str(each.old) for each in entry.fields if _is_hash(each))


def _is_hash(change: FieldChange) -> bool:
    return change.old is not None and change.path.startswith(_HASHES)


def _hash(name: str) -> str:
    return name.removeprefix(_FOLDER)


def _is_older(scope: Scope, name: str, before: datetime) -> bool:
    facts = scope.objects.facts(name)
    return facts is not None and facts.modified < before
