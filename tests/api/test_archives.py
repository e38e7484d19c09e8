"""Archives over HTTP: written, uploaded, checked, imported."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from muster.access.model import Role
from muster.archive.model import MAX_BYTES
from muster.jobs.timetable import MemoryTimetable
from muster.sequences.follow import Follower
from tests import archives
from tests.sequencing import Company
from tests.support import TENANT, Answer, Stand


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    stand = Stand(tmp_path)
    stand.add_tenant("other")
    archives.live_through(stand.scope())
    return stand


def exported(stand: Stand) -> bytes:
    job = stand.client.post("/v1/archives", {}).json
    content = stand.parts(TENANT)[2].get(f"jobs/{job['id']}/archive.tar")
    assert content is not None
    return content


def announced(stand: Stand, archive: bytes) -> Answer:
    request = {"size": len(archive), "sha256": hashlib.sha256(archive).hexdigest()}
    return stand.client.post("/v1/archive-imports", request, token=stand.token(tenant="other"))


def uploaded(stand: Stand, archive: bytes) -> str:
    made = announced(stand, archive).json
    stand.parts("other")[2].put(f"jobs/{made['id']}/upload.tar", archive)
    return f"/v1/archive-imports/{made['id']}"


def test_an_organisation_moves(stand: Stand) -> None:
    """Everything is there at the other one, under the ids that it had."""
    archive, token = exported(stand), stand.token(tenant="other")
    path = uploaded(stand, archive)

    planned = stand.client.post(f"{path}:plan", {}, token=token)
    seen = stand.client.get(path, token=token).json
    applied = stand.client.post(f"{path}:apply", {}, token=token)

    assert (planned.status, applied.status) == (202, 202)
    assert (seen["state"], seen["plan"]["counts"]["records"]["asset"]) == ("planned", 3)
    assert stand.client.get(path, token=token).json["state"] == "done"
    here = stand.client.get("/v1/assets?sort=key").json["items"]
    there = stand.client.get("/v1/assets?sort=key", token=token).json["items"]
    assert [a["id"] for a in here] == [a["id"] for a in there]
    history = f"/v1/assets/{here[0]['id']}/history"
    assert [e["at"] for e in stand.client.get(history).json["items"]] == [
        e["at"] for e in stand.client.get(history, token=token).json["items"]
    ]
    again = stand.client.post(f"{path}:apply", {}, token=token)
    assert (again.status, again.json["state"]) == (202, "done")


def test_the_archive_is_the_jobs_result_file(stand: Stand) -> None:
    job = stand.client.post("/v1/archives", {}).json

    shown = stand.client.get(f"/v1/jobs/{job['id']}").json

    assert shown["result"]["file"]["name"] == "acme.muster.tar"
    assert shown["result"].keys() == {"file", "counts"}
    assert stand.client.get(f"/v1/jobs/{job['id']}/results").status == 302


def test_an_import_can_be_undone_and_not_be_applied_again(stand: Stand) -> None:
    """What was imported goes; its past stays, and so the organisation is no empty one."""
    token = stand.token(tenant="other")
    path = uploaded(stand, exported(stand))
    stand.client.post(f"{path}:plan", {}, token=token)
    stand.client.post(f"{path}:apply", {}, token=token)

    undone = stand.client.post(f"/v1/jobs/{path.rsplit('/', 1)[1]}:undo", {}, token=token).json

    assert stand.client.get(f"/v1/jobs/{undone['id']}", token=token).json["state"] == "done"
    assert stand.client.get("/v1/assets", token=token).json["items"] == []
    assert stand.client.post(f"{path}:apply", {}, token=token).code == "not_planned"
    assert announced(stand, b"x").code == "tenant_not_empty"


def test_a_refused_archive_says_where(stand: Stand) -> None:
    token = stand.token(tenant="other")
    path = uploaded(stand, exported(stand)[:-1024])

    stand.client.post(f"{path}:plan", {}, token=token)

    found = stand.client.get(path, token=token).json
    assert found["state"] == "failed"
    assert found["error"]["code"] == "archive_refused"
    assert found["error"]["errors"][0]["code"] == "truncated"
    assert stand.client.post(f"{path}:apply", {}, token=token).code == "not_planned"
    assert stand.client.post(f"{path}:plan", {}, token=token).code == "archive_missing"


def test_what_stands_in_the_way_is_said_at_once(stand: Stand) -> None:
    """A tenant with a past, an archive that is too large, one that was not uploaded."""
    large = {"size": MAX_BYTES + 1, "sha256": "0" * 64}
    token = stand.token(tenant="other")
    made = announced(stand, b"x").json

    assert stand.client.post("/v1/archive-imports", large).code == "archive_too_large"
    assert stand.client.post("/v1/archive-imports", large | {"size": 1}).code == "tenant_not_empty"
    path = f"/v1/archive-imports/{made['id']}"
    assert stand.client.get(path, token=token).json["state"] == "waiting_for_file"
    assert stand.client.post(f"{path}:plan", {}, token=token).code == "archive_missing"
    assert stand.client.post(f"{path}:apply", {}, token=token).code == "not_planned"
    assert stand.client.get(path).status == 404


def test_only_admins_take_everything(stand: Stand) -> None:
    editor = stand.token(Role.EDITOR)

    results = f"/v1/jobs/{stand.client.post('/v1/archives', {}).json['id']}/results"

    assert stand.client.get(results).status == 302
    assert stand.client.get(results, token=editor).code == "permission_missing"
    assert stand.client.post("/v1/archives", {}, token=editor).status == 403
    assert stand.client.post("/v1/archive-imports", {}, token=editor).status == 403


def taken_in(stand: Stand, archive: bytes) -> Any:
    """Import an archive into the other tenant, and return what the import says."""
    token, path = stand.token(tenant="other"), uploaded(stand, archive)
    for action in ("plan", "apply"):
        stand.client.post(f"{path}:{action}", {}, token=token)
    return stand.client.get(path, token=token).json


def test_what_each_feature_makes_moves(tmp_path: Path) -> None:
    """Attachments, comments, saved operations, bulk work: the same bytes come out elsewhere."""
    stand = Stand(tmp_path)
    stand.add_tenant("other")
    company = Company(stand)
    asset, second = company.asset(), company.asset()
    content = b"A manual."
    told = {
        "filename": "manual.txt",
        "size": len(content),
        "media_type": "text/plain",
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    upload = company.post(f"/v1/assets/{asset}/files", told)
    stand.parts(TENANT)[2].put(f"uploads/{upload['id']}", content)
    company.post(f"/v1/uploads/{upload['id']}:complete", {}, 200)
    company.post(f"/v1/assets/{asset}/comments", {"text": "Look here."})
    marked: Any = {"field": "pc.ram", "text": "+1"}
    sequence = company.sequence(
        marked,
        {"op": "clear", "field": "pc.note"},
        visibility="public",
        triggers=[{"event": "asset_created"}],
        schedules=[{"cron": "0 7 * * *", "selection": {"assets": [asset]}}],
    )
    company.run(sequence, asset, second)
    company.set(asset, name="Renamed")
    archive = exported(stand)

    found = taken_in(stand, archive)

    assert found["state"] == "done", found["error"]
    token = stand.token(tenant="other")
    job = stand.client.post("/v1/archives", {}, token=token).json
    assert stand.parts("other")[2].get(f"jobs/{job['id']}/archive.tar") == archive
    assert stand.parts("other")[2].get(f"files/{told['sha256']}") == content


def test_a_past_that_is_replayed_sets_nothing_off(tmp_path: Path) -> None:
    """Sequences that came with it don't run for the assets that came with it."""
    stand = Stand(tmp_path)
    stand.add_tenant("other")
    company = Company(stand)
    plus = {"field": "pc.ram", "text": "+1"}
    company.sequence(plus, visibility="public", triggers=[{"event": "asset_created"}])
    company.asset()
    taken_in(stand, exported(stand))
    ledger = stand.parts("other")[0]
    seq = ledger.head().seq
    follower = Follower(stand._scope, stand.queue, MemoryTimetable())

    for commit in list(ledger.commits_after(0)):
        follower.follow("other", commit)

    assert ledger.head().seq == seq
