"""`/v1/bulk` over HTTP: planned, looked at row by row, applied, stopped, taken back."""

from __future__ import annotations

from typing import Any

import pytest

from muster.access.model import Permission
from tests.support import Answer, Stand

NAME = {"op": "set", "field": "name", "value": "New"}


@pytest.fixture
def office(stand: Stand) -> Stand:
    """Make a type with a count, a folder, a link type and three assets, in two tenants each."""
    stand.add_tenant("other")
    for tenant in ("acme", "other"):
        token = stand.token(tenant=tenant)
        for path, body in (
            ("field-types", {"name": "a.count", "label": "Count", "kind": "integer"}),
            ("field-types", {"name": "a.place", "label": "Place", "kind": "reference"}),
            (
                "asset-types",
                {
                    "name": "a.thing",
                    "label": "Thing",
                    "key_prefix": "TH",
                    "fields": [{"field": "a.count"}, {"field": "a.place"}],
                },
            ),
            ("folders", {"name": "Shelf"}),
            ("link-types", {"name": "by", "outbound_name": "is by", "inbound_name": "is by"}),
        ):
            assert stand.client.post(f"/v1/{path}", body, token=token).status == 201
        for number in range(3):
            asset = {
                "type": "a.thing",
                "tag": f"{tenant}-{number}",
                "custom_fields": {"a.count": 1},
            }
            assert stand.client.post("/v1/assets", asset, token=token).status == 201
    return stand


def ask(stand: Stand, *operations: dict[str, Any], **members: Any) -> Answer:
    body = {"selection": {"all": True}, "operations": list(operations)} | members
    return stand.client.post("/v1/bulk", body)


def first_id(stand: Stand, kind: str, tenant: str) -> str:
    answer = stand.client.get(f"/v1/{kind}", token=stand.token(tenant=tenant))
    found: str = (answer.json["items"] if "items" in answer.json else answer.json["folders"])[0][
        "id"
    ]
    return found


def test_a_plan_is_looked_at_and_applied(office: Stand) -> None:
    """The preview has counts and each asset's changes; nothing changes before `:apply`."""
    planned = ask(office, {"op": "increase", "field": "a.count", "by": 2})
    path = planned.headers["location"]

    assert (planned.status, planned.json["state"]) == (202, "planned")
    assert planned.json["plan"]["counts"]["update"] == 3
    row = office.client.get(f"{path}/rows?limit=1").json["items"][0]
    assert row["changes"] == [{"field": "a.count", "old": 1, "new": 3}]
    assert row["applied"] is False
    assert office.client.get("/v1/assets/by-tag/acme-0").json["custom_fields"]["a.count"] == 1

    assert office.client.post(f"{path}:apply").status == 202

    done = office.client.get(path).json
    assert (done["state"], done["progress"]["updated"]) == ("done", 3)
    assert done["operations"] == [{"op": "increase", "field": "a.count", "by": 2}]
    assert office.client.get("/v1/assets/by-tag/acme-0").json["custom_fields"]["a.count"] == 3
    assert office.client.get(f"{path}/rows").json["items"][0]["applied"] is True
    assert office.client.get(f"/v1/jobs/{done['id']}/results").status == 302


def test_history_says_that_it_was_bulk_work_and_undo_takes_it_back(office: Stand) -> None:
    run = ask(office, NAME, apply=True, title="Name them").json
    asset = office.client.get("/v1/assets/by-tag/acme-1").json
    entry = office.client.get(f"/v1/assets/{asset['id']}/history").json["items"][0]

    undone = office.client.post(f"/v1/jobs/{run['id']}:undo")

    assert (entry["cause"], entry["job"], entry["message"]) == ("bulk", run["id"], "Name them")
    assert undone.status == 202
    assert office.client.get("/v1/assets/by-tag/acme-1").json["name"] == "acme-1"


def test_another_tenants_assets_are_not_found(office: Stand) -> None:
    """Their ids answer like ids that do not exist, in rows of their own."""
    theirs = first_id(office, "assets", "other")
    mine = first_id(office, "assets", "acme")

    answer = ask(office, NAME, selection={"assets": [theirs, mine, "other-1"]}, apply=True)

    assert answer.json["progress"]["updated"] == 1
    rows = office.client.get(f"/v1/bulk/{answer.json['id']}/rows?action=fail").json["items"]
    assert [row["problems"][0]["code"] for row in rows] == ["asset_not_found"] * 2
    kept = office.client.get(f"/v1/assets/{theirs}", token=office.token(tenant="other"))
    assert kept.json["name"] != "New"


