"""`/v1/imports` over HTTP: a file, a plan, its rows, applied, undone."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from muster.access.model import Permission, Role
from tests.support import Answer, Stand

TABLE = "Asset Tag,Name,Bought\nA-1,Desk,2024-05-06\nA-2,Chair,2024-05-07\nA-2,Lamp,2024-05-08\n"


def sent(stand: Stand, content: str = TABLE, **options: Any) -> Answer:
    body = {"filename": "assets.csv", "content_base64": encoded(content)}
    return stand.client.post("/v1/imports", body, **options)


def encoded(content: str) -> str:
    return base64.b64encode(content.encode()).decode()


def planned(stand: Stand, content: str = TABLE, **request: Any) -> dict[str, Any]:
    import_id = sent(stand, content).json["id"]
    answer = stand.client.post(f"/v1/imports/{import_id}:plan", request)
    assert answer.status == 200, answer.text
    body: dict[str, Any] = answer.json
    return body


def test_a_file_that_is_sent_along_is_ready_to_be_planned(stand: Stand) -> None:
    """Small files need no upload."""
    answer = sent(stand)

    assert answer.status == 201
    assert answer.headers["location"] == f"/v1/imports/{answer.json['id']}"
    assert (answer.json["state"], answer.json["size"]) == ("ready", len(TABLE))
    assert answer.json["upload"] is None


def test_a_file_is_uploaded_past_the_api(stand: Stand) -> None:
    """Large files go to the bucket; the form is bound to name and size."""
    body = {"filename": "big.csv", "size": len(TABLE)}
    answer = stand.client.post("/v1/imports", body)
    address = f"/v1/imports/{answer.json['id']}"
    assert answer.json["state"] == "waiting_for_file"
    assert answer.json["upload"]["fields"]["max-bytes"] == str(len(TABLE))
    assert stand.client.post(f"{address}:plan", {}).code == "file_missing"

    _, _, objects = stand.parts("acme")
    objects.put(f"jobs/{answer.json['id']}/source", TABLE.encode())

    assert stand.client.get(address).json["state"] == "ready"
    assert stand.client.post(f"{address}:plan", {}).json["state"] == "planned"


def test_a_plan_shows_facts_mapping_and_counts(stand: Stand) -> None:
    """All that was found out or guessed is in the answer."""
    plan = planned(stand)["plan"]

    assert plan["counts"] == {
        "rows": 3,
        "create": 2,
        "update": 0,
        "unchanged": 0,
        "skip": 0,
        "fail": 1,
    }
    assert (plan["detected"]["delimiter"], plan["detected"]["encoding"]) == (",", "utf-8")
    assert plan["mapping"]["key"] == "tag"
    assert plan["mapping"]["columns"]["Bought"]["to"] == "asset.bought"
    assert [change["action"] for change in plan["schema_changes"]] == [
        "create_type",
        "create_field",
    ]
    assert plan["needs"] == ["catalog:write"]


def test_failing_rows_are_listed_with_row_column_and_reason(stand: Stand) -> None:
    """The user can go to the cell."""
    import_id = planned(stand)["id"]

    rows = stand.client.get(f"/v1/imports/{import_id}/rows?action=fail").json["items"]

    assert [(row["row"], row["key"]) for row in rows] == [(4, "A-2")]
    assert rows[0]["problems"] == [
        {
            "code": "duplicate_key",
            "detail": "Row 3 has the same key.",
            "row": 4,
            "column": "Asset Tag",
        }
    ]


def test_rows_come_in_pages(stand: Stand) -> None:
    """A cursor goes on where the page ended."""
    import_id = planned(stand)["id"]
    path = f"/v1/imports/{import_id}/rows?limit=2"

    first = stand.client.get(path).json
    second = stand.client.get(f"{path}&cursor={first['next_cursor']}").json

    assert [row["row"] for row in first["items"] + second["items"]] == [2, 3, 4]
    assert second["next_cursor"] is None


def test_an_import_is_applied_and_undone(stand: Stand) -> None:
    """Both are jobs; the assets show up and go away."""
    import_id = planned(stand)["id"]

    applied = stand.client.post(f"/v1/imports/{import_id}:apply")
    assert (applied.status, applied.headers["location"]) == (202, f"/v1/jobs/{import_id}")
    assert stand.client.get(f"/v1/jobs/{import_id}").json["progress"]["created"] == 2
    rows = stand.client.get(f"/v1/imports/{import_id}/rows").json["items"]
    assert {row["applied"] for row in rows} == {True}

    undone = stand.client.post(f"/v1/imports/{import_id}:undo")
    assert undone.status == 202
    job = stand.client.get(undone.headers["location"]).json
    assert (job["type"], job["state"], job["undoes"]) == ("undo", "done", import_id)
    assert stand.client.get(f"/v1/imports/{import_id}").json["undone_by"] == job["id"]


def test_a_double_click_applies_once(stand: Stand) -> None:
    """The second answer is that of the job that is there."""
    import_id = planned(stand)["id"]
    stand.client.post(f"/v1/imports/{import_id}:apply")

    again = stand.client.post(f"/v1/imports/{import_id}:apply")

    assert (again.status, again.json["state"]) == (202, "done")
    assert again.json["progress"]["created"] == 2


def test_a_large_file_is_planned_by_the_worker(stand: Stand) -> None:
    """The answer says where to look for the plan."""
    lines = [f"T-{n},Thing {n},{'x' * 200}" for n in range(6_000)]
    import_id = sent(stand, "\n".join(["Tag,Name,Note", *lines])).json["id"]
    stand.queue.run = None

    answer = stand.client.post(f"/v1/imports/{import_id}:plan", {"key": "tag"})
    assert (answer.status, answer.json["state"]) == (202, "planning")
    assert answer.headers["location"] == f"/v1/jobs/{import_id}"
    assert stand.client.post(f"/v1/imports/{import_id}:plan", {}).code == "import_busy"

    stand.queue.drain(stand._run)
    done = stand.client.get(f"/v1/imports/{import_id}").json
    assert (done["state"], done["plan"]["counts"]["create"]) == ("planned", 6_000)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"filename": "a.csv"}, 422, "invalid_import"),
        ({"filename": "a.csv", "content_base64": "%%%"}, 422, "invalid_import"),
        ({"filename": "a.csv", "size": 10**12}, 413, "file_too_large"),
        (
            {"filename": "a.csv", "content_base64": encoded("a"), "sha256": "0" * 64},
            409,
            "file_changed",
        ),
    ],
)
def test_what_makes_no_import_is_refused(
    stand: Stand, body: dict[str, Any], status: int, code: str
) -> None:
    """With a code that tells what to do about it."""
    answer = stand.client.post("/v1/imports", body)

    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize("filename", ["", "a/b.csv", "a\\b.csv", "a\n.csv", "x" * 256])
def test_a_file_has_a_plain_name(stand: Stand, filename: str) -> None:
    """No folders, no control characters."""
    answer = stand.client.post("/v1/imports", {"filename": filename, "size": 1})

    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "/filename"


def test_a_hash_that_fits_is_taken(stand: Stand) -> None:
    """What arrived is what was sent."""
    digest = hashlib.sha256(TABLE.encode()).hexdigest()
    body = {"filename": "a.csv", "content_base64": encoded(TABLE), "sha256": digest}

    assert stand.client.post("/v1/imports", body).status == 201


@pytest.mark.parametrize("content", ["\0" * 50, 'a,"b\n', "PK\x03\x04junk"])
def test_a_file_that_can_not_be_read_is_told_at_once(stand: Stand, content: str) -> None:
    """Nothing is planned, and the import can be planned with other options."""
    import_id = sent(stand, content).json["id"]

    answer = stand.client.post(f"/v1/imports/{import_id}:plan", {})

    assert (answer.status, answer.code) == (422, "file_unreadable")
    assert stand.client.get(f"/v1/imports/{import_id}").json["state"] == "ready"


def test_a_wrong_mapping_names_its_places(stand: Stand) -> None:
    """Each with a pointer into the request."""
    import_id = sent(stand).json["id"]

    answer = stand.client.post(
        f"/v1/imports/{import_id}:plan", {"type": "nope", "columns": {"Colour": "name"}}
    )

    assert (answer.status, answer.code) == (422, "mapping_wrong")
    assert {error["pointer"] for error in answer.json["errors"]} == {"/type", "/columns/Colour"}


def test_an_editor_imports_what_needs_no_new_fields(stand: Stand) -> None:
    """Changing the catalog is not an editor's; importing into it is."""
    editor = stand.token(Role.EDITOR)
    import_id = planned(stand)["id"]

    refused = stand.client.post(f"/v1/imports/{import_id}:apply", token=editor)
    assert (refused.status, refused.code) == (403, "permission_missing")

    stand.client.post(f"/v1/imports/{import_id}:apply")
    more = planned(stand, TABLE.replace("A-1", "A-9"))["id"]
    assert stand.client.post(f"/v1/imports/{more}:apply", token=editor).status == 202


