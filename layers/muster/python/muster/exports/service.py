"""Exports: asked for, checked, and handed to the worker."""

from __future__ import annotations

import re

from muster.assets.decide import look
from muster.assets.selection import check_selection
from muster.exports.asked import ExportRequest
from muster.exports.columns import check_names
from muster.exports.refusals import ExportMissingError
from muster.jobs.model import Job, JobState
from muster.jobs.service import find_job, queue_job
from muster.ledger.model import Record
from muster.scope import Scope


def create_export(scope: Scope, request: ExportRequest) -> Record:
    """Queue an export, and return its job's record.

    Raises InvalidSelectionError, InvalidExportError and what a list of assets refuses.
    """
    scope.replica.catch_up()
    check_selection(scope, request.selection)
    check_names(look(scope).catalog, request)
    name = filename(scope, request)
    job = Job(
        type="export",
        title=f"Export {name}",
        state=JobState.QUEUED,
        parameters={
            "by": {"id": scope.actor.id, "name": scope.actor.name},
            "filename": name,
            "request": request.model_dump(mode="json", exclude_unset=True),
        },
    )
    return queue_job(scope, job)


def read_export(scope: Scope, export_id: str) -> Record:
    """Return an export's job. Raises ExportMissingError."""
    record = find_job(scope, export_id, ("export",))
    if record is None:
        raise ExportMissingError("There is no export of this id.")
    return record


def filename(scope: Scope, request: ExportRequest) -> str:
    """Return the name of the download, with the format's ending."""
    ending = f".{request.format}"
    if request.filename is None:
        return f"assets-{scope.now().date().isoformat()}{ending}"
    plain = re.sub(r"\s+", " ", request.filename).strip(" .") or "assets"
    return plain if plain.casefold().endswith(ending) else plain + ending
