"""Records, links, folders and the log, as the replica gives them back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.ledger.model import Delete, Mark, Put
from muster.replica.port import LinkRow
from muster.replica.project import FILES, IMAGES
from tests.unit.replica_world import World, asset_id, records


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_records_are_the_ledgers(world: World) -> None:
    """Version, body, stamps and marks are the ledger's, through change, end and return."""
    tag, serial = Mark("tag", "t-1"), Mark("serial", "s-1")
    world.put(
        "asset", asset_id(1), {"name": "Ä \ud83d", "price": 0.1, "deep": [{"a": None}]}, [tag]
    )
    world.put("asset", asset_id(1), {"name": "B"}, [tag, serial])
    world.put("asset", asset_id(2), {"name": "C"})
    world.delete("asset", asset_id(1))
    world.put("asset", asset_id(1), {"name": "D"}, [serial])
    world.put("job", "job_1", {"state": "done"})

    world.replica.catch_up()
    found = [*world.replica.records("asset"), *world.replica.records("job")]

    assert {(record.kind, record.id): record for record in found} == records(world.ledger)
    assert found[0].version == 4


def test_many_changes_in_one_catch_up_are_as_many_catch_ups(tmp_path: Path) -> None:
    """A replica that applied each commit alone holds the same rows as one built in one go."""
    each, at_once = World(tmp_path / "each"), World(tmp_path / "once")
    at_once.ledger = each.ledger
    at_once.__post_init__()
    for step in range(30):
        if step % 10 == 9:
            each.delete("asset", asset_id(step // 3 % 3))
        else:
            each.asset(step // 3 % 3, name=f"N{step}", fields={"f.a": list(range(step % 4))})
        each.replica.catch_up()
    at_once.replica.catch_up()

    tables = ("record", "asset", "value", "log", "fence", "state")
    for table in tables:
        sql = f"SELECT * FROM {table} ORDER BY 1, 2"  # noqa: S608 - names above
        rows = [world.replica._store.open().execute(sql).fetchall() for world in (each, at_once)]
        assert rows[0] == rows[1]


def test_assets_are_found_by_the_files_that_they_list(world: World) -> None:
    """Images count, and every version of a file; in the trash as well, and no longer once gone."""
    versions = [{"id": "1", "file": "fil_OLD"}, {"id": "2", "file": "fil_NEW"}]
    attached = [{"id": "att_1", "name": "a.pdf", "versions": versions}]
    world.asset(1, images=["fil_A", "fil_B"], files=attached)
    world.asset(2, images=["fil_B"], trashed_at="2026-01-01T00:00:00Z", trashed_by="mem_1")

    def having(name: str, file_id: str) -> list[int]:
        return world.find(equals={name: [file_id]}, trashed="any", sort=())

    assert having(IMAGES, "fil_B") == [1, 2]
    assert having(FILES, "fil_OLD") == having(FILES, "fil_NEW") == [1]
    assert world.replica.field_in_use(IMAGES, option="fil_B") == 2
    world.asset(1, images=["fil_A"])
    assert having(IMAGES, "fil_B") == [2]
    assert having(FILES, "fil_OLD") == []


def test_get_many_leaves_out_what_is_not_there(world: World) -> None:
    """Deleted, unknown and impossible ids, and ids of another kind, are left out."""
    world.asset(1)
    world.asset(2)
    world.delete("asset", asset_id(2))
    world.replica.catch_up()

    found = world.replica.get_many("asset", [asset_id(1), asset_id(2), "x", "\ud800", "\0"])

    assert list(found) == [asset_id(1)]
    assert world.replica.get_many("folder", [asset_id(1)]) == {}
    assert world.replica.get_many("asset", []) == {}


def test_any_kind_is_paged_by_id(world: World) -> None:
    """Jobs are listed newest first, since ids grow with time."""
    for number in range(5):
        world.put("job", f"job_{number}", {})
    world.delete("job", "job_3")
    world.replica.catch_up()

    first = world.replica.page_of("job", limit=2, descending=True)
    assert first.next is not None
    second = world.replica.page_of("job", limit=2, after=first.next[0], descending=True)
    forwards = world.replica.page_of("job", limit=9)

    assert [record.id for record in first.items] == ["job_4", "job_2"]
    assert [record.id for record in second.items] == ["job_1", "job_0"]
    assert second.next is None
    assert [record.id for record in forwards.items] == ["job_0", "job_1", "job_2", "job_4"]


def test_links_are_found_from_either_end(world: World) -> None:
    """A link between two of the assets asked for is listed once; a deleted one never."""
    for number, (source, target) in enumerate([(1, 2), (2, 3), (3, 4), (4, 1)]):
        body = {"type": "lty_1", "source": asset_id(source), "target": asset_id(target)}
        world.put("link", f"lnk_{number}", body)
    world.delete("link", "lnk_3")
    world.replica.catch_up()

    found = world.replica.links_of([asset_id(1), asset_id(2)])

    assert [row.id for row in found] == ["lnk_0", "lnk_1"]
    assert found[0] == LinkRow("lnk_0", 1, "lty_1", asset_id(1), asset_id(2))
    assert world.replica.links_of([]) == []


_FOLDERS = [f"fol_{number}" for number in range(6)]


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(_FOLDERS), st.none() | st.sampled_from(_FOLDERS))))
def test_the_closure_follows_every_move(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str | None]]
) -> None:
    """Created, moved and deleted in any order: all that is above each folder."""
    world = World(tmp_path_factory.mktemp("replica"))
    parents: dict[str, str | None] = {}
    for number, (folder, parent) in enumerate(steps):
        if folder == parent and folder in parents:
            world.delete("folder", folder)
            del parents[folder]
        elif folder != parent and folder not in _above(parents, parent):
            world.put("folder", folder, {"name": folder, "parent": parent})
            parents[folder] = parent
        if number % 2:
            world.replica.catch_up()
    world.replica.catch_up()

    rows = world.replica._store.open().execute("SELECT descendant, ancestor FROM closure")
    expected = {(folder, up) for folder in parents for up in _above(parents, folder)}
    assert set(rows) == expected


