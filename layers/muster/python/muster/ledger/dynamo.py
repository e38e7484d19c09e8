"""A tenant's ledger in DynamoDB."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from muster.access.model import TenantId
from muster.ledger import keys as key
from muster.ledger import past, wire
from muster.ledger.committer import Committer
from muster.ledger.head import HeadState
from muster.ledger.items import CommitItem, HistoryItem, MarkItem, RawItem, RecordItem
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
    Tombstone,
    Write,
)
from muster.ledger.objects import Objects
from muster.ledger.packed import Packer
from muster.ledger.plan import Key, cost
from muster.ledger.port import SeenRequest
from muster.ledger.table import Table
from muster.ledger.transaction import Origin

MAX_KEYS = 90
_STEPS_PER_CALL = 100


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class DynamoLedger:
    """One tenant's ledger in a DynamoDB table, over a client that `muster.ledger.guard` bound."""

    def __init__(
        self,
        client: Any,
        table_name: str,
        tenant: TenantId,
        objects: Objects,
        clock: Callable[[], datetime] = utc_now,
        *,
        sleep: Callable[[float], None] = time.sleep,  # noqa: TID251 - between attempts
    ) -> None:
        """`objects` are the tenant's; large bodies go there."""
        self.tenant = tenant
        self._table = Table(client, table_name, sleep)
        self._packer = Packer(objects)
        self._committer = Committer(self._table, tenant, self._packer, clock)

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record, or None when it is absent or deleted."""
        found = self._record(self._table.item(key.record(self.tenant, kind, record_id)))
        return found if isinstance(found, Record) else None

    def get_for_write(self, keys: Sequence[Key]) -> Mapping[Key, Record | Tombstone]:
        """Return those of the records that exist, or their tombstones, and remember the head."""
        if len(keys) > MAX_KEYS:
            raise ValueError(f"at most {MAX_KEYS} records can be read at once")
        head = key.head(self.tenant)
        records = [key.record(self.tenant, *wanted) for wanted in dict.fromkeys(keys)]
        found = {item["pk"]["S"]: item for item in self._table.items([head, *records])}
        self._committer.remember(HeadState.of(found.pop(head.pk, None)))
        return {(r.kind, r.id): r for item in found.values() if (r := self._record(item))}

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
        return self._committer.write(writes, Origin(actor, reason, request), unmoved or {})

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
        return self._committer.write(writes, Origin(actor, reason, past=past), unmoved or {})

    def holders(self, marks: Sequence[Mark]) -> Mapping[Mark, Key]:
        """Return who holds those of the values that are held."""
        by_key = {key.mark(self.tenant, mark).pk: mark for mark in marks}
        wanted = [key.mark(self.tenant, mark) for mark in by_key.values()]
        found = map(MarkItem.from_raw_data, map(dict, self._table.items(wanted) if wanted else ()))
        return {by_key[item.pk]: (item.kind, item.holder) for item in found}

    def cost(self, write: Write) -> int:
        """Return how many actions the write takes."""
        return cost(write)

    def head(self) -> Head:
        """Return the head as it is now."""
        return self._committer.read_head().head

    def commits_after(self, seq: int) -> Iterator[Commit]:
        """Yield the commits after `seq`."""
        while True:
            first, last = seq + 1, key.last_of_page(seq + 1)
            low, high = key.commit(self.tenant, first), key.commit(self.tenant, last)
            for item in self._table.query(low.pk, (low.sk, high.sk)):
                commit = self._commit(item)
                seq = commit.seq
                yield commit
            # The log has no gaps: a page that is not full is the last one.
            if seq < last:
                return

    def history(
        self, kind: str, record_id: str, *, before: int | None = None, limit: int = 50
    ) -> list[HistoryEntry]:
        """Return a record's history, newest first."""
        high = key.HISTORY_TO if before is None else key.history_sort(max(before - 1, 0))
        return list(islice(self._entries(kind, record_id, high, limit), limit))

    def get_at(self, kind: str, record_id: str, moment: int | datetime) -> Record | None:
        """Return the record as it was."""
        pk = key.record(self.tenant, kind, record_id).pk
        between = (key.HISTORY_FROM, key.NEWEST)
        items = self._table.query(pk, between, newest_first=True, limit=_STEPS_PER_CALL)
        current = self._record(next(items, None))
        return past.at(current, map(self._entry, items), moment)

    def seen_request(self, key: str) -> SeenRequest | None:
        """Return what is kept of an Idempotency-Key."""
        item = self._committer.seen(key)
        if item is None:
            return None
        response = self._packer.raw(item.response) if item.response else None
        return SeenRequest(item.payload_hash, item.seq, wire.time_of(item.at), response)

    def keep_response(self, key: str, response: bytes) -> None:
        """Store the response to a request."""
        self._committer.keep_response(key, self._packer.keep_raw(response))

    def _entries(self, kind: str, record_id: str, high: str, limit: int) -> Iterator[HistoryEntry]:
        pk = key.record(self.tenant, kind, record_id).pk
        between = (key.HISTORY_FROM, high)
        return map(self._entry, self._table.query(pk, between, newest_first=True, limit=limit))

    def _record(self, raw: RawItem | None) -> Record | Tombstone | None:
        if raw is None:
            return None
        item = RecordItem.from_raw_data(dict(raw))
        created, updated = wire.stamps_of(item.stamps)
        if item.deleted:
            return Tombstone(item.kind, item.id, item.version, created, updated)
        body = self._packer.load(item.body)
        marks = wire.marks_of(self._packer.load(item.marks) if item.marks else ())
        return Record(item.kind, item.id, item.version, body, created, updated, marks)

    def _entry(self, raw: RawItem) -> HistoryEntry:
        item = HistoryItem.from_raw_data(dict(raw))
        return wire.entry_of(key.seq_of(item.sk), item.at, item.why, self._packer.load(item.step))

    def _commit(self, raw: RawItem) -> Commit:
        item = CommitItem.from_raw_data(dict(raw))
        actor, reason = wire.why_of(item.why)
        changes = wire.changes_of(self._packer.load(item.changes))
        return Commit(key.seq_of(item.sk), wire.time_of(item.at), actor, reason, changes)
