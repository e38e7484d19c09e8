"""How a large object is written in parts: what S3 and memory have in common."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, BinaryIO, Protocol, cast

PART_BYTES = 8 * 1024 * 1024
"""A part as it is stored; S3 takes 10,000 of them."""
LEAST_PART_BYTES = 5 * 1024 * 1024
"""S3 takes a smaller part only as the last one."""
_READ_BYTES = 64 * 1024

type Part = list[Any]
"""What the store said of a part, its size second: [etag, size, …]."""


class PartStore(Protocol):
    """Where the parts of one object are stored."""

    def put(self, content: bytes) -> None:
        """Store the whole object at once."""
        ...

    def begin(self) -> str:
        """Return the id of a new upload in parts."""
        ...

    def store(self, upload_id: str, number: int, content: bytes) -> Part:
        """Store a part, numbered from 1; the same number again replaces it."""
        ...

    def finish(self, upload_id: str, parts: list[Part]) -> None:
        """Let the object appear, made of these parts."""
        ...

    def abandon(self, upload_id: str) -> None:
        """Throw the parts away; none is no error."""
        ...


class PartWriter:
    """Writes one object in parts: see `muster.ledger.objects.ObjectWriter`."""

    def __init__(self, store: PartStore, state: Mapping[str, Any] | None = None) -> None:
        begun = state or {}
        self._store = store
        self._upload_id: str | None = begun.get("upload_id")
        self._parts: list[Part] = [list(part) for part in begun.get("parts", ())]
        self._held = bytearray()
        self._closed = False
        self.size: int = begun.get("size", 0)

    def write(self, content: bytes) -> int:
        """Add bytes, and store a part as often as there is enough for one."""
        if self._closed:
            raise ValueError("write to a closed object")
        # Piece by piece, so that a large `content` is not held a second time.
        for start in range(0, len(content), PART_BYTES):
            self._held += content[start : start + PART_BYTES]
            while len(self._held) >= PART_BYTES:
                self._store_part(PART_BYTES)
        self.size += len(content)
        return len(content)

    def flush(self) -> bool:
        """Store what is held if S3 takes it as a part, and tell whether nothing is held now."""
        if len(self._held) >= LEAST_PART_BYTES:
            self._store_part(len(self._held))
        return not self._held

    def state(self) -> dict[str, Any]:
        """Return what goes on behind the parts stored so far."""
        return {
            "upload_id": self._upload_id,
            "parts": [list(part) for part in self._parts],
            "size": sum(part[1] for part in self._parts),
        }

    def close(self) -> None:
        """Store the rest, and let the object appear."""
        if self._closed:
            return
        if self._upload_id is None:
            self._store.put(bytes(self._held))
        else:
            if self._held:
                self._store_part(len(self._held))
            self._store.finish(self._upload_id, self._parts)
        self._end()

    def abort(self) -> None:
        """Throw away what was stored; after `close` there is nothing to throw away."""
        if not self._closed and self._upload_id is not None:
            self._store.abandon(self._upload_id)
        self._end()

    def _end(self) -> None:
        self._closed = True
        self._held.clear()

    def _store_part(self, size: int) -> None:
        if self._upload_id is None:
            self._upload_id = self._store.begin()
        number = len(self._parts) + 1
        with memoryview(self._held) as held:  # a slice of the bytes would be a copy more
            content = bytes(held[:size])
        del self._held[:size]
        self._parts.append(self._store.store(self._upload_id, number, content))


class _OneWay(io.RawIOBase):
    """Bytes that come once, in order, from something that has `read` and `close`."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._source.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._source.close()
        super().close()


def one_way(source: Any) -> BinaryIO:
    """Return a file that reads `source` piece by piece and can't seek."""
    return cast("BinaryIO", io.BufferedReader(_OneWay(source), _READ_BYTES))
