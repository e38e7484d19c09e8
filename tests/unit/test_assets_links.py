"""Links, the graph of them, and what a purge takes along, on a ledger in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from muster.assets import refusals
from muster.assets.decide import look
from muster.assets.graph import GraphQuery, asset_graph, present_graph
from muster.assets.links import create_link, delete_link, links_of, present_neighbour, read_link
from muster.assets.model import AssetPatch, LinkDraft
from muster.assets.present import Names
from muster.assets.purge import purge_asset, what_links_here
from muster.assets.service import delete_asset, patch_asset, restore_asset
from muster.ledger.model import Record
from tests.office import Clock, Interrupted, Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).settle_in()


def link(office: Office, source: Record, target: Record, kind: str = "contains") -> Record:
    return create_link(office.scope, source.id, LinkDraft(type=kind, target=target.id))


def rooms(office: Office, count: int) -> list[Record]:
    return [office.asset("room", name=f"Room {n}") for n in range(count)]


def test_each_end_sees_the_link_in_its_own_words(office: Office) -> None:
    room, shelf = rooms(office, 2)
    made = link(office, room, shelf)

    names = Names(office.scope, look(office.scope).catalog)
    (out,) = [present_neighbour(n, names) for n in links_of(office.scope, room.id)]
    (back,) = [present_neighbour(n, names) for n in links_of(office.scope, shelf.id)]

    assert (out["direction"], out["name"], out["asset"]["name"]) == (
        "outbound",
        "contains",
        "Room 1",
    )
    assert (back["direction"], back["name"], back["asset"]["name"]) == (
        "inbound",
        "lies in",
        "Room 0",
    )
    assert out["id"] == back["id"] == made.id


def test_an_inbound_link_is_the_other_end_s_outbound_one(office: Office) -> None:
    room, shelf = rooms(office, 2)

    made = create_link(
        office.scope, shelf.id, LinkDraft(type="contains", target=room.id, direction="inbound")
    )

    assert (made.body["source"], made.body["target"]) == (room.id, shelf.id)


def test_the_same_link_twice_is_refused_with_the_first(office: Office) -> None:
    room, shelf = rooms(office, 2)
    first = link(office, room, shelf)

    with pytest.raises(refusals.LinkExistsError) as refused:
        link(office, room, shelf)

    assert refused.value.extra == {"link": first.id}
    assert link(office, shelf, room).id != first.id


def test_a_symmetric_link_has_no_direction(office: Office) -> None:
    room, shelf = rooms(office, 2)
    link(office, room, shelf, "beside")

    with pytest.raises(refusals.LinkExistsError):
        link(office, shelf, room, "beside")


def test_an_asset_is_not_linked_with_itself(office: Office) -> None:
    (room,) = rooms(office, 1)

    with pytest.raises(refusals.InvalidLinkError) as refused:
        link(office, room, room)

    assert refused.value.errors[0].code == "self_link"


def test_a_link_type_joins_only_its_types(office: Office) -> None:
    (room,) = rooms(office, 1)
    phone = office.asset("phone", custom_fields={"phone.imei": "1"})

    with pytest.raises(refusals.InvalidLinkError) as refused:
        link(office, phone, room, "charges")

    assert refused.value.errors[0].code == "link_types"
    assert link(office, room, phone, "charges").body["source"] == room.id


def test_an_unknown_link_type_is_answered_with_the_nearest(office: Office) -> None:
    room, shelf = rooms(office, 2)

    with pytest.raises(refusals.InvalidLinkError, match="did you mean 'contains'"):
        link(office, room, shelf, "contain")


def test_what_lies_in_the_trash_gets_no_links(office: Office) -> None:
    room, shelf = rooms(office, 2)
    delete_asset(office.scope, shelf.id)

    with pytest.raises(refusals.AssetInTrashError):
        link(office, room, shelf)


def test_a_removed_link_may_be_made_again(office: Office) -> None:
    room, shelf = rooms(office, 2)
    first = link(office, room, shelf)

    delete_link(office.scope, first.id, first.version)

    with pytest.raises(refusals.LinkNotFoundError):
        read_link(office.scope, first.id)
    assert link(office, room, shelf).id != first.id


def test_a_delete_tells_what_links_here(office: Office) -> None:
    room, shelf = rooms(office, 2)
    link(office, room, shelf)
    laptop = office.asset(custom_fields={"asset.place": shelf.id})

    found = what_links_here(office.scope, shelf.id)

    assert found["count"] == 2
    assert {one["id"]: sorted(one["via"]) for one in found["items"]} == {
        room.id: ["link", "name"],
        laptop.id: ["field"],
    }


def test_a_purge_takes_the_links_along(office: Office) -> None:
    """More of them than one commit holds, and no link is left that points nowhere."""
    hub, *leaves = rooms(office, 61)
    for leaf in leaves:
        link(office, hub, leaf)
    delete_asset(office.scope, hub.id)

    removed = purge_asset(office.scope, hub.id)

    assert removed == {"links_removed": 60, "comments_removed": 0}
    assert office.ledger.get("asset", hub.id) is None
    assert not any(links_of(office.scope, leaf.id) for leaf in leaves)


def test_only_what_lies_in_the_trash_is_purged(office: Office) -> None:
    (room,) = rooms(office, 1)

    with pytest.raises(refusals.AssetNotInTrashError):
        purge_asset(office.scope, room.id)


def test_what_others_name_is_purged_only_by_force(office: Office) -> None:
    (room,) = rooms(office, 1)
    laptop = office.asset(custom_fields={"asset.place": room.id})
    delete_asset(office.scope, room.id)

    with pytest.raises(refusals.AssetReferencedError) as refused:
        purge_asset(office.scope, room.id)
    purge_asset(office.scope, room.id, force=True)

    assert [one["id"] for one in refused.value.extra["referenced_from"]] == [laptop.id]
    assert office.ledger.get("asset", room.id) is None


def interrupted(tmp_path: Path) -> tuple[Office, Interrupted]:
    ledger = Interrupted("acme", Clock())
    return Office(tmp_path, ledger).settle_in(), ledger


def test_a_link_to_what_is_purged_meanwhile_is_not_made(tmp_path: Path) -> None:
    """The purge comes between the look at both ends and the commit."""
    office, ledger = interrupted(tmp_path)
    room, shelf = rooms(office, 2)
    other = office.another("there")

    def purge() -> None:
        delete_asset(other, shelf.id)
        purge_asset(other, shelf.id)

    ledger.before_commit = purge
    with pytest.raises(refusals.AssetNotFoundError):
        link(office, room, shelf)

    assert links_of(office.scope, room.id) == []


def test_a_purge_takes_along_a_link_that_is_made_meanwhile(tmp_path: Path) -> None:
    office, ledger = interrupted(tmp_path)
    room, shelf = rooms(office, 2)
    delete_asset(office.scope, shelf.id)
    other = office.another("there")

    def restore_link_and_trash() -> None:
        restore_asset(other, shelf.id)
        create_link(other, room.id, LinkDraft(type="contains", target=shelf.id))
        delete_asset(other, shelf.id)

    ledger.before_commit = restore_link_and_trash
    purge_asset(office.scope, shelf.id)

    assert links_of(office.scope, room.id) == []


def test_a_field_never_comes_to_name_what_is_purged_meanwhile(tmp_path: Path) -> None:
    office, ledger = interrupted(tmp_path)
    (room,) = rooms(office, 1)
    laptop = office.asset()
    other = office.another("there")

    def purge() -> None:
        delete_asset(other, room.id)
        purge_asset(other, room.id)

    ledger.before_commit = purge
    with pytest.raises(refusals.InvalidAssetError):
        patch_asset(
            office.scope,
            laptop.id,
            AssetPatch(custom_fields={"asset.place": room.id}),
        )


def names_at(graph: Any) -> dict[str, int]:
    return {record.body["name"]: graph.levels[i] for i, record in graph.nodes.items()}


def test_the_graph_goes_as_many_levels_as_asked(office: Office) -> None:
    a, b, c, d = rooms(office, 4)
    for source, target in ((a, b), (b, c), (c, d)):
        link(office, source, target)

    graph = asset_graph(office.scope, a.id, GraphQuery(levels=2))

    assert names_at(graph) == {"Room 0": 0, "Room 1": 1, "Room 2": 2}
    shown = present_graph(office.scope, a.id, graph)
    assert {n["name"]: n["hidden"] for n in shown["nodes"]}["Room 2"] == 1
    assert shown["truncated"] is False


def test_an_edge_that_closes_a_cycle_is_marked(office: Office) -> None:
    a, b, c = rooms(office, 3)
    for source, target in ((a, b), (b, c), (c, a)):
        link(office, source, target)

    shown = present_graph(office.scope, a.id, asset_graph(office.scope, a.id, GraphQuery()))

    assert len(shown["edges"]) == 3
    assert [e["cycle"] for e in shown["edges"]].count(True) == 1


def test_the_graph_stops_at_its_limit_and_says_where(office: Office) -> None:
    hub, *leaves = rooms(office, 8)
    for leaf in leaves:
        link(office, hub, leaf)

    shown = present_graph(
        office.scope, hub.id, asset_graph(office.scope, hub.id, GraphQuery(limit=5))
    )

    assert len(shown["nodes"]) == 5
    assert shown["truncated"] is True
    assert shown["nodes"][0]["hidden"] == 3


def test_the_graph_is_filtered_by_direction_and_types(office: Office) -> None:
    a, b, c = rooms(office, 3)
    link(office, a, b)
    link(office, c, a)
    link(office, a, c, "beside")
    contains = frozenset({office.ids["contains"]})

    outbound = GraphQuery(direction="outbound", link_types=contains)
    phones = GraphQuery(types=frozenset({office.ids["phone"]}))

    assert set(names_at(asset_graph(office.scope, a.id, outbound))) == {"Room 0", "Room 1"}
    assert set(names_at(asset_graph(office.scope, a.id, phones))) == {"Room 0"}


def test_reference_fields_are_edges_too(office: Office) -> None:
    (room,) = rooms(office, 1)
    laptop = office.asset(name="Laptop 1", custom_fields={"asset.place": room.id})

    there = asset_graph(office.scope, laptop.id, GraphQuery())
    back = asset_graph(office.scope, room.id, GraphQuery())
    links_only = asset_graph(office.scope, room.id, GraphQuery(references=False))

    assert set(there.nodes) == set(back.nodes) == {room.id, laptop.id}
    assert set(links_only.nodes) == {room.id}


def test_a_link_in_a_dry_run_is_checked_and_not_made(office: Office) -> None:
    room, shelf = rooms(office, 2)
    dry = replace(office.scope, dry_run=True)
    draft = LinkDraft(type="contains", target=shelf.id)

    create_link(dry, room.id, draft)
    assert links_of(office.scope, room.id) == []

    link(office, room, shelf)
    with pytest.raises(refusals.LinkExistsError):
        create_link(dry, room.id, draft)
