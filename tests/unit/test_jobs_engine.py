"""The engine of plans: what is written rests on what is so, whoever comes in between."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from muster.errors import ConflictError
from muster.ids import new_id
from muster.jobs import worker
from muster.jobs.model import Job, JobState, Progress
from muster.jobs.plans.engine import RowRun
from muster.jobs.plans.model import PlanLine
from muster.jobs.plans.planfile import PlanFile, new_plan_name
from muster.jobs.plans.results import reporting
from muster.jobs.running import Running, job_of
from muster.jobs.service import cancel_job, create_job, read_job
from muster.jobs.worker import run_job
from muster.ledger.model import Commit, Put, Write
from muster.ledger.port import Ledger
from tests.killing import KilledError, Mortal
from tests.support import Stand

NOTE = "note"
ROWS = 300


@dataclass
class Meddled:
    """A ledger beside which something happens before one of a job's commits."""

    ledger: Ledger
    at: int
    act: Callable[[], object]

    def commit(self, writes: Sequence[Write], **options: Any) -> Commit:
        self.at -= 1
        if self.at == 0:
            self.act()
        return self.ledger.commit(writes, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)


@dataclass
class Notes:
    """Writes a note for each row, saying how many folders there were when that was decided."""

    running: Running
    ids: Sequence[str]
    folders: int = 0
    odd: Callable[[PlanLine], None] = field(default=lambda _: None)

    def look_again(self) -> Mapping[str, int]:
        seq = self.running.scope.replica.catch_up()
        self.folders = len(self.running.scope.replica.records("folder"))
        return {"folders": seq}

    def decide(self, lines: Sequence[PlanLine]) -> None:
        ledger = self.running.scope.ledger
        for line in lines:
            note = self.ids[line.position]
            body = {"folders": self.folders}
            line.writes = (Put(NOTE, note, body, before=ledger.get(NOTE, note)),)
            self.odd(line)


