"""Why an archive, or the import of one, is refused."""

from __future__ import annotations

from muster.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    TooLargeError,
)


class ArchiveRefusedError(InvalidInputError):
    """The archive is not as an export makes it. `errors` has one, with the reason as its code, and
    `member` and `line` of where it was found.
    """

    code = "archive_refused"


class ArchiveTooLargeError(TooLargeError):
    """The archive is larger than one that can be imported."""

    code = "archive_too_large"


class ArchiveMissingError(ConflictError):
    """The archive has not been uploaded yet."""

    code = "archive_missing"


class ArchiveChangedError(ConflictError):
    """What was uploaded is not what was announced: another size or SHA-256."""

    code = "archive_changed"


class ArchiveImportMissingError(NotFoundError):
    """There is no import of an archive of this id."""

    code = "not_found"


class ArchiveImportBusyError(ConflictError):
    """The import is planning or applying, or is over: it can't be planned again."""

    code = "import_busy"


class ArchiveNotPlannedError(ConflictError):
    """The import has no plan to apply."""

    code = "not_planned"


class TenantNotEmptyError(ConflictError):
    """An archive is imported into a tenant that never held anything."""

    code = "tenant_not_empty"


def refused(
    reason: str, detail: str, member: str | None = None, line: int | None = None
) -> ArchiveRefusedError:
    """Return the refusal of an archive: what is wrong with it, and where."""
    where: dict[str, object] = {"member": member} if member else {}
    if line is not None:
        where["line"] = line
    told = f"{detail} ({_place(member, line)})" if member else detail
    return ArchiveRefusedError(told, errors=[FieldError(reason, detail, extra=where)])


def not_empty() -> TenantNotEmptyError:
    """Return the refusal of a tenant that holds something, or has held it."""
    return TenantNotEmptyError(
        "An archive is imported into a tenant that never held anything, not even the starter "
        "catalog, so that ids and history can be kept. Make one with `muster tenant create`."
    )


def _place(member: str | None, line: int | None) -> str:
    return f"{member}, line {line}" if line is not None else f"{member}"
