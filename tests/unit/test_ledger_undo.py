from __future__ import annotations

from typing import Any

import pytest

from muster.ledger.memory import MemoryLedger
from muster.ledger.model import (
    Actor,
    Cause,
    Change,
    Commit,
    Delete,
    HistoryEntry,
    Mark,
    Put,
    Reason,
    Record,
    Tombstone,
    Write,
)
from muster.ledger.undo import Obstacle, Since, undo

ADA = Actor("mem_1", "Ada")
WHY = Reason(Cause.API, "r")
TAG, OTHER = Mark("tag", "1"), Mark("tag", "2")


class Story:
    """One record's life, told in changes."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger("acme")

    @property
    def now(self) -> Record | Tombstone:
        return self.ledger.get_for_write([("asset", "a")])["asset", "a"]

    def put(self, body: dict[str, Any], *marks: Mark) -> Change:
        before = self.ledger.get_for_write([("asset", "a")]).get(("asset", "a"))
        return self.write(Put("asset", "a", body, frozenset(marks), before=before)).changes[0]

    def delete(self) -> Change:
        assert isinstance(self.now, Record)
        return self.write(Delete(self.now)).changes[0]

    def write(self, *writes: Write) -> Commit:
        return self.ledger.commit(writes, actor=ADA, reason=WHY)

    def take_back(self, *changes: Change | HistoryEntry) -> Record | Tombstone:
        write = undo(changes, self.now)
        assert isinstance(write, Put | Delete)
        self.write(write)
        return self.now


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_creation_is_taken_back_by_deleting(story: Story) -> None:
    """An untouched record goes away again."""
    created = story.put({"n": 1}, TAG)

    assert isinstance(story.take_back(created), Tombstone)


def test_a_change_is_taken_back_and_later_ones_stay(story: Story) -> None:
    """Only what the change changed goes back, marks included."""
    story.put({"n": 1, "m": 1}, TAG)
    change = story.put({"n": 2, "m": 1}, OTHER)
    story.put({"n": 2, "m": 5, "new": 1}, OTHER)

    record = story.take_back(change)

    assert isinstance(record, Record)
    assert record.body == {"n": 1, "m": 5, "new": 1}
    assert record.marks == {TAG}


def test_a_deletion_is_taken_back_with_body_and_marks(story: Story) -> None:
    """The record is what it was, its version going on."""
    story.put({"n": 1, "f": {"x": None}}, TAG)

    record = story.take_back(story.delete())

    assert isinstance(record, Record)
    assert (record.body, record.version) == ({"n": 1, "f": {"x": None}}, 3)
    assert record.marks == {TAG}


def test_history_serves_as_well_as_the_log(story: Story) -> None:
    """A history entry is enough to take its change back."""
    story.put({"n": 1})
    story.put({"n": 2})

    record = story.take_back(story.ledger.history("asset", "a")[0])

    assert isinstance(record, Record)
    assert record.body == {"n": 1}


def test_several_changes_are_taken_back_in_one_write(story: Story) -> None:
    """A job that created, changed, deleted and brought back is undone by one delete."""
    changes = [story.put({"n": 1}, TAG), story.put({"n": 2}), story.delete(), story.put({"n": 3})]

    assert undo(changes[::-1], story.now) == Delete(story.now)  # type: ignore[arg-type]


def test_undoing_twice_leaves_nothing_to_do(story: Story) -> None:
    """What has been taken back already needs no write."""
    created = story.put({"n": 1})
    change = story.put({"n": 2})
    story.take_back(change)
    assert undo([change], story.now) is None
    story.take_back(created)

    assert undo([created], story.now) is None


def test_a_later_change_of_the_same_field_stands_in_the_way(story: Story) -> None:
    """The obstacle names the paths and the last change."""
    story.put({"n": 1, "m": 1})
    change = story.put({"n": 2, "m": 2})
    story.put({"n": 3, "m": 2})

    assert undo([change], story.now) == Obstacle(Since.CHANGED, story.now.updated, ("/n",))


def test_a_creation_that_was_changed_stands_in_the_way(story: Story) -> None:
    """Someone's work on a new record is not thrown away with it."""
    created = story.put({"n": 1}, TAG)
    story.put({"n": 1, "note": "x"})

    obstacle = undo([created], story.now)

    assert obstacle == Obstacle(Since.CHANGED, story.now.updated, ("/note",), frozenset({TAG}))


def test_a_lost_mark_stands_in_the_way(story: Story) -> None:
    """A change that took a unique value which has been given up since is not taken back."""
    story.put({"n": 1})
    change = story.put({"n": 2}, TAG)
    story.put({"n": 2})

    assert undo([change], story.now) == Obstacle(
        Since.CHANGED, story.now.updated, marks=frozenset({TAG})
    )


def test_a_later_deletion_stands_in_the_way_of_a_change(story: Story) -> None:
    """What is gone can't be changed back."""
    story.put({"n": 1})
    change = story.put({"n": 2})
    story.delete()

    assert undo([change], story.now) == Obstacle(Since.DELETED, story.now.updated)


def test_a_record_that_came_back_stands_in_the_way_of_a_deletion(story: Story) -> None:
    """What is there again is not overwritten."""
    story.put({"n": 1})
    deleted = story.delete()
    story.put({"n": 9})

    assert undo([deleted], story.now) == Obstacle(Since.RESTORED, story.now.updated)
