"""Workers that are killed at random commits, again and again, until their job is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from muster.jobs.worker import run_job
from muster.ledger.model import Actor, Cause, Commit, Reason, Write
from muster.ledger.port import Ledger
from muster.replica.sqlite import SqliteReplica
from muster.scope import Scope
from tests.support import TENANT, Stand


class KilledError(BaseException):
    """The worker is no more: nothing may catch this."""


class Mortal:
    """A ledger whose process dies at one of its commits, right before it or right after."""

    def __init__(self, ledger: Ledger, at: int, *, after: bool) -> None:
        self._ledger = ledger
        self._left = at
        self._after = after

    def commit(self, writes: Sequence[Write], **options: Any) -> Commit:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise KilledError
        commit = self._ledger.commit(writes, **options)
        if self._left == 0:
            raise KilledError
        return commit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


def run_killed(stand: Stand, job_id: str, *, kills: int, seed: int) -> int:
    """Run a job whose worker is killed up to so many times; return how often it was.

    Every worker begins with nothing but what is stored: its replica is built anew.
    """
    chance, killed = Random(seed), 0  # noqa: S311 - the same each time
    while True:
        scope = _worker(stand, number=killed)
        if killed < kills:
            mortal: Any = Mortal(
                scope.ledger, 1 if chance.random() < 0.9 else 2, after=chance.random() < 0.5
            )
            scope = replace(scope, ledger=mortal)
        try:
            run_job(scope, job_id)
        except KilledError:
            killed += 1
            continue
        return killed


def _worker(stand: Stand, number: int) -> Scope:
    ledger, _, objects = stand.parts(TENANT)
    replica = SqliteReplica(stand.folder / f"worker-{number}", TENANT, ledger)
    why = Reason(Cause.SYSTEM, f"req-{number}")
    who = Actor("system:worker", "Worker")
    return Scope(TENANT, who, why, ledger, replica, objects, stand.clock, queue=stand.queue)
