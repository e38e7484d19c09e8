"""How a route answers that has handed its work to a job."""

from __future__ import annotations

from typing import Any

from muster.http.routing import Response
from muster.jobs.present import job_view
from muster.ledger.model import Record


def accepted(job: Record, body: Any = None) -> Response:
    """Answer 202 with the job, or with a body of the route's own, and where the job is told of."""
    return Response(
        job_view(job) if body is None else body,
        status=202,
        version=job.version,
        location=f"/v1/jobs/{job.id}",
        headers={"Retry-After": "1"},
    )