class Bench:
    """A job over some notes, whose worker the tests disturb."""

    def __init__(self, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scope = stand.scope()
        self.queue = stand.queue
        self.ids = [f"note_{number:05}" for number in range(ROWS)]
        self.odd: Callable[[PlanLine], None] = lambda _: None
        job = Job(type="bulk", title="Notes", state=JobState.QUEUED, progress=Progress(total=ROWS))
        self.job_id = create_job(self.scope, job).id
        self.file = PlanFile(self.scope.objects, self.job_id, new_plan_name(1))
        rows = ({"row": n + 1, "action": "create", "id": note} for n, note in enumerate(self.ids))
        self.file.write_rows(json.dumps(row).encode() for row in rows)
        monkeypatch.setattr(worker, "_handler", lambda _type: self._handle)

    def _handle(self, running: Running) -> Mapping[str, Any]:
        with reporting(running, self.file, "notes.csv"):
            RowRun(running, self.file, ROWS, Notes(running, self.ids, odd=self.odd)).run()
        return {}

    def run(self, *, meddle_at: int = 0, act: Callable[[], object] = lambda: None) -> None:
        ledger = cast("Ledger", Meddled(self.scope.ledger, meddle_at, act))
        run_job(replace(self.scope, ledger=ledger), self.job_id)

    def job(self) -> Job:
        return job_of(read_job(self.scope, self.job_id))

    def notes(self) -> list[int]:
        """Return what the notes say that are there, in order of the rows."""
        found = (self.scope.ledger.get(NOTE, note) for note in self.ids)
        return [record.body["folders"] for record in found if record is not None]

    def add_folder(self) -> None:
        body = {"name": f"Folder {new_id('folder')}", "parent": None}
        self.scope.commit([Put("folder", new_id("folder"), body)])

    def actions(self) -> list[str]:
        """Return the actions that the result file tells."""
        content = self.scope.objects.get(self.job().result["file"]["object"])
        assert content is not None
        return [line.split(",")[1] for line in content.decode().splitlines()[1:]]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    stand = Stand(tmp_path)
    stand.queue.run = None
    return Bench(stand, monkeypatch)


def test_after_a_fence_moved_nothing_is_written_as_it_was_decided_before(bench: Bench) -> None:
    """The rows of later commits were decided with those of the first: they are old as well."""
    bench.run(meddle_at=4, act=bench.add_folder)

    before = bench.notes().index(1)
    assert 0 < before < ROWS
    assert bench.notes() == [0] * before + [1] * (ROWS - before)


def test_one_row_that_is_decided_again_does_not_make_the_others_new(bench: Bench) -> None:
    """A conflict shows the newest state; rows that were decided before it are still old."""

    def meddle() -> None:
        note = bench.scope.ledger.get(NOTE, bench.ids[200])
        bench.scope.commit([Put(NOTE, bench.ids[200], {"folders": -1}, before=note)])
        bench.add_folder()

    bench.run(meddle_at=4, act=meddle)

    before = bench.notes().index(1)
    assert bench.notes() == [0] * before + [1] * (ROWS - before)
    assert bench.job().progress.created == ROWS


def test_a_row_that_can_not_be_written_is_told_and_the_others_go_on(bench: Bench) -> None:
    """A row whose writes no commit can hold."""

    def make_large(line: PlanLine) -> None:
        if line.position == 150:
            line.writes = tuple(Put(NOTE, f"many_{n:03}", {}) for n in range(120))

    bench.odd = make_large

    bench.run()

    assert bench.job().state is JobState.DONE
    assert (bench.job().progress.created, bench.job().progress.failed) == (ROWS - 1, 1)
    assert bench.actions() == ["create"] * 150 + ["fail"] + ["create"] * (ROWS - 151)


def test_writes_of_a_row_are_never_parted(bench: Bench) -> None:
    """Seven writes a row do not divide what a commit holds."""

    def more(line: PlanLine) -> None:
        extra = (Put(NOTE, f"{bench.ids[line.position]}_{n}", {}) for n in range(6))
        line.writes = (*line.writes, *extra)

    bench.odd = more

    bench.run()

    commits = [each for each in bench.scope.ledger.commits_after(0) if each.reason.job]
    sizes = [sum(change.kind == NOTE for change in each.changes) for each in commits]
    assert sum(sizes) == ROWS * 7
    assert all(size % 7 == 0 for size in sizes)


def refuse_some(line: PlanLine) -> None:
    if line.position % 10 == 3:
        line.refuse("odd", "It is odd.")


def test_a_cancel_leaves_rows_that_were_not_reached_untold(bench: Bench) -> None:
    """What was found out for a commit that was not made is no result."""
    bench.odd = refuse_some

    bench.run(meddle_at=4, act=lambda: cancel_job(bench.scope, bench.job_id))

    job = bench.job()
    assert job.state is JobState.CANCELLED
    assert 0 < job.progress.done < ROWS
    page = [row for _, row in bench.file.came_to(0)]
    assert all(row["action"] == "create" for row in page[job.progress.done :])
    assert bench.actions()[job.progress.done :] == ["not_run"] * (ROWS - job.progress.done)


@pytest.mark.parametrize("after", [False, True])
def test_a_cancel_is_heard_that_came_while_no_worker_lived(bench: Bench, *, after: bool) -> None:
    """The worker died, the user asked to stop, and the message is delivered again."""
    dying = cast("Ledger", Mortal(bench.scope.ledger, 4, after=after))
    with pytest.raises(KilledError):
        run_job(replace(bench.scope, ledger=dying), bench.job_id)
    cancel_job(bench.scope, bench.job_id)
    done = bench.job().progress.done

    bench.run()

    assert bench.job().state is JobState.CANCELLED
    assert bench.job().progress.done == done == len(bench.notes())
    assert bench.actions() == ["create"] * done + ["not_run"] * (ROWS - done)


def paused(bench: Bench) -> None:
    """Run the job until its worker's time is over."""
    late = iter([False] * 3 + [True] * 1_000)
    now = bench.scope.now()
    clocked = replace(bench.scope, now=lambda: now.replace(year=2099) if next(late) else now)
    run_job(clocked, bench.job_id, until=now.replace(year=2098))


def test_a_job_that_is_stopped_between_two_workers_still_tells_its_rows(bench: Bench) -> None:
    """It may wait behind other jobs for long, with some of its rows written."""
    paused(bench)
    assert bench.job().state is JobState.QUEUED
    done = bench.job().progress.done

    cancel_job(bench.scope, bench.job_id)
    bench.run()

    assert bench.job().state is JobState.CANCELLED
    assert 0 < done == bench.job().progress.done
    assert bench.actions() == ["create"] * done + ["not_run"] * (ROWS - done)


def test_a_cancel_at_the_pause_is_heard(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user asks in the moment in which the worker's time is over."""
    go_on = Running.go_on

    def cancelled_then(running: Running) -> None:
        if running.job.progress.done and not bench.job().cancel_requested:
            cancel_job(bench.scope, bench.job_id)
            running._until = running.scope.now()
        go_on(running)

    monkeypatch.setattr(Running, "go_on", cancelled_then)

    bench.run()
    assert bench.queue.waiting.pop() == (bench.scope.tenant, bench.job_id)
    bench.run()

    assert bench.job().state is JobState.CANCELLED
    assert 0 < bench.job().progress.done < ROWS


def test_a_refusal_nobody_caught_ends_the_job_with_its_results(bench: Bench) -> None:
    """A job that failed in the middle tells what it did until then."""

    def fail(line: PlanLine) -> None:
        if line.position == 200 and bench.scope.replica.records("folder"):
            raise ConflictError("It does not work.")

    bench.odd = fail

    bench.run(meddle_at=4, act=bench.add_folder)

    job = bench.job()
    assert (job.state, job.error) == (
        JobState.FAILED,
        {"code": "conflict", "detail": "It does not work."},
    )
    assert bench.actions() == ["create"] * job.progress.done + ["not_run"] * (
        ROWS - job.progress.done
    )
