"""A replica's file that is damaged, removed or unusable is built anew: never an error."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muster.ledger.memory import MemoryLedger
from muster.replica import schema
from muster.replica.port import AssetQuery
from muster.replica.sqlite import ReplicaUnavailableError, SqliteReplica
from tests.unit.replica_world import World, numbers


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    for number in (1, 2, 3):
        world.asset(number, tag=f"T-{number}")
    world.replica.catch_up()
    return world


def _file(directory: Path) -> Path:
    return directory / f"replica-v{schema.VERSION}-acme.sqlite"


def _all_assets(replica: SqliteReplica) -> list[int]:
    return numbers(replica.find_assets(AssetQuery(sort=())))


def _no_database(path: Path) -> None:
    path.write_bytes(b"This is no database. " * 1000)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _scrambled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(byte ^ 0x5A for byte in content[4096:])
    path.write_bytes(content)


def _no_tables(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE asset")
    db.close()


def _bad_body(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE record SET body = '{'")
    db.close()


def _not_text(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE record SET body = CAST(X'FF' AS TEXT)")
    db.close()


@pytest.mark.parametrize(
    "damage", [_no_database, _cut, _scrambled, _no_tables, _bad_body, _not_text, Path.unlink]
)
@pytest.mark.parametrize("catch_up", [True, False])
def test_a_damaged_file_is_built_anew(
    world: World, damage: Callable[[Path], None], catch_up: bool
) -> None:
    """Whatever became of the file while it was closed, the answer comes from a whole one."""
    world.replica.close()
    damage(_file(world.directory))
    replica = SqliteReplica(world.directory, "acme", world.ledger)

    if catch_up or damage is Path.unlink:
        replica.catch_up()

    assert _all_assets(replica) == [1, 2, 3]
    assert len(replica.records("asset")) == 3


def test_a_file_damaged_while_open_is_built_anew(world: World) -> None:
    """An error in the middle of an answer, or of applying a commit, is mended."""
    world.replica._store.open().execute("DROP TABLE value")

    assert world.find(equals={"f.a": [None]}, sort=()) == [1, 2, 3]

    world.replica._store.open().execute("DROP TABLE words")
    world.replica.apply(world.asset(4))
    assert world.find(text="thing", sort=()) == [1, 2, 3, 4]


def test_a_file_removed_while_open_is_built_anew(world: World) -> None:
    """Another process may have made room; the next catch-up has a file of its own again."""
    for path in world.directory.iterdir():
        path.unlink()
    world.asset(4)

    assert world.find(sort=()) == [1, 2, 3, 4]
    assert _file(world.directory).exists()


def test_an_unusable_directory_is_a_passing_refusal(tmp_path: Path) -> None:
    """When the file can't be made at all, the caller is told to try again."""
    (tmp_path / f"replica-v{schema.VERSION}-acme.sqlite").mkdir()
    replica = SqliteReplica(tmp_path, "acme", MemoryLedger("acme"))

    with pytest.raises(ReplicaUnavailableError):
        replica.catch_up()


def test_a_batch_that_fails_leaves_the_file_as_it_was(world: World) -> None:
    """Nothing of a transaction that broke off can be seen, its number least of all."""
    before = _rows(world.replica)
    fourth = world.asset(4)
    world.asset(5)
    db = world.replica._store.open()
    db.execute(
        "CREATE TEMP TRIGGER broken BEFORE UPDATE ON state BEGIN SELECT RAISE(FAIL, 'x'); END"
    )

    with pytest.raises(sqlite3.IntegrityError):
        world.replica._store.write([fourth])

    db.execute("DROP TRIGGER broken")
    assert _rows(world.replica) == before
    assert world.find(sort=()) == [1, 2, 3, 4, 5]


def _rows(replica: SqliteReplica) -> list[Any]:
    db = replica._store.open()
    tables = ("state", "fence", "log", "record", "asset", "value")
    return [db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]  # noqa: S608
