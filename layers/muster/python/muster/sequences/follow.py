"""Follows the ledger commit by commit: sends jobs, sets sequences off, keeps the timetable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from muster.jobs.due import SCHEDULED, MakeScope, plan_of
from muster.jobs.model import JobQueue, JobState
from muster.jobs.timetable import Due, Listener, Timetable
from muster.ledger.model import Actor, Change, Commit, Reason
from muster.ledger.model import Cause as Why
from muster.ledger.port import Ledger
from muster.scope import Scope
from muster.searches.scheduled.addresses import follow_addresses
from muster.sequences.model import KIND, MAX_DEPTH
from muster.sequences.runs import ACTOR_ID, Cause, actor_of, note_failure, run_by_itself
from muster.sequences.triggers import Event, events_of, fits

QUIET = frozenset({Why.UNDO, Why.REVERT, Why.ARCHIVE, Why.RESTORE, Why.SWEEP})
"""What is taken or brought back sets nothing off: it would do again what was just taken back."""
_OLDEST = timedelta(days=1)


class Follower:
    """Follows commits of any tenants, one tenant's in their order. Each may be told twice.

    Made for a batch: what it has looked up is kept as long as it lives.
    """

    def __init__(self, make_scope: MakeScope, queue: JobQueue, timetable: Timetable) -> None:
        self._make_scope = make_scope
        self._queue = queue
        self._timetable = timetable
        self._listeners: dict[str, list[Listener]] = {}
        self._above: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def follow(self, tenant: str, commit: Commit) -> None:
        """Do all that a commit calls for."""
        for change in commit.changes:
            if change.kind == "job":
                self._send(tenant, change)
            elif change.kind in SCHEDULED:
                self._keep(tenant, commit, change)
            elif change.kind in {"asset_type", "folder"}:
                self._above.clear()
        if commit.reason.cause not in QUIET and not _is_replayed(commit):
            self._set_off(tenant, commit)

    def _send(self, tenant: str, change: Change) -> None:
        """Send a queued job's message, in case its own writer did not come to it.

        One that waits for a moment is noted in the timetable.
        """
        body = change.after or {}
        if body.get("state") == JobState.QUEUED:
            self._queue.send(tenant, change.id, change.version)
        elif body.get("state") == JobState.WAITING and body.get("wake_at"):
            at = datetime.fromisoformat(body["wake_at"])
            self._timetable.add(Due(at, tenant, change.id, change.version, 0))

    def _keep(self, tenant: str, commit: Commit, change: Change) -> None:
        plan = plan_of(change.kind, change.after)
        listener = Listener(change.id, change.version, plan.triggers)
        scope = self._make_scope(tenant, Actor(ACTOR_ID, "Sequences"), commit.reason)
        # A log that is replayed is older than what it leads to.
        after = max(commit.at, scope.now() - _OLDEST)
        dues = plan.dues(tenant, change.id, change.version, after)
        self._timetable.keep(tenant, listener, dues)
        self._listeners.pop(tenant, None)
        follow_addresses(scope, commit, change)

    def _set_off(self, tenant: str, commit: Commit) -> None:
        events = list(events_of(commit))
        if not events:
            return
        if tenant not in self._listeners:
            self._listeners[tenant] = self._timetable.listeners(tenant)
        listeners = self._listeners[tenant]
        if not listeners:
            return
        scope = self._make_scope(tenant, Actor(ACTOR_ID, "Sequences"), commit.reason)
        events = list(_with_bodies(scope.ledger, events))
        chain = _chain_of(scope.ledger, commit)
        for listener in listeners:
            found = self._assets(scope, listener, events)
            if found:
                self._start(scope, listener, list(found), Cause(commit.at, str(commit.seq), chain))

    def _assets(self, scope: Scope, listener: Listener, events: list[Event]) -> dict[str, None]:
        """Return the assets to which something happened that the sequence listens to, in order."""

        def above(kind: str, record_id: str) -> tuple[str, ...]:
            key = (scope.tenant, kind, record_id)
            if key not in self._above:
                self._above[key] = tuple(_parents(scope.ledger, kind, record_id))
            return self._above[key]

        return {
            event.asset: None
            for event in events
            if any(fits(trigger, event, above) for trigger in listener.triggers)
        }

    def _start(self, scope: Scope, listener: Listener, assets: list[str], cause: Cause) -> None:
        if cause.chain[-1:] == (listener.record,):
            return  # a sequence does not hear what it does itself
        record = scope.ledger.get(KIND, listener.record)
        if record is None or not record.body["enabled"]:
            return
        reason = Reason(Why.SEQUENCE, scope.reason.request_id)
        scope = replace(scope, actor=actor_of(record), reason=reason)
        if listener.record in cause.chain or len(cause.chain) > MAX_DEPTH:
            note_failure(scope, record, cause, _loop(scope.ledger, cause))
            return
        run_by_itself(scope, record, {"assets": assets}, cause)


def _is_replayed(commit: Commit) -> bool:
    """Tell whether a commit is an archive's: what it set off was set off where it was first made.

    Its cause is the one that it had there; the job that made it here is in it.
    """
    jobs = (change.after for change in commit.changes if change.kind == "job" and change.after)
    return any(job["type"] == "archive_import" for job in jobs)


def _with_bodies(ledger: Ledger, events: list[Event]) -> Iterator[Event]:
    """Give events that know no body the asset's own."""
    for event in events:
        if event.body is None:
            record = ledger.get("asset", event.asset)
            yield replace(event, body=record.body if record else None)
        else:
            yield event


def _chain_of(ledger: Ledger, commit: Commit) -> tuple[str, ...]:
    """Return the sequences whose runs led to a commit."""
    if commit.reason.job is None:
        return ()
    job = ledger.get("job", commit.reason.job)
    return tuple(job.body["parameters"].get("chain", ())) if job else ()


def _parents(ledger: Ledger, kind: str, record_id: str) -> Iterator[str]:
    seen = {record_id}
    record = ledger.get(kind, record_id)
    while record is not None:
        parent = record.body.get("parent")
        if parent is None or parent in seen:
            return
        seen.add(parent)
        yield parent
        record = ledger.get(kind, parent)


def _loop(ledger: Ledger, cause: Cause) -> dict[str, Any]:
    records = (ledger.get(KIND, each) for each in cause.chain)
    names = [each.body["name"] for each in records if each is not None]
    detail = (
        f"Not started, since it would go round and round: {' → '.join(names)} led here. "
        f"A sequence does not set itself off, and {MAX_DEPTH} runs follow from one change at most."
    )
    return {"code": "loop_guard", "detail": detail}
