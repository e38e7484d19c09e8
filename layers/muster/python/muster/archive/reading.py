"""Reads a whole archive and checks all of it, before anything of it is written anywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from muster.archive.checking import LogChecker
from muster.archive.contents import contents_of
from muster.archive.lines import canonical, commit_of, parsed
from muster.archive.manifest import counts_of, format_json, manifest_json
from muster.archive.model import (
    FORMAT_NAME,
    KINDS,
    MANIFEST_NAME,
    MAX_MANIFEST_BYTES,
    VERSION,
    Entry,
)
from muster.archive.parts import lines_of
from muster.archive.refusals import ArchiveRefusedError, refused
from muster.archive.standing import check_standing
from muster.archive.state import State, new_state
from muster.archive.tar import Member, Source, file_name, read_members

_MOST_NUMBER = 2**53
_LONGEST_SEQUENCE = 400


@dataclass
class Findings:
    """What was found in an archive that is in order."""

    counts: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    log_at: int | None = None
    """Where the first member of the log begins; None where there is none."""
    files_at: int | None = None
    """Where the first content begins."""


def check_archive(source: Source, now: datetime, told: Callable[[int], object]) -> Findings:
    """Read an archive to its end. `told` is given the position after each member.

    Raises ArchiveRefusedError, which says what is wrong and where.
    """
    with new_state() as state:
        return _Reading(state, now).run(source, told)


class _Reading:
    """One pass through an archive. Each member is checked as it comes, and the manifest last."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state = state
        self._log = LogChecker(state, now)
        self._entries: list[Entry] = []
        self._content = hashlib.sha256()
        self._found = Findings()
        self._expected = _Expected()
        self._manifest: bytes | None = None

    def run(self, source: Source, told: Callable[[int], object]) -> Findings:
        for member in read_members(source):
            if self._manifest is not None:
                raise refused("unknown_member", "The manifest is not the last one.", member.name)
            self._expected.require(member.name)
            self._read(member)
            entry = member.entry()
            if member.name.startswith("files/") and member.name != file_name(entry.sha256):
                raise refused("wrong_hash", "The file's bytes are others.", member.name)
            if member.name != MANIFEST_NAME:
                self._entries.append(entry)
            told(member.position + member.size)
        if self._manifest is None:
            raise refused("no_manifest", "The archive ends without its manifest.")
        self._close_records()
        self._check_manifest(self._manifest)
        return self._found

    def _read(self, member: Member) -> None:
        folder = member.name.partition("/")[0]
        if folder == "commits":
            self._read_log(member)
        elif folder == "records":
            self._read_records(member)
        elif folder == "files":
            self._close_records()
            if self._found.files_at is None:
                self._found.files_at = member.position
        elif member.name == FORMAT_NAME:
            _check_format(_small(member))
        else:
            self._manifest = _small(member)

    def _read_log(self, member: Member) -> None:
        if self._found.log_at is None:
            self._found.log_at = member.position
        for number, line in lines_of(member, self._content.update):
            commit = commit_of(parsed(line, member.name, number), member.name, number)
            self._log.check(commit, member.name, number)

    def _read_records(self, member: Member) -> None:
        kind = member.name.split("/")[1]
        expected = self._expected.records(self._state, kind)
        for number, line in lines_of(member, self._content.update):
            if next(expected, None) != line:
                detail = "The record is not what the log makes of it."
                raise refused("record_differs", detail, member.name, number)

    def _close_records(self) -> None:
        """See that no record is missing, once, when the last of them was read."""
        if self._expected.closed:
            return
        self._expected.close(self._state)
        for _, body in self._state.bodies("file"):
            for sha256 in contents_of(body):
                self._state.name_content(sha256)
        check_standing(self._state)

    def _check_manifest(self, manifest: bytes) -> None:
        files = {e.name for e in self._entries if e.name.startswith("files/")}
        for sha256 in self._state.contents():
            if file_name(sha256) not in files:
                raise refused("content_missing", f"The bytes of a file are missing: {sha256}.")
        if len(files) > self._state.count_contents():
            raise refused("unknown_member", "It holds bytes that no file has.")
        numbers = _numbers(manifest)
        self._found.counts = counts_of(self._state, self._log.commits, self._entries)
        content = self._content.hexdigest()
        if manifest_json(self._entries, self._found.counts, numbers, content) != manifest:
            raise _manifest_differs(manifest, self._entries)
        if numbers and not self._log.commits:
            raise refused("numbers", "Numbers were given by no commit.", MANIFEST_NAME)
        self._found.numbers = numbers


