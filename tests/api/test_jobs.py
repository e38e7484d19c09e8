"""`/v1/jobs` over HTTP: watched, stopped, taken back."""

from __future__ import annotations

import base64
import csv
import io

from tests.support import Stand

TABLE = "Asset Tag,Name\nA-1,Desk\nA-2,Chair\n"


def applied(stand: Stand, content: str = TABLE) -> str:
    """Import a file, and return the job's id."""
    encoded = base64.b64encode(content.encode()).decode()
    body = {"filename": "assets.csv", "content_base64": encoded}
    import_id: str = stand.client.post("/v1/imports", body).json["id"]
    stand.client.post(f"/v1/imports/{import_id}:plan", {})
    stand.client.post(f"/v1/imports/{import_id}:apply")
    return import_id


def test_a_job_tells_how_far_it_is(stand: Stand) -> None:
    """Counts by what became of the rows, and who asked for it."""
    job = stand.client.get(f"/v1/jobs/{applied(stand)}").json

    assert (job["type"], job["state"], job["title"]) == ("import", "done", "Import assets.csv")
    assert job["progress"] == {
        "total": 2,
        "done": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "skipped": 0,
        "failed": 0,
    }
    assert job["created_by"] == "Ada"
    assert "plan_name" not in job["result"]


def test_jobs_are_listed_in_pages(stand: Stand) -> None:
    """Newest first."""
    ids = [applied(stand) for _ in range(3)]

    first = stand.client.get("/v1/jobs?limit=2").json
    second = stand.client.get(f"/v1/jobs?limit=2&cursor={first['next_cursor']}").json

    assert [job["id"] for job in first["items"] + second["items"]] == ids[::-1]


def test_a_job_that_waits_is_cancelled(stand: Stand) -> None:
    """It does not run when its turn comes."""
    stand.queue.run = None
    job_id = applied(stand)

    cancelled = stand.client.post(f"/v1/jobs/{job_id}:cancel")
    stand.queue.drain(stand._run)

    assert (cancelled.status, cancelled.json["state"]) == (200, "cancelled")
    assert stand.client.get(f"/v1/jobs/{job_id}").json["progress"]["done"] == 0
    assert stand.client.post(f"/v1/jobs/{job_id}:cancel").code == "job_over"


def test_an_undo_is_undone_in_its_turn(stand: Stand) -> None:
    """Everything comes back; the first job points to what took it back."""
    job_id = applied(stand)
    undo = stand.client.post(f"/v1/jobs/{job_id}:undo")
    assert undo.status == 202
    again = stand.client.post(f"/v1/jobs/{job_id}:undo")
    assert (again.status, again.code) == (409, "job_not_undoable")
    assert again.json["undone_by"] == undo.json["id"]

    redo = stand.client.post(f"/v1/jobs/{undo.json['id']}:undo")

    job = stand.client.get(redo.headers["location"]).json
    assert (job["state"], job["progress"]["created"]) == ("done", 3)
    assert stand.client.get(f"/v1/jobs/{undo.json['id']}").json["undone_by"] == job["id"]


def test_reading_a_job_is_one_call(stand: Stand) -> None:
    """A progress bar asks every second."""
    job_id = applied(stand)
    answer = stand.client.get(f"/v1/jobs/{job_id}")

    cached = stand.client.get(f"/v1/jobs/{job_id}", if_none_match=answer.etag)

    assert cached.status == 304


def test_a_dry_run_undoes_nothing(stand: Stand) -> None:
    """It answers as the undo would begin."""
    job_id = applied(stand)

    answer = stand.client.post(f"/v1/jobs/{job_id}:undo?dry_run=true")

    assert (answer.status, answer.json["state"]) == (202, "queued")
    assert stand.client.get(f"/v1/jobs/{job_id}").json["undone_by"] is None
    assert [job["id"] for job in stand.client.get("/v1/jobs").json["items"]] == [job_id]


def test_a_result_file_tells_what_became_of_each_row(stand: Stand) -> None:
    """An import leaves one; the route leads to it; where there is none it says so."""
    content = base64.b64encode(b"Asset Tag,Name\nA-1,=1+1\nA-1,Second\n").decode()
    made = stand.client.post("/v1/imports", {"filename": "a.csv", "content_base64": content}).json
    none = stand.client.get(f"/v1/jobs/{made['id']}/results")
    stand.client.post(f"/v1/imports/{made['id']}:plan", {})
    stand.client.post(f"/v1/imports/{made['id']}:apply")

    answer = stand.client.get(f"/v1/jobs/{made['id']}/results")

    assert (none.status, none.code) == (404, "result_missing")
    assert answer.status == 302
    assert answer.headers["location"] == answer.json["url"]
    told = stand.client.get(f"/v1/jobs/{made['id']}").json["result"]["file"]
    assert told == {"name": "a.csv.results.csv", "media_type": "text/csv", "size": told["size"]}
    stored = stand.parts("acme")[2].get(f"jobs/{made['id']}/results.csv")
    assert stored is not None
    header, first, second = csv.reader(io.StringIO(stored.decode()))
    assert header == ["row", "action", "id", "key", "name", "code", "detail"]
    assert (first[0], first[1], first[4]) == ("2", "create", "'=1+1")
    assert (second[0], second[1], second[5]) == ("3", "fail", "duplicate_key")


def test_jobs_are_found_by_type_and_state(stand: Stand) -> None:
    """Several of one parameter are alternatives, and both narrow."""
    content = base64.b64encode(b"Name\nA\n").decode()
    stand.client.post("/v1/imports", {"filename": "a.csv", "content_base64": content})

    def found(query: str) -> int:
        return len(stand.client.get(f"/v1/jobs?{query}").json["items"])

    assert found("type=import&type=undo") == 1
    assert found("type=import&state=waiting") == 1
    assert found("type=import&state=done") == 0
    assert found("type=undo") == 0