def _above(parents: dict[str, str | None], folder: str | None) -> list[str]:
    found = []
    while folder is not None:
        found.append(folder)
        folder = parents.get(folder)
    return found


def test_subfolders_are_included_on_request(world: World) -> None:
    """A list by folder takes the tree below it, as it is now."""
    world.put("folder", "fol_1", {"name": "One", "parent": None})
    world.put("folder", "fol_2", {"name": "Two", "parent": "fol_1"})
    world.asset(1, folder="fol_1")
    world.asset(2, folder="fol_2")
    assert world.find(folders=["fol_1"]) == [1]
    assert sorted(world.find(folders=["fol_1"], include_subfolders=True)) == [1, 2]

    world.put("folder", "fol_2", {"name": "Two", "parent": None})
    assert world.find(folders=["fol_1"], include_subfolders=True) == [1]
    assert world.find(folders=["fol_9"], include_subfolders=True) == []


def test_the_log_is_listed_without_bodies(world: World) -> None:
    """Each commit with who, when, why and what, from either end."""
    first = world.asset(1)
    second = world.commit(
        Put("asset", asset_id(2), {"name": "B"}),
        Delete(records(world.ledger)["asset", asset_id(1)]),
    )
    world.asset(3)
    world.replica.catch_up()

    newest = world.replica.commits(limit=1, descending=True)
    middle = world.replica.commits(after=1, before=3)

    assert [row.seq for row in newest] == [3]
    assert [row.seq for row in world.replica.commits()] == [1, 2, 3]
    assert middle[0].changes == (
        ("asset", asset_id(2), "create", 1),
        ("asset", asset_id(1), "delete", 2),
    )
    assert (middle[0].at, middle[0].actor_name) == (second.at, "Ada")
    assert (middle[0].cause, middle[0].request_id, middle[0].job) == ("api", "req", None)
    assert first.seq == 1


def test_fences_stand_where_the_ledgers_do(world: World) -> None:
    """Each fence is at the last commit that touched it; a fence that none touched is at 0."""
    world.put("asset_type", "typ_1", {"name": "computer"})
    world.asset(1)
    world.put("job", "job_1", {})
    world.replica.catch_up()

    fences = {name: world.replica.fence(name) for name in ("catalog", "assets", "folders", "links")}

    assert fences == {"catalog": 1, "assets": 2, "folders": 0, "links": 0}
    assert world.ledger.head().fences == {"catalog": 1, "assets": 2}
