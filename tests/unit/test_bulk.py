"""Bulk work from a selection to assets that changed: planned, applied, stopped, taken back."""

from __future__ import annotations

import gc
import tracemalloc
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.assets.selection import Selection, selected
from muster.bulk import service
from muster.bulk.asked import Run
from muster.bulk.planning import make_plan, ready
from muster.bulk.refusals import BulkMissingError, BulkNotPlannedError
from muster.ids import new_id
from muster.jobs.model import Job, JobState
from muster.jobs.plans.page import page_of_rows
from muster.jobs.plans.planfile import PlanFile
from muster.jobs.service import cancel_job, create_job, undo_job
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.port import VersionConflictError
from muster.operations.model import Operation, OperationList
from tests.unit.bulk_world import Floor

type Op = dict[str, Any]

MORE: Op = {"op": "increase", "field": "f.int", "by": 1}


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path)


def rows(floor: Floor, job_id: str, *actions: str) -> list[Any]:
    found = service.plan_of(floor.scope, service.read_run(floor.scope, job_id))
    assert found is not None
    return list(page_of_rows(found[0], found[1].parts, actions=actions, limit=10_000).rows)


def test_a_plan_counts_and_groups_and_changes_nothing(floor: Floor) -> None:
    """Assets that the operations leave out are told by reason, with the first of them."""
    floor.kits(3)
    room = floor.world.room()
    before = floor.bodies()

    job_id, head = floor.start(MORE)

    assert head is not None
    assert head.counts.model_dump() == {
        "rows": 4,
        "update": 3,
        "unchanged": 0,
        "skip": 1,
        "fail": 0,
    }
    (group,) = head.left_out
    assert (group.action, group.code, group.count) == ("skip", "field_not_on_type", 1)
    assert group.examples[0].id == room.id
    assert floor.job(job_id).state is JobState.WAITING
    assert floor.bodies() == before


def test_applying_does_what_was_planned_and_says_so_by_row(floor: Floor) -> None:
    ids = floor.kits(3)
    floor.world.room()
    job_id, _ = floor.start(MORE)

    job = floor.apply(job_id)

    assert job.state is JobState.DONE
    assert sorted(floor.numbers().values()) == [1, 2, 3]
    assert (job.progress.updated, job.progress.skipped) == (3, 1)
    lines = floor.results(job_id)
    assert [line["action"] for line in lines] == ["update"] * 3 + ["skip"]
    assert [line["id"] for line in lines[:3]] == ids
    assert lines[3]["code"] == "field_not_on_type"


def test_many_assets_are_planned_by_the_worker(floor: Floor) -> None:
    floor.kits(service.PLANNED_AT_ONCE + 1)

    job_id, head = floor.start(MORE)

    assert head is None
    assert floor.job(job_id).state is JobState.WAITING
    assert floor.job(job_id).result["counts"]["update"] == 201
    assert floor.apply(job_id).progress.updated == 201


@pytest.mark.parametrize("count", [2, 201])
def test_a_run_may_be_applied_without_a_look(floor: Floor, count: int) -> None:
    floor.kits(count)

    job_id, _ = floor.start(MORE, apply=True)

    assert floor.job(job_id).state is JobState.DONE
    assert floor.job(job_id).progress.updated == count


def test_asking_twice_applies_once(floor: Floor) -> None:
    floor.kits(2)
    job_id, _ = floor.start(MORE)

    floor.apply(job_id)
    again = floor.apply(job_id)

    assert again.state is JobState.DONE
    assert sorted(floor.numbers().values()) == [1, 2]


def test_a_name_that_leads_nowhere_fails_alone(floor: Floor) -> None:
    """An id that never was, or is another tenant's, is told in its row."""
    ids = floor.kits(1)
    stranger = new_id("asset")

    job_id, head = floor.start(MORE, assets=[stranger, ids[0], "no-such-tag"])

    assert head is not None
    assert [group.code for group in head.left_out] == ["asset_not_found"]
    assert head.left_out[0].count == 2
    job = floor.apply(job_id)
    assert (job.progress.updated, job.progress.failed) == (1, 2)


def test_others_changes_are_no_reason_to_refuse(floor: Floor) -> None:
    """The operations are decided anew on what is there when it is written."""
    ids = floor.kits(3)
    job_id, _ = floor.start(MORE)
    fields = {**floor.record(ids[1]).body["fields"], "f.int": 50}
    floor.world.office.change(floor.record(ids[1]), fields=fields)

    floor.apply(job_id)

    assert floor.numbers()[ids[1]] == 51
    told = {row["id"]: row["changes"] for row in rows(floor, job_id)}
    assert told[ids[1]] == [{"field": "f.int", "old": 50, "new": 51}]


def test_a_change_between_look_and_commit_is_seen(floor: Floor) -> None:
    """A conflict sends the one asset back to be decided, and the others are not held up."""
    ids = floor.kits(60)

    def meddle(commits: int) -> None:
        if commits == 1:
            fields = {**floor.record(ids[4]).body["fields"], "f.int": 70}
            floor.world.office.change(floor.record(ids[4]), fields=fields)

    floor.ledger.meddle = meddle
    job_id, _ = floor.start(MORE)

    job = floor.apply(job_id)

    assert job.progress.updated == 60
    assert floor.numbers()[ids[4]] == 71


def test_what_came_otherwise_than_planned_is_told(floor: Floor) -> None:
    """Rows and result file tell what was done, not what was planned."""
    ids = floor.kits(3)
    job_id, _ = floor.start(MORE)
    floor.world.office.change(floor.record(ids[0]), trashed_at="2026-05-01T00:00:00.000Z")
    floor.world.office.delete(floor.record(ids[2]))

    job = floor.apply(job_id)

    assert (job.progress.updated, job.progress.failed) == (1, 2)
    codes = [row["problems"][0]["code"] for row in rows(floor, job_id, "fail")]
    assert codes == ["asset_in_trash", "asset_not_found"]
    assert [line["code"] for line in floor.results(job_id)] == [codes[0], "", codes[1]]


