"""A ledger and objects that live in memory, for tests of everything that stands on them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from muster.access.model import TenantId
from muster.ledger import past, refusals
from muster.ledger.model import (
    Actor,
    Commit,
    Head,
    HistoryEntry,
    Mark,
    Past,
    Reason,
    Record,
    RequestMark,
    Stamp,
    Tombstone,
    Write,
)
from muster.ledger.plan import Key, Plan, cost, entry, key_of, plan, result
from muster.ledger.port import SeenRequest

_REQUEST_KEPT = timedelta(hours=24)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MemoryLedger:
    """One tenant's ledger in memory, under the contract of `muster.ledger.port.Ledger`."""

    def __init__(self, tenant: TenantId, clock: Callable[[], datetime] = _utc_now) -> None:
        """Start empty."""
        self.tenant = tenant
        self._clock = clock
        self._lock = threading.RLock()
        self._head = Head()
        self._latest = _BEGINNING
        self._commits: list[Commit] = []
        self._records: dict[Key, Record | Tombstone] = {}
        self._history: dict[Key, list[HistoryEntry]] = {}
        self._holders: dict[Mark, Key] = {}
        self._requests: dict[str, SeenRequest] = {}

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record, or None when it is absent or deleted."""
        found = self._records.get((kind, record_id))
        return found if isinstance(found, Record) else None

    def get_for_write(self, keys: Sequence[Key]) -> Mapping[Key, Record | Tombstone]:
        """Return those of the records that exist, or their tombstones."""
        with self._lock:
            return {key: self._records[key] for key in keys if key in self._records}

    def commit(
        self,
        writes: Sequence[Write],
        *,
        actor: Actor,
        reason: Reason,
        unmoved: Mapping[str, int] | None = None,
        request: RequestMark | None = None,
    ) -> Commit:
        """Write all of it or nothing."""
        with self._lock:
            planned = plan(writes, self._head.numbers)
            self._check(planned, unmoved or {}, request)
            at = max(self._clock(), self._latest)
            commit = Commit(self._head.seq + 1, at, actor, reason, planned.changes)
            self._write(planned, commit, self._head.numbers)
            if request is not None:
                seen = SeenRequest(request.payload_hash, commit.seq, at, None)
                self._requests[request.key] = seen
            return commit

    def replay(
        self,
        writes: Sequence[Write],
        *,
        actor: Actor,
        reason: Reason,
        past: Past,
        unmoved: Mapping[str, int] | None = None,
    ) -> Commit:
        """Write all of it or nothing, as of the past."""
        with self._lock:
            numbers = past.raised(self._head.numbers)
            planned = plan(writes, numbers)
            self._check(planned, unmoved or {}, None)
            commit = Commit(self._head.seq + 1, past.at, actor, reason, planned.changes)
            self._write(planned, commit, numbers)
            return commit

    def _check(
        self, planned: Plan, unmoved: Mapping[str, int], request: RequestMark | None
    ) -> None:
        actions = planned.actions + (request is not None)
        if actions > refusals.MAX_ACTIONS:
            raise refusals.too_many_actions(actions)
        seen = self.seen_request(request.key) if request else None
        if request and seen:
            raise refusals.request_seen(request.key, seen.seq, seen.payload_hash)
        for fence, seq in unmoved.items():
            if self._head.fences.get(fence, 0) > seq:
                raise refusals.fence_moved(fence, self._head.fences[fence])
        for write in planned.writes:
            self._check_version(write)
        for mark, key in planned.takes.items():
            holder = self._holders.get(mark)
            if holder not in (None, key, planned.frees.get(mark)):
                raise refusals.mark_taken(mark, *holder)

    def _check_version(self, write: Write) -> None:
        key = key_of(write)
        current = self._records.get(key)
        expected = write.before.version if write.before else None
        actual = current.version if current else None
        if expected != actual:
            raise refusals.version_conflict(*key, actual)

    def _write(self, planned: Plan, commit: Commit, numbers: Mapping[str, int]) -> None:
        stamp = Stamp(commit.at, commit.actor, commit.seq)
        for write, change in zip(planned.writes, planned.changes, strict=True):
            self._records[key_of(write)] = result(write, change, stamp)
        for change in planned.steps:
            key = change.kind, change.id
            self._history.setdefault(key, []).append(entry(commit, change))
        for mark in planned.frees:
            del self._holders[mark]
        self._holders.update(planned.takes)
        touched = dict.fromkeys(planned.fences, commit.seq)
        fences = {**self._head.fences, **touched}
        self._head = Head(commit.seq, fences, {**numbers, **planned.drawn})
        self._latest = max(self._latest, commit.at)
        self._commits.append(commit)

    def holders(self, marks: Sequence[Mark]) -> Mapping[Mark, Key]:
        """Return who holds those of the values that are held."""
        return {mark: self._holders[mark] for mark in marks if mark in self._holders}

    def cost(self, write: Write) -> int:
        """Return how many actions the write takes."""
        return cost(write)

    def head(self) -> Head:
        """Return the head as it is now."""
        return self._head

    def commits_after(self, seq: int) -> Iterable[Commit]:
        """Yield the commits after `seq`."""
        return iter(self._commits[seq:])

    def history(
        self, kind: str, record_id: str, *, before: int | None = None, limit: int = 50
    ) -> list[HistoryEntry]:
        """Return a record's history, newest first."""
        entries = reversed(self._history.get((kind, record_id), ()))
        return [entry for entry in entries if before is None or entry.seq < before][:limit]

    def get_at(self, kind: str, record_id: str, moment: int | datetime) -> Record | None:
        """Return the record as it was."""
        with self._lock:
            current = self._records.get((kind, record_id))
            return past.at(current, self.history(kind, record_id, limit=sys.maxsize), moment)

    def seen_request(self, key: str) -> SeenRequest | None:
        """Return what is kept of an Idempotency-Key."""
        seen = self._requests.get(key)
        return seen if seen and self._clock() - seen.at < _REQUEST_KEPT else None

    def keep_response(self, key: str, response: bytes) -> None:
        """Store the response to a request."""
        with self._lock:
            if key in self._requests:
                self._requests[key] = replace(self._requests[key], response=response)
