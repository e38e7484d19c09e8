"""What each operation does to one asset, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.assets.links import create_link
from muster.assets.model import LinkDraft
from muster.assets.service import delete_asset
from muster.ledger.model import Delete, Put
from muster.ledger.port import VersionConflictError
from muster.operations.model import Policy
from muster.operations.refusals import InvalidOperationError
from tests.unit.operations_world import BLUE, GREEN, RED, World, body_of

type Op = dict[str, Any]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def set_(name: str, value: Any) -> Op:
    return {"op": "set", "field": name, "value": value}


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("f.text", " a ", "a"),
        ("f.area", "a\r\nb", "a\nb"),
        ("f.int", 7, 7),
        ("f.number", 0.5, 0.5),
        ("f.yes", False, False),
        ("f.date", "2026-02-28", "2026-02-28"),
        ("f.money", "12.50", {"minor": 1250, "currency": "EUR"}),
        ("f.select", "green", GREEN),
        ("f.multi", ["Red", "Green"], [RED, GREEN]),
        ("f.texts", ["a", "b"], ["a", "b"]),
        ("f.users", ["me", "Zoe"], ["mem_00000000000000000000000ANA", "Zoe"]),
        ("f.json", {"a": [1]}, {"a": [1]}),
    ],
)
def test_set_stores_what_a_patch_would(world: World, name: str, value: Any, stored: Any) -> None:
    """Setting takes the same typed JSON as `custom_fields` does."""
    found = world.fields_after(world.kit(), set_(name, value))

    assert found[name] == stored


def test_a_reference_is_set_by_its_natural_key(world: World) -> None:
    room = world.office.asset("room", name="Hall", tag="R-1")

    found = world.fields_after(world.kit(), set_("f.place", {"tag": "R-1"}))

    assert found["f.place"] == room.id


@pytest.mark.parametrize(
    ("text", "name", "before", "after"),
    [
        ("+2", "int", 5, 7),
        ("+-2", "int", 5, 3),
        ("plain", "text", "old", "plain"),
        ("+ more", "area", "some", "some more"),
        ("+1m", "date", "2020-01-01", "2026-02-28"),
        ("$currentUser$", "text", None, "Anna"),
    ],
)
def test_set_reads_the_language_of_sequences(
    world: World, text: str, name: str, before: Any, after: Any
) -> None:
    """A `text` is read against the value that is there, at the time of the run."""
    kit = world.kit(**({name: before} if before is not None else {}))

    found = world.fields_after(kit, {"op": "set", "field": f"f.{name}", "text": text})

    assert found[f"f.{name}"] == after


def test_built_in_members_are_set_and_cleared(world: World) -> None:
    kit = world.kit(tag="T-1")
    operations = [
        set_("name", "New"),
        set_("description", "Long"),
        {"op": "append", "field": "description", "text": "er"},
        {"op": "clear", "field": "tag"},
        set_("folder", "/Berlin"),
    ]

    body = body_of(world.decide(kit, *operations).writes, kit)

    assert (body["name"], body["description"]) == ("New", "Longer")
    assert "tag" not in body
    assert body["folder"] == world.office.ids["Berlin"]


@pytest.mark.parametrize(("before", "after"), [({}, True), ({"yes": True}, False)])
def test_toggle_turns_and_makes_an_empty_field_yes(
    world: World, before: dict[str, Any], after: bool
) -> None:
    found = world.fields_after(world.kit(**before), {"op": "toggle", "field": "f.yes"})

    assert found["f.yes"] is after


@pytest.mark.parametrize(
    ("name", "before", "values", "after"),
    [
        ("multi", ["Red"], ["red", "Green"], [RED, GREEN]),
        ("texts", ["a"], ["b", "a"], ["a", "b"]),
        ("users", [], ["Zoe", "me"], ["Zoe", "mem_00000000000000000000000ANA"]),
    ],
)
def test_add_keeps_what_is_there_once(
    world: World, name: str, before: Any, values: Any, after: Any
) -> None:
    kit = world.kit(**({name: before} if before else {}))

    found = world.fields_after(kit, {"op": "add", "field": f"f.{name}", "values": values})

    assert found[f"f.{name}"] == after


def test_remove_leaves_the_rest_and_an_empty_field_at_the_end(world: World) -> None:
    kit = world.kit(multi=["Red", "Green"], texts=["a"])
    operations = [
        {"op": "remove", "field": "f.multi", "values": ["Red"]},
        {"op": "remove", "field": "f.texts", "values": ["a", "zzz"]},
    ]

    found = world.fields_after(kit, *operations)

    assert found["f.multi"] == [GREEN]
    assert "f.texts" not in found


def test_references_are_added_beside_ones_in_the_trash_and_removed_by_id(world: World) -> None:
    """What a field names already is not looked up again: it may lie in the trash by now."""
    gone, here = world.room("Gone"), world.room("Here")
    kit = world.kit(places=[gone.id])
    delete_asset(world.office.scope, gone.id)

    added = world.fields_after(kit, {"op": "add", "field": "f.places", "values": [here.id]})
    removed = world.fields_after(kit, {"op": "remove", "field": "f.places", "values": [gone.id]})

    assert added["f.places"] == [gone.id, here.id]
    assert "f.places" not in removed


def test_too_many_references_fail(world: World) -> None:
    rooms = [world.room(str(n)).id for n in range(3)]
    kit = world.kit(places=rooms[:2])

    decided = world.decide(kit, {"op": "add", "field": "f.places", "values": rooms[2:]})

    assert decided.action == "fail"
    assert decided.problem
    assert decided.problem["code"] == "too_many"


@pytest.mark.parametrize(
    ("name", "before", "by", "after"),
    [
        ("int", 5, 3, 8),
        ("int", None, -3, -3),
        ("number", 0.1, 0.2, 0.3),
        ("money", "10.00", "-2.50", {"minor": 750, "currency": "EUR"}),
        ("money", None, "2", {"minor": 200, "currency": "EUR"}),
    ],
)
def test_increase_adds_exactly(world: World, name: str, before: Any, by: Any, after: Any) -> None:
    """An empty field counts as nothing; 0.1 and 0.2 are 0.3; money stays in its minor units."""
    kit = world.kit(**({name: before} if before is not None else {}))

    found = world.fields_after(kit, {"op": "increase", "field": f"f.{name}", "by": by})

    assert found[f"f.{name}"] == after


def test_shift_counts_from_the_time_of_the_run(world: World) -> None:
    """M is months, and the last day of a shorter month stands in for one that it has not."""
    kit = world.kit(date="2001-01-01")

    found = world.fields_after(kit, {"op": "shift", "field": "f.date", "offset": "+1m"})

    assert found["f.date"] == "2026-02-28"


def test_move_takes_a_path_an_id_or_the_root(world: World) -> None:
    kit = world.office.asset("kit", folder="/Berlin", custom_fields={"f.must": "x"})

    deeper = world.decide(kit, {"op": "move", "folder": "/Berlin/Office 2"})
    root = world.decide(kit, {"op": "move", "folder": None})

    assert body_of(deeper.writes, kit)["folder"] == world.office.ids["Office 2"]
    assert "folder" not in body_of(root.writes, kit)


def test_change_type_asks_for_what_the_new_type_requires(world: World) -> None:
    room = world.room()

    refused = world.decide(room, {"op": "change_type", "type": "kit"})
    done = world.decide(
        room, {"op": "change_type", "type": "kit", "custom_fields": {"f.must": "x"}}
    )

    assert refused.problem
    assert refused.problem["code"] == "required"
    assert body_of(done.writes, room)["type"] == world.office.ids["kit"]


def test_operations_see_what_earlier_ones_did(world: World) -> None:
    """One write comes of a change of type, values of its fields and a sum, one upon another."""
    room = world.room()
    operations: list[Op] = [
        {"op": "change_type", "type": "kit", "custom_fields": {"f.must": "x", "f.int": 1}},
        {"op": "increase", "field": "f.int", "by": 2},
        {"op": "increase", "field": "f.int", "by": 4},
        {"op": "clear", "field": "f.int"},
        {"op": "increase", "field": "f.int", "by": 9},
    ]

    decided = world.decide(room, *operations)

    (put,) = decided.writes
    assert isinstance(put, Put)
    assert put.before == room
    assert put.body["fields"]["f.int"] == 9
    assert [number.path for number in put.numbers] == [("fields", "f.auto")]


def test_links_come_once_and_go(world: World) -> None:
    kit, room = world.kit(), world.room()
    link = {"op": "link", "type": "contains", "target": room.id, "direction": "inbound"}
    made = world.decide(kit, link)
    (put,) = made.writes
    world.office.commit(put)
    again = world.decide(kit, link)
    gone = world.decide(kit, {"op": "unlink", "type": "contains"})
    other_way = world.decide(kit, {"op": "unlink", "type": "contains", "direction": "outbound"})

    assert isinstance(put, Put)
    assert (put.body["source"], put.body["target"]) == (room.id, kit.id)
    assert made.changes[0]["new"]["name"] == "lies in"
    assert again.action == "unchanged"
    assert [type(write) for write in gone.writes] == [Delete]
    assert other_way.action == "unchanged"


def test_a_symmetric_link_has_no_direction(world: World) -> None:
    kit, room = world.kit(), world.room()
    create_link(world.office.scope, room.id, LinkDraft(type="beside", target=kit.id))

    decided = world.decide(kit, {"op": "link", "type": "beside", "target": room.id})

    assert decided.action == "unchanged"


def test_an_asset_is_not_linked_with_itself(world: World) -> None:
    kit = world.kit()

    decided = world.decide(kit, {"op": "link", "type": "beside", "target": kit.id})

    assert decided.problem
    assert decided.problem["code"] == "self_link"


def test_a_comment_is_a_record_of_its_own(world: World) -> None:
    kit = world.kit()

    decided = world.decide(kit, {"op": "comment", "text": "Seen."})

    (put,) = decided.writes
    assert isinstance(put, Put)
    assert (put.kind, put.body["asset"], put.body["text"]) == ("comment", kit.id, "Seen.")


def test_deleting_twice_and_restoring_what_is_there_change_nothing(world: World) -> None:
    kit = world.kit(tag="T-1")
    trashed = delete_asset(world.office.scope, kit.id)

    assert world.decide(kit, {"op": "delete"}).changes[0]["field"] == "trashed"
    assert world.decide(trashed, {"op": "delete"}).action == "unchanged"
    assert world.decide(kit, {"op": "restore"}).action == "unchanged"
    back = world.decide(trashed, {"op": "restore"}, set_("f.int", 1))
    assert back.action == "update"
    assert "trashed_at" not in body_of(back.writes, kit)


def test_what_lies_in_the_trash_is_not_changed(world: World) -> None:
    trashed = delete_asset(world.office.scope, world.kit().id)

    decided = world.decide(trashed, set_("f.int", 1))

    assert decided.problem
    assert decided.problem["code"] == "asset_in_trash"


def test_an_asset_is_changed_by_all_operations_or_by_none(world: World) -> None:
    kit, room = world.kit(int=99), world.room()
    operations = [
        {"op": "link", "type": "contains", "target": room.id},
        set_("f.text", "new"),
        {"op": "increase", "field": "f.int", "by": 2},
    ]

    decided = world.decide(kit, *operations)

    assert decided.action == "fail"
    assert decided.problem
    assert decided.problem["code"] == "too_large"
    assert decided.writes == ()


def test_operations_that_fail_may_be_left_out(world: World) -> None:
    """Then the others are done, and each that was not is told."""
    kit = world.kit(int=99)
    operations = [
        set_("f.text", "new"),
        {"op": "increase", "field": "f.int", "by": 2},
        set_("computer.cpu", "M3"),
        set_("f.number", 4),
    ]

    decided = world.decide(kit, *operations, policy=Policy(ignore_errors=True))

    fields = body_of(decided.writes, kit)["fields"]
    assert (fields["f.text"], fields["f.int"], fields["f.number"]) == ("new", 99, 4)
    assert [each["code"] for each in decided.warnings] == ["too_large", "field_not_on_type"]


@pytest.mark.parametrize(("policy", "action"), [("skip", "skip"), ("fail", "fail")])
def test_a_field_that_the_type_has_not(world: World, policy: Any, action: str) -> None:
    """It skips the asset, as in Asset Tracker's bulk edit, or fails it, as the policy says."""
    decided = world.decide(world.room(), set_("f.int", 1), policy=Policy(missing_field=policy))

    assert decided.action == action
    assert decided.problem
    assert decided.problem["code"] == "field_not_on_type"


