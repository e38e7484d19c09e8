"""Makes a checked archive the tenant's own: its files first, then its log, commit by commit."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, BinaryIO

from muster.archive.contents import contents_of
from muster.archive.exporting import object_name
from muster.archive.lines import commit_of, parsed
from muster.archive.model import LEFT_OUT, ArchivedChange, ArchivedCommit
from muster.archive.parts import lines_of
from muster.archive.refusals import not_empty
from muster.archive.tar import Member, read_members
from muster.jobs.model import Progress
from muster.jobs.running import KIND, JobBroken, JobCancelled, Running
from muster.ledger.model import FENCES, Delete, Past, Put, Record, Tombstone, Write
from muster.ledger.plan import Key
from muster.ledger.port import FenceMovedError, MarkTakenError, VersionConflictError
from muster.replica.walk import every
from muster.scope import Scope

_SMALL_BYTES = 8 * 1024**2
_FILES_A_COMMIT = 25


class Replaying:
    """One run of an import. Its job's `next` says where it goes on."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._scope = running.scope
        self._plan: Mapping[str, Any] = running.job.result["plan"]
        self._seqs: array[int] | None = None
        """Numbers here of the archive's commits, read when one takes another back."""

    def run(self) -> Mapping[str, Any]:
        """Do what is left; return what the finished job's record holds."""
        try:
            self._begin()
            self._store_files()
            self._replay_log()
            # Noted before the archive goes, so that whoever goes on here doesn't look for it.
            self._commit({**self._next, "files_at": None, "log_at": None})
        except (JobBroken, JobCancelled):
            self._forget_files()
            raise
        self._scope.objects.delete(object_name(self._running.record.id))
        result = {n: v for n, v in self._running.job.result.items() if n != "next"}
        return {"result": result, "last_seq": self._running.record.updated.seq}

    @property
    def _next(self) -> dict[str, Any]:
        found: dict[str, Any] = self._running.job.result.get("next") or {}
        return found

    def _begin(self) -> None:
        self._unmoved = _standing(
            self._scope, self._running.record.id, self._next.get("commits", 0)
        )
        if not self._next:
            counts = self._plan["counts"]
            first = self._running.record.updated.seq
            self._commit(
                {"files_at": self._plan["files_at"], "log_at": self._plan["log_at"]},
                first_seq=first,
                progress=Progress(total=counts["commits"] + counts["files"]),
            )

    def _store_files(self) -> None:
        at = self._next["files_at"]
        if at is None:
            return
        stored = 0
        with closing(self._open(at)) as source:
            for member in read_members(source, at):
                if not member.name.startswith("files/"):
                    break
                if stored == _FILES_A_COMMIT:
                    self._running.go_on()
                    self._commit({**self._next, "files_at": member.position}, **self._more(stored))
                    stored = 0
                _store(self._scope, member)
                stored += 1
        self._commit({**self._next, "files_at": None}, **self._more(stored))

    def _replay_log(self) -> None:
        at = self._next["log_at"]
        if at is None:
            return
        done = self._next.get("commits", 0)
        with closing(self._open(at)) as source:
            for member in read_members(source, at):
                if not member.name.startswith("commits/"):
                    return
                for commit in _commits(member):
                    if commit.seq > done:
                        self._running.go_on()
                        self._replay(commit, member.position)

    def _replay(self, commit: ArchivedCommit, at: int) -> None:
        scope = self._scope
        reverts = commit.reason.reverts
        reason = replace(commit.reason, reverts=self._seq_of(reverts) if reverts else None)
        past = Past(commit.at, self._plan["numbers"] if commit.seq == 1 else {})
        acting = replace(scope, actor=commit.actor, reason=reason, past=past)
        writes = _writes(commit, _befores(scope, commit))
        following = {**self._next, "log_at": at, "commits": commit.seq}
        self._running.scope = acting
        try:
            seq = self._commit(following, writes, **self._more(1))
        except (FenceMovedError, VersionConflictError, MarkTakenError) as error:
            raise _disturbed() from error
        finally:
            self._running.scope = scope
        if self._seqs is not None:
            self._seqs.append(seq)

    def _commit(
        self, following: Mapping[str, Any], writes: Sequence[Write] = (), **more: Any
    ) -> int:
        result = {**self._running.job.result, "next": dict(following)}
        commit = self._running.commit(writes, unmoved=self._unmoved, result=result, **more)
        touched = {FENCES[change.kind] for change in commit.changes if change.kind in FENCES}
        self._unmoved = {**self._unmoved, **dict.fromkeys(touched, commit.seq)}
        return commit.seq

    def _more(self, done: int) -> dict[str, Any]:
        progress = self._running.job.progress
        return {"progress": progress.model_copy(update={"done": progress.done + done})}

    def _seq_of(self, number: int) -> int:
        """Return the number here of one of the archive's commits."""
        if self._seqs is None:
            self._seqs = array("Q", _replayed(self._scope))
        return self._seqs[number - 1]

    def _open(self, at: int) -> BinaryIO:
        source = self._scope.objects.stream(object_name(self._running.record.id), start=at)
        if source is None:
            raise JobBroken("archive_missing", "The archive is gone: upload it again.")
        return source

    def _forget_files(self) -> None:
        """Remove contents that were stored for records which will not come."""
        at = self._plan["files_at"]
        if at is None or not self._next:
            return
        kept = set(_named(self._scope))
        with closing(self._open(at)) as source:
            for member in read_members(source, at):
                if not member.name.startswith("files/"):
                    break
                if member.name not in kept:
                    self._scope.objects.delete(member.name)
        # Whoever applies it again stores them again.
        running, commits = self._running, self._next.get("commits", 0)
        following = {**self._next, "files_at": at}
        progress = running.job.progress.model_copy(update={"done": commits})
        running.keep(result={**running.job.result, "next": following}, progress=progress)


