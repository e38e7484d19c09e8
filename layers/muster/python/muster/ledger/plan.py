"""What a commit's writes come to: versions, operations, differences, marks, drawn numbers. Pure."""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.ledger import diff, refusals
from muster.ledger.model import (
    FENCES,
    Body,
    Change,
    Commit,
    Delete,
    HistoryEntry,
    Mark,
    Op,
    Put,
    Record,
    Stamp,
    Tombstone,
    Write,
)

type Key = tuple[str, str]


@dataclass(frozen=True)
class Plan:
    """A commit without its number and time.

    `text` is each change's `after` as JSON. `takes` and `frees` map marks to the record that gains
    or loses them; a mark that moves between two records of the commit is in both.
    """

    writes: tuple[Write, ...]
    changes: tuple[Change, ...]
    text: tuple[str | None, ...]
    takes: Mapping[Mark, Key]
    frees: Mapping[Mark, Key]
    drawn: Mapping[str, int]
    """The last number drawn from each sequence that was drawn from."""

    @property
    def steps(self) -> tuple[Change, ...]:
        """The changes that leave a history item."""
        pairs = zip(self.writes, self.changes, strict=True)
        return tuple(
            change for write, change in pairs if isinstance(write, Delete) or write.history
        )

    @property
    def actions(self) -> int:
        """How many actions the transaction takes, head and commit included."""
        return 2 + len(self.changes) + len(self.steps) + len(self.takes.keys() | self.frees)

    @property
    def fences(self) -> set[str]:
        """The fences that the commit touches."""
        fenced = [change for change in self.changes if change.kind in FENCES]
        touched = {FENCES[change.kind] for change in fenced}
        return touched | {f"{FENCES[c.kind]}:deleted" for c in fenced if c.op is Op.DELETE}


def plan(writes: Sequence[Write], numbers: Mapping[str, int]) -> Plan:
    """Work out the changes, drawing from `numbers`, the last number given by each sequence.

    Raises MarkTakenError when two records of the commit claim one mark. That a record occurs once
    is the caller's duty: ValueError otherwise.
    """
    drawn: dict[str, int] = {}
    counters = ChainMap(drawn, dict(numbers))
    results = [_change(write, counters) for write in writes]
    changes = tuple(change for change, _ in results)
    if len({(change.kind, change.id) for change in changes}) < len(changes):
        raise ValueError("a record occurs twice in one commit")
    return Plan(
        writes=tuple(writes),
        changes=changes,
        text=tuple(text for _, text in results),
        takes=_takes(changes),
        frees={mark: (c.kind, c.id) for c in changes for mark in c.marks_removed},
        drawn=drawn,
    )


def key_of(write: Write) -> Key:
    """Return the kind and id of the record that is written."""
    subject = write.before if isinstance(write, Delete) else write
    return subject.kind, subject.id


def cost(write: Write) -> int:
    """Return how many actions of a transaction the write takes."""
    if isinstance(write, Delete):
        return 2 + len(write.before.marks)
    held = write.before.marks if isinstance(write.before, Record) else frozenset()
    return 1 + write.history + len(write.marks ^ held)


def entry(commit: Commit, change: Change) -> HistoryEntry:
    """Return the record's own view of the commit."""
    return HistoryEntry(
        seq=commit.seq,
        at=commit.at,
        actor=commit.actor,
        reason=commit.reason,
        op=change.op,
        version=change.version,
        fields=change.fields,
        marks_added=change.marks_added,
        marks_removed=change.marks_removed,
    )


def result(write: Write, change: Change, stamp: Stamp) -> Record | Tombstone:
    """Return what is stored of the record after the commit."""
    created = stamp if write.before is None else write.before.created
    if isinstance(write, Delete) or change.after is None:
        return Tombstone(change.kind, change.id, change.version, created, stamp)
    return Record(change.kind, change.id, change.version, change.after, created, stamp, write.marks)


def _change(write: Write, counters: MutableMapping[str, int]) -> tuple[Change, str | None]:
    if isinstance(write, Delete):
        return _deletion(write.before), None
    before = write.before
    if before is not None and (before.kind, before.id) != (write.kind, write.id):
        raise ValueError("`before` is another record")
    # Through JSON: what is kept is what was given here and now, and only JSON passes.
    text = json.dumps(_numbered(write, counters), allow_nan=False, separators=(",", ":"))
    after = json.loads(text)
    existing = before if isinstance(before, Record) else None
    held = existing.marks if existing else frozenset()
    change = Change(
        kind=write.kind,
        id=write.id,
        op=Op.UPDATE if existing else Op.CREATE,
        version=before.version + 1 if before else 1,
        after=after,
        fields=diff.diff(existing.body, after) if existing else diff.additions(after),
        marks_added=write.marks - held,
        marks_removed=held - write.marks,
    )
    return change, text


def _deletion(before: Record) -> Change:
    return Change(
        kind=before.kind,
        id=before.id,
        op=Op.DELETE,
        version=before.version + 1,
        after=None,
        fields=diff.removals(before.body),
        marks_removed=before.marks,
    )


def _numbered(write: Put, counters: MutableMapping[str, int]) -> Body:
    body = write.body
    for number in write.numbers:
        drawn = counters[number.sequence] = counters.get(number.sequence, 0) + 1
        value = drawn if number.template is None else number.template.replace("{n}", str(drawn))
        body = _with(body, number.path, value)
    return body


def _with(body: Body, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    name, *rest = path
    return {**body, name: _with(body.get(name) or {}, tuple(rest), value) if rest else value}


def _takes(changes: Sequence[Change]) -> dict[Mark, Key]:
    takes: dict[Mark, Key] = {}
    for change in changes:
        for mark in change.marks_added:
            if mark in takes:
                raise refusals.mark_taken(mark, *takes[mark])
            takes[mark] = (change.kind, change.id)
    return takes
