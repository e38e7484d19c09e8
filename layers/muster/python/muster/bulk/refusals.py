"""Why bulk work is refused as a whole; what one asset refuses is in its row."""

from __future__ import annotations

from muster.errors import ConflictError, NotFoundError


class BulkMissingError(NotFoundError):
    """There is no bulk work of this id."""

    code = "not_found"


class BulkNotPlannedError(ConflictError):
    """The plan is not there yet, or nothing is left of it to apply."""

    code = "not_planned"
