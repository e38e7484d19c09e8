"""What the worker does for archives: writes one, checks one, or makes one the tenant's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from muster.archive.exporting import object_name, run_archive_export
from muster.archive.refusals import ArchiveChangedError, ArchiveMissingError, ArchiveRefusedError
from muster.archive.service import upload_name
from muster.jobs.model import JobState, Progress
from muster.jobs.running import Running

__all__ = ["run_archive_export", "run_archive_import"]

_TOLD_BYTES = 32 * 1024**2


def run_archive_import(running: Running) -> Mapping[str, Any]:
    """Do the step that the import stands at."""
    if running.job.parameters["step"] == "plan":
        return _plan(running)
    from muster.archive.replaying import Replaying

    return Replaying(running).run()


def _plan(running: Running) -> Mapping[str, Any]:
    """Check the archive; a refused one is removed.

    It is checked under a name that no upload form leads to, so that it stays what was checked.
    """
    objects, parameters = running.scope.objects, running.job.parameters
    name = object_name(running.record.id)
    try:
        objects.copy(upload_name(running.record.id), name)
    except FileNotFoundError as error:
        raise ArchiveMissingError("The archive is not there: upload it again.") from error
    try:
        found = _check(running, name)
    except (ArchiveRefusedError, ArchiveChangedError):
        objects.delete(name)
        objects.delete(upload_name(running.record.id))
        raise
    counts = found["counts"]
    return {
        "state": JobState.WAITING,
        "parameters": {**parameters, "step": "planned"},
        "result": {"plan": found},
        "progress": Progress(total=counts["commits"] + counts["files"]),
    }


def _check(running: Running, name: str) -> dict[str, Any]:
    from muster.archive.reading import check_archive
    from muster.archive.tar import Hashing

    scope, parameters = running.scope, running.job.parameters
    size, told = scope.objects.size(name), 0
    if size != parameters["size"]:
        raise ArchiveChangedError("The archive has not the size that was announced.")

    def tell(position: int) -> None:
        nonlocal told
        if position - told >= _TOLD_BYTES:
            told = position
            running.commit(progress=Progress(total=size or 0, done=position))

    source = scope.objects.stream(name)
    if source is None:
        raise ArchiveMissingError("The archive is gone: upload it again.")
    with source:
        hashing = Hashing(source)
        found = check_archive(hashing, scope.now(), tell)
    if hashing.sha256() != parameters["sha256"]:
        raise ArchiveChangedError("The archive's SHA-256 is not the one that was announced.")
    return asdict(found)
