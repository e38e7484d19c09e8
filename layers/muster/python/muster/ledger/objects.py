"""A tenant's objects in the files bucket: job sources, plans, results, large bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Upload:
    """A presigned POST: send `fields` and then the file as `file`, as multipart/form-data, to `url`."""

    url: str
    fields: Mapping[str, str]
    expires_seconds: int


class Objects(Protocol):
    """One tenant's objects. Names are relative to the tenant's prefix, such as `jobs/job_01…/source`."""

    def put(self, name: str, content: bytes, *, content_type: str = "application/octet-stream") -> None:
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

    def presign_upload(self, name: str, *, max_bytes: int, content_type: str | None = None) -> Upload:
        """Return a form to upload straight to the bucket, bound to this name and size, for 15 minutes."""
        ...

    def presign_download(self, name: str, *, filename: str) -> str:
        """Return an address that serves the object as a download for 5 minutes."""
        ...


