"""The replica's file: made, gone on with, shared, outdated, and of another life of the ledger."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from muster.ledger.memory import MemoryLedger
from muster.ledger.model import Commit
from muster.replica import schema
from muster.replica.port import AssetQuery
from muster.replica.sqlite import SqliteReplica
from tests.unit.replica_world import World, asset_id, clock, numbers, records


class CountingLedger(MemoryLedger):
    """Notes from where on it was read."""

    def __init__(self, tenant: str = "acme") -> None:
        super().__init__(tenant, clock())
        self.asked: list[int] = []

    def commits_after(self, seq: int) -> Iterable[Commit]:
        self.asked.append(seq)
        return super().commits_after(seq)


@pytest.fixture
def ledger() -> CountingLedger:
    return CountingLedger()


@pytest.fixture
def world(tmp_path: Path, ledger: CountingLedger) -> World:
    world = World(tmp_path, ledger)
    for number in (1, 2, 3):
        world.asset(number, tag=f"T-{number}")
    world.replica.catch_up()
    return world


def _file(directory: Path) -> Path:
    return directory / f"replica-v{schema.VERSION}-acme.sqlite"


def _all_assets(replica: SqliteReplica) -> list[int]:
    return numbers(replica.find_assets(AssetQuery(sort=())))


def test_catching_up_costs_one_reading(world: World, ledger: CountingLedger) -> None:
    """With or without something new, the ledger is asked once, from where the file stands."""
    ledger.asked.clear()
    assert world.replica.catch_up() == 3
    world.asset(4)
    assert world.replica.catch_up() == 4

    assert ledger.asked == [3, 3]


def test_a_new_process_goes_on_with_the_file(world: World, ledger: CountingLedger) -> None:
    """The first catch-up on a file that was there reads one commit again, in its one call."""
    world.replica.close()
    ledger.asked.clear()
    replica = SqliteReplica(world.directory, "acme", ledger)

    assert replica.seq() == 3
    assert replica.catch_up() == 3
    assert ledger.asked == [2]


def test_own_commits_are_applied_at_once(world: World, ledger: CountingLedger) -> None:
    """The next commit is; one further on, or one that is there already, changes nothing."""
    ledger.asked.clear()
    fourth, fifth = world.asset(4), world.asset(5)

    world.replica.apply(fifth)
    assert world.replica.seq() == 3
    world.replica.apply(fourth)
    world.replica.apply(fourth)
    assert world.replica.seq() == 4
    assert _all_assets(world.replica) == [1, 2, 3, 4]
    world.replica.apply(fifth)
    assert world.replica.fence("assets") == 5
    assert ledger.asked == []


def test_the_file_is_its_owners_alone(world: World) -> None:
    """Mode 0600 for the file and what SQLite keeps beside it."""
    modes = {stat.S_IMODE(path.stat().st_mode) for path in world.directory.iterdir()}

    assert modes == {0o600}


def test_older_versions_are_removed(tmp_path: Path, ledger: CountingLedger) -> None:
    """Opening a file removes all that older code left, of any tenant; newer and foreign stay."""
    old = [tmp_path / "replica-v0-acme.sqlite", tmp_path / "replica-v0-other.sqlite-wal"]
    stay = [tmp_path / "replica-v99-acme.sqlite", tmp_path / "notes.txt"]
    for path in [*old, tmp_path / "replica-v0-other.sqlite", *stay]:
        path.write_bytes(b"x")

    SqliteReplica(tmp_path, "acme", ledger).catch_up()

    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in stay)


def test_room_is_made_by_what_was_used_longest_ago(tmp_path: Path) -> None:
    """Past the budget the oldest files go, never the one that is opened."""
    for tenant in ("one", "two", "three"):
        with_budget = 10_000_000 if tenant != "three" else 1_200_000
        replica = SqliteReplica(tmp_path, tenant, CountingLedger(tenant), budget_bytes=with_budget)
        replica.catch_up()
        path = tmp_path / f"replica-v{schema.VERSION}-{tenant}.sqlite"
        replica.close()
        if tenant != "three":
            path.write_bytes(bytes(1_000_000))
            seconds = {"one": 1000, "two": 2000}[tenant]
            os.utime(path, (seconds, seconds))

    left = {path.name.split("-")[2] for path in tmp_path.glob("*.sqlite")}

    assert left == {"two.sqlite", "three.sqlite"}


@pytest.mark.parametrize("catch_up", [True, False])
def test_a_file_that_made_room_while_open_is_built_anew(
    world: World, ledger: CountingLedger, catch_up: bool
) -> None:
    """Its place on the disk is free at once, though it is open, and its owner does without it."""
    with _file(world.directory).open("rb") as kept:
        SqliteReplica(world.directory, "other", CountingLedger(), budget_bytes=0).catch_up()

        assert os.fstat(kept.fileno()).st_size == 0
        assert os.fstat(kept.fileno()).st_nlink == 0
    if catch_up:
        assert world.replica.catch_up() == 3
    assert len(world.replica.records("asset")) == 3
    world.replica.apply(world.asset(4))
    world.replica.catch_up()
    assert _all_assets(world.replica) == [1, 2, 3, 4]


def test_two_tenants_never_share_a_file(tmp_path: Path) -> None:
    """`acme` and `acme-eu` have a file each, and a name that is no tenant's is refused."""
    worlds = {tenant: CountingLedger(tenant) for tenant in ("acme", "acme-eu")}
    replicas = {tenant: SqliteReplica(tmp_path, tenant, worlds[tenant]) for tenant in worlds}
    one = World(tmp_path / "unused", worlds["acme"])
    one.asset(1)
    for replica in replicas.values():
        replica.catch_up()

    assert _all_assets(replicas["acme"]) == [1]
    assert _all_assets(replicas["acme-eu"]) == []
    for name in ("../acme", "a/b", "", "A#"):
        with pytest.raises(ValueError, match="no tenant"):
            SqliteReplica(tmp_path, name, worlds["acme"])


