"""`muster bulk …` against the application itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.cli.exits import Exit
from tests.support import Stand
from tests.unit.cli.conftest import Muster, Result


@pytest.fixture
def laptops(stand: Stand) -> list[dict[str, Any]]:
    """Make two laptops with memory and labels, and a room that has neither."""
    for name, label, kind, more in (
        ("device.ram", "Memory", "integer", {}),
        ("device.labels", "Labels", "text", {"max_values": 5}),
        ("device.os", "System", "text", {}),
    ):
        body = {"name": name, "label": label, "kind": kind, **more}
        assert stand.client.post("/v1/field-types", body).status == 201
    fields = [{"field": f"device.{name}"} for name in ("ram", "labels", "os")]
    for name, prefix, placed in (("a.laptop", "LAP", fields), ("a.room", "ROOM", [])):
        body = {"name": name, "label": name[2:].title(), "key_prefix": prefix, "fields": placed}
        assert stand.client.post("/v1/asset-types", body).status == 201
    made = [
        stand.client.post("/v1/assets", {"type": kind, "tag": f"T-{n}"}).json
        for n, kind in enumerate(("a.laptop", "a.laptop", "a.room"))
    ]
    stand.client.post("/v1/folders", {"name": "Berlin"})
    return made


def read(stand: Stand, asset: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = stand.client.get(f"/v1/assets/{asset['id']}").json
    return found


def done(result: Result) -> str:
    assert result.code == Exit.OK, result.out + result.err
    return result.out


def test_set_shows_applies_and_tells_how_to_take_it_back(
    real: Muster, stand: Stand, laptops: list[dict[str, Any]]
) -> None:
    """In a pipe it applies without asking; an asset that has not the field is told."""
    out = done(real("bulk", "set", "Memory", "32", "--all"))

    assert "Room has no field device.ram." in out
    assert "2 updated, 1 skipped" in out
    assert "muster undo job_" in out
    assert [read(stand, each)["custom_fields"].get("device.ram") for each in laptops] == [
        32,
        32,
        None,
    ]


def test_a_dry_run_changes_nothing(
    real: Muster, stand: Stand, laptops: list[dict[str, Any]]
) -> None:
    done(real("bulk", "set", "device.ram", "8", "--all", "--dry-run"))

    assert read(stand, laptops[0])["version"] == 1
    assert stand.client.get("/v1/bulk").json["items"][0]["state"] == "cancelled"


def test_assets_come_from_a_list_with_a_header(
    real: Muster, stand: Stand, laptops: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Ids, keys and tags mix; a name that leads nowhere is told, and the exit code says so."""
    ids = tmp_path / "ids.csv"
    ids.write_text(f"id,name\n{laptops[0]['id']},x\nT-1\nnothing\n")

    result = real("bulk", "add", "device.labels", "loan", "old", "--ids", str(ids))

    assert result.code == Exit.PARTLY
    assert "There is no asset with key or tag or serial 'nothing'" in result.out
    labels = [read(stand, each)["custom_fields"].get("device.labels") for each in laptops]
    assert labels == [["loan", "old"], ["loan", "old"], None]


def test_each_command_does_what_it_says(
    real: Muster, stand: Stand, laptops: list[dict[str, Any]]
) -> None:
    one = ("--filter", "tag=T-0")
    done(real("bulk", "set", "device.ram", "+4", "--text", *one))
    done(real("bulk", "add", "device.labels", "a", "b", *one))
    done(real("bulk", "remove", "device.labels", "a", *one))
    done(real("bulk", "move", "/Berlin", *one))
    done(real("bulk", "set", "device.os", "Plan 9", *one))
    done(real("bulk", "clear", "device.os", *one))
    kinds = stand.client.post(
        "/v1/link-types", {"name": "holds", "outbound_name": "holds", "inbound_name": "in"}
    )
    assert kinds.status == 201
    done(real("bulk", "link", "holds", "T-2", "--inbound", *one))

    found = read(stand, laptops[0])
    assert found["custom_fields"] == {"device.ram": 4, "device.labels": ["b"]}
    assert found["folder"]["path"] == "/Berlin"
    links = stand.client.get(f"/v1/assets/{laptops[0]['id']}/links").json["items"]
    assert [link["direction"] for link in links] == ["inbound"]
    done(real("bulk", "change-type", "a.room", *one))
    assert read(stand, laptops[0])["type"]["name"] == "a.room"


def test_what_is_deleted_is_restored(
    real: Muster, stand: Stand, laptops: list[dict[str, Any]]
) -> None:
    done(real("bulk", "delete", "--filter", "type=a.laptop"))
    assert read(stand, laptops[1])["trashed"]
    again = done(real("bulk", "delete", "--filter", "type=a.laptop"))

    done(real("bulk", "restore", "--all"))

    assert "nothing to change" in again
    assert read(stand, laptops[1])["trashed"] is None


@pytest.mark.parametrize("selection", [(), ("--all", "--filter", "tag=T-0")])
def test_one_selection_is_needed(real: Muster, selection: tuple[str, ...]) -> None:
    """Nothing is taken for everything."""
    assert real("bulk", "delete", *selection).code == Exit.USAGE


def test_json_is_what_the_api_answered(real: Muster, laptops: list[dict[str, Any]]) -> None:
    assert laptops
    result = real("bulk", "set", "device.ram", "1", "--all", "--json")

    assert result.json["state"] == "done"
    assert result.json["progress"]["updated"] == 2
