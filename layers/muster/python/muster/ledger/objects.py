"""A tenant's objects in the files bucket: files, job sources, plans, results, large bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Protocol

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


@dataclass(frozen=True)
class ObjectFacts:
    """What is known of an object without reading it."""

    size: int
    sha256: str | None
    """In hex; None where the store was not told it at the upload (an object in parts, for one)."""
    modified: datetime


class ObjectWriter(Protocol):
    """Writes one object in parts, with at most one part in memory.

    The object appears when `close` returns, whole; nobody sees it before. A writer that is opened
    again with `state()` of an earlier one goes on behind the last part that it stored: what was
    written after is to be written again.
    """

    size: int
    """Bytes written so far, those not yet stored included."""

    def write(self, content: bytes) -> int:
        """Add bytes; stores a part when there is enough for one. Returns how many were added."""
        ...

    def flush(self) -> bool:
        """Store what is held as a part if it is large enough for one (S3: 5 MiB).

        True: nothing is held now, and `state` may be kept.
        """
        ...

    def state(self) -> dict[str, Any]:
        """Return what goes on behind the parts stored so far: JSON values, and small."""
        ...

    def close(self) -> None:
        """Store the rest, and let the object appear. Closing twice does nothing."""
        ...

    def abort(self) -> None:
        """Throw away what was stored."""
        ...


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

    def facts(self, name: str) -> ObjectFacts | None:
        """Return an object's facts, or None when there is none. One call."""
        ...

    def stream(self, name: str, *, start: int = 0, length: int | None = None) -> BinaryIO | None:
        """Return an object's bytes (or a range of them) to be read piece by piece and closed.

        It can't seek. None when there is no such object.
        """
        ...

    def writer(
        self,
        name: str,
        *,
        content_type: str = "application/octet-stream",
        state: Mapping[str, Any] | None = None,
    ) -> ObjectWriter:
        """Return a writer of a large object; `state` goes on with one that was begun."""
        ...

    def copy(self, source: str, target: str, *, content_type: str | None = None) -> None:
        """Copy an object within the tenant, without its bytes passing through here.

        Raises FileNotFoundError when there is no source.
        """
        ...

    def presign_upload(
        self,
        name: str,
        *,
        max_bytes: int,
        min_bytes: int = 0,
        content_type: str | None = None,
        sha256: str | None = None,
    ) -> Upload:
        """Return a form for an upload to the bucket: this name, of this size, in 15 minutes.

        With `sha256` (hex), S3 itself refuses other content. Emulators do not, and tell no hash
        afterwards: who relies on it looks at `facts`, and reads the object where that says None.
        """
        ...

    def presign_download(self, name: str, *, filename: str, inline_type: str | None = None) -> str:
        """Return an address that serves the object for 5 minutes.

        As a download, never as a page; with `inline_type` to be shown as that type, which is for
        images alone that Muster wrote itself.
        """
        ...
