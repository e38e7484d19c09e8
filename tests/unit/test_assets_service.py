"""Assets made, read, changed, trashed, restored, copied and found, on a ledger in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muster.assets import refusals
from muster.assets.clone import clone_asset
from muster.assets.decide import look
from muster.assets.links import create_link, links_of
from muster.assets.model import AssetDraft, AssetPatch, Clone, LinkDraft, TypeChange
from muster.assets.present import Names, present_asset
from muster.assets.service import (
    change_type,
    create_asset,
    delete_asset,
    find_asset,
    find_assets,
    move_asset,
    patch_asset,
    read_asset,
    restore_asset,
)
from muster.catalog.model import AssetType
from muster.errors import MusterError
from muster.ledger.model import Record
from muster.ledger.port import MarkTakenError, VersionConflictError
from muster.replica.port import AssetQuery
from tests.office import Clock, Interrupted, Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).settle_in()


def shown(office: Office, record: Record) -> dict[str, Any]:
    catalog = look(office.scope).catalog
    return present_asset(record, Names(office.scope, catalog, [record]))


def patch(**members: Any) -> AssetPatch:
    return AssetPatch.model_validate(members)


def pointers(error: MusterError) -> dict[str | None, str]:
    return {e.pointer: e.code for e in error.errors}


def test_a_new_asset_has_the_next_key_of_its_type(office: Office) -> None:
    """Types count their keys apart, and no number is given twice."""
    made = [office.asset(kind) for kind in ("laptop", "room", "laptop")]

    assert [record.body["key"] for record in made] == ["LAP-1", "ROOM-1", "LAP-2"]


def test_numbered_fields_draw_their_own_numbers(office: Office) -> None:
    made = [office.asset("laptop"), office.asset("computer")]

    assert [record.body["fields"]["computer.number"] for record in made] == [1, 2]


def test_an_asset_is_shown_with_names_beside_ids(office: Office) -> None:
    """Type, folder and references come with what a person calls them."""
    room = office.asset("room", name="Room 7")
    laptop = office.asset(
        tag="IT-1", folder="/Berlin/Office 2", custom_fields={"asset.place": {"key": "ROOM-1"}}
    )

    seen = shown(office, laptop)

    assert seen["type"] == {"id": office.ids["laptop"], "name": "laptop", "label": "Laptop"}
    assert seen["folder"] == {"id": office.ids["Office 2"], "path": "/Berlin/Office 2"}
    place = seen["custom_fields"]["asset.place"]
    assert (place["id"], place["key"], place["name"]) == (room.id, "ROOM-1", "Room 7")
    assert seen["created"]["by"] == {"id": office.scope.actor.id, "name": "Anna"}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"name": "N", "tag": "T"}, "N"),
        ({"tag": "T", "serial": "S"}, "T"),
        ({"serial": "S"}, "S"),
        ({}, "Laptop"),
    ],
)
def test_an_asset_without_a_name_is_called_by_what_it_has(
    office: Office, given: dict[str, str], name: str
) -> None:
    assert office.asset(**given).body["name"] == name


def test_every_field_that_is_wrong_is_told_at_once(office: Office) -> None:
    with pytest.raises(refusals.InvalidAssetError) as refused:
        office.asset(
            "phone", folder="/Nowhere", custom_fields={"asset.place": "none", "computer.cpu": "x"}
        )

    assert set(pointers(refused.value)) == {
        "/folder",
        "/custom_fields/asset.place",
        "/custom_fields/computer.cpu",
        "/custom_fields/phone.imei",
    }
    assert pointers(refused.value)["/custom_fields/phone.imei"] == "required"


@pytest.mark.parametrize(("kind", "code"), [("lptop", "unknown_type"), ("thing", "abstract_type")])
def test_only_types_that_have_assets_are_taken(office: Office, kind: str, code: str) -> None:
    with pytest.raises(refusals.InvalidAssetError) as refused:
        office.asset(kind)

    assert pointers(refused.value) == {"/type": code}


def test_an_unknown_type_is_answered_with_the_nearest(office: Office) -> None:
    with pytest.raises(refusals.InvalidAssetError, match="did you mean 'laptop'"):
        office.asset("lptop")


def test_a_tag_is_one_asset_s_whatever_its_case(office: Office) -> None:
    """The refusal says which member is taken, and by which asset."""
    first = office.asset(tag="IT-1")

    with pytest.raises(MarkTakenError) as refused:
        office.asset(tag="it-1")

    assert pointers(refused.value) == {"/tag": "not_unique"}
    assert refused.value.errors[0].extra == {"conflicts_with": first.id}


def test_a_unique_field_s_value_is_one_asset_s(office: Office) -> None:
    office.asset(custom_fields={"computer.hostname": "web-1"})

    with pytest.raises(MarkTakenError) as refused:
        office.asset(custom_fields={"computer.hostname": "web-1"})

    assert pointers(refused.value) == {"/custom_fields/computer.hostname": "not_unique"}


def test_serial_numbers_may_repeat(office: Office) -> None:
    """They are unique per maker at best, and dirty in the field."""
    one, other = office.asset(serial="123"), office.asset(serial="123")

    assert one.id != other.id


def test_a_type_made_elsewhere_just_now_is_known(office: Office) -> None:
    """A refusal on a replica that is behind is no refusal: it is decided again."""
    office.put("asset_type", AssetType(name="drone", label="Drone", key_prefix="DR"))

    assert office.asset("drone").body["key"] == "DR-1"


def test_a_type_that_became_abstract_elsewhere_takes_no_asset(office: Office) -> None:
    """A catalog that is out of date can't pass what the present one refuses."""
    office.scope.replica.catch_up()
    stale = look(office.scope).catalog.types[office.ids["room"]]
    record = office.ledger.get("asset_type", stale.id)
    assert record is not None
    office.change(record, abstract=True)

    with pytest.raises(refusals.InvalidAssetError) as refused:
        office.asset("room")

    assert pointers(refused.value) == {"/type": "abstract_type"}