def test_required_and_retired_rules_hold(world: World) -> None:
    cleared = world.decide(world.kit(), {"op": "clear", "field": "f.must"})
    retired = world.decide(world.kit(), {"op": "add", "field": "f.multi", "values": [BLUE]})

    assert cleared.problem
    assert cleared.problem["code"] == "required"
    assert retired.problem
    assert retired.problem["code"] == "retired_option"


def test_a_unique_value_goes_to_the_first_asset_only(world: World) -> None:
    one, other = world.kit(), world.kit()
    operating = world.ready(set_("f.unique", "B-1"))

    first = world.decide_on(operating, one)
    second = world.decide_on(operating, other)

    assert first.action == "update"
    assert second.problem
    assert second.problem["code"] == "not_unique"


def test_changes_are_told_with_names(world: World) -> None:
    kit = world.kit(select="Red")

    decided = world.decide(kit, set_("f.select", "Green"), set_("f.money", "3"))

    assert {each["field"]: each["new"] for each in decided.changes} == {
        "f.select": {"id": GREEN, "label": "Green"},
        "f.money": {"amount": "3.00", "currency": "EUR"},
    }


@pytest.mark.parametrize(
    ("operation", "code", "at"),
    [
        (set_("f.txt", 1), "unknown_field", "field"),
        (set_("f.int", "many"), "wrong_type", "value"),
        (set_("f.auto", 1), "read_only", "field"),
        (set_("f.select", "Pink"), "unknown_option", "value"),
        (set_("f.place", "nowhere"), "unknown_asset", "value"),
        (set_("name", ""), "string_too_short", "value"),
        (set_("folder", "/Nowhere"), "unknown_folder", "value"),
        ({"op": "set", "field": "f.int", "text": "+x"}, "invalid_change", "text"),
        ({"op": "set", "field": "f.text", "text": "$assignee$"}, "issue_needed", "text"),
        ({"op": "toggle", "field": "f.int"}, "operation_not_for_field", "field"),
        ({"op": "add", "field": "f.text", "values": ["a"]}, "operation_not_for_field", "field"),
        ({"op": "add", "field": "f.multi", "values": ["Pink"]}, "unknown_option", "values"),
        ({"op": "remove", "field": "f.json", "values": [1]}, "operation_not_for_field", "field"),
        ({"op": "append", "field": "folder", "text": "a"}, "operation_not_for_field", "field"),
        ({"op": "increase", "field": "f.text", "by": 1}, "operation_not_for_field", "field"),
        (
            {"op": "increase", "field": "f.money", "by": {"amount": "1", "currency": "USD"}},
            "wrong_currency",
            "by",
        ),
        ({"op": "increase", "field": "f.int", "by": None}, "wrong_type", "by"),
        ({"op": "shift", "field": "f.int", "offset": "+1d"}, "operation_not_for_field", "field"),
        ({"op": "shift", "field": "f.date", "offset": "+1d1d"}, "invalid_offset", "offset"),
        ({"op": "move", "folder": "/Nowhere"}, "unknown_folder", "folder"),
        ({"op": "change_type", "type": "kitt"}, "unknown_type", "type"),
        ({"op": "change_type", "type": "thing"}, "abstract_type", "type"),
        (
            {"op": "change_type", "type": "kit", "custom_fields": {"f.int": "x"}},
            "wrong_type",
            "custom_fields/f.int",
        ),
        ({"op": "link", "type": "holds", "target": "x"}, "asset_not_found", "target"),
        ({"op": "unlink", "type": "holds"}, "unknown_link_type", "type"),
    ],
)
def test_what_can_never_work_is_refused_at_once(
    world: World, operation: Op, code: str, at: str
) -> None:
    """The refusal names the member of the operation that it is about."""
    with pytest.raises(InvalidOperationError) as refused:
        world.ready({"op": "delete"}, operation)

    (error,) = refused.value.errors
    assert (error.code, error.pointer) == (code, f"/operations/1/{at}")


def test_all_that_is_wrong_is_told_together(world: World) -> None:
    with pytest.raises(InvalidOperationError) as refused:
        world.ready(set_("f.txt", 1), set_("f.int", "x"))

    assert len(refused.value.errors) == 2


def test_writes_are_refused_where_the_asset_moved_on(world: World) -> None:
    """A decision is on the version that was looked at, and can't overwrite a newer one."""
    kit = world.kit()
    decided = world.decide(kit, set_("f.int", 1))
    world.office.change(kit, name="Other")

    with pytest.raises(VersionConflictError):
        world.office.commit(*decided.writes)
