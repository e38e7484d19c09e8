"""Exports: asked for, checked, and handed to the worker."""

from __future__ import annotations

import re

from muster.assets.decide import look
from muster.assets.selection import check_selection
from muster.errors import FieldError
from muster.exports.asked import ExportRequest
from muster.exports.columns import check_names
from muster.exports.refusals import ExportMissingError, InvalidExportError
from muster.jobs.model import Job, JobState
from muster.jobs.service import find_job, queue_job
from muster.ledger.model import Record
from muster.scope import Scope
from muster.views.service import VIEWS, columns_of


def create_export(scope: Scope, request: ExportRequest) -> Record:
    """Queue an export, and return its job's record.

    Raises InvalidSelectionError, InvalidExportError, ViewNotFoundError and what a list of assets
    refuses.
    """
    scope.replica.catch_up()
    request = _with_columns(scope, request)
    kept = check_selection(scope, request.selection)
    request = request.model_copy(update={"selection": kept})
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


def _with_columns(scope: Scope, request: ExportRequest) -> ExportRequest:
    """Return the request with the columns of its view as they are now."""
    if request.view is None:
        return request
    if "fields" in request.model_fields_set:
        detail = "Give fields or a view, not both."
        raise InvalidExportError(detail, errors=[FieldError("one_of", detail, "/view")])
    columns, _ = columns_of(look(scope).catalog, VIEWS.read(scope, request.view))
    if not columns:
        detail = "None of the view's fields is left: change it, or choose another."
        raise InvalidExportError(detail, errors=[FieldError("empty_view", detail, "/view")])
    asked = request.model_dump(exclude_unset=True, exclude={"view"})
    return ExportRequest.model_validate({**asked, "fields": columns})


def filename(scope: Scope, request: ExportRequest) -> str:
    """Return the name of the download, with the format's ending."""
    ending = f".{request.format}"
    if request.filename is None:
        return f"assets-{scope.now().date().isoformat()}{ending}"
    plain = plain_filename(request.filename)
    return plain if plain.casefold().endswith(ending) else plain + ending


def plain_filename(text: str) -> str:
    """Return a text as the name of a download, without what no file system takes."""
    kept = re.sub(r"[\x00-\x1f\x7f/\\]", " ", text)
    return re.sub(r"\s+", " ", kept).strip(" .") or "assets"