def test_a_patch_changes_what_it_names_and_null_clears(office: Office) -> None:
    made = office.asset(
        tag="IT-1", description="old", custom_fields={"computer.cpu": "i5", "computer.ram": 8}
    )

    changed = patch_asset(
        office.scope,
        made.id,
        patch(description=None, custom_fields={"computer.ram": 16, "computer.cpu": None}),
    )

    assert changed.version == 2
    assert changed.body == {
        n: v for n, v in made.body.items() if n not in {"description", "fields"}
    } | {"fields": {"computer.number": 1, "computer.ram": 16}}


def test_a_patch_of_nothing_new_leaves_no_trace(office: Office) -> None:
    made = office.asset(tag="IT-1")
    seq = office.ledger.head().seq

    same = patch_asset(office.scope, made.id, patch(tag="IT-1"))

    assert (same.version, office.ledger.head().seq) == (1, seq)


def test_an_old_version_is_refused_with_what_changed_since(office: Office) -> None:
    made = office.asset(tag="IT-1")
    patch_asset(office.scope, made.id, patch(custom_fields={"computer.ram": 16}))

    with pytest.raises(VersionConflictError) as refused:
        patch_asset(office.scope, made.id, patch(name="New"), if_match=1)

    assert refused.value.extra["current_version"] == 2
    assert refused.value.extra["changed_fields"] == ["custom_fields.computer.ram"]


def test_two_patches_of_different_fields_both_hold(office: Office) -> None:
    """Without If-Match a change that comes between is merged upon."""
    made = office.asset()
    other = office.another("there")
    other.replica.catch_up()
    patch_asset(other, made.id, patch(description="there"))

    both = patch_asset(office.scope, made.id, patch(name="here"))

    assert (both.body["name"], both.body["description"]) == ("here", "there")