def test_a_log_that_was_lost_is_noticed(world: World) -> None:
    """A file that is further on than the ledger belongs to another life of it."""
    world.replica.close()
    reborn = CountingLedger()
    World(world.directory / "unused", reborn).asset(9)
    replica = SqliteReplica(world.directory, "acme", reborn)

    assert replica.catch_up() == 1
    assert _all_assets(replica) == [9]


def test_a_log_with_other_commits_is_noticed(world: World) -> None:
    """Equal numbers are not equal commits: time, request and actor tell."""
    world.replica.close()
    reborn = CountingLedger()
    reborn._clock()
    other = World(world.directory / "unused", reborn)
    for number in (7, 8, 9, 10):
        other.asset(number)
    replica = SqliteReplica(world.directory, "acme", reborn)

    replica.apply(other.asset(11))
    assert replica.catch_up() == 5
    assert _all_assets(replica) == [7, 8, 9, 10, 11]


def test_an_own_commit_with_a_used_number_starts_over(world: World) -> None:
    """The ledger gave this process a number that the file has for another commit."""
    reborn = CountingLedger()
    world.replica._ledger = reborn
    other = World(world.directory / "unused", reborn)
    reborn._clock()

    world.replica.apply(other.asset(9))
    world.replica.catch_up()

    assert _all_assets(world.replica) == [9]


def test_two_processes_share_a_file(world: World, ledger: CountingLedger) -> None:
    """What one has applied the other sees, and neither applies it twice."""
    file = _file(world.directory).stat().st_ino
    other = SqliteReplica(world.directory, "acme", ledger)
    other.catch_up()
    world.replica.apply(world.asset(4))
    ledger.asked.clear()

    assert other.catch_up() == 4
    assert ledger.asked == [4]
    other.apply(world.asset(5))
    world.replica.apply(world.asset(6))
    assert world.replica.catch_up() == 6
    assert other.fence("assets") == 5
    assert other.catch_up() == 6
    assert _all_assets(other) == [1, 2, 3, 4, 5, 6]
    assert _file(world.directory).stat().st_ino == file


def test_commits_that_the_file_has_are_passed_over(world: World) -> None:
    """Another process may have applied some of a batch while it was on its way."""
    store = world.replica._store
    commits = [*world.ledger.commits_after(1), world.asset(4)]

    store.write(commits)

    assert store.seq == 4
    assert _all_assets(world.replica) == [1, 2, 3, 4]


def test_threads_share_a_replica(world: World) -> None:
    """Threads that write, catch up and ask at once get whole answers and no error."""
    problems: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 10):
                world.asset(number, tag=f"T-{number}")
                world.replica.catch_up()
                assert world.replica.match_assets("tag", f"T-{number}")
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            problems.append(error)

    threads = [threading.Thread(target=work, args=(10 * n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert len(world.replica.records("asset")) == 43
    assert {("asset", r.id) for r in world.replica.records("asset")} == records(world.ledger).keys()


def test_an_answer_names_where_the_replica_stood(world: World) -> None:
    """A page's number is that of the state it was read from, for a fence to be held to."""
    page = world.page(limit=1)

    assert page.seq == 3
    assert page.next is not None
    assert page.next[-1] == asset_id(3)
