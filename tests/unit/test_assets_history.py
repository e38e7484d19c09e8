"""An asset's history in the words of its fields, and taking back one change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.assets import refusals
from muster.assets.history import asset_history, present_history, revert_change
from muster.assets.model import AssetPatch, TypeChange
from muster.assets.purge import purge_asset
from muster.assets.service import (
    change_type,
    delete_asset,
    move_asset,
    patch_asset,
    restore_asset,
)
from muster.ledger.model import Cause, Record
from muster.ledger.port import MarkTakenError
from tests.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).settle_in()


def patched(office: Office, record: Record, **members: Any) -> Record:
    return patch_asset(office.scope, record.id, AssetPatch.model_validate(members))


def history(office: Office, record: Record) -> list[dict[str, Any]]:
    entries = asset_history(office.scope, record.id)
    return present_history(office.scope, record.id, entries)


def changes(entry: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {c["field"]: (c["from"], c["to"]) for c in entry["changes"]}


def test_a_change_is_told_field_by_field_with_labels(office: Office) -> None:
    made = office.asset(name="Old", custom_fields={"computer.ram": 8})
    patched(office, made, name="New", custom_fields={"computer.ram": 16})

    newest, first = history(office, made)

    assert changes(newest) == {"name": ("Old", "New"), "custom_fields.computer.ram": (8, 16)}
    assert [c["label"] for c in newest["changes"]] == ["Memory", "Name"]
    assert newest["by"]["name"] == "Anna"
    assert (newest["cause"], newest["request_id"], newest["action"]) == (
        "api",
        "req-here",
        "updated",
    )
    assert (first["action"], changes(first)["name"]) == ("created", (None, "Old"))


def test_a_change_inside_a_value_is_told_as_the_whole_value_s(office: Office) -> None:
    made = office.asset(custom_fields={"asset.price": {"amount": "12.50", "currency": "EUR"}})
    patched(office, made, custom_fields={"asset.price": {"amount": "13.00", "currency": "EUR"}})
    patched(office, made, custom_fields={"asset.price": None})

    told = [changes(entry)["custom_fields.asset.price"] for entry in history(office, made)]

    first, second = (
        {"amount": "12.50", "currency": "EUR"},
        {"amount": "13.00", "currency": "EUR"},
    )
    assert told == [(second, None), (first, second), (None, first)]


def test_every_kind_of_change_has_its_name(office: Office) -> None:
    made = office.asset()
    move_asset(office.scope, made.id, "/Berlin")
    change_type(office.scope, made.id, TypeChange(type="computer"))
    delete_asset(office.scope, made.id)
    restore_asset(office.scope, made.id)
    delete_asset(office.scope, made.id)
    purge_asset(office.scope, made.id)

    assert [entry["action"] for entry in reversed(history(office, made))] == [
        "created",
        "moved",
        "type_changed",
        "trashed",
        "restored",
        "trashed",
        "purged",
    ]


def test_references_types_and_folders_are_told_by_name(office: Office) -> None:
    room = office.asset("room", name="Room 7")
    made = office.asset(folder="/Berlin", custom_fields={"asset.place": room.id})

    told = changes(history(office, made)[0])

    assert told["folder"][1]["path"] == "/Berlin"
    assert told["type"][1]["label"] == "Laptop"
    assert told["custom_fields.asset.place"][1]["name"] == "Room 7"


def test_the_history_goes_on_from_a_place(office: Office) -> None:
    made = office.asset()
    seqs = [patched(office, made, name=f"N{n}").updated.seq for n in range(3)]

    page = asset_history(office.scope, made.id, before=seqs[2], limit=2)

    assert [entry.seq for entry in page] == [seqs[1], seqs[0]]


def test_an_asset_that_never_was_has_no_history(office: Office) -> None:
    with pytest.raises(refusals.AssetNotFoundError):
        asset_history(office.scope, "ast_00000000000000000000000000")


def test_one_change_is_taken_back_and_later_ones_stay(office: Office) -> None:
    made = office.asset(name="Old")
    renamed = patched(office, made, name="New")
    patched(office, made, description="later")

    back = revert_change(office.scope, made.id, renamed.updated.seq)

    assert (back.body["name"], back.body["description"]) == ("Old", "later")
    newest = asset_history(office.scope, made.id)[0]
    assert (newest.reason.cause, newest.reason.reverts) == (Cause.REVERT, renamed.updated.seq)


def test_the_first_field_is_taken_back_though_a_second_came(office: Office) -> None:
    made = office.asset("room")
    change_type(office.scope, made.id, TypeChange(type="laptop"))
    cpu = patched(office, made, custom_fields={"computer.cpu": "i7"})
    patched(office, made, custom_fields={"computer.ram": 8})

    back = revert_change(office.scope, made.id, cpu.updated.seq)

    assert "computer.cpu" not in back.body["fields"]
    assert back.body["fields"]["computer.ram"] == 8


def test_what_changed_again_is_not_taken_back(office: Office) -> None:
    made = office.asset(name="Old")
    renamed = patched(office, made, name="New")
    patched(office, made, name="Newer")

    with pytest.raises(refusals.ChangedSinceError) as refused:
        revert_change(office.scope, made.id, renamed.updated.seq)

    assert refused.value.extra == {"paths": ["/name"], "fields": ["name"]}


def test_to_take_back_the_creation_is_to_trash(office: Office) -> None:
    made = office.asset(tag="IT-1")

    back = revert_change(office.scope, made.id, made.updated.seq)

    assert "trashed_at" in back.body
    assert back.marks == frozenset()


def test_to_take_back_the_trashing_is_to_restore(office: Office) -> None:
    made = office.asset(tag="IT-1")
    trashed = delete_asset(office.scope, made.id)

    back = revert_change(office.scope, made.id, trashed.updated.seq)

    assert (back.body, back.marks) == (made.body, made.marks)


def test_what_lies_in_the_trash_gets_nothing_back_but_itself(office: Office) -> None:
    made = office.asset(name="Old")
    renamed = patched(office, made, name="New")
    delete_asset(office.scope, made.id)

    with pytest.raises(refusals.AssetInTrashError):
        revert_change(office.scope, made.id, renamed.updated.seq)


def test_a_tag_that_was_given_away_does_not_come_back(office: Office) -> None:
    made = office.asset(tag="IT-1")
    freed = patched(office, made, tag=None)
    office.asset(tag="IT-1")

    with pytest.raises(MarkTakenError):
        revert_change(office.scope, made.id, freed.updated.seq)


def test_a_folder_that_is_gone_is_not_gone_back_to(office: Office) -> None:
    made = office.asset(folder="/Berlin/Office 2")
    moved = move_asset(office.scope, made.id, None)
    folder = office.ledger.get("folder", office.ids["Office 2"])
    assert folder is not None
    office.delete(folder)

    with pytest.raises(refusals.ChangedSinceError) as refused:
        revert_change(office.scope, made.id, moved.updated.seq)

    assert refused.value.extra["paths"] == ["/folder"]


def test_a_commit_that_did_not_change_the_asset_is_not_taken_back(office: Office) -> None:
    made = office.asset()
    other = office.asset()

    with pytest.raises(refusals.ChangeNotFoundError):
        revert_change(office.scope, made.id, other.updated.seq)
