"""Why a content is not stored, not found, or not served."""

from __future__ import annotations

from muster.errors import ConflictError, InvalidInputError, NotFoundError, TooLargeError


class FileNotFoundInTenantError(NotFoundError):
    """There is no file of this id, here."""

    code = "file_not_found"


class FileNotReadyError(ConflictError):
    """The image was not looked through yet: ask again in a moment."""

    code = "file_not_ready"


class FileGoneError(ConflictError):
    """The file's record is there, and its content is not any more."""

    code = "file_gone"


class ThumbnailMissingError(NotFoundError):
    """The file has no thumbnail of this size: it is no image, or could not be read as one."""

    code = "thumbnail_missing"


class IconNotFoundError(NotFoundError):
    """The type has no picture as its icon, but the name of a built-in one, or none."""

    code = "icon_not_found"


class ContentTooLargeError(TooLargeError):
    """The content is larger than images, or the tenant's files, may be. `extra` has max_bytes."""

    code = "content_too_large"


class InvalidUploadError(InvalidInputError):
    """What is announced can't be taken: no image type, or SVG. `errors` say which member."""

    code = "invalid_upload"