def test_a_field_that_goes_meanwhile_ends_the_run(floor: Floor) -> None:
    floor.kits(2)
    job_id, _ = floor.start(MORE)
    name = "f.int"
    definition = floor.ledger.get("field_type", floor.world.office.ids[name])
    assert definition is not None
    floor.world.office.delete(definition)

    job = floor.apply(job_id)

    assert job.state is JobState.FAILED
    assert job.error
    assert job.error["code"] == "catalog_changed"
    assert job.progress.done == 0


def test_a_run_that_is_stopped_leaves_the_rest_and_can_be_taken_back(floor: Floor) -> None:
    """500 assets, cancelled in the middle: some are changed, all are as before after the undo."""
    floor.kits(500)
    before = floor.bodies()
    job_id, _ = floor.start(MORE)

    def meddle(commits: int) -> None:
        if commits == 5:
            cancel_job(floor.scope, job_id)

    floor.ledger.meddle = meddle
    stopped = floor.apply(job_id)
    floor.ledger.meddle = None

    assert stopped.state is JobState.CANCELLED
    changed = sum(body != before[i] for i, body in floor.bodies().items())
    assert 0 < changed < 500
    assert changed == stopped.progress.updated
    told = Counter(line["action"] for line in floor.results(job_id))
    assert told == {"update": changed, "not_run": 500 - changed}

    undo_job(floor.scope, job_id)

    assert floor.bodies() == before


def test_all_kinds_of_change_are_taken_back(floor: Floor) -> None:
    """Links and comments go, the trash gives back, fields and folders are as they were."""
    floor.kits(5)
    room = floor.world.room()
    before = floor.bodies()
    operations = [
        {"op": "set", "field": "f.text", "value": "x"},
        {"op": "move", "folder": "/Berlin"},
        {"op": "link", "type": "contains", "target": room.id},
        {"op": "comment", "text": "Packed."},
        {"op": "delete"},
    ]
    job_id, _ = floor.start(*operations, filter={"type": "kit"}, apply=True)
    assert floor.job(job_id).progress.updated == 5
    assert len(floor.scope.replica.links_of([room.id])) == 5

    undo_job(floor.scope, job_id)

    assert floor.bodies() == before
    assert floor.scope.replica.links_of([room.id]) == []
    assert floor.scope.replica.page_of("comment", limit=10).items == ()


def test_a_worker_whose_time_is_over_goes_on_later(floor: Floor) -> None:
    """Its successor begins where the record says: no asset twice, none left out."""
    floor.kits(120)
    before = floor.numbers()
    floor.until = floor.scope.now() + timedelta(seconds=1)
    job_id, _ = floor.start(MORE)

    for _ in range(60):
        floor.until = floor.scope.now() + timedelta(seconds=30)
        service.apply_run(floor.scope, job_id)
        if floor.job(job_id).state is JobState.DONE:
            break

    assert floor.job(job_id).state is JobState.DONE
    assert floor.numbers() == {i: n + 1 for i, n in before.items()}


def test_a_unique_value_is_refused_before_it_is_tried(floor: Floor) -> None:
    floor.kits(3)

    _, head = floor.start({"op": "set", "field": "f.unique", "value": "B-1"})

    assert head is not None
    assert (head.counts.update, head.counts.fail) == (1, 2)
    assert head.left_out[0].code == "not_unique"


def test_a_run_that_is_over_or_none_is_not_applied(floor: Floor) -> None:
    floor.kits(1)
    job_id, _ = floor.start(MORE)
    cancel_job(floor.scope, job_id)
    other = create_job(floor.scope, Job(type="import", title="x", state=JobState.WAITING))

    with pytest.raises(BulkNotPlannedError):
        service.apply_run(floor.scope, job_id)
    with pytest.raises(BulkMissingError):
        service.apply_run(floor.scope, other.id)


def test_a_run_by_a_given_job_id_is_made_once(floor: Floor) -> None:
    """Whoever starts it twice, a trigger for example, is told that it is there."""
    floor.kits(1)
    wanted = new_id("job")
    scope = replace(floor.scope, queue=floor.queue)
    run = Run(selection=_all(), operations=_more())
    service.begin_run(scope, run, service.Start("sequence", apply=True, job_id=wanted))

    with pytest.raises(VersionConflictError):
        service.begin_run(scope, run, service.Start(job_id=wanted))

    assert floor.job(wanted).type == "sequence"
    assert list(floor.numbers().values()) == [1]


def _all() -> Selection:
    return Selection(all=True)


def _more() -> list[Operation]:
    return OperationList.model_validate({"operations": [MORE]}).operations


def test_memory_does_not_grow_with_the_selection(floor: Floor) -> None:
    """Planning holds a part of the plan, however many assets are selected."""
    floor.kits(2_000)
    _peak(floor)
    small = _peak(floor)
    floor.more_kits(6_000)

    large = _peak(floor)

    assert large < small * 1.5


class Sink(MemoryObjects):
    """Forgets what it is given, since it would hold it in memory."""

    def put(self, name: str, content: bytes, **options: Any) -> None:
        del name, content, options


def _peak(floor: Floor) -> int:
    """Return how many bytes planning a run over everything takes at most."""
    scope = replace(floor.scope, objects=Sink("acme"))
    run = Run(selection=_all(), operations=_more())
    operating = ready(scope, run)
    gc.collect()
    tracemalloc.start()
    try:
        make_plan(PlanFile(scope.objects, "job_1", "plan"), operating, selected(scope, _all()))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
