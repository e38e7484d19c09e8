"""Tenants with a rich past, and their archives: what the tests of archives stand on."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from muster.archive import service
from muster.archive.api import ArchiveImportRequest
from muster.archive.tar import END, header, padding, read_members
from muster.assets.history import revert_change
from muster.assets.links import create_link
from muster.assets.model import AssetDraft, AssetPatch, LinkDraft, TypeChange
from muster.assets.purge import purge_asset
from muster.assets.service import (
    change_type,
    create_asset,
    delete_asset,
    patch_asset,
    read_asset,
    restore_asset,
)
from muster.catalog.folders import create_folder
from muster.catalog.model import Folder
from muster.catalog.starter import install_starter
from muster.comments.model import CommentDraft
from muster.comments.service import create_comment
from muster.ids import new_id
from muster.jobs.memory import MemoryQueue
from muster.jobs.model import Job, JobState
from muster.jobs.running import job_of
from muster.jobs.service import create_job
from muster.jobs.worker import run_job
from muster.ledger.model import Mark, Put, Record, Tombstone
from muster.scope import Scope


@dataclass
class Clock:
    """A clock that goes on by a second whenever it is looked at."""

    now: datetime = field(default_factory=lambda: datetime(2026, 5, 1, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def quiet(scope: Scope) -> Scope:
    """Return the scope with a queue that only waits."""
    return replace(scope, queue=MemoryQueue())


def run(scope: Scope, record: Record) -> Record:
    """Run a job to its end, and return its record."""
    run_job(scope, record.id)
    found = scope.ledger.get("job", record.id)
    assert found is not None
    return found


def export(scope: Scope) -> bytes:
    """Return a tenant's archive."""
    record = run(scope, service.start_export(quiet(scope)))
    job = job_of(record)
    assert job.state is JobState.DONE, job.error
    content = scope.objects.get(job.result["file"]["object"])
    assert content is not None
    assert len(content) == job.result["file"]["size"]
    return content


def begin_import(scope: Scope, archive: bytes) -> Record:
    """Make an import whose archive was uploaded."""
    sha256 = hashlib.sha256(archive).hexdigest()
    request = ArchiveImportRequest(size=len(archive), sha256=sha256)
    record, _ = service.create_import(quiet(scope), request)
    scope.objects.put(service.upload_name(record.id), archive)
    return record


def plan(scope: Scope, archive: bytes) -> Record:
    """Have an archive checked."""
    record = begin_import(scope, archive)
    return run(scope, service.plan_import(quiet(scope), record.id))


def start(scope: Scope, archive: bytes) -> Record:
    """Queue the import of an archive, and return its job."""
    planned = plan(scope, archive)
    assert job_of(planned).state is JobState.WAITING, job_of(planned).error
    return service.apply_import(quiet(scope), planned.id)


def take_in(scope: Scope, archive: bytes) -> Record:
    """Import an archive."""
    done = run(scope, start(scope, archive))
    assert job_of(done).state is JobState.DONE, job_of(done).error
    return done


def members(archive: bytes) -> dict[str, bytes]:
    """Return an archive's members."""
    return {m.name: b"".join(m.chunks()) for m in read_members(io.BytesIO(archive))}


def packed(contents: dict[str, bytes]) -> bytes:
    """Return the archive of these members, whether they are right or not."""
    parts = (header(n, len(c)) + c + padding(len(c)) for n, c in contents.items())
    return b"".join(parts) + END


def reason_of(record: Record) -> str | None:
    """Return why a check refused an archive."""
    error: dict[str, Any] = job_of(record).error or {}
    return next((each["code"] for each in error.get("errors", ())), error.get("code"))


def flipped(content: bytes, at: int) -> bytes:
    """Return the bytes with one bit turned."""
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def make(scope: Scope, **members: Any) -> Record:
    """Make an asset of the starter catalog."""
    return create_asset(scope, AssetDraft.model_validate({"type": "type.laptop", **members}))


def store_image(scope: Scope, *contents: bytes) -> str:
    """Store an image with thumbnails, as uploads do, and return the file's id."""
    hashes = [hashlib.sha256(content).hexdigest() for content in contents]
    for sha256, content in zip(hashes, contents, strict=True):
        scope.objects.put(f"files/{sha256}", content)
    body = {
        "name": "photo.png",
        "purpose": "image",
        "sent_sha256": hashes[0],
        "sha256": hashes[0],
        "size": len(contents[0]),
        "media_type": "image/png",
        "image": {
            "width": 3,
            "height": 2,
            "thumbnails": dict(zip("123", hashes[1:], strict=False)),
        },
    }
    file_id = new_id("file")
    scope.commit([Put("file", file_id, body, frozenset({Mark("file", f"image:{hashes[0]}")}))])
    return file_id


def live_through(scope: Scope) -> None:
    """Give a tenant a past with everything in it: also jobs, which no archive has."""
    install_starter(scope)
    scope.replica.catch_up()
    work = create_job(scope, Job(type="import", title="Old work", state=JobState.DONE))
    folder = create_folder(scope, Folder(name="Büro 😀", parent=None))
    first, second, third = (
        make(scope, tag=f"T-{n}", description="ü" * n, folder=folder.id) for n in range(1, 4)
    )
    patch_asset(scope, first.id, AssetPatch(tag="T-9", serial="5CG"))
    patch_asset(scope, second.id, AssetPatch(tag="T-1"))
    link = LinkDraft.model_validate({"type": "Part", "target": {"id": second.id}})
    create_link(scope, first.id, link)
    create_link(scope, third.id, link)
    create_comment(scope, first.id, CommentDraft(text="The **hinge**."), list)
    image = store_image(scope, b"first" * 2_000, b"small", b"middle")
    store_image(scope, b"second", b"small")
    store_image(scope, b"x" * 9_000_000)
    asset = read_asset(scope, first.id)
    scope.commit(
        [
            Put("asset", asset.id, {**asset.body, "images": [image]}, asset.marks, asset),
            Put("job", work.id, {**work.body, "title": "Older"}, before=work, history=False),
        ]
    )
    delete_asset(scope, third.id)
    restore_asset(scope, third.id)
    delete_asset(scope, third.id)
    purge_asset(scope, third.id)
    change_type(scope, second.id, TypeChange(type="type.server"))
    seq = patch_asset(scope, first.id, AssetPatch(name="Odd")).updated.seq
    create_job(scope, Job(type="import", title="Between", state=JobState.DONE))
    revert_change(scope, first.id, seq)
    _bring_back(scope, third.id)


def _bring_back(scope: Scope, asset_id: str) -> None:
    """Undo a purge: a record whose version goes on behind its tombstone."""
    gone = scope.ledger.get_for_write([("asset", asset_id)])["asset", asset_id]
    before = scope.ledger.get_at("asset", asset_id, gone.updated.seq - 1)
    assert isinstance(gone, Tombstone)
    assert before is not None
    scope.commit([Put("asset", asset_id, before.body, before.marks, gone)])


def planned_again(scope: Scope, record: Record) -> Record:
    """Have an import's archive checked, whatever was uploaded by now."""
    return run(scope, service.plan_import(quiet(scope), record.id))
