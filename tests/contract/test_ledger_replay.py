"""Commits of another ledger are made again with their own time, in memory as in DynamoDB."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from muster.ledger.model import Actor, Cause, Commit, Number, Past, Put, Reason, Record
from muster.ledger.port import FenceMovedError, Ledger, VersionConflictError
from tests.contract.conftest import Bench

ADA, BEN = Actor("mem_1", "Ada"), Actor("mem_2", "Ben")
WHY = Reason(Cause.WEB, "req-9", message="long ago")
THEN = datetime(2020, 2, 3, 4, 5, 6, 789, tzinfo=UTC)


def put(name: str, body: Any = None, **options: Any) -> Put:
    return Put("asset", name, body or {"name": name}, **options)


def replay(ledger: Ledger, *writes: Put, at: datetime = THEN, **options: Any) -> Commit:
    past = Past(at, options.pop("numbers", {}))
    return ledger.replay(writes, actor=BEN, reason=WHY, past=past, **options)


def write(ledger: Ledger, *writes: Put) -> Commit:
    return ledger.commit(writes, actor=ADA, reason=Reason(Cause.API, "req-1"))


def stored(ledger: Ledger, name: str) -> Record:
    found = ledger.get("asset", name)
    assert found is not None
    return found


def test_a_replayed_commit_keeps_its_time_and_its_actor(bench: Bench) -> None:
    """Log, stamps and history all tell the time of the past, whatever the clock says."""
    write(bench.ledger, put("own"))

    commit = replay(bench.ledger, put("a"))

    record = stored(bench.other(), "a")
    entry = bench.other().history("asset", "a")[0]
    assert (commit.seq, commit.at, commit.actor, commit.reason) == (2, THEN, BEN, WHY)
    assert list(bench.other().commits_after(1)) == [commit]
    assert (record.created.at, record.updated.by, entry.at) == (THEN, BEN, THEN)


def test_later_commits_are_not_moved_back(bench: Bench) -> None:
    """After a replay the log goes on at the latest time in it, also when the clock is set back."""
    own = write(bench.ledger, put("own"))
    replay(bench.ledger, put("a"))
    bench.clock.move(hours=-1)

    later = write(bench.other(), put("b"))

    assert later.at == own.at


def test_a_replayed_record_has_its_past(bench: Bench) -> None:
    """A moment between two replayed commits finds the record as it was between them."""
    replay(bench.ledger, put("a", {"n": 1}))
    record = stored(bench.ledger, "a")
    replay(bench.ledger, put("a", {"n": 2}, before=record), at=THEN + timedelta(days=2))

    between = bench.ledger.get_at("asset", "a", THEN + timedelta(days=1))

    assert between is not None
    assert between.body == {"n": 1}
    assert bench.ledger.get_at("asset", "a", THEN - timedelta(seconds=1)) is None


def test_sequences_go_on_behind_the_numbers_of_the_past(bench: Bench) -> None:
    """A number is raised, never lowered, and the next one drawn is the one after it."""
    draw = Number(("no",), "key:LAP", "LAP-{n}")
    replay(bench.ledger, put("a"), numbers={"key:LAP": 41, "key:PC": 7})
    replay(bench.ledger, put("b"), numbers={"key:LAP": 5})

    write(bench.other(), put("c", numbers=(draw,)))

    assert stored(bench.ledger, "c").body["no"] == "LAP-42"
    assert bench.ledger.head().numbers == {"key:LAP": 42, "key:PC": 7}


def test_a_replay_is_refused_as_any_commit_is(bench: Bench) -> None:
    """Versions and fences hold for it, and nothing of a refused one is kept."""
    write(bench.ledger, put("a"))

    with pytest.raises(VersionConflictError):
        replay(bench.ledger, put("a"), numbers={"key:LAP": 9})
    with pytest.raises(FenceMovedError):
        replay(bench.ledger, put("b"), unmoved={"assets": 0})

    assert bench.ledger.head().seq == 1
    assert bench.ledger.head().numbers == {}
