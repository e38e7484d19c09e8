"""Takes a job back: walks its commits from the last to the first and commits their inverse.

What others changed since stays as they left it, and is reported. Types, fields and folders that
the job made go too, unless something uses them by now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched, groupby
from typing import Any

from muster.jobs.model import Progress
from muster.jobs.running import KIND, JobBroken, Running, job_of
from muster.jobs.undoing import Skip, Usage, name_of, take_back
from muster.ledger.model import Change, Commit, Op, Write
from muster.ledger.packing import pack
from muster.ledger.plan import key_of
from muster.ledger.port import FenceMovedError, MarkTakenError, VersionConflictError
from muster.scope import Scope

_WINDOW = 200
"""How many commits are held in memory at once."""
_KEYS_AT_ONCE = 90
_SKIPS_KEPT = 100
_ROUNDS = 20


@dataclass(frozen=True)
class _Step:
    """Changes of one kind in one commit of the undone job, newest first.

    `after` is how many of the commit's changes are taken back when this step is.
    """

    seq: int
    after: int
    changes: tuple[Change, ...]


def run_undo(running: Running) -> Mapping[str, Any]:
    """Undo the job that this one names; goes on after what it has taken back already."""
    scope = running.scope
    scope.replica.catch_up()
    sizes = _commits_of(scope, running.job.undoes or "")
    running.begin(progress=Progress(total=sum(sizes.values())))
    seq, done = running.job.result.get("next") or [max(sizes, default=0), 0]
    for commit in _backwards(scope, [each for each in sizes if each <= seq]):
        for step in _steps(commit, done if commit.seq == seq else 0):
            running.go_on()
            _undo_step(running, step)
    result = {name: value for name, value in running.job.result.items() if name != "next"}
    return {"result": result, "last_seq": running.record.updated.seq}


def _commits_of(scope: Scope, job_id: str) -> dict[int, int]:
    """Return how much each commit of a job changed, beside the job's own record."""
    record = scope.ledger.get(KIND, job_id)
    job = job_of(record) if record else None
    if job is None or job.first_seq is None:
        raise JobBroken("nothing_to_undo", "The job that was to be undone changed nothing.")
    found: dict[int, int] = {}
    at = job.first_seq - 1
    while rows := scope.replica.commits(after=at, limit=1_000):
        for row in rows:
            # What an archive brought in keeps the reasons that it had; the job is in the commit.
            if row.job == job_id or any(each[:2] == (KIND, job_id) for each in row.changes):
                found[row.seq] = sum(kind != KIND for kind, *_ in row.changes)
        at = rows[-1].seq
    return {seq: size for seq, size in found.items() if size}


def _backwards(scope: Scope, seqs: Sequence[int]) -> Iterator[Commit]:
    """Yield the commits of these numbers, the newest first."""
    for window in batched(sorted(seqs, reverse=True), _WINDOW, strict=False):
        wanted, last = set(window), window[0]
        held = []
        for commit in scope.ledger.commits_after(window[-1] - 1):
            if commit.seq in wanted:
                held.append(commit)
            if commit.seq >= last:
                break
        yield from reversed(held)


def _steps(commit: Commit, done: int) -> Iterator[_Step]:
    """Yield what is left to take back of a commit: what was made last goes first, kind by kind."""
    changes = [change for change in reversed(commit.changes) if change.kind != KIND][done:]
    for _, same_kind in groupby(changes, key=lambda change: change.kind):
        for some in batched(same_kind, _KEYS_AT_ONCE, strict=False):
            done += len(some)
            yield _Step(commit.seq, done, some)


def _undo_step(running: Running, step: _Step) -> None:
    """Take a step back, deciding again whenever somebody else was quicker."""
    taken: set[str] = set()
    for _ in range(_ROUNDS):
        try:
            _try_step(running, step, taken)
        except MarkTakenError as error:
            taken |= _claimants(step, error)
        except (FenceMovedError, VersionConflictError):
            continue
        else:
            return
    raise JobBroken("busy", "Others kept changing what was to be undone: undo again later.")


def _try_step(running: Running, step: _Step, taken: set[str]) -> None:
    scope = running.scope
    seq = scope.replica.catch_up()
    current = scope.ledger.get_for_write([(change.kind, change.id) for change in step.changes])
    usage = Usage(scope.replica, step.changes)
    skips: list[Skip] = []
    writes: list[Write] = []
    for change in step.changes:
        found = current.get((change.kind, change.id))
        if change.id in taken:
            detail = "Another record holds one of its unique values by now."
            name = name_of(found)
            back: Write | Skip | None = Skip(change.kind, change.id, "value_taken", detail, name)
        else:
            back = take_back(change, found, usage)
        if isinstance(back, Skip):
            skips.append(back)
        elif back is not None:
            writes.append(back)
    _commit(running, step, writes, skips, usage.unmoved(seq))


def _commit(
    running: Running,
    step: _Step,
    writes: Sequence[Write],
    skips: Sequence[Skip],
    unmoved: Mapping[str, int],
) -> None:
    """Commit a step, in several commits where one can't hold it; the last one ends the step."""
    packs = list(pack([write] for write in writes)) or [[]]
    for some in packs[:-1]:
        # Taken back twice does nothing, so a step that is begun anew may begin at its start.
        running.commit(some, unmoved=unmoved)
    progress = _progress(running.job.progress, step, writes, len(skips))
    result = dict(running.job.result)
    result["next"] = [step.seq, step.after]
    if skips:
        told = [*result.get("skipped", []), *(skip.as_json() for skip in skips)]
        result["skipped"] = told[:_SKIPS_KEPT]
    running.commit(packs[-1], unmoved=unmoved, progress=progress, result=result)


def _progress(progress: Progress, step: _Step, writes: Sequence[Write], skipped: int) -> Progress:
    """Count what was brought back as created, and what was put back or removed as updated."""
    written = {key_of(write) for write in writes}
    deleted = [change for change in step.changes if change.op is Op.DELETE]
    brought_back = sum((change.kind, change.id) in written for change in deleted)
    return progress.model_copy(
        update={
            "done": progress.done + len(step.changes),
            "created": progress.created + brought_back,
            "updated": progress.updated + len(writes) - brought_back,
            "skipped": progress.skipped + skipped,
            "unchanged": progress.unchanged + len(step.changes) - len(writes) - skipped,
        }
    )


def _claimants(step: _Step, error: MarkTakenError) -> set[str]:
    """Return the records of a step that would get a value which another one holds by now."""
    wanted = (error.extra.get("constraint"), error.extra.get("value"))
    return {
        change.id
        for change in step.changes
        if any((mark.constraint, mark.value) == wanted for mark in change.marks_removed)
    }