def test_a_patch_that_came_between_is_merged_upon(tmp_path: Path) -> None:
    """It comes after the read and before the commit."""
    ledger = Interrupted("acme", Clock())
    office = Office(tmp_path, ledger).settle_in()
    made = office.asset()
    other = office.another("there")
    ledger.before_commit = lambda: patch_asset(other, made.id, patch(description="there"))

    both = patch_asset(office.scope, made.id, patch(name="here"))

    assert (both.body["name"], both.body["description"]) == ("here", "there")


def test_a_patch_that_came_between_breaks_if_match(tmp_path: Path) -> None:
    ledger = Interrupted("acme", Clock())
    office = Office(tmp_path, ledger).settle_in()
    made = office.asset()
    other = office.another("there")
    ledger.before_commit = lambda: patch_asset(other, made.id, patch(description="there"))

    with pytest.raises(VersionConflictError):
        patch_asset(office.scope, made.id, patch(name="here"), if_match=1)


def test_the_trash_frees_a_tag_and_keeps_the_asset(office: Office) -> None:
    made = office.asset(tag="IT-1")

    trashed = delete_asset(office.scope, made.id, made.version)
    heir = office.asset(tag="IT-1")

    assert shown(office, trashed)["trashed"]["by"]["name"] == "Anna"
    assert read_asset(office.scope, made.id).body["tag"] == heir.body["tag"]
    assert [r.id for r in find_assets(office.scope, AssetQuery(trashed="yes")).items] == [made.id]


def test_a_tag_that_was_given_away_keeps_its_former_asset_in_the_trash(office: Office) -> None:
    made = office.asset(tag="IT-1")
    delete_asset(office.scope, made.id)
    heir = office.asset(tag="IT-1")

    with pytest.raises(MarkTakenError) as refused:
        restore_asset(office.scope, made.id)

    assert refused.value.extra["holder"] == heir.id


def test_a_restored_asset_holds_its_tag_again(office: Office) -> None:
    made = office.asset(tag="IT-1")
    delete_asset(office.scope, made.id)

    back = restore_asset(office.scope, made.id)

    assert (back.body, back.marks) == (made.body, made.marks)
    with pytest.raises(MarkTakenError):
        office.asset(tag="IT-1")


@pytest.mark.parametrize(
    "change",
    [
        lambda scope, asset: patch_asset(scope, asset, patch(name="x")),
        lambda scope, asset: move_asset(scope, asset, None),
        lambda scope, asset: change_type(scope, asset, TypeChange(type="computer")),
        delete_asset,
    ],
)
def test_what_lies_in_the_trash_is_not_changed(
    office: Office, change: Callable[..., Record]
) -> None:
    made = office.asset()
    delete_asset(office.scope, made.id)

    with pytest.raises(refusals.AssetInTrashError):
        change(office.scope, made.id)


def test_another_type_keeps_values_that_it_does_not_show(office: Office) -> None:
    """They are shown apart, and in their place again when the type comes back."""
    made = office.asset(custom_fields={"computer.cpu": "i7", "computer.hostname": "h"})

    phone = change_type(
        office.scope,
        made.id,
        TypeChange(type="phone", custom_fields={"phone.imei": "35"}),
    )
    other = shown(office, phone)
    laptop = change_type(office.scope, made.id, TypeChange(type="laptop"))

    assert other["custom_fields"] == {"phone.imei": "35"}
    assert other["other_fields"]["computer.cpu"] == "i7"
    assert phone.marks == frozenset()
    assert shown(office, laptop)["custom_fields"]["computer.cpu"] == "i7"
    assert laptop.marks == made.marks
    assert laptop.body["key"] == "LAP-1"


def test_another_type_asks_for_its_required_fields(office: Office) -> None:
    made = office.asset()

    with pytest.raises(refusals.InvalidAssetError) as refused:
        change_type(office.scope, made.id, TypeChange(type="phone"))

    assert pointers(refused.value) == {"/custom_fields/phone.imei": "required"}


