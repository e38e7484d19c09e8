"""How a plan is carried out: stopped, resumed, refused in part, overtaken by others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.assets.model import AssetDraft, AssetPatch
from muster.assets.service import create_asset, delete_asset, patch_asset
from muster.catalog.model import AssetType
from muster.catalog.puts import type_put
from muster.jobs.model import JobState
from muster.jobs.plans.model import Action
from muster.jobs.running import job_of
from muster.jobs.service import cancel_job, read_job, undo_job
from muster.jobs.worker import run_job
from muster.ledger.model import Commit, Put, Write
from muster.scope import Scope
from muster.transfer import service
from muster.transfer.refusals import NotPlannedError, PlanOutdatedError
from muster.transfer.rows import import_rows
from tests.killing import KilledError, Mortal
from tests.support import Stand
from tests.unit.import_world import assets, by_tag, plan, run_import, upload


class Meddling:
    """A ledger beside which something happens after some commits."""

    def __init__(self, scope: Scope, *, after: int, act: Any) -> None:
        self._ledger = scope.ledger
        self._left = after
        self._act = act

    def commit(self, writes: Sequence[Write], **options: Any) -> Commit:
        commit = self._ledger.commit(writes, **options)
        self._left -= 1
        if self._left == 0:
            self._act()
        return commit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    made = Stand(tmp_path)
    made.queue.run = None
    return made


def table(rows: int, **changed: str) -> str:
    """Return a file of laptops; `changed` gives other names by tag."""
    lines = [f"T{n},{changed.get(f'T{n}', f'Laptop {n}')},Lab" for n in range(rows)]
    return "\n".join(["Tag,Name,Room", *lines])


def queued(scope: Scope, content: str, **request: Any) -> str:
    """Plan a file and queue the plan; the worker is not started."""
    import_id = upload(scope, content)
    plan(scope, import_id, **request)
    service.apply_import(scope, import_id)
    return import_id


def failures(scope: Scope, import_id: str) -> list[tuple[int, str]]:
    record = service.read_import(scope, import_id)
    rows = import_rows(scope, record, actions=[Action.FAIL], limit=500).rows
    return [(row["row"], row["problems"][0]["code"]) for row in rows]


@pytest.mark.parametrize("at", range(1, 9))
@pytest.mark.parametrize("after", [False, True])
def test_a_killed_worker_is_resumed_at_the_next_row(stand: Stand, at: int, after: bool) -> None:
    """Wherever it dies, its successor makes each asset once and counts each row once."""
    scope = stand.scope()
    import_id = queued(scope, table(120))
    dying = replace(scope, ledger=Mortal(scope.ledger, at, after=after))

    with pytest.raises(KilledError):
        run_job(dying, import_id)
    run_job(scope, import_id)

    job = job_of(read_job(scope, import_id))
    assert (job.state, job.progress.done, job.progress.created) == (JobState.DONE, 120, 120)
    assert sorted(by_tag(scope)) == sorted(f"T{n}" for n in range(120))
    undone = job_of(undo_job(scope, import_id))
    run_job(scope, undone.id)
    assert assets(scope) == []


def test_many_rows_share_a_commit(stand: Stand) -> None:
    """The bill of an import is a fraction of a call a row."""
    scope = stand.scope()
    import_id = queued(scope, table(1_000))
    before = scope.ledger.head().seq

    run_job(scope, import_id)

    assert scope.ledger.head().seq - before <= 1_000 * 3 / 97 + 8


def test_the_message_that_comes_twice_runs_once(stand: Stand) -> None:
    """The queue delivers at least once."""
    scope = stand.scope()
    import_id = queued(scope, table(3))

    run_job(scope, import_id)
    seq = scope.ledger.head().seq
    run_job(scope, import_id)

    assert scope.ledger.head().seq == seq


def test_applying_twice_applies_once(stand: Stand) -> None:
    """A double click, and a click after it is done."""
    scope = stand.scope()
    import_id = queued(scope, table(3))
    service.apply_import(scope, import_id)
    while stand.queue.waiting:
        run_job(scope, stand.queue.waiting.popleft()[1])

    record = service.apply_import(scope, import_id)

    assert job_of(record).state is JobState.DONE
    assert len(assets(scope)) == 3
    assert not stand.queue.waiting


def test_a_row_that_is_refused_meanwhile_is_left_out(stand: Stand) -> None:
    """Somebody took a tag and somebody renamed an asset after the plan: the others go on."""
    scope = stand.scope()
    run_job(scope, queued(scope, table(3)))
    import_id = upload(scope, table(60, T1="New 1", T2="New 2"))
    plan(scope, import_id)
    create_asset(scope, AssetDraft(type="type.asset", tag="T40"))
    (renamed,) = [record for record in assets(scope) if record.body["tag"] == "T1"]
    patch_asset(scope, renamed.id, AssetPatch(name="Mine"), None)
    service.apply_import(scope, import_id)

    run_job(scope, import_id)

    job = job_of(read_job(scope, import_id))
    assert job.state is JobState.DONE
    counts = job.progress
    assert (counts.created, counts.updated, counts.unchanged, counts.failed) == (56, 1, 1, 2)
    assert failures(scope, import_id) == [(3, "changed_since_plan"), (42, "value_taken")]
    assert by_tag(scope)["T1"]["name"] == "Mine"
    assert by_tag(scope)["T2"]["name"] == "New 2"


def test_a_plan_on_an_old_catalog_is_refused(stand: Stand) -> None:
    """Two imports that both make the field Room would make it twice."""
    scope = stand.scope()
    first, second = upload(scope, table(2)), upload(scope, table(3))
    plan(scope, first)
    plan(scope, second)
    service.apply_import(scope, first)
    run_job(scope, first)

    with pytest.raises(PlanOutdatedError):
        service.apply_import(scope, second)

    assert plan(scope, second).counts.unchanged == 2


def test_a_catalog_that_changes_under_a_running_import_stops_it(stand: Stand) -> None:
    """What was checked against the old catalog is not written under the new one."""
    scope = stand.scope()
    run_job(scope, queued(scope, table(1)))
    import_id = queued(scope, table(50))
    (field,) = scope.replica.records("field_type")
    stricter = {**field.body, "required": True}
    scope.commit([Put("field_type", field.id, stricter, field.marks, before=field)])
    run_job(scope, import_id)

    job = job_of(read_job(scope, import_id))
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert job.error["code"] == "catalog_changed"
    assert len(assets(scope)) == 1


def test_another_change_of_the_catalog_does_not_matter(stand: Stand) -> None:
    """A type that the import does not use may come while it runs."""
    scope = stand.scope()
    run_job(scope, queued(scope, table(1)))
    import_id = queued(scope, table(50))
    other = AssetType(id="typ_" + "0" * 26, name="type.other", label="Other", key_prefix="OTH")
    scope.commit([type_put(other)])
    run_job(scope, import_id)

    assert job_of(read_job(scope, import_id)).progress.created == 49


def test_an_import_is_stopped_between_commits(stand: Stand) -> None:
    """What was imported stays, is counted, and can be undone."""
    scope = stand.scope()
    import_id = queued(scope, table(200))
    stopping = Meddling(scope, after=4, act=lambda: cancel_job(scope, import_id))
    run_job(replace(scope, ledger=stopping), import_id)

    job = job_of(read_job(scope, import_id))
    assert job.state is JobState.CANCELLED
    assert 0 < job.progress.done < 200
    assert len(assets(scope)) == job.progress.created
    undone = job_of(undo_job(scope, import_id))
    run_job(scope, undone.id)
    assert assets(scope) == []


def test_a_worker_whose_time_is_over_goes_on_later(stand: Stand) -> None:
    """A function may run for 15 minutes, and an import longer."""
    scope = stand.scope()
    import_id = queued(scope, table(100))
    stand.queue.waiting.clear()
    times = iter([stand.clock.now] * 4 + [stand.clock.now + timedelta(hours=1)] * 1_000)
    rushed = replace(scope, now=lambda: next(times))

    run_job(rushed, import_id, until=stand.clock.now + timedelta(minutes=1))
    paused = job_of(read_job(scope, import_id))
    run_job(scope, stand.queue.waiting.popleft()[1])

    assert paused.state is JobState.QUEUED
    assert job_of(read_job(scope, import_id)).progress.created == 100


def test_what_is_not_planned_is_not_applied(stand: Stand) -> None:
    """Nothing is imported that nobody has seen."""
    scope = stand.scope()
    import_id = upload(scope, table(1))

    with pytest.raises(NotPlannedError):
        service.apply_import(scope, import_id)


def test_an_asset_in_the_trash_is_not_the_row(stand: Stand) -> None:
    """Its tag is free again, so the row makes a new asset."""
    scope = stand.scope()
    run_job(scope, queued(scope, table(1)))
    (old,) = assets(scope)
    delete_asset(scope, old.id, old.version)

    run_job(scope, queued(scope, table(1)))

    (new,) = assets(scope)
    assert new.id != old.id


def test_the_job_acts_as_who_asked_for_it(stand: Stand) -> None:
    """History names the person, the job and the cause."""
    scope = stand.scope()
    import_id = queued(scope, table(1))
    run_job(replace(scope, actor=replace(scope.actor, id="system", name="Worker")), import_id)

    (asset,) = assets(scope)
    (entry,) = scope.ledger.history("asset", asset.id)
    assert (entry.actor.name, entry.reason.job, str(entry.reason.cause)) == (
        "Ada",
        import_id,
        "import",
    )


def test_planning_again_replaces_the_plan(stand: Stand) -> None:
    """A mistake in the mapping costs another plan, not another upload."""
    scope = stand.scope()
    import_id = upload(scope, table(2))
    plan(scope, import_id)
    first = service.plan_of(scope, service.read_import(scope, import_id))
    plan(scope, import_id, columns={"Room": None})
    second = service.plan_of(scope, service.read_import(scope, import_id))
    assert first is not None
    assert second is not None

    assert second[1].plan.number == 2
    assert first[0].read_head() is None
    service.apply_import(scope, import_id)
    run_job(scope, import_id)
    assert not by_tag(scope)["T0"].get("fields")


def test_a_queue_that_runs_its_jobs_is_all_there_is_to_it(tmp_path: Path) -> None:
    """With a queue that runs its jobs, applying is all there is to do."""
    scope = Stand(tmp_path).scope()

    _, job = run_import(scope, table(5))

    assert (job.state, job.progress.created) == (JobState.DONE, 5)
