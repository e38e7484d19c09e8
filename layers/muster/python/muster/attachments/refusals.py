"""Why an upload, or an asset's image or file, is refused."""

from __future__ import annotations

from muster.errors import ConflictError, NotFoundError


class UploadNotFoundError(NotFoundError):
    """There is no upload of this id."""

    code = "upload_not_found"


class UploadMissingError(ConflictError):
    """The content has not been uploaded yet, or the form has expired."""

    code = "upload_missing"


class AttachmentNotFoundError(NotFoundError):
    """The asset has no such image or file."""

    code = "attachment_not_found"


class TooManyAttachmentsError(ConflictError):
    """The asset has as many images, files or versions as one may have."""

    code = "too_many_attachments"


class WrongPurposeError(ConflictError):
    """An image is taken from images, and a file from files: upload it for this purpose."""

    code = "wrong_purpose"
