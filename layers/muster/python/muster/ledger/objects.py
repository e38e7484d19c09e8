"""A tenant's objects in the files bucket: job sources, plans, results, large bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from muster.errors import InvalidInputError

_NAME_BYTES = 900
"""S3 allows 1,024 bytes with the tenant's prefix."""


UPLOAD_SECONDS = 15 * 60
DOWNLOAD_SECONDS = 5 * 60


class ObjectNameError(InvalidInputError):
    """A name that could lead out of the tenant's prefix, or that S3 does not take."""

    code = "object_name"


def checked_name(name: str) -> str:
    """Return the name, unless it is absolute, too long, or has a part that is empty or dots.

    `${` is refused as well: in an upload form it would stand for what the sender chooses.
    """
    odd = {"", ".", ".."} & set(name.split("/")) or "${" in name or not name.isprintable()
    if odd or len(name.encode()) > _NAME_BYTES:
        raise ObjectNameError(f"{name!r} can't be the name of an object.")
    return name


@dataclass(frozen=True)
class Upload:
    """A presigned POST: send `fields`, then the file as `file`, to `url` as multipart/form-data."""

    url: str
    fields: Mapping[str, str]
    expires_seconds: int


class Objects(Protocol):
    """One tenant's objects, named within the tenant's prefix, such as `jobs/job_01…/source`."""

    def put(
        self, name: str, content: bytes, *, content_type: str = "application/octet-stream"
    ) -> None:
        """Store an object."""
        ...

    def get(self, name: str) -> bytes | None:
        """Return an object's bytes, or None when there is none."""
        ...

    def size(self, name: str) -> int | None:
        """Return an object's size in bytes, or None when there is none."""
        ...

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names that begin with `prefix`."""
        ...

    def delete(self, name: str) -> None:
        """Remove an object; removing none is no error."""
        ...

    def presign_upload(
        self, name: str, *, max_bytes: int, content_type: str | None = None
    ) -> Upload:
        """Return a form for an upload to the bucket: this name, up to this size, in 15 minutes."""
        ...

    def presign_download(self, name: str, *, filename: str) -> str:
        """Return an address that serves the object as a download for 5 minutes."""
        ...
