"""One tenant's objects in memory, under the contract of `muster.ledger.objects.Objects`."""

from __future__ import annotations

import hashlib
import io
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO
from urllib.parse import quote

from muster.access.model import TenantId
from muster.ledger.objects import UPLOAD_SECONDS, ObjectFacts, Upload, checked_name
from muster.ledger.parts import Part, PartWriter, one_way


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MemoryObjects:
    """One tenant's objects in memory. An upload that was presigned is simulated by `put`."""

    def __init__(self, tenant: TenantId, clock: Callable[[], datetime] = _utc_now) -> None:
        """Start empty; the clock dates objects."""
        self.tenant = tenant
        self._clock = clock
        self._contents: dict[str, bytes] = {}
        self._modified: dict[str, datetime] = {}
        self._in_parts: set[str] = set()
        self.parts: dict[str, dict[int, bytes]] = {}
        """What writers stored and did not close yet."""

    def put(
        self, name: str, content: bytes, *, content_type: str = "application/octet-stream"
    ) -> None:
        """Store an object."""
        del content_type
        self._contents[checked_name(name)] = bytes(content)
        self._modified[name] = self._clock()
        self._in_parts.discard(name)

    def put_in_parts(self, name: str, content: bytes) -> None:
        """Store an object whose hash the store was not told, as a writer's parts make it."""
        self.put(name, content)
        self._in_parts.add(name)

    def get(self, name: str) -> bytes | None:
        """Return an object's bytes."""
        return self._contents.get(checked_name(name))

    def size(self, name: str) -> int | None:
        """Return an object's size."""
        content = self.get(name)
        return None if content is None else len(content)

    def facts(self, name: str) -> ObjectFacts | None:
        """Return an object's facts."""
        content = self.get(name)
        if content is None:
            return None
        sha256 = None if name in self._in_parts else hashlib.sha256(content).hexdigest()
        return ObjectFacts(len(content), sha256, self._modified[name])

    def stream(self, name: str, *, start: int = 0, length: int | None = None) -> BinaryIO | None:
        """Return an object's bytes, or a range of them."""
        content = self.get(name)
        if content is None:
            return None
        return one_way(io.BytesIO(content[start : None if length is None else start + length]))

    def writer(
        self,
        name: str,
        *,
        content_type: str = "application/octet-stream",
        state: Mapping[str, Any] | None = None,
    ) -> PartWriter:
        """Return a writer of an object in parts."""
        return PartWriter(_MemoryParts(self, checked_name(name), content_type), state)

    def copy(self, source: str, target: str, *, content_type: str | None = None) -> None:
        """Copy an object."""
        checked_name(target)
        content = self.get(source)
        if content is None:
            raise FileNotFoundError(source)
        del content_type
        (self.put_in_parts if source in self._in_parts else self.put)(target, content)

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names that begin with `prefix`, in order."""
        yield from sorted(name for name in self._contents if name.startswith(prefix))

    def delete(self, name: str) -> None:
        """Remove an object."""
        self._contents.pop(checked_name(name), None)

    def presign_upload(
        self,
        name: str,
        *,
        max_bytes: int,
        min_bytes: int = 0,
        content_type: str | None = None,
        sha256: str | None = None,
    ) -> Upload:
        """Return a form that leads nowhere."""
        fields = {
            "key": f"T/{self.tenant}/{checked_name(name)}",
            "max-bytes": str(max_bytes),
            "min-bytes": str(min_bytes),
        }
        if content_type is not None:
            fields["Content-Type"] = content_type
        if sha256 is not None:
            fields["x-amz-checksum-algorithm"] = "SHA256"
            fields["x-amz-checksum-sha256"] = b64encode(bytes.fromhex(sha256)).decode()
        return Upload("https://uploads.invalid/", fields, UPLOAD_SECONDS)

    def presign_download(self, name: str, *, filename: str, inline_type: str | None = None) -> str:
        """Return an address that leads nowhere."""
        path = quote(f"T/{self.tenant}/{checked_name(name)}")
        shown = f"&inline={quote(inline_type, safe='')}" if inline_type else ""
        return f"https://downloads.invalid/{path}?filename={quote(filename, safe='')}{shown}"


class _MemoryParts:
    """One object's parts in memory."""

    def __init__(self, objects: MemoryObjects, name: str, content_type: str) -> None:
        self._objects = objects
        self._name = name
        self._content_type = content_type

    def put(self, content: bytes) -> None:
        self._objects.put(self._name, content, content_type=self._content_type)

    def begin(self) -> str:
        upload_id = secrets.token_hex(8)
        self._objects.parts[upload_id] = {}
        return upload_id

    def store(self, upload_id: str, number: int, content: bytes) -> Part:
        self._objects.parts[upload_id][number] = content
        return [secrets.token_hex(4), len(content)]

    def finish(self, upload_id: str, parts: list[Part]) -> None:
        stored = self._objects.parts.pop(upload_id, None)
        if stored is not None:
            content = b"".join(stored[number] for number in range(1, len(parts) + 1))
            self._objects.put_in_parts(self._name, content)
        elif self._objects.size(self._name) != sum(part[1] for part in parts):
            raise LookupError(upload_id)

    def abandon(self, upload_id: str) -> None:
        self._objects.parts.pop(upload_id, None)