@pytest.mark.parametrize(
    ("kind", "operation", "at", "code"),
    [
        ("folders", {"op": "move", "folder": "?"}, "folder", "unknown_folder"),
        ("asset-types", {"op": "change_type", "type": "?"}, "type", "unknown_type"),
        ("link-types", {"op": "unlink", "type": "?"}, "type", "unknown_link_type"),
        ("assets", {"op": "link", "type": "by", "target": "?"}, "target", "asset_not_found"),
        ("assets", {"op": "set", "field": "a.place", "value": "?"}, "value", "unknown_asset"),
    ],
)
def test_another_tenants_things_are_unknown(
    office: Stand, kind: str, operation: dict[str, Any], at: str, code: str
) -> None:
    """A folder, type, link type, target or reference of theirs is refused like one that is none."""
    theirs = first_id(office, kind, "other")
    meant = {name: theirs if value == "?" else value for name, value in operation.items()}

    answer = ask(office, meant)

    (error,) = answer.json["errors"]
    assert (answer.status, answer.code) == (422, "invalid_operation")
    assert (error["code"], error["pointer"]) == (code, f"/operations/0/{at}")


def test_writing_assets_has_to_be_allowed(office: Stand) -> None:
    """`job:run` alone starts nothing that changes assets."""
    body = {"selection": {"all": True}, "operations": [NAME]}
    token = office.token(scopes={Permission.JOB_RUN, Permission.ASSET_READ})

    answer = office.client.post("/v1/bulk", body, token=token)

    assert answer.status == 403
    assert answer.json["missing_permissions"] == ["asset:write"]


def test_a_dry_run_shows_the_plan_and_leaves_nothing(office: Stand) -> None:
    body = {"selection": {"all": True}, "operations": [NAME], "apply": True}

    answer = office.client.post("/v1/bulk?dry_run=true", body)

    assert answer.status == 202
    assert answer.json["plan"]["counts"]["update"] == 3
    assert office.client.get("/v1/bulk").json["items"] == []
    assert office.client.get("/v1/assets/by-tag/acme-0").json["name"] == "acme-0"


def test_a_repeated_request_makes_one_run(office: Stand) -> None:
    body = {
        "selection": {"all": True},
        "operations": [{"op": "increase", "field": "a.count", "by": 1}],
        "apply": True,
    }

    first = office.client.post("/v1/bulk", body, key="k-1")
    again = office.client.post("/v1/bulk", body, key="k-1")

    assert first.json["id"] == again.json["id"]
    assert office.client.get("/v1/assets/by-tag/acme-0").json["custom_fields"]["a.count"] == 2


def test_what_is_wrong_is_told_where_it_is(office: Stand) -> None:
    """Pydantic's findings and the catalog's point into the same body."""
    typo = ask(office, {"op": "set", "field": "a.cuont", "value": 1})
    shape = ask(office, {"op": "set", "field": "a.count", "vale": 1})
    unknown = ask(office, {"op": "paint"})
    nothing = ask(office, NAME, selection={})

    assert "did you mean 'a.count'?" in typo.json["errors"][0]["detail"]
    assert shape.json["errors"][0]["pointer"] == "/operations/0/vale"
    assert unknown.json["errors"][0]["pointer"] == "/operations/0"
    assert nothing.json["errors"][0]["pointer"] == "/selection"


def test_what_was_read_can_be_sent_again(office: Stand) -> None:
    """Operations read from a run are a request's, nulls and all."""
    operations: list[dict[str, Any]] = [
        {"op": "set", "field": "description", "value": None},
        {"op": "set", "field": "a.count", "text": "+1"},
        {"op": "move", "folder": None},
        {"op": "comment", "text": "So."},
    ]
    path = ask(office, *operations).headers["location"]
    read = office.client.get(path).json

    again = ask(office, *read["operations"], selection=_given(read["selection"]))

    assert again.status == 202
    assert again.json["operations"] == read["operations"]


def _given(selection: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in selection.items() if value is not None}
