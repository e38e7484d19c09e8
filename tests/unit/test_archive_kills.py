"""Whoever is killed while a tenant goes out or comes in is gone on from, to the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from muster.archive import exporting, replaying, service
from muster.archive.exporting import object_name
from muster.jobs.model import JobState
from muster.jobs.running import job_of
from muster.jobs.service import cancel_job
from muster.jobs.worker import run_job
from muster.ledger.memory import MemoryLedger
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import Actor, Cause, Commit, Reason, Record, Write
from muster.replica.sqlite import SqliteReplica
from muster.scope import Scope
from tests import archives
from tests.archives import Clock


class KilledError(BaseException):
    """The worker is no more: nothing may catch this."""


class Deadly(MemoryLedger):
    """Kills whoever commits, before or after a commit, when its time has come."""

    left: int | None = None
    after = False

    def commit(self, writes: Sequence[Write], **options: Any) -> Commit:
        return self._deadly(lambda: MemoryLedger.commit(self, writes, **options))

    def replay(self, writes: Sequence[Write], **options: Any) -> Commit:
        return self._deadly(lambda: MemoryLedger.replay(self, writes, **options))

    def _deadly(self, write: Callable[[], Commit]) -> Commit:
        if self.left is not None:
            self.left -= 1
        if self.left == 0 and not self.after:
            raise KilledError
        commit = write()
        if self.left == 0:
            raise KilledError
        return commit


def tenant(folder: Path, name: str) -> Scope:
    clock = Clock()
    ledger = Deadly(name, clock)
    replica = SqliteReplica(folder, name, ledger)
    why = Reason(Cause.API, "req-1")
    return Scope(name, Actor("mem_1", "Ada"), why, ledger, replica, MemoryObjects(name), clock)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Scope:
    scope = tenant(tmp_path_factory.mktemp("old"), "old")
    archives.live_through(scope)
    return scope


@pytest.fixture(scope="module")
def archive(old: Scope) -> bytes:
    return archives.export(old)


def run_to_the_end(scope: Scope, record: Record, chance: Random) -> tuple[Mapping[str, Any], int]:
    """Run a job as often as its worker is killed; return its record and how often that was."""
    kills = 0
    ledger = scope.ledger
    assert isinstance(ledger, Deadly)
    while True:
        ledger.left, ledger.after = chance.randint(1, 12 + 5 * kills), chance.random() < 0.5
        try:
            run_job(scope, record.id)
        except KilledError:
            kills += 1
        else:
            break
        finally:
            ledger.left = None
    found = ledger.get("job", record.id)
    assert found is not None
    return found.body, kills


@pytest.mark.parametrize("seed", range(25))
def test_an_import_goes_on_where_its_worker_was_killed(
    archive: bytes, tmp_path: Path, seed: int
) -> None:
    """No commit is repeated and none is skipped: the archive of what came in is the same."""
    new = tenant(tmp_path, "new")
    record = archives.start(new, archive)

    body, kills = run_to_the_end(new, record, Random(seed))  # noqa: S311 - no secret

    assert kills
    assert body["state"] == "done", body.get("error")
    assert body["progress"]["done"] == body["progress"]["total"]
    assert archives.export(new) == archive


@pytest.mark.parametrize("seed", range(25))
def test_an_export_goes_on_where_its_worker_was_killed(
    old: Scope, archive: bytes, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checkpoints after each member make many places to be killed at."""
    monkeypatch.setattr(exporting, "_CHECKPOINT_MEMBERS", 1)
    record = service.start_export(archives.quiet(old))
    chance = Random(seed)  # noqa: S311 - no secret

    body, kills = run_to_the_end(old, record, chance)
    while not kills:
        record = service.start_export(archives.quiet(old))
        body, kills = run_to_the_end(old, record, chance)

    assert body["state"] == "done", body.get("error")
    assert old.objects.get(object_name(record.id)) == archive


def test_a_stopped_import_leaves_no_file_behind(
    archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contents that were stored for records which did not come are removed."""
    monkeypatch.setattr(replaying, "_FILES_A_COMMIT", 1)
    new = tenant(tmp_path, "new")
    record = archives.start(new, archive)
    stop_after(new, record, lambda stored: stored == 3)

    run_job(new, record.id)

    body = new.ledger.get("job", record.id)
    assert body is not None
    assert job_of(body).state is JobState.CANCELLED
    assert list(new.objects.names("files/")) == []
    assert new.ledger.head().fences == {}


def test_a_stopped_import_can_be_gone_on_with(archive: bytes, tmp_path: Path) -> None:
    """Applied again it goes on, files and all, to the same tenant."""
    new = tenant(tmp_path, "new")
    record = archives.start(new, archive)
    stop_after(new, record, lambda stored: stored == 5)
    run_job(new, record.id)

    again = service.apply_import(archives.quiet(new), record.id)
    done = archives.run(new, again)

    assert job_of(done).state is JobState.DONE, job_of(done).error
    assert job_of(done).progress.done == job_of(done).progress.total
    assert archives.export(new) == archive


def test_an_import_gives_way_to_who_writes_meanwhile(archive: bytes, tmp_path: Path) -> None:
    """Two pasts are not mixed: the import fails and says why."""
    new = tenant(tmp_path, "new")
    record = archives.start(new, archive)
    ledger = new.ledger
    assert isinstance(ledger, Deadly)
    ledger.left = 8
    with pytest.raises(KilledError):
        run_job(new, record.id)
    ledger.left = None
    archives.store_image(new, b"mine")

    done = archives.run(new, record)

    assert (job_of(done).error or {})["code"] == "tenant_in_use"


def stop_after(scope: Scope, record: Record, when: Callable[[int], bool]) -> None:
    """Ask the job to stop once so many files are stored."""
    objects = scope.objects
    put, stored = objects.put, [0]

    def counting(name: str, content: bytes, **options: Any) -> None:
        put(name, content, **options)
        if name.startswith("files/"):
            stored[0] += 1
            if when(stored[0]):
                cancel_job(scope, record.id)

    objects.put = counting  # type: ignore[method-assign]