def test_running_jobs_is_not_writing_assets(stand: Stand) -> None:
    """A token that may only run jobs imports nothing."""
    token = stand.token(scopes=[Permission.JOB_RUN, Permission.CATALOG_WRITE])
    import_id = planned(stand)["id"]

    answer = stand.client.post(f"/v1/imports/{import_id}:apply", token=token)

    assert (answer.status, answer.json["missing_permissions"]) == (403, ["asset:write"])


def test_an_undo_is_no_import(stand: Stand) -> None:
    """Jobs of other types are not found among the imports."""
    import_id = planned(stand)["id"]
    stand.client.post(f"/v1/imports/{import_id}:apply")
    undo_id = stand.client.post(f"/v1/imports/{import_id}:undo").json["id"]

    assert stand.client.get(f"/v1/imports/{undo_id}").status == 404
    listed = stand.client.get("/v1/imports").json["items"]
    assert [each["id"] for each in listed] == [import_id]


def test_a_dry_run_makes_no_import(stand: Stand) -> None:
    """The same checks, and nothing kept."""
    body = {"filename": "a.csv", "content_base64": encoded(TABLE)}

    answer = stand.client.post("/v1/imports?dry_run=true", body)

    assert answer.status == 201
    assert stand.client.get("/v1/imports").json["items"] == []


def test_a_dry_run_of_applying_imports_nothing(stand: Stand) -> None:
    """It answers as applying would begin."""
    import_id = planned(stand)["id"]

    answer = stand.client.post(f"/v1/imports/{import_id}:apply?dry_run=true")

    assert answer.status == 202
    assert stand.client.get(f"/v1/imports/{import_id}").json["state"] == "planned"
