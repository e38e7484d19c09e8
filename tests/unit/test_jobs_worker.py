"""A job's way: queued, run, done, failed, cancelled, told to nobody twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from muster.errors import InvalidInputError, TransientError
from muster.jobs import worker
from muster.jobs.memory import MemoryQueue
from muster.jobs.model import Job, JobState
from muster.jobs.running import JobBroken, Running, job_of
from muster.jobs.service import (
    JobMissingError,
    JobOverError,
    cancel_job,
    create_job,
    list_jobs,
    read_job,
    start_job,
)
from muster.jobs.sqs import SqsQueue, read_message
from muster.scope import Scope
from tests.support import Stand


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    stand = Stand(tmp_path)
    stand.queue.run = None
    return stand.scope()


type Handle = Callable[[Callable[[Running], Any]], None]


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Handle:
    """Return what makes a function the handler of imports."""
    here: dict[str, Any] = {}
    monkeypatch.setattr(worker, "_handler", lambda _type: here["handler"])
    return lambda handler: here.update(handler=handler)


def job(scope: Scope, state: JobState = JobState.QUEUED, **values: Any) -> str:
    return create_job(scope, Job(type="import", title="Import", state=state, **values)).id


def state(scope: Scope, job_id: str) -> Job:
    return job_of(read_job(scope, job_id))


def test_what_a_handler_returns_is_kept(scope: Scope, handle: Handle) -> None:
    """Its result is in the record of the job that is done."""
    handle(lambda _: {"result": {"answer": 42}})
    job_id = job(scope)

    worker.run_job(scope, job_id)

    done = state(scope, job_id)
    assert (done.state, done.result) == (JobState.DONE, {"answer": 42})
    assert done.started_at is not None
    assert done.finished_at is not None


@pytest.mark.parametrize(
    "at", [JobState.WAITING, JobState.DONE, JobState.FAILED, JobState.CANCELLED]
)
def test_a_message_for_a_job_that_is_not_due_does_nothing(
    scope: Scope, handle: Handle, at: JobState
) -> None:
    """A message may come twice, or late."""
    handle(lambda _: pytest.fail("it ran"))
    job_id = job(scope, at)

    worker.run_job(scope, job_id)

    assert state(scope, job_id).state is at


def test_a_message_for_no_job_does_nothing(scope: Scope) -> None:
    """The job may have been removed with its tenant."""
    worker.run_job(scope, "job_" + "0" * 26)


@pytest.mark.parametrize(
    "error", [InvalidInputError("The file is odd."), JobBroken("invalid_input", "The file is odd.")]
)
def test_a_refusal_ends_the_job_in_words(scope: Scope, handle: Handle, error: Exception) -> None:
    """The user sees why; the queue is not asked to try again."""

    def refuse(_: Running) -> dict[str, Any]:
        raise error

    handle(refuse)
    job_id = job(scope)

    worker.run_job(scope, job_id)

    failed = state(scope, job_id)
    assert failed.state is JobState.FAILED
    assert failed.error == {"code": "invalid_input", "detail": "The file is odd."}


@pytest.mark.parametrize("error", [TransientError("busy"), RuntimeError("a defect")])
def test_what_may_pass_is_left_to_the_queue(scope: Scope, handle: Handle, error: Exception) -> None:
    """The job is delivered again, and goes on; only the last try gives up."""

    def fail(_: Running) -> dict[str, Any]:
        raise error

    handle(fail)
    job_id = job(scope)

    with pytest.raises(type(error)):
        worker.run_job(scope, job_id)
    assert state(scope, job_id).state is JobState.RUNNING

    with pytest.raises(type(error)):
        worker.run_job(scope, job_id, last_try=True)
    given_up = state(scope, job_id)
    assert given_up.state is JobState.FAILED
    assert given_up.error is not None
    assert given_up.error["code"] == "internal_error"
    assert "defect" not in given_up.error["detail"]


def test_a_second_worker_stops_without_a_trace(scope: Scope, handle: Handle) -> None:
    """A message that was hidden for too short a time makes two workers: one goes on."""

    def overtaken(running: Running) -> dict[str, Any]:
        other = Running(running.scope, running.record)
        other.commit(result={"by": "the other"})
        running.commit(result={"by": "this one"})
        return {}

    handle(overtaken)
    job_id = job(scope)

    worker.run_job(scope, job_id)

    assert state(scope, job_id).result == {"by": "the other"}
    assert state(scope, job_id).state is JobState.RUNNING


def test_a_job_that_waits_is_cancelled_at_once(scope: Scope) -> None:
    """Nothing has to be stopped."""
    job_id = job(scope, JobState.WAITING)

    cancelled = job_of(cancel_job(scope, job_id))

    assert cancelled.state is JobState.CANCELLED
    with pytest.raises(JobOverError):
        cancel_job(scope, job_id)


def test_a_cancel_that_comes_too_late_changes_nothing(scope: Scope, handle: Handle) -> None:
    """What is done is done, and said to be done."""

    def work(running: Running) -> dict[str, Any]:
        cancel_job(scope, running.record.id)
        return {"result": {"all": True}}

    handle(work)
    job_id = job(scope)

    worker.run_job(scope, job_id)

    assert state(scope, job_id).state is JobState.DONE


def test_starting_sends_after_the_commit(scope: Scope) -> None:
    """A message whose job is not there yet would be lost."""
    record = create_job(scope, Job(type="import", title="Import", state=JobState.WAITING))
    seen: list[JobState] = []
    queue = MemoryQueue(lambda _tenant, job_id: seen.append(state(scope, job_id).state))

    start_job(replace(scope, queue=queue), record, parameters={"step": "apply"})

    assert seen == [JobState.QUEUED]
    assert state(scope, record.id).parameters["by"]["name"] == "Ada"


def test_jobs_are_listed_newest_first_and_by_type(scope: Scope) -> None:
    """A page of imports is full although undos lie between them."""
    ids = [job(scope, JobState.DONE) for _ in range(5)]
    for _ in range(3):
        create_job(scope, Job(type="undo", title="Undo", state=JobState.DONE))

    first = list_jobs(scope, limit=2, types=("import",))
    second = list_jobs(scope, limit=2, types=("import",), after=first.next)
    third = list_jobs(scope, limit=2, types=("import",), after=second.next)

    listed = [record.id for page in (first, second, third) for record in page.items]
    assert listed == ids[::-1]
    assert third.next is None


@pytest.mark.parametrize("job_id", ["", "nope", "job_" + "0" * 26, "ast_" + "0" * 26])
def test_an_unknown_job_is_missing(scope: Scope, job_id: str) -> None:
    """An id of another kind is no job."""
    with pytest.raises(JobMissingError):
        read_job(scope, job_id)


class Messages:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send_message(self, **message: Any) -> None:
        self.sent.append(message)


def test_a_tenants_jobs_are_one_group_of_the_queue() -> None:
    """They run one after another, and a version that is sent twice is one message."""
    client = Messages()
    queue = SqsQueue(client, "https://queue")

    for version in (2, 2, 5):
        queue.send("acme", "job_1", version)

    assert {message["MessageGroupId"] for message in client.sent} == {"acme"}
    assert len({message["MessageDeduplicationId"] for message in client.sent}) == 2
    assert read_message(client.sent[0]["MessageBody"]) == ("acme", "job_1")


@pytest.mark.parametrize("body", ["", "[]", "{}", json.dumps({"tenant": "acme", "job": 1})])
def test_a_message_that_is_none_is_told(body: str) -> None:
    """It goes to the dead letters."""
    with pytest.raises((ValueError, TypeError)):
        read_message(body)
