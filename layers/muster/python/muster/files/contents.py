"""Which of the tenant's stored contents are still needed, and the removal of those that are not."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from muster.files.model import KIND, Purpose, content_mark, hashes_of, object_name
from muster.ledger.model import Record
from muster.replica.walk import every
from muster.scope import Scope


def all_files(scope: Scope) -> Iterator[Record]:
    """Yield all file records, as the replica has them, a page at a time in memory."""
    return every(scope.replica, KIND)


def needed(scope: Scope, hashes: Collection[str], *, but: str = "") -> set[str]:
    """Return those of the hashes that a file other than `but` needs.

    The replica is asked as it stands, file by file: a thumbnail of one may be another's content.
    What is being stored under one of them just now is seen in the ledger.
    """
    wanted = set(hashes)
    found: set[str] = set()
    for record in all_files(scope):
        if record.id != but:
            found |= wanted & hashes_of(record.body)
    return found | claimed(scope, wanted - found, but=but)


def remove_contents(scope: Scope, hashes: Collection[str], *, but: str = "") -> list[str]:
    """Remove those of the contents that no file but `but` needs; return their hashes."""
    if scope.dry_run:
        return []
    gone = sorted(set(hashes) - needed(scope, hashes, but=but))
    for sha256 in gone:
        scope.objects.delete(object_name(sha256))
    return gone


def claimed(scope: Scope, hashes: Collection[str], *, but: str = "") -> set[str]:
    """Return those of the hashes under which a file is stored in the ledger, whatever the replica
    knows. Reads files that were sent as these bytes only.
    """
    marks = {content_mark(purpose, each): each for each in hashes for purpose in Purpose}
    held = scope.ledger.holders(list(marks))
    # A processed image holds the mark of what was sent, and needs what was made of it.
    return {
        marks[mark]
        for mark, (kind, record_id) in held.items()
        if record_id != but and _needs(scope, (kind, record_id), marks[mark])
    }


def _needs(scope: Scope, key: tuple[str, str], sha256: str) -> bool:
    record = scope.ledger.get(*key)
    return record is not None and sha256 in hashes_of(record.body)
