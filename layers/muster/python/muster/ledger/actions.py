"""The single actions of a commit's transaction, each with what its failed condition means. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from pynamodb.models import Model

from muster.access.model import TenantId
from muster.errors import MusterError
from muster.ledger import keys, refusals, wire
from muster.ledger.head import HeadState
from muster.ledger.items import HeadItem, MarkItem, RawItem, RecordItem, RequestItem
from muster.ledger.model import Change, Commit, Mark, RequestMark, Stamp, Write
from muster.ledger.plan import Key, result

REQUEST_KEPT = timedelta(hours=24)
ABSENT = "attribute_not_exists(pk)"


@dataclass(frozen=True)
class Action:
    """One action, and the refusal that a failed condition amounts to, given the item found.

    Without a refusal a failed condition only says that somebody else committed first.
    """

    operation: str
    request: Mapping[str, Any]
    refusal: Callable[[RawItem | None], MusterError] | None = None


@dataclass(frozen=True)
class RecordContent:
    """What a record's item holds, packed; nothing for a deleted one."""

    body: bytes | None = None
    marks: bytes | None = None


def put(
    item: Model,
    condition: str | None = None,
    *,
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    refusal: Callable[[RawItem | None], MusterError] | None = None,
) -> Action:
    """Write an item, on a condition."""
    return Action("Put", _request({"Item": item.serialize()}, condition, names, values), refusal)


def head_update(tenant: TenantId, head: HeadState, was: int) -> Action:
    """Move the head on from commit `was`, leaving alone what others keep in its item."""
    new = HeadItem(
        seq=head.seq,
        at=wire.time_text(head.at),
        last=head.last,
        fences=dict(head.fences),
        numbers=dict(head.numbers),
    ).serialize(null_check=False)
    request = {
        "Key": key_json(keys.head(tenant)),
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in new),
    }
    values: dict[str, Any] = {f":{name}": value for name, value in new.items()}
    names = {f"#{name}": name for name in new}
    if not was:
        return Action("Update", _request(request, ABSENT, names, values))
    values[":was"] = {"N": str(was)}
    return Action("Update", _request(request, "#seq = :was", names, values))


def request_put(tenant: TenantId, request: RequestMark, commit: Commit) -> Action:
    """Take an Idempotency-Key, unless it was taken within its 24 hours."""
    now = int(commit.at.timestamp())
    key = keys.request(tenant, request.key)
    item = RequestItem(
        key.pk,
        key.sk,
        payload_hash=request.payload_hash,
        seq=commit.seq,
        at=wire.time_text(commit.at),
        ttl=now + int(REQUEST_KEPT.total_seconds()),
    )
    # DynamoDB removes expired items within days, not at once.
    return put(
        item,
        f"{ABSENT} OR #ttl <= :now",
        names={"#ttl": "ttl"},
        values={":now": {"N": str(now)}},
        refusal=partial(_request_seen, request),
    )


def record_put(
    tenant: TenantId, write: Write, change: Change, content: RecordContent, stamp: Stamp
) -> Action:
    """Write a record's newest version, if it is still at the one that was read."""
    after = result(write, change, stamp)
    key = keys.record(tenant, change.kind, change.id)
    item = RecordItem(
        key.pk,
        key.sk,
        kind=change.kind,
        id=change.id,
        version=change.version,
        stamps=wire.stamps_text(after.created, after.updated),
        body=content.body,
        marks=content.marks,
        deleted=True if change.after is None else None,
    )
    changed = partial(_version_conflict, change.kind, change.id)
    if write.before is None:
        return put(item, ABSENT, refusal=changed)
    return put(
        item,
        "#version = :read",
        names={"#version": "version"},
        values={":read": {"N": str(write.before.version)}},
        refusal=changed,
    )


def mark_put(tenant: TenantId, mark: Mark, owner: Key, giver: Key | None) -> Action:
    """Take a unique value that is free, or held by a record that gives it up in this commit."""
    key = keys.mark(tenant, mark)
    condition = ABSENT
    values: dict[str, dict[str, str]] = {}
    for number, (kind, record_id) in enumerate((owner, giver) if giver else (owner,)):
        condition += f" OR (#kind = :kind{number} AND #holder = :holder{number})"
        values |= {f":kind{number}": {"S": kind}, f":holder{number}": {"S": record_id}}
    return put(
        MarkItem(key.pk, key.sk, kind=owner[0], holder=owner[1]),
        condition,
        names={"#kind": "kind", "#holder": "holder"},
        values=values,
        refusal=partial(_mark_taken, mark),
    )


def mark_delete(tenant: TenantId, mark: Mark) -> Action:
    """Free a unique value; its record's version guards it."""
    return Action("Delete", {"Key": key_json(keys.mark(tenant, mark))})


def key_json(key: keys.Key) -> dict[str, dict[str, str]]:
    """Return a key as the API wants it."""
    return {keys.PARTITION: {"S": key.pk}, keys.SORT: {"S": key.sk}}


def _request(
    request: dict[str, Any],
    condition: str | None,
    names: Mapping[str, str] | None,
    values: Mapping[str, Any] | None,
) -> dict[str, Any]:
    if condition is not None:
        request["ConditionExpression"] = condition
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if names:
        request["ExpressionAttributeNames"] = names
    if values:
        request["ExpressionAttributeValues"] = values
    return request


def _version_conflict(kind: str, record_id: str, found: RawItem | None) -> MusterError:
    current = int(found["version"]["N"]) if found else None
    return refusals.version_conflict(kind, record_id, current)


def _mark_taken(mark: Mark, found: RawItem | None) -> MusterError:
    item = MarkItem.from_raw_data(dict(found or {}))
    return refusals.mark_taken(mark, item.kind, item.holder)


def _request_seen(request: RequestMark, found: RawItem | None) -> MusterError:
    item = RequestItem.from_raw_data(dict(found or {}))
    return refusals.request_seen(request.key, item.seq, item.payload_hash)
