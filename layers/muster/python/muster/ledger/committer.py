"""Writes commits: numbers, sends, and numbers again for as long as others come first."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from muster.access.model import TenantId
from muster.errors import MusterError
from muster.ledger import keys, refusals, transaction
from muster.ledger.head import HeadState
from muster.ledger.items import RequestItem
from muster.ledger.model import Commit, RequestMark, Write
from muster.ledger.packed import Packer
from muster.ledger.plan import Plan, plan
from muster.ledger.table import Cancelled, Table, Unanswered, Written, pause, unavailable
from muster.ledger.transaction import Attempt, Draft, Origin

ROUNDS = 30


@dataclass
class Committer:
    """Writes one tenant's commits. Remembers the head, so that a warm commit is one call."""

    table: Table
    tenant: TenantId
    packer: Packer
    clock: Callable[[], datetime]
    known: HeadState | None = field(default=None, init=False)

    def remember(self, head: HeadState) -> HeadState:
        """Take note of a head that was read or written. A wrong one costs a round, and no more."""
        self.known = head
        return head

    def read_head(self) -> HeadState:
        """Return the head as it is now."""
        return self.remember(HeadState.of(self.table.item(keys.head(self.tenant))))

    def seen(self, key: str) -> RequestItem | None:
        """Return what is kept of an Idempotency-Key."""
        found = self.table.item(keys.request(self.tenant, key))
        item = RequestItem.from_raw_data(dict(found)) if found else None
        return item if item and item.ttl > self.clock().timestamp() else None

    def keep_response(self, key: str, kept: bytes) -> None:
        """Put the response beside an Idempotency-Key, if that is still kept."""
        self.table.set(keys.request(self.tenant, key), "response", kept)

    def write(self, writes: Sequence[Write], origin: Origin, unmoved: Mapping[str, int]) -> Commit:
        """Write a commit, or raise what refuses it."""
        try:
            return self._write(_Work(writes, origin, unmoved))
        except MusterError as refused:
            # What stands in the way of a repeated request is mostly what it wrote the first time.
            # The transaction says so, too, but need not name every condition that failed.
            self._refuse_repetition(origin.request, refused)
            raise

    def _write(self, work: _Work) -> Commit:
        tried = self._attempt(work, self.known or self.read_head())
        for number in range(ROUNDS):
            answer = self.table.transact(tried.actions, f"{work.id}-{work.losses}")
            if isinstance(answer, Unanswered):
                work.unsure = True
                pause(self.table.sleep, number)
                continue
            following = None if isinstance(answer, Written) else self._lose(work, tried, answer)
            if following is None:
                self.remember(tried.head)
                return tried.commit
            tried = following
        raise unavailable() if work.unsure else refusals.busy(ROUNDS)

    def _lose(self, work: _Work, tried: Attempt, answer: Cancelled) -> Attempt | None:
        """Return the next attempt, or None when this one is in after all."""
        work.unsure = work.unsure or answer.repeated
        newer = transaction.newer_head(answer.reasons)
        if self._is_in(work, tried, newer):
            return None
        if refused := transaction.refusal(tried, answer.reasons):
            raise refused
        work.losses += 1
        if newer is None or work.losses > 1:
            # Where many write, the head that was found is out of date after any wait. Reading it
            # is far cheaper than losing once more.
            pause(self.table.sleep, work.losses)
            newer = self.read_head()
            if self._is_in(work, tried, newer):
                return None
        self.remember(newer)
        return tried if newer.seq == tried.commit.seq - 1 else self._attempt(work, newer)

    def _attempt(self, work: _Work, head: HeadState) -> Attempt:
        head.require_unmoved(work.unmoved)
        # Drawn numbers are in the content; anything else stays as it is under another number.
        if work.content is None or work.content.plan.drawn:
            planned = plan(work.writes, transaction.numbers(work.origin, head))
            _require_few(planned, work.origin.request)
            work.content = transaction.draft(work.id, planned, work.origin, self.packer.keep)
        tried = transaction.attempt(self.tenant, work.content, head, self.clock())
        size = transaction.size(tried)
        if size > refusals.MAX_BYTES:
            raise refusals.too_many_bytes(size)
        return tried

    def _is_in(self, work: _Work, tried: Attempt, newer: HeadState | None) -> bool:
        # An answer can get lost on its way: then the transaction fails on what it wrote itself.
        if newer and newer.last == work.id:
            return True
        if not work.unsure:
            return False
        found = self.table.item(keys.commit(self.tenant, tried.commit.seq))
        return found is not None and found["id"]["S"] == work.id

    def _refuse_repetition(self, request: RequestMark | None, refused: MusterError) -> None:
        seen = self.seen(request.key) if request else None
        if request and seen:
            raise refusals.request_seen(request.key, seen.seq, seen.payload_hash) from refused


@dataclass
class _Work:
    """One call of `write`, through all its rounds."""

    writes: Sequence[Write]
    origin: Origin
    unmoved: Mapping[str, int]
    id: str = field(default_factory=lambda: secrets.token_hex(10))
    content: Draft | None = None
    losses: int = 0
    unsure: bool = False


def _require_few(planned: Plan, request: RequestMark | None) -> None:
    needed = planned.actions + (request is not None)
    if needed > refusals.MAX_ACTIONS:
        raise refusals.too_many_actions(needed)
