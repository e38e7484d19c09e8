"""Members that hold lines: packed into gzip members of bounded size, and unpacked within bounds."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from muster.archive.model import MAX_LINE_BYTES, MAX_LINES_BYTES, PART_BYTES
from muster.archive.refusals import refused
from muster.archive.tar import Member

_LEVEL = 6
_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 1024 * 1024


class Lines:
    """Gathers lines, and hands each full part on, packed. The same lines make the same parts."""

    def __init__(self, folder: str, most: int, hand_on: Callable[[str, bytes], None]) -> None:
        """`hand_on` is given a member's name and content; `most` lines make a part full."""
        self._folder = folder
        self._most = most
        self._hand_on = hand_on
        self._part = 0
        self._begin()

    def add(self, line: bytes) -> None:
        """Add a line, without its end."""
        self._packed += self._packer.compress(line + b"\n")
        self._count += 1
        self._bytes += len(line) + 1
        if self._count == self._most or self._bytes >= PART_BYTES:
            self.close()

    def close(self) -> None:
        """Hand on what is there."""
        if not self._count:
            return
        name = f"{self._folder}/{self._part:06}.jsonl.gz"
        self._part += 1
        packed = bytes(self._packed + self._packer.flush())
        self._begin()
        self._hand_on(name, packed)

    def _begin(self) -> None:
        self._count = self._bytes = 0
        self._packed = bytearray()
        # zlib's own header has neither name nor time, which would be in the bytes.
        self._packer = zlib.compressobj(_LEVEL, wbits=_GZIP)


def lines_of(member: Member, passed: Callable[[bytes], object]) -> Iterator[tuple[int, bytes]]:
    """Yield a member's lines with their numbers, from 1. `passed` is given all that is unpacked.

    Raises ArchiveRefusedError for what is no gzip, unpacks to more than a member may hold, or has a
    line that is too long or has no end.
    """
    number, rest = 0, b""
    for content in _unpacked(member):
        passed(content)
        *whole, rest = (rest + content).split(b"\n")
        if len(rest) > MAX_LINE_BYTES:
            raise refused("line_too_long", "A line is too long.", member.name, number + 1)
        for line in whole:
            number += 1
            yield number, line
    if rest or not number:
        raise refused("cut_off", "The last line has no end.", member.name, number + 1)


def _unpacked(member: Member) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP)
    size = 0
    for content in member.chunks():
        if unpacker.eof:
            raise refused("not_gzip", "Something stands behind the packed lines.", member.name)
        for piece in _pieces(unpacker, content, member.name):
            size += len(piece)
            if size > MAX_LINES_BYTES:
                raise refused("too_large_unpacked", "It unpacks to too much.", member.name)
            yield piece
    if not unpacker.eof:
        raise refused("not_gzip", "The packed lines end in the middle.", member.name)


def _pieces(unpacker: zlib._Decompress, packed: bytes, name: str) -> Iterator[bytes]:
    """Yield what packed bytes hold, a piece at a time however much it is."""
    piece = b"."
    while packed or len(piece) == _PIECE:
        try:
            piece = unpacker.decompress(packed, _PIECE)
        except zlib.error as error:
            raise refused("not_gzip", "What is packed can't be unpacked.", name) from error
        if unpacker.unused_data:
            raise refused("not_gzip", "Something stands behind the packed lines.", name)
        packed = unpacker.unconsumed_tail
        yield piece
