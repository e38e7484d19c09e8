"""The one transaction that writes a commit, and what its cancellation means. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.access.model import TenantId
from muster.errors import MusterError
from muster.ledger import actions, keys, wire
from muster.ledger.actions import Action, RecordContent
from muster.ledger.head import HeadState
from muster.ledger.items import CommitItem, HistoryItem
from muster.ledger.model import Actor, Commit, Past, Put, Reason, RequestMark, Stamp, Write
from muster.ledger.plan import Plan

_CONDITION_FAILED = "ConditionalCheckFailed"
_ATTRIBUTE_BYTES = 16


@dataclass(frozen=True)
class Origin:
    """Who commits, why, and on which request; what it keeps of its past when it is a replay."""

    actor: Actor
    reason: Reason
    request: RequestMark | None = None
    past: Past | None = None


@dataclass(frozen=True)
class Draft:
    """A commit's content, packed, before it has a number. By its `id` it is known again."""

    id: str
    plan: Plan
    origin: Origin
    records: Sequence[RecordContent]
    steps: Sequence[bytes]
    changes: bytes


@dataclass(frozen=True)
class Attempt:
    """A draft with the number that follows a head; `head` is what the head is after it."""

    commit: Commit
    head: HeadState
    actions: Sequence[Action]


def draft(commit_id: str, plan: Plan, origin: Origin, keep: Callable[[str], bytes]) -> Draft:
    """Pack the content; `keep` stores what is too large for an item."""
    return Draft(
        id=commit_id,
        plan=plan,
        origin=origin,
        records=[
            _content(write, text, keep) for write, text in zip(plan.writes, plan.text, strict=True)
        ],
        steps=[keep(wire.step_text(change)) for change in plan.steps],
        changes=keep(wire.changes_text(plan.changes)),
    )


def attempt(tenant: TenantId, content: Draft, head: HeadState, now: datetime) -> Attempt:
    """Give the draft its number. Unless it is a replay, no commit is earlier than the latest."""
    plan, origin, seq = content.plan, content.origin, head.seq + 1
    at = origin.past.at if origin.past else max(now, head.at)
    commit = Commit(seq, at, origin.actor, origin.reason, plan.changes)
    after = HeadState(
        seq=seq,
        at=max(at, head.at),
        last=content.id,
        fences={**head.fences, **dict.fromkeys(plan.fences, seq)},
        numbers={**numbers(origin, head), **plan.drawn},
    )
    return Attempt(commit, after, tuple(_actions(tenant, content, commit, after)))


def numbers(origin: Origin, head: HeadState) -> Mapping[str, int]:
    """Return the last number given by each sequence, from where a commit draws on."""
    return origin.past.raised(head.numbers) if origin.past else head.numbers


def refusal(tried: Attempt, reasons: Sequence[Mapping[str, Any]]) -> MusterError | None:
    """Return what a cancelled transaction was refused for; None when others were merely first."""
    for action, reason in zip(tried.actions, reasons, strict=True):
        if reason["Code"] == _CONDITION_FAILED and action.refusal is not None:
            return action.refusal(reason.get("Item"))
    return None


def newer_head(reasons: Sequence[Mapping[str, Any]]) -> HeadState | None:
    """Return the head that a cancelled transaction found instead of the expected one."""
    failed = reasons[0]["Code"] == _CONDITION_FAILED
    return HeadState.of(reasons[0].get("Item")) if failed else None


def size(tried: Attempt) -> int:
    """Return about how many bytes the transaction's items take."""
    return sum(map(_bytes, tried.actions))


def _bytes(action: Action) -> int:
    item: Mapping[str, Mapping[str, Any]] = action.request.get("Item", {})
    contents: Iterable[Any] = (content for value in item.values() for content in value.values())
    return sum(_ATTRIBUTE_BYTES + len(c) for c in contents if isinstance(c, str | bytes))


def _content(write: Write, text: str | None, keep: Callable[[str], bytes]) -> RecordContent:
    if text is None or not isinstance(write, Put):
        return RecordContent()
    return RecordContent(keep(text), keep(wire.marks_text(write.marks)) if write.marks else None)


def _actions(tenant: TenantId, content: Draft, commit: Commit, head: HeadState) -> Iterator[Action]:
    # The order decides which refusal a caller sees when there are several: a request that was
    # seen comes before the conflicts with what it wrote itself.
    plan, request = content.plan, content.origin.request
    why, at = wire.why_text(commit.actor, commit.reason), wire.time_text(commit.at)
    yield actions.head_update(tenant, head, commit.seq - 1)
    key = keys.commit(tenant, commit.seq)
    item = CommitItem(key.pk, key.sk, id=content.id, at=at, why=why, changes=content.changes)
    yield actions.put(item, actions.ABSENT)
    if request is not None:
        yield actions.request_put(tenant, request, commit)
    stamp = Stamp(commit.at, commit.actor, commit.seq)
    for write, change, kept in zip(plan.writes, plan.changes, content.records, strict=True):
        yield actions.record_put(tenant, write, change, kept, stamp)
    for mark, owner in plan.takes.items():
        yield actions.mark_put(tenant, mark, owner, plan.frees.get(mark))
    for mark in plan.frees.keys() - plan.takes.keys():
        yield actions.mark_delete(tenant, mark)
    for change, step in zip(plan.steps, content.steps, strict=True):
        key = keys.history(tenant, change.kind, change.id, commit.seq)
        yield actions.put(HistoryItem(key.pk, key.sk, at=at, why=why, step=step))
