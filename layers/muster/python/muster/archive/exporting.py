"""Writes a tenant's archive: the log as it is walked, then the records, the files, the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from muster.access.model import Permission
from muster.archive.contents import contents_of
from muster.archive.lines import canonical, commit_json
from muster.archive.manifest import counts_of, format_json, manifest_json
from muster.archive.model import (
    COMMITS_OF_A_MEMBER,
    FORMAT_NAME,
    KINDS,
    LEFT_OUT,
    MANIFEST_NAME,
    MEDIA_TYPE,
    RECORDS_OF_A_MEMBER,
    ArchivedChange,
    ArchivedCommit,
    Entry,
    Moment,
)
from muster.archive.parts import Lines
from muster.archive.state import State, new_state
from muster.archive.tar import END, Tape, file_name, header, padding
from muster.jobs.model import Progress
from muster.jobs.running import JobBroken, JobCancelled, Running
from muster.ledger.model import Change, Commit
from muster.ledger.objects import ObjectWriter

_CHECKPOINT_BYTES = 8 * 1024**2
_CHECKPOINT_MEMBERS = 32
_CHUNK = 1024**2


def run_archive_export(running: Running) -> Mapping[str, Any]:
    """Write the archive of all that was committed when the job began; goes on where it stopped."""
    scope, name = running.scope, object_name(running.record.id)
    begun = running.job.result.get("next")
    if begun is None:
        head = scope.ledger.head()
        begun = {"seq": head.seq, "numbers": dict(head.numbers), "writer": None}
        running.commit(result={"next": begun}, progress=Progress(total=head.seq))
    if "counts" not in begun or scope.objects.size(name) is None:
        writer = scope.objects.writer(name, content_type=MEDIA_TYPE, state=begun["writer"])
        _write(running, Moment(begun["seq"], begun["numbers"]), writer)
    file = {
        "name": f"{scope.tenant}.muster.tar",
        "object": name,
        "media_type": MEDIA_TYPE,
        "size": scope.objects.size(name),
        "needs": [Permission.TENANT_EXPORT.value],
    }
    progress = running.job.progress
    return {
        "result": {"file": file, "counts": running.job.result["next"]["counts"]},
        "progress": progress.model_copy(update={"done": progress.total}),
    }


def _write(running: Running, moment: Moment, writer: ObjectWriter) -> None:
    try:
        with new_state() as state:
            counts = _Exporting(running, moment, writer, state).run()
        # Noted before the object is there, so that whoever finds it knows that it is whole.
        begun = {**running.job.result["next"], "counts": counts}
        running.commit(result={"next": begun})
    except (JobBroken, JobCancelled):
        writer.abort()
        raise
    writer.close()


def object_name(job_id: str) -> str:
    """Return where a job's archive lies."""
    return f"jobs/{job_id}/archive.tar"


