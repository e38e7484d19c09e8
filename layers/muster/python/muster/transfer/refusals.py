"""Why a whole file, plan or import is refused; a single row's problems are in its plan."""

from __future__ import annotations

from muster.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    TooLargeError,
)


class InvalidImportError(InvalidInputError):
    """What was sent makes no import; `errors` say which member."""

    code = "invalid_import"


class FileUnreadableError(InvalidInputError):
    """The file is no CSV, TSV or XLSX that can be read; `extra` has `reason` and where it is."""

    code = "file_unreadable"


class FileTooLargeError(TooLargeError):
    """The file, or what it unpacks to, is larger than an import may be."""

    code = "file_too_large"


class FileMissingError(ConflictError):
    """The file has not been uploaded yet."""

    code = "file_missing"


class FileChangedError(ConflictError):
    """What was uploaded is not what was announced: another size or SHA-256."""

    code = "file_changed"


class MappingWrongError(InvalidInputError):
    """The mapping names a column, target, key or type that can't be used; `errors` say which."""

    code = "mapping_wrong"


class ImportMissingError(NotFoundError):
    """There is no import of this id."""

    code = "not_found"


class NotPlannedError(ConflictError):
    """The import has no plan to apply."""

    code = "not_planned"


class ImportBusyError(ConflictError):
    """The import is planning or applying, or is over: it can't be planned again."""

    code = "import_busy"


class PlanOutdatedError(ConflictError):
    """The catalog was changed since the plan was made: plan again."""

    code = "plan_outdated"