class _Expected:
    """Which members may come next, and which records have to be in them."""

    def __init__(self) -> None:
        self._last = ""
        self._kind: str | None = None
        self._lines: Any = iter(())
        self._rank = -1
        self.closed = False

    def require(self, name: str) -> None:
        """Raise ArchiveRefusedError for a member that is out of its place."""
        rank = _rank(name)
        folder, _, number = name.rpartition("/")
        if rank == self._rank and folder == self._last.rpartition("/")[0]:
            follows = name > self._last if folder == "files" else _is_next(self._last, name)
        else:
            follows = rank > self._rank and (folder == "files" or _is_first(number))
        if not follows or (self._rank == -1 and name != FORMAT_NAME):
            raise refused("out_of_order", "The member is not in its place.", name)
        self._last, self._rank = name, rank

    def records(self, state: State, kind: str) -> Any:
        """Return the lines that are still to come of a kind."""
        if kind != self._kind:
            self._finish(state, kind)
            self._kind, self._lines = kind, state.lines(kind)
        return self._lines

    def close(self, state: State) -> None:
        """Raise ArchiveRefusedError when a record is missing."""
        self._finish(state, None)
        self.closed = True

    def _finish(self, state: State, following: str | None) -> None:
        if next(self._lines, None) is not None:
            raise refused("record_missing", f"Records of the kind {self._kind} are missing.")
        begin = KINDS.index(self._kind) + 1 if self._kind else 0
        end = KINDS.index(following) if following else len(KINDS)
        for kind in KINDS[begin:end]:
            if state.count(kind):
                raise refused("record_missing", f"Records of the kind {kind} are missing.")


def _rank(name: str) -> int:
    parts = name.split("/")
    if parts[0] == "records":
        if parts[1] not in KINDS:
            raise refused("unknown_kind", "There are no records of this kind.", name)
        return 2 + KINDS.index(parts[1])
    return {FORMAT_NAME: 0, "commits": 1, "files": 90, MANIFEST_NAME: 91}[parts[0]]


def _is_first(number: str) -> bool:
    return number.startswith("000000.") or number in (FORMAT_NAME, MANIFEST_NAME)


def _is_next(last: str, name: str) -> bool:
    one, other = (each.rpartition("/")[2].partition(".")[0] for each in (last, name))
    return one.isdigit() and int(other) == int(one) + 1


def _small(member: Member) -> bytes:
    if member.size > MAX_MANIFEST_BYTES:
        raise refused("too_large", "The member is too large.", member.name)
    return b"".join(member.chunks())


def _check_format(content: bytes) -> None:
    if content == format_json():
        return
    try:
        version = json.loads(content)["version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        version = None
    if type(version) is int and version > VERSION:
        detail = f"The archive is of version {version}; this Muster reads {VERSION} at most."
        raise refused("newer_version", detail, FORMAT_NAME)
    raise refused("not_an_archive", "The file is no archive of Muster.", FORMAT_NAME)


def _numbers(manifest: bytes) -> dict[str, int]:
    numbers = parsed(manifest, MANIFEST_NAME, 1).get("numbers")
    wrong = refused("numbers", "The numbers are not as Muster writes them.", MANIFEST_NAME)
    if not isinstance(numbers, dict):
        raise wrong
    for name, number in numbers.items():
        if len(name) > _LONGEST_SEQUENCE or type(number) is not int:
            raise wrong
        if not 0 < number <= _MOST_NUMBER:
            raise wrong
    return numbers


def _manifest_differs(manifest: bytes, entries: list[Entry]) -> ArchiveRefusedError:
    """Return the refusal of a manifest, by the first member that it tells another thing of."""
    listed = json.loads(manifest).get("members")
    told = listed if isinstance(listed, list) else []
    for entry, other in zip(entries, told, strict=False):
        if canonical(other) != canonical(entry.as_json()):
            detail = "The manifest has another name, size or hash for it."
            return refused("wrong_hash", detail, entry.name)
    return refused("manifest_differs", "The manifest is not the archive's own.", MANIFEST_NAME)