class _Exporting:
    """One run of the export, from the archive's first byte to its last."""

    def __init__(
        self, running: Running, moment: Moment, writer: ObjectWriter, state: State
    ) -> None:
        self._running = running
        self._moment = moment
        self._writer = writer
        self._state = state
        self._tape = Tape(writer.write, writer.size)
        self._entries: list[Entry] = []
        self._content = hashlib.sha256()
        self._done = 0
        self._checked = (writer.size, 0)

    def run(self) -> dict[str, Any]:
        """Write all members; return how much they hold."""
        self._add(FORMAT_NAME, format_json())
        commits = self._write_log()
        self._write_records()
        self._write_files()
        counts = counts_of(self._state, commits, self._entries)
        content = self._content.hexdigest()
        self._add(
            MANIFEST_NAME, manifest_json(self._entries, counts, self._moment.numbers, content)
        )
        self._tape.write(END)
        return counts

    def _write_log(self) -> int:
        lines = Lines("commits", COMMITS_OF_A_MEMBER, self._add_part)
        numbered: dict[int, int] = {}
        for commit in _until(self._running, self._moment.seq):
            self._done = commit.seq
            archived = _archived(self._state, commit, len(numbered) + 1, numbered)
            if archived is not None:
                numbered[commit.seq] = archived.seq
                self._add_line(lines, canonical(commit_json(archived)))
        lines.close()
        return len(numbered)

    def _write_records(self) -> None:
        for _, body in self._state.bodies("file"):
            for sha256 in contents_of(body):
                self._state.name_content(sha256)
        for kind in KINDS:
            lines = Lines(f"records/{kind}", RECORDS_OF_A_MEMBER, self._add_part)
            for line in self._state.lines(kind):
                self._done += 1
                self._add_line(lines, line)
            lines.close()

    def _write_files(self) -> None:
        for sha256 in self._state.contents():
            self._add_file(sha256)
            self._done += 1
            self._check_in()

    def _add_line(self, lines: Lines, line: bytes) -> None:
        self._content.update(line)
        self._content.update(b"\n")
        lines.add(line)

    def _add_part(self, name: str, content: bytes) -> None:
        self._add(name, content)
        self._check_in()

    def _add(self, name: str, content: bytes) -> None:
        self._tape.write(header(name, len(content)) + content + padding(len(content)))
        self._entries.append(Entry(name, len(content), hashlib.sha256(content).hexdigest()))

    def _add_file(self, sha256: str) -> None:
        name = file_name(sha256)
        size = self._running.scope.objects.size(name)
        if size is None:
            raise _lost(sha256)
        front, filled = header(name, size), padding(size)
        if self._tape.has(len(front) + size + len(filled)):
            self._tape.pass_over(len(front) + size + len(filled))
        else:
            self._tape.write(front)
            self._copy(sha256)
            self._tape.write(filled)
        self._entries.append(Entry(name, size, sha256))

    def _copy(self, sha256: str) -> None:
        source = self._running.scope.objects.stream(file_name(sha256))
        if source is None:
            raise _lost(sha256)
        digest = hashlib.sha256()
        with source:
            while content := source.read(_CHUNK):
                digest.update(content)
                self._tape.write(content)
        if digest.hexdigest() != sha256:
            raise _lost(sha256)

    def _check_in(self) -> None:
        """Keep how far the archive is now and then: where a next worker goes on."""
        self._running.go_on()
        stored, members = self._checked
        grown = self._writer.size - stored
        if grown < _CHECKPOINT_BYTES and len(self._entries) - members < _CHECKPOINT_MEMBERS:
            return
        self._checked = self._writer.size, len(self._entries)
        self._writer.flush()
        result = self._running.job.result
        begun = {**result["next"], "writer": self._writer.state()}
        done = max(self._done, self._running.job.progress.done)
        total = max(self._running.job.progress.total, done)
        progress = Progress(total=total, done=done)
        self._running.commit(result={**result, "next": begun}, progress=progress)


def _until(running: Running, seq: int) -> Iterator[Commit]:
    for commit in running.scope.ledger.commits_after(0):
        if commit.seq > seq:
            return
        yield commit


def _archived(
    state: State, commit: Commit, number: int, numbered: Mapping[int, int]
) -> ArchivedCommit | None:
    """Return what is archived of a commit, None when nothing is, and take note of it."""
    kept = [change for change in commit.changes if change.kind not in LEFT_OUT]
    if not kept:
        return None
    reverts = numbered.get(commit.reason.reverts or 0)
    reason = replace(commit.reason, reverts=reverts)
    archived = ArchivedCommit(number, commit.at, commit.actor, reason, ())
    return replace(archived, changes=tuple(_change(state, change, archived) for change in kept))


def _change(state: State, change: Change, commit: ArchivedCommit) -> ArchivedChange:
    if change.kind not in KINDS:
        raise RuntimeError(f"nobody said whether records of the kind {change.kind} are archived")
    before = state.held(change.kind, change.id)
    marks = before.marks - change.marks_removed | change.marks_added
    archived = ArchivedChange(
        change.kind, change.id, change.op, change.version, change.after, marks
    )
    state.take(archived, commit, before)
    return archived


def _lost(sha256: str) -> JobBroken:
    return JobBroken(
        "content_lost",
        f"The bytes of a file are gone or altered in the bucket: {sha256}. When the file was "
        "deleted just now, export again.",
    )
