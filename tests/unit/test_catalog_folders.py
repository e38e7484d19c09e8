"""Use cases of folders: a tree with moves, no cycles, and ways to remove what is not empty."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from muster.assets.model import AssetDraft
from muster.assets.service import create_asset, delete_asset, restore_asset
from muster.catalog import change, emptying, refusals, service
from muster.catalog.model import AssetType, Folder
from muster.ledger.model import Record, RequestMark
from muster.ledger.port import Ledger, VersionConflictError
from muster.scope import Scope
from tests.racing import intruded
from tests.support import Stand


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    scope = Stand(tmp_path).scope()
    service.create_type(scope, AssetType(name="type.pc", label="PC", key_prefix="PC"))
    return scope


def folder(scope: Scope, name: str, parent: str | None = None) -> str:
    return service.create_folder(scope, Folder(name=name, parent=parent)).id


def asset(scope: Scope, folder_id: str | None, **more: Any) -> Record:
    members: dict[str, Any] = {"type": "type.pc", "folder": folder_id, **more}
    return create_asset(scope, AssetDraft.model_validate(members))


def path(scope: Scope, folder_id: str) -> str:
    return service.load_folders(scope).path_of(folder_id)


def where(scope: Scope, record: Record) -> str | None:
    found = scope.ledger.get("asset", record.id)
    assert found is not None
    place: str | None = found.body.get("folder")
    return place


def test_a_folder_is_found_by_its_path(scope: Scope) -> None:
    """Case, accents and blanks around names do not count in a path."""
    berlin = folder(scope, "Berlin")
    office = folder(scope, "Büro 2", berlin)

    assert service.folder_by_path(scope, "/berlin/ buro 2 /") == office
    assert service.folder_by_path(scope, "/Berlin/none") is None
    assert path(scope, office) == "/Berlin/Büro 2"


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\nb", "x" * 256])
def test_an_odd_name_is_refused(scope: Scope, name: str) -> None:
    """A name that could not stand in a path is refused."""
    with pytest.raises(refusals.InvalidCatalogError) as refused:
        folder(scope, name)

    assert refused.value.errors[0].pointer == "/name"


def test_siblings_differ_in_name(scope: Scope) -> None:
    """The same name is taken among siblings, and free elsewhere."""
    berlin = folder(scope, "Berlin")
    with pytest.raises(refusals.NameTakenError) as refused:
        folder(scope, "BERLIN")

    folder(scope, "Berlin", berlin)

    assert refused.value.extra == {"holder": berlin}


def test_a_parent_may_be_a_path(scope: Scope) -> None:
    """A parent is an id or a path; an unknown one is refused."""
    berlin = folder(scope, "Berlin")

    office = service.create_folder(scope, Folder(name="Office", parent="/berlin"))
    with pytest.raises(refusals.InvalidCatalogError) as refused:
        folder(scope, "Office", "/Hamburg")

    assert office.body["parent"] == berlin
    assert [(e.code, e.pointer) for e in refused.value.errors] == [("unknown_folder", "/parent")]


def test_a_folder_moves_with_all_in_it(scope: Scope) -> None:
    """Moving a folder touches only the folder, and the paths below it follow."""
    berlin, hamburg = folder(scope, "Berlin"), folder(scope, "Hamburg")
    office = folder(scope, "Office", berlin)
    room = folder(scope, "Room", office)
    laptop = asset(scope, room)
    before = scope.ledger.head().seq

    service.patch_folder(scope, office, {"parent": hamburg})

    assert path(scope, room) == "/Hamburg/Office/Room"
    assert (where(scope, laptop), scope.ledger.head().seq) == (room, before + 1)


def test_a_folder_moves_to_the_root(scope: Scope) -> None:
    """A parent of null is the root, and a rename leaves the folder where it is."""
    berlin = folder(scope, "Berlin")
    office = folder(scope, "Office", berlin)

    service.patch_folder(scope, office, {"name": "Lab"})
    renamed = path(scope, office)
    service.patch_folder(scope, office, {"parent": None})

    assert (renamed, path(scope, office)) == ("/Berlin/Lab", "/Lab")


def test_a_folder_can_not_go_below_itself(scope: Scope) -> None:
    """A move into itself or into what lies in it is refused."""
    one = folder(scope, "One")
    two = folder(scope, "Two", one)

    for target in (one, two):
        with pytest.raises(refusals.FolderCycleError):
            service.patch_folder(scope, one, {"parent": target})


def test_two_moves_at_once_make_no_cycle(scope: Scope) -> None:
    """A move that was made meanwhile is seen before another one is committed."""
    one, two = folder(scope, "One"), folder(scope, "Two")
    racing = intruded(scope, lambda: service.patch_folder(scope, two, {"parent": one}))

    with pytest.raises(refusals.FolderCycleError):
        service.patch_folder(racing, one, {"parent": two})


def test_the_tree_is_not_deeper_than_it_may_be(scope: Scope) -> None:
    """Neither a new folder nor a move of a deep one makes the tree too deep."""
    deepest = service.ensure_folder_path(scope, "/".join(f"level {n}" for n in range(30)))
    other = folder(scope, "other")
    folder(scope, "child", other)
    middle = service.folder_by_path(scope, "/".join(f"level {n}" for n in range(29)))

    with pytest.raises(refusals.InvalidCatalogError):
        folder(scope, "too deep", deepest)
    with pytest.raises(refusals.InvalidCatalogError):
        service.patch_folder(scope, other, {"parent": middle})


def test_a_path_is_made_once(scope: Scope) -> None:
    """Making a path makes what is missing, in one commit, and nothing the second time."""
    folder(scope, "Berlin")
    before = scope.ledger.head().seq

    room = service.ensure_folder_path(scope, "/berlin/Office/Room")
    again = service.ensure_folder_path(scope, "Berlin/office/ROOM")

    assert room is not None
    assert (again, scope.ledger.head().seq) == (room, before + 1)
    assert path(scope, room) == "/Berlin/Office/Room"
    assert service.ensure_folder_path(scope, "/") is None


def test_a_path_that_another_makes_meanwhile_is_taken(scope: Scope) -> None:
    """Two who make the same path at once get the same folder."""
    made: list[str | None] = []
    racing = intruded(scope, lambda: made.append(service.ensure_folder_path(scope, "/A/B")))

    assert [service.ensure_folder_path(racing, "/A/B")] == made


def test_a_path_that_is_too_deep_is_refused(scope: Scope) -> None:
    """A path of more steps than the tree is deep is refused, and none of it is made."""
    with pytest.raises(refusals.InvalidCatalogError):
        service.ensure_folder_path(scope, "/a" * 31)

    assert service.load_folders(scope).by_id == {}


def test_only_an_empty_folder_is_simply_removed(scope: Scope) -> None:
    """A folder with assets, in the trash or not, or folders is refused with how many there are."""
    one = folder(scope, "One")
    folder(scope, "Two", one)
    asset(scope, one)
    delete_asset(scope, asset(scope, one).id)

    with pytest.raises(refusals.InUseError) as refused:
        service.remove_folder(scope, one)

    assert refused.value.extra == {"assets": 2, "folders": 1}


def test_no_asset_is_left_in_a_folder_that_is_gone(scope: Scope) -> None:
    """An asset that comes between the look and the commit keeps the folder there."""
    one = folder(scope, "One")
    racing = intruded(scope, lambda: asset(scope, one))

    with pytest.raises(refusals.InUseError):
        service.remove_folder(racing, one)


@pytest.mark.parametrize("target", ["id", "path", "root"])
def test_what_is_in_a_folder_moves_out(scope: Scope, target: str) -> None:
    """Assets and folders go where `move_to` says, by id, path or to the root; then it is gone."""
    one, other = folder(scope, "One"), folder(scope, "Other")
    child = folder(scope, "Child", one)
    inside, below = [asset(scope, one) for _ in range(120)], asset(scope, child)
    words = {"id": other, "path": "/other", "root": "root"}[target]

    service.remove_folder(scope, one, move_to=words, if_match=1)

    goal = None if target == "root" else other
    assert {where(scope, each) for each in inside} == {goal}
    assert where(scope, below) == child
    tree = service.load_folders(scope)
    assert (tree.by_id[child].parent, one in tree.by_id) == (goal, False)


def test_an_asset_that_comes_meanwhile_moves_too(scope: Scope) -> None:
    """What is put into the folder while it is emptied is moved out as well."""
    one, other = folder(scope, "One"), folder(scope, "Other")
    asset(scope, one)
    late: list[Record] = []
    racing = intruded(scope, lambda: late.append(asset(scope, one)))

    service.remove_folder(racing, one, move_to=other)

    assert where(scope, late[0]) == other


@pytest.mark.parametrize(
    ("target", "error"),
    [("fol_none", refusals.InvalidCatalogError), ("/One/Child", refusals.FolderCycleError)],
)
def test_contents_go_to_another_folder_that_exists(
    scope: Scope, target: str, error: type[Exception]
) -> None:
    """A target that is not there, or is part of what goes, is refused with nothing moved."""
    one = folder(scope, "One")
    folder(scope, "Child", one)
    before = scope.ledger.head().seq

    with pytest.raises(error):
        service.remove_folder(scope, one, move_to=target)

    assert scope.ledger.head().seq == before


def test_namesakes_are_refused_before_anything_moves(scope: Scope) -> None:
    """A folder that could not be moved for its name leaves all where it is."""
    one = folder(scope, "One")
    folder(scope, "Child", one)
    folder(scope, "CHILD")
    inside = [asset(scope, one) for _ in range(60)]

    with pytest.raises(refusals.NameTakenError):
        service.remove_folder(scope, one, move_to="root")

    assert {where(scope, each) for each in inside} == {one}


def test_nothing_moves_into_a_folder_that_goes_meanwhile(scope: Scope) -> None:
    """A target that is removed after it was looked at gets nothing, and the refusal names it."""
    one, other = folder(scope, "One"), folder(scope, "Other")
    laptop = asset(scope, one)
    racing = intruded(scope, lambda: service.remove_folder(scope, other))

    with pytest.raises(refusals.InvalidCatalogError) as refused:
        service.remove_folder(racing, one, move_to=other)

    assert [(e.code, e.parameter) for e in refused.value.errors] == [("unknown_folder", "move_to")]
    assert where(scope, laptop) == one


def test_the_key_of_a_request_goes_with_the_folder(scope: Scope) -> None:
    """A removal that was cut short is no finished request: its mark is on the last commit."""
    one, other = folder(scope, "One"), folder(scope, "Other")
    asset(scope, one)
    marked = replace(scope, request=RequestMark("key", "hash"))

    service.remove_folder(marked, one, move_to=other)

    seen = scope.ledger.seen_request("key")
    assert seen is not None
    assert seen.seq == scope.ledger.head().seq


def test_a_rename_that_comes_between_is_built_upon(scope: Scope) -> None:
    """Without If-Match a move goes on top of a rename that came first."""
    one, other = folder(scope, "One"), folder(scope, "Other")
    racing = intruded(scope, lambda: service.patch_folder(scope, one, {"name": "First"}))

    service.patch_folder(racing, one, {"parent": other})
    racing = intruded(scope, lambda: service.patch_folder(scope, one, {"parent": None}))
    service.patch_folder(racing, one, {"name": "Last"})

    assert path(scope, one) == "/Last"


def test_only_ids_are_looked_up(scope: Scope) -> None:
    """A text that is no folder's id gets into no key of the table."""

    class Untouched:
        def get(self, *_: Any) -> None:
            pytest.fail("the ledger was asked")

        get_for_write = get

    untouched = replace(scope, ledger=cast("Ledger", Untouched()))
    for words in ("x", "typ_00000000000000000000000000", "fol_#" + "0" * 25):
        with pytest.raises(refusals.FolderNotFoundError):
            change.read(untouched, "folder", words)
        with pytest.raises(refusals.FolderNotFoundError):
            change.newest(untouched, ("folder", words), None)


