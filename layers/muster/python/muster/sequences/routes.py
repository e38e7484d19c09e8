"""`/v1/sequences`: saved operations, and their runs."""

from muster.access.model import Permission
from muster.assets.selection import InvalidSelectionError
from muster.http.paging import ListQuery, named_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.jobs.service import JobForbiddenError
from muster.ledger.port import FenceMovedError, VersionConflictError
from muster.sequences import refusals, runs, service
from muster.sequences.asked import SequenceDraft, SequencePatch, SequenceRun

routes = Routes("sequences")

_VIEW = Shape("muster.sequences.api", "SequenceView")
_JOB_VIEW = Shape("muster.jobs.present", "JobView")
_PLACE = "/v1/sequences"
_ONE = _PLACE + "/{sequence_id}"
_SAVE = (
    refusals.InvalidSequenceError,
    refusals.SequenceNameTakenError,
    refusals.PublicSequenceError,
    FenceMovedError,
)


class SequencesQuery(ListQuery):
    """What the list of sequences takes."""

    q: str | None = None
    """Those whose name has these letters in it."""


@routes.get(_PLACE, permission=Permission.ASSET_READ, query=SequencesQuery, returns=_VIEW.page)
def list_sequences(call: Call) -> Response:
    """List your own sequences and the public ones, oldest first."""
    from muster.sequences.api import present_sequence

    return named_response(call, service.list_sequences(call.scope), present_sequence)


@routes.post(
    _PLACE,
    permission=Permission.ASSET_WRITE,
    body=SequenceDraft,
    returns=_VIEW,
    status=201,
    errors=_SAVE,
)
def create_sequence(call: Call) -> Response:
    """Save a sequence; a public one needs catalog:write."""
    from muster.sequences.api import present_sequence

    record = service.create_sequence(call.scope, call.body)
    location = f"{_PLACE}/{record.id}"
    body = present_sequence(record)
    return Response(body, status=201, version=record.version, location=location)


@routes.get(
    _ONE,
    permission=Permission.ASSET_READ,
    returns=_VIEW,
    errors=(refusals.SequenceNotFoundError,),
)
def read_sequence(call: Call) -> Response:
    """Read a sequence, with its last run."""
    from muster.sequences.api import present_sequence

    record = service.read_sequence(call.scope, call.path["sequence_id"])
    last = runs.run_view(service.last_run(call.scope, record.id))
    body = present_sequence(record) | ({"last_run": last} if last else {})
    return Response(body, version=record.version)


@routes.patch(
    _ONE,
    permission=Permission.ASSET_WRITE,
    body=SequencePatch,
    returns=_VIEW,
    errors=(*_SAVE, refusals.SequenceNotFoundError, VersionConflictError),
)
def patch_sequence(call: Call) -> Response:
    """Change a sequence by merge-patch; operations, triggers and schedules as whole lists."""
    from muster.sequences.api import present_sequence

    sequence_id = call.path["sequence_id"]
    record = service.patch_sequence(call.scope, sequence_id, call.body, call.if_match)
    return Response(present_sequence(record), version=record.version)


@routes.delete(
    _ONE,
    permission=Permission.ASSET_WRITE,
    returns=None,
    status=204,
    errors=(
        refusals.SequenceNotFoundError,
        refusals.PublicSequenceError,
        VersionConflictError,
    ),
)
def delete_sequence(call: Call) -> Response:
    """Remove a sequence; what its runs did stays."""
    service.delete_sequence(call.scope, call.path["sequence_id"], call.if_match)
    return Response(status=204)


@routes.post(
    _ONE + ":run",
    permission=Permission.JOB_RUN,
    body=SequenceRun,
    returns=_JOB_VIEW,
    status=202,
    errors=(
        refusals.SequenceNotFoundError,
        refusals.SequenceDisabledError,
        JobForbiddenError,
        InvalidSelectionError,
    ),
)
def run_sequence(call: Call) -> Response:
    """Run a sequence over a selection, as a job."""
    from muster.jobs.answers import accepted

    job = runs.run_sequence(call.scope, call.path["sequence_id"], call.body)
    return accepted(job)
