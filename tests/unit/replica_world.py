"""A tenant with an in-memory ledger and a replica, for the replica's tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from muster.ledger.memory import MemoryLedger
from muster.ledger.model import Actor, Cause, Commit, Delete, Mark, Put, Reason, Record, Write
from muster.replica.port import AssetQuery, Page
from muster.replica.sqlite import SqliteReplica

ADA = Actor("mem_1", "Ada")


@dataclass
class World:
    """Writes to the ledger; the replica learns of it when it catches up."""

    directory: Path
    ledger: MemoryLedger = field(default_factory=lambda: MemoryLedger("acme", clock()))
    replica: SqliteReplica = field(init=False)

    def __post_init__(self) -> None:
        self.replica = SqliteReplica(self.directory, "acme", self.ledger)

    def put(
        self, kind: str, record_id: str, body: dict[str, Any], marks: Sequence[Mark] = ()
    ) -> Commit:
        before = self.ledger.get_for_write([(kind, record_id)]).get((kind, record_id))
        return self.commit(Put(kind, record_id, body, marks=frozenset(marks), before=before))

    def asset(self, number: int, **body: Any) -> Commit:
        return self.put("asset", asset_id(number), {"type": "typ_1", "name": "Thing", **body})

    def delete(self, kind: str, record_id: str) -> Commit:
        before = self.ledger.get(kind, record_id)
        assert before is not None
        return self.commit(Delete(before))

    def commit(self, *writes: Write) -> Commit:
        return self.ledger.commit(writes, actor=ADA, reason=Reason(Cause.API, "req"))

    def find(self, **query: Any) -> list[int]:
        """Return the numbers of the assets found, after catching up."""
        return numbers(self.page(**query))

    def page(self, **query: Any) -> Page:
        self.replica.catch_up()
        return self.replica.find_assets(AssetQuery(**query))

    def pages(self, query: AssetQuery) -> list[int]:
        """Return the numbers of all pages, one after the other, with cursors that were JSON."""
        self.replica.catch_up()
        found, after = [], None
        while True:
            page = self.replica.find_assets(replace(query, after=after))
            found += numbers(page)
            if page.next is None:
                return found
            after = json.loads(json.dumps(page.next))


def clock() -> Callable[[], datetime]:
    """Return a clock that goes on by a second whenever it is read."""
    start, ticks = datetime(2026, 1, 1, 0, 0, 0, 123456, UTC), count()
    return lambda: start + timedelta(seconds=next(ticks))


def asset_id(number: int) -> str:
    return f"ast_{number:026d}"


def numbers(page: Page) -> list[int]:
    return [int(record.id[4:]) for record in page.items]


def records(ledger: MemoryLedger) -> dict[tuple[str, str], Record]:
    """Return all records, by asking the ledger for each that its log names."""
    keys = {(c.kind, c.id) for commit in ledger.commits_after(0) for c in commit.changes}
    found = {key: ledger.get(*key) for key in keys}
    return {key: record for key, record in found.items() if record is not None}
