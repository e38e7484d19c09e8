"""What a sweep finds unused and removes, what it keeps, and how it is taken back."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.assets.service import delete_asset
from muster.attachments.change import remove_image
from muster.attachments.sweep import last_change, start_sweep
from muster.attachments.unused import unused
from muster.catalog.model import AssetType, FieldKind, FieldType, Placement
from muster.catalog.puts import field_put, type_put
from muster.catalog.starter import install_starter
from muster.files.model import KIND
from muster.ids import new_id
from muster.jobs.model import Job, JobState
from muster.jobs.running import job_of
from muster.jobs.service import undo_job
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import Delete, Put
from tests.support import NOW, Stand

DAYS = 30


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    made = Stand(tmp_path)
    install_starter(made.scope())
    ledger, replica, _ = made.parts("acme")
    made._parts["acme"] = ledger, replica, MemoryObjects("acme", made.clock)
    return made


def later(stand: Stand, days: float) -> None:
    stand.clock.now += timedelta(days=days)


def objects(stand: Stand) -> set[str]:
    return set(stand.parts("acme")[2].names("files/"))


def files(stand: Stand) -> set[str]:
    scope = stand.scope()
    scope.replica.catch_up()
    return {record.id for record in scope.replica.records(KIND)}


def uploaded(stand: Stand, content: bytes, path: str = "/v1/uploads") -> dict[str, Any]:
    """Upload a content and return the upload."""
    told = {
        "filename": "a.bin",
        "size": len(content),
        "media_type": "image/jpeg",
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    upload = stand.client.post(path, told).json
    if upload["state"] == "waiting":
        stand.parts("acme")[2].put(f"uploads/{upload['id']}", content)
        upload = stand.client.post(f"/v1/uploads/{upload['id']}:complete").json
    assert upload["state"] == "done", upload
    done: dict[str, Any] = upload
    return done


def an_asset(stand: Stand) -> str:
    made: str = stand.client.post("/v1/assets", {"type": "laptop"}).json["id"]
    return made


def an_image(stand: Stand, asset_id: str, content: bytes) -> str:
    content = b"\xff\xd8\xff" + content
    file_id: str = uploaded(stand, content, f"/v1/assets/{asset_id}/images")["file"]
    return file_id


def sweep(stand: Stand) -> Job:
    return job_of(start_sweep(stand.scope(), DAYS))


def test_what_nothing_refers_to_goes_after_the_delay(stand: Stand) -> None:
    """Not before, and a preview says the same as the sweep then does."""
    file_id = uploaded(stand, b"unused")["file"]
    later(stand, DAYS - 1)
    assert not sweep(stand).result.get("files")
    assert files(stand) == {file_id}
    later(stand, 2)
    foreseen = unused(stand.scope(), last_change(stand.scope(), DAYS))

    job = sweep(stand)

    assert (foreseen.files, foreseen.bytes, [each.id for each in foreseen.shown]) == (
        1,
        6,
        [file_id],
    )
    assert job.state is JobState.DONE
    assert (job.result["files"], job.result["bytes"], job.progress.updated) == (1, 6, 1)
    assert files(stand) == set()


def test_what_is_referred_to_stays(stand: Stand) -> None:
    """By an asset, in the trash too; by an older version of a file; by a field; by an icon."""
    asset_id, trashed = an_asset(stand), an_asset(stand)
    kept = {an_image(stand, asset_id, b"1"), an_image(stand, trashed, b"2")}
    delete_asset(stand.scope(), trashed)
    kept.add(uploaded(stand, b"v1", f"/v1/assets/{asset_id}/files")["file"])
    (attached,) = stand.client.get(f"/v1/assets/{asset_id}/files").json["items"]
    versions = f"/v1/assets/{asset_id}/files/{attached['id']}/versions"
    kept.add(uploaded(stand, b"v2", versions)["file"])
    kept |= {a_field_value(stand), an_icon(stand)}
    gone = uploaded(stand, b"nobody's")["file"]
    later(stand, DAYS + 1)

    sweep(stand)

    assert len(kept) == 6
    assert files(stand) == kept
    assert gone not in kept


def a_field_value(stand: Stand) -> str:
    """Return a file that an asset has as the value of a field."""
    field = FieldType(id=new_id("field_type"), name="x.manual", label="M", kind=FieldKind.FILE)
    kind = AssetType(
        id=new_id("asset_type"),
        name="manual",
        label="Manual",
        key_prefix="MAN",
        fields=(Placement(field="x.manual"),),
    )
    file_id: str = uploaded(stand, b"manual")["file"]
    body = {"type": kind.id, "name": "a", "key": "M-1", "fields": {"x.manual": file_id}}
    puts = [field_put(field), type_put(kind), Put("asset", new_id("asset"), body)]
    stand.scope().commit(puts)
    return file_id


def an_icon(stand: Stand) -> str:
    """Return a file that a type has as its icon."""
    file_id: str = uploaded(stand, b"icon")["file"]
    kind = AssetType(
        id=new_id("asset_type"), name="iconic", label="Iconic", key_prefix="ICO", icon=file_id
    )
    stand.scope().commit([type_put(kind)])
    return file_id


def test_undoing_a_sweep_brings_files_back_with_their_contents(stand: Stand) -> None:
    """The bytes are kept until the files have been gone for as long as they had to be unused."""
    file_id = uploaded(stand, b"wanted after all")["file"]
    later(stand, DAYS + 1)
    record = start_sweep(stand.scope(), DAYS)
    assert files(stand) == set()
    later(stand, DAYS - 1)
    sweep(stand)

    undone = job_of(undo_job(stand.scope(), record.id))

    assert undone.state is JobState.DONE
    assert file_id in files(stand)
    assert stand.client.get(f"/v1/files/{file_id}/content").status == 302


def test_contents_go_with_a_later_sweep(stand: Stand) -> None:
    """A month after its file, an object goes; that of a file that is still there never does."""
    asset_id = an_asset(stand)
    an_image(stand, asset_id, b"kept")
    kept = objects(stand)
    uploaded(stand, b"unused")
    later(stand, DAYS + 1)
    sweep(stand)
    assert len(objects(stand)) == 2
    later(stand, DAYS + 1)

    job = sweep(stand)

    assert objects(stand) == kept
    assert job.result["objects"] == 1


def test_an_object_without_a_record_goes_once_it_is_old(stand: Stand) -> None:
    """What a worker that died left behind; a fresh one may be on its way to a record."""
    stand.parts("acme")[2].put("files/" + "a" * 64, b"lost")
    sweep(stand)
    assert objects(stand)
    later(stand, DAYS + 1)

    sweep(stand)

    assert objects(stand) == set()


def test_uploads_are_forgotten_after_a_day(stand: Stand) -> None:
    """With what was sent for them and never completed, and what was sent again afterwards."""
    told = {"filename": "a", "size": 1, "sha256": "0" * 64}
    waiting = stand.client.post("/v1/uploads", told).json["id"]
    done = uploaded(stand, b"done")["id"]
    store = stand.parts("acme")[2]
    for upload_id in (waiting, done):
        store.put(f"uploads/{upload_id}", b"x")
    sweep(stand)
    assert stand.client.get(f"/v1/uploads/{waiting}").status == 200
    later(stand, 1.5)

    job = sweep(stand)

    assert job.result["uploads"] == 2
    assert stand.client.get(f"/v1/uploads/{waiting}").status == 404
    assert not list(store.names("uploads/"))


def test_an_image_that_was_removed_and_reverted_is_there(stand: Stand) -> None:
    """Within the delay nothing is swept, so that a revert finds the file."""
    asset_id = an_asset(stand)
    file_id = an_image(stand, asset_id, b"1")
    later(stand, DAYS + 1)
    asset = remove_image(stand.scope(), asset_id, file_id, None)
    stand.client.post(f"/v1/assets/{asset_id}:revert", {"seq": asset.updated.seq})

    sweep(stand)

    assert files(stand) == {file_id}


def test_a_file_that_is_attached_during_the_sweep_stays(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep's commit rests on what assets refer to, and is decided again when they change."""
    file_id = uploaded(stand, b"\xff\xd8\xff", "/v1/uploads")["file"]
    asset_id = an_asset(stand)
    later(stand, DAYS + 1)
    ledger = stand.parts("acme")[0]
    commit = ledger.commit

    def attach_first(writes: Any, **options: Any) -> Any:
        if any(isinstance(write, Delete) and write.before.kind == KIND for write in writes):
            monkeypatch.setattr(ledger, "commit", commit)
            path = f"/v1/assets/{asset_id}/files"
            assert stand.client.post(path, {"file": file_id}).status == 200
        return commit(writes, **options)

    monkeypatch.setattr(ledger, "commit", attach_first)

    job = sweep(stand)

    assert job.state is JobState.DONE
    assert files(stand) == {file_id}


def test_the_delay_counts_from_the_jobs_beginning(stand: Stand) -> None:
    """A worker that goes on a day later removes no more than was asked for."""
    job = sweep(stand)

    assert datetime.fromisoformat(job.parameters["before"]) == NOW - timedelta(days=DAYS)