def test_a_tree_goes_with_its_assets_in_the_trash(scope: Scope) -> None:
    """A recursive removal takes all folders; the assets lie in the trash and can be restored."""
    one = folder(scope, "One")
    child = folder(scope, "Child", one)
    laptop, trashed = asset(scope, child, tag="IT-1"), asset(scope, one)
    delete_asset(scope, trashed.id)

    service.remove_folder(scope, one, recursive=True)

    assert service.load_folders(scope).by_id == {}
    found = [scope.ledger.get("asset", each.id) for each in (laptop, trashed)]
    assert all(each and "trashed_at" in each.body for each in found)
    assert asset(scope, None, tag="it-1").body["tag"] == "it-1"
    assert "folder" not in restore_asset(scope, trashed.id).body


def test_too_much_does_not_go_at_once(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    """More assets than one request can move are refused before anything is moved."""
    monkeypatch.setattr(emptying, "MOST_ASSETS", 1)
    one = folder(scope, "One")
    asset(scope, one)
    asset(scope, one)
    before = scope.ledger.head().seq

    for more in ({"move_to": "root"}, {"recursive": True}):
        with pytest.raises(refusals.FolderTooFullError):
            service.remove_folder(scope, one, **more)

    assert scope.ledger.head().seq == before


def test_an_older_version_is_not_emptied(scope: Scope) -> None:
    """If-Match of an older version moves nothing."""
    one = folder(scope, "One")
    laptop = asset(scope, one)
    service.patch_folder(scope, one, {"name": "First"})

    with pytest.raises(VersionConflictError):
        service.remove_folder(scope, one, move_to="root", if_match=1)

    assert where(scope, laptop) == one
