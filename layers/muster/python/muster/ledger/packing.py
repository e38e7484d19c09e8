"""Packs many writes into as few commits as their limits allow. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from muster.ledger import refusals
from muster.ledger.model import Put, Write
from muster.ledger.packed import INLINE_BYTES
from muster.ledger.plan import cost, key_of

ACTIONS_FOR_WRITES = refusals.MAX_ACTIONS - 3
"""Head, commit and an Idempotency-Key take one each."""

_MAX_BODY_BYTES = refusals.MAX_BYTES * 3 // 8
"""A body is in its record and in its history; the rest is for what stands around them."""


def pack(groups: Iterable[Sequence[Write]]) -> Iterator[list[Write]]:
    """Yield commits' writes, in order. What is in one group stays in one commit.

    A group that writes a record which is already in the commit begins the next one. Groups are
    drawn as they are needed, so they may be made from what the commits before have done.
    Raises TooManyWritesError for a group that no commit can hold.
    """
    commit: list[Write] = []
    actions = size = 0
    for group in groups:
        more, larger = sum(map(cost, group)), sum(map(_body_bytes, group))
        if more > ACTIONS_FOR_WRITES:
            raise refusals.too_many_actions(more + refusals.MAX_ACTIONS - ACTIONS_FOR_WRITES)
        full = actions + more > ACTIONS_FOR_WRITES or size + larger > _MAX_BODY_BYTES
        if commit and (full or not _apart(commit, group)):
            yield commit
            commit, actions, size = [], 0, 0
        commit += group
        actions, size = actions + more, size + larger
    if commit:
        yield commit


def _apart(commit: Iterable[Write], group: Iterable[Write]) -> bool:
    return set(map(key_of, commit)).isdisjoint(map(key_of, group))


def _body_bytes(write: Write) -> int:
    body = write.body if isinstance(write, Put) else write.before.body
    return min(len(json.dumps(body)), INLINE_BYTES)
