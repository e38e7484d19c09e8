"""What exports refuse."""

from __future__ import annotations

from muster.errors import InvalidInputError, NotFoundError


class ExportMissingError(NotFoundError):
    """There is no export of this id."""

    code = "not_found"


class InvalidExportError(InvalidInputError):
    """What was asked for can't be exported; `errors` say which member."""

    code = "invalid_export"
