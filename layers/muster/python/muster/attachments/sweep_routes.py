"""`/v1/files:sweep`: what nothing refers to any more, shown or removed."""

from pydantic import BaseModel, ConfigDict, Field

from muster.access.model import Permission
from muster.files.records import present_file
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape

routes = Routes("files")

_SWEEP = Shape("muster.attachments.sweep_api", "SweepView")


class SweepRequest(BaseModel):
    """How long files have to be left alone before they are removed."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        json_schema_extra={"examples": [{"older_than_days": 30}]},
    )

    older_than_days: int = Field(default=30, ge=1, le=3650)
    """Since their last change."""


@routes.post(
    "/v1/files:sweep",
    permission=Permission.ASSET_PURGE,
    body=SweepRequest,
    returns=_SWEEP,
    status=202,
    statuses={200: "A dry run: what would be removed."},
)
def sweep_files(call: Call) -> Response:
    """Remove the files that nothing refers to, as a job that can be undone for as many days.

    What the trash refers to is kept. With `dry_run=true` it is counted, and the first 100 shown.
    """
    from muster.attachments.sweep import last_change, start_sweep
    from muster.attachments.unused import unused
    from muster.jobs.answers import accepted
    from muster.jobs.present import job_view

    days = call.body.older_than_days
    if call.scope.dry_run:
        found = unused(call.scope, last_change(call.scope, days))
        plan = {
            "files": found.files,
            "bytes": found.bytes,
            "uploads": found.uploads,
            "items": [present_file(each) for each in found.shown],
        }
        return Response({"plan": plan, "job": None})
    job = start_sweep(call.scope, days)
    return accepted(job, {"plan": None, "job": job_view(job)})
