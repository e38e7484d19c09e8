"""Commits, conflicts and replicas that come and go, in any mix: one truth from three readers."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from muster.errors import ConflictError, PreconditionFailedError
from muster.ledger.memory import MemoryLedger
from muster.ledger.model import Commit, Delete, Mark, Put, Record, Stamp, Tombstone, Write
from muster.replica.port import AssetQuery, Sort
from muster.replica.sqlite import SqliteReplica
from tests.unit.replica_world import ADA, World, asset_id, clock

type Key = tuple[str, str]
type State = dict[Key, Record | Tombstone]

_NUMBERS = st.integers(1, 4)
_TAGS = st.sampled_from([None, "t-1", "t-2", "t-3"])
_NAMES = st.sampled_from(["Lamp", "lämp", "Desk", "Chair"])
_VALUES = st.none() | st.integers(0, 3) | st.lists(st.sampled_from(["a", "b"]), max_size=2)


class Readers(RuleBasedStateMachine):
    """Writes to a ledger through stale and fresh eyes, and asks three readers the same."""

    @initialize()
    def begin(self) -> None:
        """Start with an empty ledger and no file."""
        self.directory = Path(tempfile.mkdtemp())
        self.ledger = MemoryLedger("acme", clock())
        self.world = World(self.directory, self.ledger)
        self.seen: State = {}

    def teardown(self) -> None:
        """Leave no file behind."""
        if hasattr(self, "world"):
            self.world.replica.close()
            shutil.rmtree(self.directory)

    @rule(number=_NUMBERS, tag=_TAGS, name=_NAMES, value=_VALUES, own=st.booleans())
    def put(self, number: int, tag: str | None, name: str, value: Any, own: bool) -> None:
        """Write an asset on what the ledger holds now; another asset may hold the tag."""
        self._commit([self._put(number, tag, name, value, self._now(number))], own=own)

    @rule(number=_NUMBERS, name=_NAMES)
    def put_on_what_was_seen(self, number: int, name: str) -> None:
        """Write an asset on a record that was read some time ago."""
        key = "asset", asset_id(number)
        self._commit([self._put(number, None, name, None, self.seen.get(key))])

    @rule(numbers=st.sets(_NUMBERS, min_size=2), name=_NAMES)
    def put_several(self, numbers: set[int], name: str) -> None:
        """Write several assets in one commit."""
        self._commit([self._put(n, None, name, n, self._now(n)) for n in sorted(numbers)])

    @rule(number=_NUMBERS)
    def delete(self, number: int) -> None:
        """Purge an asset if it is there."""
        before = self._now(number)
        if isinstance(before, Record):
            self._commit([Delete(before)])

    @rule()
    def read_all(self) -> None:
        """Keep what the records are now, to write on it later."""
        self.seen = dict(self.ledger.get_for_write([("asset", asset_id(n)) for n in range(1, 5)]))

    @rule()
    def catch_up(self) -> None:
        """Bring the replica to the present."""
        assert self.world.replica.catch_up() == self.ledger.head().seq

    @rule()
    def start_another_process(self) -> None:
        """Open the file as a new process would."""
        self.world.replica.close()
        self.world.replica = SqliteReplica(self.directory, "acme", self.ledger)

    @rule(damage=st.sampled_from(["removed", "cut", "no database"]))
    def lose_the_file(self, damage: str) -> None:
        """Lose or damage the file between two processes."""
        self.start_another_process()
        for path in self.directory.glob("*.sqlite"):
            if damage == "removed":
                path.unlink()
            else:
                path.write_bytes(b"" if damage == "cut" else b"\xff" * 9000)

    @invariant()
    def all_readers_agree(self) -> None:
        """Compare the ledger's records, a replica's, and those of a replay of the log."""
        if not hasattr(self, "world"):
            return
        replayed = {k: r for k, r in replay(self.ledger).items() if isinstance(r, Record)}
        copy = SqliteReplica(self.directory / "copy", "acme", self.ledger)
        copy.catch_up()
        fresh = {("asset", record.id): record for record in copy.records("asset")}
        copy.close()

        found = ((key, self.ledger.get(*key)) for key in replay(self.ledger))
        assert {key: record for key, record in found if record is not None} == replayed
        assert fresh == replayed

    @rule(sort=st.sampled_from(["name", "tag", "f.a", "updated_at"]), name=_NAMES)
    def ask(self, sort: str, name: str) -> None:
        """Ask the replica that lived through it all, and answer by the replayed log."""
        replica = self.world.replica
        replica.catch_up()
        replayed = {k: r for k, r in replay(self.ledger).items() if isinstance(r, Record)}
        named = {r.id for r in replayed.values() if r.body["name"].replace("ä", "a") in _same(name)}

        by_text = replica.find_assets(AssetQuery(text=name, count=True))
        every = replica.get_many("asset", [record_id for _, record_id in replayed])

        assert every == {record.id: record for record in replayed.values()}
        assert {record.id for record in by_text.items} == named
        assert by_text.total == len(named)
        assert _pages(replica, sort) == sorted(record.id for record in replayed.values())

    def _now(self, number: int) -> Record | Tombstone | None:
        key = "asset", asset_id(number)
        return self.ledger.get_for_write([key]).get(key)

    @staticmethod
    def _put(
        number: int, tag: str | None, name: str, value: Any, before: Record | Tombstone | None
    ) -> Put:
        body = {"type": "typ_1", "name": name, "tag": tag, "fields": {"f.a": value}}
        marks = frozenset({Mark("tag", tag)} if tag else ())
        return Put("asset", asset_id(number), body, marks=marks, before=before)

    def _commit(self, writes: list[Write], *, own: bool = True) -> None:
        with contextlib.suppress(ConflictError, PreconditionFailedError):
            commit = self.world.commit(*writes)
            if own:
                self.world.replica.apply(commit)


def _same(name: str) -> set[str]:
    return {"Lamp", "lamp"} if name in {"Lamp", "lämp"} else {name}


def _pages(replica: SqliteReplica, sort: str) -> list[str]:
    found: list[str] = []
    query = AssetQuery(sort=[Sort(sort)], limit=1)
    while True:
        page = replica.find_assets(query)
        found += [record.id for record in page.items]
        if page.next is None:
            return sorted(found)
        query = AssetQuery(sort=[Sort(sort)], limit=1, after=page.next)


def replay(ledger: MemoryLedger) -> State:
    """Return the records and tombstones that the log comes to."""
    state: State = {}
    for commit in ledger.commits_after(0):
        _replay_one(state, commit)
    return state


def _replay_one(state: State, commit: Commit) -> None:
    stamp = Stamp(commit.at, ADA, commit.seq)
    for change in commit.changes:
        key = change.kind, change.id
        before = state.get(key)
        created = before.created if before else stamp
        if change.after is None:
            state[key] = Tombstone(*key, change.version, created, stamp)
            continue
        held: Iterable[Mark] = before.marks if isinstance(before, Record) else ()
        marks = (frozenset(held) - change.marks_removed) | change.marks_added
        state[key] = Record(*key, change.version, change.after, created, stamp, marks)


class TestReaders(Readers.TestCase):  # type: ignore[misc, valid-type]  # made by hypothesis
    settings = settings(
        max_examples=50,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