def _standing(scope: Scope, job_id: str, commits: int) -> dict[str, int]:
    """Return the fences as this import left them; raises TenantNotEmptyError, JobBroken.

    Every kind but comments, which need an asset, has a fence: one that was never touched means
    that there was never anything behind it.
    """
    fences = dict(scope.ledger.head().fences)
    if not commits and fences:
        raise not_empty()
    newest = max(fences.values(), default=0)
    if newest:
        last = next(iter(scope.ledger.commits_after(newest - 1)))
        if not any((change.kind, change.id) == (KIND, job_id) for change in last.changes):
            raise _disturbed()
    return {**dict.fromkeys(FENCES.values(), 0), **fences}


def _disturbed() -> JobBroken:
    return JobBroken(
        "tenant_in_use",
        "Somebody else wrote into the tenant while the archive was imported. Import it into a "
        "tenant of its own.",
    )


def _replayed(scope: Scope) -> Iterator[int]:
    """Yield the numbers of the commits that hold more than jobs: all of them came from here."""
    scope.replica.catch_up()
    at = 0
    while rows := scope.replica.commits(after=at, limit=1_000):
        for row in rows:
            if any(kind not in LEFT_OUT for kind, *_ in row.changes):
                yield row.seq
        at = rows[-1].seq


def _commits(member: Member) -> Iterator[ArchivedCommit]:
    for number, line in lines_of(member, len):
        yield commit_of(parsed(line, member.name, number), member.name, number)


def _befores(scope: Scope, commit: ArchivedCommit) -> Mapping[Key, Record | Tombstone]:
    keys = [(c.kind, c.id) for c in commit.changes if c.version > 1]
    return scope.ledger.get_for_write(keys) if keys else {}


def _writes(commit: ArchivedCommit, befores: Mapping[Key, Record | Tombstone]) -> list[Write]:
    return [_write(change, befores.get((change.kind, change.id))) for change in commit.changes]


def _write(change: ArchivedChange, before: Record | Tombstone | None) -> Write:
    if change.version != (before.version if before else 0) + 1:
        raise _disturbed()
    if change.body is not None:
        return Put(change.kind, change.id, change.body, change.marks, before)
    if not isinstance(before, Record):
        raise _disturbed()
    return Delete(before)


def _store(scope: Scope, member: Member) -> None:
    """Store a content, unless its bytes are not those of its name."""
    if member.size <= _SMALL_BYTES:
        content = b"".join(member.chunks())
        _check(member.name, hashlib.sha256(content).hexdigest())
        scope.objects.put(member.name, content)
        return
    digest = hashlib.sha256()
    writer = scope.objects.writer(member.name)
    try:
        for content in member.chunks():
            digest.update(content)
            writer.write(content)
        _check(member.name, digest.hexdigest())
    except BaseException:
        writer.abort()
        raise
    writer.close()


def _check(name: str, sha256: str) -> None:
    if name != f"files/{sha256}":
        raise JobBroken("archive_changed", f"The archive was altered in the bucket: {name}.")


def _named(scope: Scope) -> Iterator[str]:
    """Yield the names of the contents that the tenant's files have."""
    scope.replica.catch_up()
    for record in every(scope.replica, "file"):
        yield from (f"files/{sha256}" for sha256 in contents_of(record.body))
