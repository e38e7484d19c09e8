"""`/v1/jobs`: long work, to be watched, stopped and taken back."""

from __future__ import annotations

from pydantic import Field

from muster.access.model import Permission
from muster.http.leads import ADDRESS, lead_to
from muster.http.paging import ListQuery, list_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.jobs import service
from muster.jobs.answers import accepted
from muster.jobs.model import JobState, JobType
from muster.jobs.present import job_view
from muster.jobs.service import (
    JobForbiddenError,
    JobMissingError,
    JobNotUndoableError,
    JobOverError,
    ResultMissingError,
)

routes = Routes("jobs")

_JOB_VIEW = Shape("muster.jobs.present", "JobView")


class JobsQuery(ListQuery):
    """What the list of jobs takes."""

    type: list[JobType] = Field(default_factory=list)
    """Jobs of these types only."""
    state: list[JobState] = Field(default_factory=list)
    """Jobs in these states only."""


@routes.get("/v1/jobs", permission=Permission.JOB_READ, query=JobsQuery, returns=_JOB_VIEW.page)
def list_jobs(call: Call) -> Response:
    """List the jobs, newest first."""
    asked = call.query
    page = service.list_jobs(
        call.scope, limit=asked.limit, after=asked.after, types=asked.type, states=asked.state
    )
    return list_response(call, [job_view(each) for each in page.items], after=page.next)


@routes.get(
    "/v1/jobs/{job_id}",
    permission=Permission.JOB_READ,
    returns=_JOB_VIEW,
    errors=(JobMissingError,),
)
def read_job(call: Call) -> Response:
    """Read a job and how far it is."""
    record = service.read_job(call.scope, call.path["job_id"])
    return Response(job_view(record), version=record.version)


@routes.get(
    "/v1/jobs/{job_id}/results",
    permission=Permission.JOB_READ,
    returns=ADDRESS,
    status=302,
    errors=(JobMissingError, JobForbiddenError, ResultMissingError),
)
def read_job_results(call: Call) -> Response:
    """Be led to a job's result file: what became of each row, or what was exported."""
    return lead_to(service.read_results(call.scope, call.path["job_id"]))


@routes.post(
    "/v1/jobs/{job_id}:cancel",
    permission=Permission.JOB_RUN,
    returns=_JOB_VIEW,
    errors=(JobMissingError, JobOverError),
)
def cancel_job(call: Call) -> Response:
    """Stop a job: at once when it waits, after its present commit when it runs.

    One that has done a part and is queued to go on stops when its turn comes, and tells its rows.
    """
    record = service.cancel_job(call.scope, call.path["job_id"])
    return Response(job_view(record), version=record.version)


@routes.post(
    "/v1/jobs/{job_id}:undo",
    permission=Permission.JOB_RUN,
    returns=_JOB_VIEW,
    status=202,
    errors=(JobMissingError, JobNotUndoableError, JobForbiddenError),
)
def undo_job(call: Call) -> Response:
    """Take all of a job back, as a job of its own; an undo can be undone likewise."""
    undo = service.undo_job(call.scope, call.path["job_id"])
    return accepted(undo)
