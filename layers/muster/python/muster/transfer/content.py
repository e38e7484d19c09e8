"""The bytes of a file to import: at hand, or in a temporary file that leaves nothing behind."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

PIECE_BYTES = 1 << 20


class SourceFile:
    """A file on disk that has no name, so that it is gone with its process, however that ends.

    It can be read from several places at once.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        self._hash = hashlib.sha256()

    def fill(self, stream: BinaryIO) -> None:
        """Append what a stream holds, a piece at a time in memory."""
        while piece := stream.read(PIECE_BYTES):
            self._hash.update(piece)
            self._file.write(piece)
        self._file.flush()

    @property
    def sha256(self) -> str:
        """The hash of the content, in hex."""
        return self._hash.hexdigest()

    def open(self) -> BinaryIO:
        """Return the content from its beginning; it can seek."""
        return cast("BinaryIO", io.BufferedReader(_View(self._file.fileno())))

    def close(self) -> None:
        """Remove it."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


type Content = bytes | SourceFile


class _View(io.RawIOBase):
    """A place of its own in an open file."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence)
        self._at = offset + (os.fstat(self._descriptor).st_size if start is None else start)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        count = os.preadv(self._descriptor, [buffer], self._at)
        self._at += count
        return count


def open_content(content: Content) -> BinaryIO:
    """Return the bytes as a file of their own, at its beginning."""
    return io.BytesIO(content) if isinstance(content, bytes) else content.open()


def beginning(content: Content, size: int) -> bytes:
    """Return the first bytes, as many as there are."""
    with open_content(content) as file:
        return file.read(size)


def pieces(content: Content) -> Iterator[bytes]:
    """Yield all bytes, a piece at a time."""
    with open_content(content) as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
