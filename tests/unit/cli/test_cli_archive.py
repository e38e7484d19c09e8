"""`muster archive`: out as one file, and in again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from muster.cli.exits import Exit
from tests import archives
from tests.support import Stand
from tests.unit.cli.conftest import Muster, Service

COUNTS = {"commits": 7, "files": 2, "file_bytes": 90, "records": {"asset": 3, "comment": 0}}
PROGRESS = {"total": 9, "done": 9}


def job(state: str, **members: Any) -> dict[str, Any]:
    return {"id": "job_1", "state": state, "progress": PROGRESS, "result": {}, **members}


def upload(service: Service, *states: dict[str, Any]) -> None:
    """Serve an import that is in these states, one after another."""
    form = {"url": f"{service.url}/bucket", "fields": {"key": "T/acme/x"}, "expires_seconds": 9}
    made = job("waiting_for_file", upload=form)
    service.on("POST", "/v1/archive-imports", made, 201)
    service.on("POST", "/bucket", None, 204)
    for action in ("plan", "apply"):
        service.on("POST", f"/v1/archive-imports/job_1:{action}", job("planning"), 202)
    service.on("POST", "/v1/jobs/job_1:cancel", job("cancelled"))
    for state in states:
        service.on("GET", "/v1/archive-imports/job_1", state)


def test_an_archive_is_written_to_a_file(muster: Muster, service: Service, tmp_path: Path) -> None:
    """The job is waited for, and its result file fetched without the token."""
    file = tmp_path / "all.tar"
    service.on("POST", "/v1/archives", job("queued"), 202)
    service.on("GET", "/v1/jobs/job_1", job("running"))
    service.on("GET", "/v1/jobs/job_1", job("done", result={"counts": COUNTS}))
    service.on("GET", "/v1/jobs/job_1/results", {"url": f"{service.url}/signed"}, 302)
    service.on("GET", "/signed", b"all of it")

    result = muster("archive", "export", "-o", str(file))

    assert result.code == Exit.OK
    assert file.read_bytes() == b"all of it"
    assert "3 assets, 7 commits, 2 files, 9 bytes" in result.out
    assert "authorization" not in service.sent("GET", "/signed")[0].headers


def test_an_archive_is_announced_uploaded_checked_and_imported(
    muster: Muster, service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "all.tar"
    file.write_bytes(b"all of it")
    plan = {"counts": COUNTS, "numbers": {}}
    upload(service, job("planning"), job("planned", plan=plan), job("done", plan=plan))

    result = muster("archive", "import", str(file))

    assert result.code == Exit.OK
    assert "3 assets, 7 commits, 2 files" in result.out
    sha256 = hashlib.sha256(b"all of it").hexdigest()
    assert service.sent("POST", "/v1/archive-imports")[0].body == {"size": 9, "sha256": sha256}
    assert b"all of it" in service.sent("POST", "/bucket")[0].content
    assert service.sent("POST", "/v1/archive-imports/job_1:apply")


def test_a_plan_only_tells_what_is_in_it(muster: Muster, service: Service, tmp_path: Path) -> None:
    file = tmp_path / "all.tar"
    file.write_bytes(b"all of it")
    upload(service, job("planned", plan={"counts": COUNTS, "numbers": {}}))

    result = muster("archive", "import", str(file), "--plan")

    assert result.code == Exit.OK
    assert "asset\t3" in result.out
    assert "Nothing was imported." in result.out
    assert not service.sent("POST", "/v1/archive-imports/job_1:apply")
    assert service.sent("POST", "/v1/jobs/job_1:cancel")


def test_a_refused_archive_says_why(muster: Muster, service: Service, tmp_path: Path) -> None:
    file = tmp_path / "all.tar"
    file.write_bytes(b"all of it")
    error = {"code": "archive_refused", "detail": "The archive ends in the middle. (format.json)"}
    upload(service, job("failed", error=error))

    result = muster("archive", "import", str(file))

    assert result.code == Exit.REFUSED
    assert "ends in the middle" in result.err


def test_the_real_service_writes_what_the_command_asks_for(real: Muster, stand: Stand) -> None:
    """But for the bytes, which an object store serves."""
    archives.live_through(stand.scope())

    result = real("archive", "export", "-o", "all.tar")

    assert result.code != Exit.OK
    assert stand.client.get("/v1/jobs").json["items"][0]["state"] == "done"
