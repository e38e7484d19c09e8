"""The archive's outermost shape: a TAR in which each member has one possible header."""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Callable, Iterator
from typing import Protocol

from muster.archive.model import (
    FORMAT_NAME,
    MANIFEST_NAME,
    MAX_MEMBERS,
    Entry,
)
from muster.archive.refusals import refused

BLOCK = 512
END = bytes(2 * BLOCK)
_CHUNK = 1024 * 1024
_NAMES = re.compile(
    rf"{re.escape(FORMAT_NAME)}|{re.escape(MANIFEST_NAME)}|commits/\d{{6}}\.jsonl\.gz"
    r"|records/[a-z_]{1,40}/\d{6}\.jsonl\.gz|files/[0-9a-f]{64}"
)


def header(name: str, size: int) -> bytes:
    """Return the one header of a member: nobody's file, of mode 0644, from 1970."""
    member = tarfile.TarInfo(name)
    member.size = size
    return member.tobuf(tarfile.USTAR_FORMAT)


def padding(size: int) -> bytes:
    """Return what fills a member's last block."""
    return bytes(-size % BLOCK)


def file_name(sha256: str) -> str:
    """Return the name of a content's member; its object in the bucket has the same one."""
    return f"files/{sha256}"


class Tape:
    """Writes an archive's bytes, but for those in front, which an earlier worker wrote.

    An archive is made of one ledger in one way only, so that whoever goes on makes it again from
    the start and lets go of what is stored already.
    """

    def __init__(self, write: Callable[[bytes], object], stored: int = 0) -> None:
        """Begin; `stored` is how many bytes need not be written any more."""
        self._write = write
        self._stored = stored
        self.position = 0

    def has(self, size: int) -> bool:
        """Tell whether this many bytes more are all stored already."""
        return self.position + size <= self._stored

    def pass_over(self, size: int) -> None:
        """Go on behind bytes that are stored already."""
        self.position += size

    def write(self, content: bytes) -> None:
        """Add bytes."""
        known = max(0, min(self._stored - self.position, len(content)))
        self.position += len(content)
        if known < len(content):
            self._write(content[known:] if known else content)


class Source(Protocol):
    """Bytes that come once, in order."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes more, none at the end."""
        ...


class Hashing:
    """A source that takes the hash of all that is read of it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._digest = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes more, none at the end."""
        content = self._source.read(size)
        self._digest.update(content)
        return content

    def sha256(self) -> str:
        """Return the hash of what was read, in hex."""
        return self._digest.hexdigest()


class Member:
    """A member that is being read: its bytes, once, from the first to the last."""

    def __init__(self, name: str, size: int, position: int, source: Source) -> None:
        self.name = name
        self.size = size
        self.position = position
        """Where its header begins in the archive."""
        self._left = size
        self._source = source
        self._digest = hashlib.sha256()

    def read(self, size: int = _CHUNK) -> bytes:
        """Return up to `size` bytes more, none at the end. Raises ArchiveRefusedError when the
        archive ends before the member does.
        """
        if not self._left:
            return b""
        content = self._source.read(min(size, self._left))
        if not content:
            raise refused("truncated", "The archive ends in the middle.", self.name)
        self._left -= len(content)
        self._digest.update(content)
        return content

    def chunks(self) -> Iterator[bytes]:
        """Yield what is left of the bytes."""
        while content := self.read():
            yield content

    def entry(self) -> Entry:
        """Read the rest; return how the manifest has to list the member."""
        for _ in self.chunks():
            pass
        return Entry(self.name, self.size, self._digest.hexdigest())


def read_members(source: Source, position: int = 0) -> Iterator[Member]:
    """Yield the members of an archive, one after another, until its manifest or its end.

    Raises ArchiveRefusedError for what is no header that Muster writes, and for a last block that
    is not filled with zeros.
    """
    for _ in range(MAX_MEMBERS + 1):
        block = exactly(source, BLOCK)
        if block == END[:BLOCK]:
            if exactly(source, BLOCK + 1) != END[BLOCK:]:
                raise refused("not_an_archive", "Something stands behind the archive's end.")
            return
        member = _member(block, position, source)
        yield member
        member.entry()
        filled = padding(member.size)
        if exactly(source, len(filled)) != filled:
            raise refused("not_an_archive", "A block is not filled with zeros.", member.name)
        position += BLOCK + member.size + len(filled)
    raise refused("too_many_members", f"An archive has at most {MAX_MEMBERS:,} members.")


def exactly(source: Source, size: int) -> bytes:
    """Return this many bytes, fewer only where the source ends."""
    content = b""
    while len(content) < size and (more := source.read(size - len(content))):
        content += more
    return content


def _member(block: bytes, position: int, source: Source) -> Member:
    if len(block) < BLOCK:
        raise refused("truncated", "The archive ends in the middle.")
    try:
        found = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        right = bool(_NAMES.fullmatch(found.name)) and header(found.name, found.size) == block
    except (tarfile.TarError, ValueError) as error:
        raise refused("not_an_archive", f"At byte {position:,} no member begins.") from error
    if not right:
        name = found.name[:200].encode("ascii", "backslashreplace").decode()
        detail = f"At byte {position:,} is a member that no archive has: {name!r}."
        raise refused("unknown_member", detail)
    return Member(found.name, found.size, position, source)