def test_a_value_that_the_type_has_no_field_for_can_be_cleared(office: Office) -> None:
    made = office.asset(custom_fields={"computer.cpu": "i7"})
    change_type(office.scope, made.id, TypeChange(type="phone", custom_fields={"phone.imei": "35"}))

    cleared = patch_asset(office.scope, made.id, patch(custom_fields={"computer.cpu": None}))

    assert "computer.cpu" not in cleared.body["fields"]


def test_a_clone_leaves_behind_what_must_be_unique(office: Office) -> None:
    made = office.asset(
        name="Desk",
        tag="IT-1",
        serial="S",
        folder="/Berlin",
        custom_fields={"computer.cpu": "i7", "computer.hostname": "h"},
    )

    copy = clone_asset(office.scope, made.id, Clone())

    assert copy.body == {
        "type": office.ids["laptop"],
        "key": "LAP-2",
        "name": "Desk",
        "folder": office.ids["Berlin"],
        "fields": {"computer.cpu": "i7", "computer.number": 2},
    }
    assert len(office.ledger.history("asset", copy.id)) == 1


def test_a_clone_takes_links_along_when_asked(office: Office) -> None:
    room, made = office.asset("room"), office.asset()
    create_link(office.scope, room.id, LinkDraft(type="contains", target=made.id))

    with_links = clone_asset(office.scope, made.id, Clone(copy_links=True))
    without = clone_asset(office.scope, made.id, Clone())

    assert [n.link.source for n in links_of(office.scope, with_links.id)] == [room.id]
    assert links_of(office.scope, without.id) == []


def test_a_clone_with_more_links_than_a_commit_holds_gets_all_of_them(office: Office) -> None:
    hub = office.asset("room")
    for _ in range(60):
        leaf = office.asset("room")
        create_link(office.scope, hub.id, LinkDraft(type="contains", target=leaf.id))

    copy = clone_asset(office.scope, hub.id, Clone(copy_links=True))

    assert len(links_of(office.scope, copy.id)) == 60


def test_an_asset_is_found_by_its_natural_keys(office: Office) -> None:
    made = office.asset(tag="IT-1", serial="S-1")

    found = [
        find_asset(office.scope, name, value).id
        for name, value in (("tag", "it-1"), ("serial", "s-1"), ("key", "LAP-1"))
    ]

    assert found == [made.id] * 3


def test_a_serial_number_of_two_assets_is_answered_with_both(office: Office) -> None:
    both = {office.asset(serial="S").id, office.asset(serial="S").id}

    with pytest.raises(refusals.AmbiguousMatchError) as refused:
        find_asset(office.scope, "serial", "S")

    assert {one["id"] for one in refused.value.extra["candidates"]} == both


def test_an_asset_is_read_as_it_was(office: Office) -> None:
    made = office.asset(name="Old")
    patch_asset(office.scope, made.id, patch(name="New"))

    by_seq = read_asset(office.scope, made.id, made.updated.seq)
    by_time = read_asset(office.scope, made.id, made.updated.at)

    assert by_seq.body["name"] == by_time.body["name"] == "Old"
    with pytest.raises(refusals.AssetNotFoundError):
        read_asset(office.scope, made.id, made.updated.seq - 1)


def test_a_dry_run_checks_all_and_writes_nothing(office: Office) -> None:
    office.asset(tag="IT-1")
    seq = office.ledger.head().seq

    foreseen = create_asset(office.dry(), AssetDraft(type="laptop", tag="IT-2"))
    with pytest.raises(MarkTakenError):
        create_asset(office.dry(), AssetDraft(type="laptop", tag="it-1"))

    assert shown(office, foreseen)["key"] is None
    assert office.ledger.head().seq == seq


def test_a_reference_keeps_to_the_types_that_the_field_allows(office: Office) -> None:
    """A name that several assets answer to is refused, and so is one of the wrong type."""
    office.asset("room", name="A")
    office.asset("room", name="A")

    with pytest.raises(refusals.InvalidAssetError) as refused:
        office.asset(custom_fields={"asset.place": "A"})

    assert pointers(refused.value) == {"/custom_fields/asset.place": "ambiguous_reference"}
