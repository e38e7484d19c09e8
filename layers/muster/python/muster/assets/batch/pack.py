"""The commit in the making: what its rows have written so far, and what they may see of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from muster.assets.decide import Key, Look, foresee
from muster.assets.model import KIND, is_trashed
from muster.assets.resolve import Resolver
from muster.ledger.model import Delete, Put, Record, Stamp, Tombstone, Write
from muster.ledger.port import MarkTakenError
from muster.scope import Scope
from muster.text import fold

# A commit has room for 100 actions and 4 MB; head, commit and idempotency mark take three, and
# every record's body is in it twice: in the record and in the commit.
_MOST_ACTIONS = 96
_ROOM_FOR_A_ROW = 30
_MOST_BYTES = 1_500_000


@dataclass
class Pack:
    """Writes of one commit, at most one per record, with the rows that they come from."""

    scope: Scope
    seen: Look
    read: dict[Key, Record | Tombstone]
    refs: Mapping[str, str]
    writes: dict[Key, Write] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    fences: dict[str, int] = field(default_factory=dict)
    _actions: int = 0
    _bytes: int = 0

    @property
    def resolver(self) -> Resolver:
        """Return a resolver that sees what earlier rows of the batch made."""
        return Resolver(self.scope, self.seen.catalog, self.refs, self)

    def record(self, kind: str, record_id: str) -> Record | None:
        """Return the record as the rows before have left it."""
        write = self.writes.get((kind, record_id))
        if write is None:
            found = self.read.get((kind, record_id))
            return found if isinstance(found, Record) else None
        return self._foreseen(write) if isinstance(write, Put) else None

    def touches(self, record_id: str) -> bool:
        """Tell whether the commit writes this asset: what is stored of it is then out of date."""
        return (KIND, record_id) in self.writes

    def find(self, name: str, value: Any) -> list[Record]:
        """Return the untrashed assets that the commit writes with this value."""
        puts = [w for w in self.writes.values() if isinstance(w, Put) and w.kind == KIND]
        records = [self._foreseen(put) for put in puts if _holds(put, name, value)]
        return [record for record in records if not is_trashed(record)]

    def add(self, write: Write) -> None:
        """Take in a row's write; raises MarkTakenError for a value that another row claims.

        A second write to one record becomes one with the first.
        """
        key = (write.kind, write.id) if isinstance(write, Put) else _key(write.before)
        earlier = self.writes.get(key)
        whole = write if earlier is None else merged(earlier, write)
        self._check_marks(key, whole)
        if whole is not None:
            foresee(self.scope, [whole], leaving={record_id for _, record_id in self.writes})
        if whole is None:
            del self.writes[key]
        else:
            self.writes[key] = whole
            self._actions += self.scope.ledger.cost(whole)
            self._bytes += _size(whole)

    @property
    def full(self) -> bool:
        """Tell whether another row might not fit. A dry run has no end: it commits nothing."""
        return not self.scope.dry_run and (
            self._actions > _MOST_ACTIONS - _ROOM_FOR_A_ROW or self._bytes > _MOST_BYTES
        )

    def _check_marks(self, key: Key, write: Write | None) -> None:
        if not isinstance(write, Put):
            return
        for other, pending in self.writes.items():
            if other == key or not isinstance(pending, Put):
                continue
            for mark in write.marks & pending.marks:
                raise MarkTakenError(
                    f"{mark.constraint} {mark.value!r} is another row's.",
                    extra={
                        "constraint": mark.constraint,
                        "value": mark.value,
                        "holder": pending.id,
                    },
                )

    def _foreseen(self, put: Put) -> Record:
        stamp = Stamp(self.scope.now(), self.scope.actor, self.seen.seq)
        version = put.before.version + 1 if put.before else 1
        created = put.before.created if put.before else stamp
        return Record(put.kind, put.id, version, put.body, created, stamp, put.marks)


def merged(earlier: Write, later: Write) -> Write | None:
    """Return the one write that two to the same record come to, None where nothing is left."""
    before = earlier.before if isinstance(earlier, Put) else None
    if isinstance(later, Delete):
        return Delete(before) if isinstance(before, Record) else None
    if isinstance(earlier, Delete):
        return replace(later, before=earlier.before)
    drawn = {number.path: number for number in (*earlier.numbers, *later.numbers)}
    return replace(later, before=before, numbers=tuple(drawn.values()))


def _holds(put: Put, name: str, value: Any) -> bool:
    held = put.id if name == "id" else put.body.get(name, put.body["fields"].get(name))
    values = held if isinstance(held, list) else [held]
    return any(_folded(one) == _folded(value) for one in values)


def _folded(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


def _key(record: Record) -> Key:
    return record.kind, record.id


def _size(write: Write) -> int:
    return len(json.dumps(write.body)) if isinstance(write, Put) else 100
