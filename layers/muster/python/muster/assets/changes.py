"""The tenant's log of commits, whole, or of one asset, or of one kind of record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from muster.assets.present import present_time
from muster.assets.service import asset_key
from muster.ledger.model import HistoryEntry
from muster.replica.port import CommitRow
from muster.scope import Scope

# A kind that occurs rarely must not make one request read the whole log.
_MOST_ROWS_READ = 5_000
_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class ChangesPage:
    """A page of commits; `next` is the sequence number to go on from, None at the end."""

    items: list[dict[str, Any]]
    next: int | None


def list_changes(
    scope: Scope,
    *,
    since: int | None = None,
    after: int | None = None,
    kind: str | None = None,
    limit: int = 50,
) -> ChangesPage:
    """Return commits, newest first; with `since` those after that number, oldest first.

    `after` is `ChangesPage.next` of the page before. A page may have fewer items than `limit`, even
    none, and yet not be the last.
    """
    scope.replica.catch_up()
    items: list[dict[str, Any]] = []
    read = 0
    at = after
    for row in _rows(scope, since, after, limit if kind is None else _ROWS_AT_ONCE):
        if len(items) == limit or read == _MOST_ROWS_READ:
            return ChangesPage(items, at)
        read, at = read + 1, row.seq
        if kind is None or any(change[0] == kind for change in row.changes):
            items.append(_present(row))
    return ChangesPage(items, None)


def list_asset_changes(
    scope: Scope, asset_id: str, *, before: int | None, limit: int
) -> ChangesPage:
    """Return the commits that changed one asset, newest first, from its history."""
    key = asset_key(asset_id)
    entries = scope.ledger.history(*key, before=before, limit=limit + 1)
    items = [_present_entry(entry, key) for entry in entries[:limit]]
    return ChangesPage(items, items[-1]["seq"] if len(entries) > limit else None)


def _rows(scope: Scope, since: int | None, after: int | None, at_once: int) -> Iterator[CommitRow]:
    commits = scope.replica.commits
    while True:
        if since is None:
            rows = commits(limit=at_once + 1, descending=True, before=after)
        else:
            rows = commits(limit=at_once + 1, after=since if after is None else after)
        yield from rows
        if len(rows) <= at_once:
            return
        after = rows[-1].seq


def _present(row: CommitRow) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": present_time(row.at),
        "by": {"id": row.actor_id, "name": row.actor_name},
        "cause": row.cause,
        "request_id": row.request_id,
        "job": row.job,
        "message": row.message,
        "changes": [
            {"kind": kind, "id": record_id, "op": op, "version": version}
            for kind, record_id, op, version in row.changes
        ],
    }


def _present_entry(entry: HistoryEntry, key: tuple[str, str]) -> dict[str, Any]:
    reason = entry.reason
    return {
        "seq": entry.seq,
        "at": present_time(entry.at),
        "by": {"id": entry.actor.id, "name": entry.actor.name},
        "cause": reason.cause.value,
        "request_id": reason.request_id,
        "job": reason.job,
        "message": reason.message,
        "changes": [{"kind": key[0], "id": key[1], "op": entry.op.value, "version": entry.version}],
    }
