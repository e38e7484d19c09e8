"""Keeps the topics of a scheduled search's e-mail: who is asked to subscribe, and who no longer is.

The record says who is to be told. Who was asked once is kept beside it as an object, so that nobody
who ended the subscription by the link in an e-mail is asked again when something else changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from muster.delivery.port import Courier
from muster.jobs.identity import derived_id
from muster.jobs.model import Job, JobState
from muster.jobs.running import JobBroken, Running
from muster.jobs.service import queue_job
from muster.ledger.model import Actor, Cause, Change, Commit, Op, Reason
from muster.ledger.port import VersionConflictError
from muster.scope import Scope
from muster.searches.scheduled.model import KIND, mail_addresses, objects_of

TASK = "addresses"
_SYSTEM = Actor("system:search", "Scheduled searches")


def topic_of(tenant: str, record_id: str, address: str) -> str:
    """Return the name of the topic of an address: it tells nothing of these."""
    return hashlib.sha256(f"{tenant}#{record_id}#{address}".encode()).hexdigest()[:32]


def follow_addresses(scope: Scope, commit: Commit, change: Change) -> None:
    """Start the job that does what a commit says, once however often it is told."""
    if change.kind != KIND or not _concerns_mail(scope, change):
        return
    name = (change.after or {}).get("name", change.id)
    job = Job(
        type="search_delivery",
        title=f"E-mail addresses: {name}",
        state=JobState.QUEUED,
        parameters={"scheduled_search": change.id, "task": TASK},
    )
    reason = Reason(Cause.SEARCH, commit.reason.request_id)
    scope = replace(scope, actor=_SYSTEM, reason=reason)
    try:
        queue_job(scope, job, job_id=derived_id("job", commit.at, change.id, commit.seq))
    except VersionConflictError:
        return


def keep_addresses(running: Running) -> Mapping[str, Any]:
    """Bring the topics up to what its record says by now; done twice it does nothing twice."""
    scope = running.scope
    record_id = running.job.parameters["scheduled_search"]
    record = scope.ledger.get(KIND, record_id)
    wanted = mail_addresses(record.body) if record is not None else []
    asked, courier = _asked(scope, record_id), courier_of(scope)
    new = [each for each in wanted if each not in asked]
    gone = [each for each in asked if each not in wanted]
    for address in new:
        courier.subscribe(topic_of(scope.tenant, record_id, address), address)
    for address in gone:
        courier.remove(topic_of(scope.tenant, record_id, address))
    scope.objects.put(_place(record_id), json.dumps(wanted).encode())
    if record is None:
        for name in list(scope.objects.names(objects_of(record_id))):
            scope.objects.delete(name)
    return {"result": {"asked": len(new), "ended": len(gone)}}


def courier_of(scope: Scope) -> Courier:
    """Return who carries things out; raises JobBroken where nobody does."""
    if scope.courier is None:
        raise JobBroken("nothing_leaves", "Nothing is sent from here: no courier is set up.")
    return scope.courier


def _concerns_mail(scope: Scope, change: Change) -> bool:
    if change.op is Op.DELETE:
        # What else is kept beside the record goes with it, too.
        return any(True for _ in scope.objects.names(objects_of(change.id)))
    if change.op is Op.CREATE:
        return bool(mail_addresses(change.after or {}))
    return any(each.path.startswith("/deliver") for each in change.fields)


def _asked(scope: Scope, record_id: str) -> list[str]:
    kept = scope.objects.get(_place(record_id))
    found: list[str] = json.loads(kept) if kept else []
    return found


def _place(record_id: str) -> str:
    return f"{objects_of(record_id)}asked"
