"""The timetable in a DynamoDB table of its own.

| pk | sk | attributes |
|---|---|---|
| `T#<tenant>#` | a record's id | `version triggers` (JSON text), `ttl` once there are no triggers |
| `DUE` | `<minute>#<tenant>#<record>#<version>#<number>` | those parts |
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from muster.jobs.timetable import Due, Listener

_DUE = "DUE"
_MINUTE = "%Y-%m-%dT%H:%MZ"
_BEHIND = "$"
"""Sorts right behind the separator: what is due in a minute lies before `<minute>$`."""
_KEPT_SECONDS = 30 * 86_400


class DynamoTimetable:
    """Under the contract of `muster.jobs.timetable.Timetable`."""

    def __init__(self, client: Any, table_name: str) -> None:
        """`client` is a boto3 client of DynamoDB, which no tenant's guard binds."""
        self._client = client
        self._table = table_name

    def keep(self, tenant: str, listener: Listener, dues: Sequence[Due]) -> None:
        """Keep what a version of a record says."""
        newer = {
            "TableName": self._table,
            "Item": _listener_item(tenant, listener, bool(dues)),
            "ConditionExpression": "attribute_not_exists(pk) OR version < :version",
            "ExpressionAttributeValues": {":version": {"N": str(listener.version)}},
        }
        actions = [{"Put": newer}, *(self._put(due) for due in dues)]
        try:
            self._client.transact_write_items(TransactItems=actions)
        except ClientError as error:
            if not _is_older(error):
                raise

    def listeners(self, tenant: str) -> list[Listener]:
        """Return what of the tenant has triggers."""
        found = self._query("pk = :pk", {":pk": {"S": _tenant_key(tenant)}}, consistent=True)
        return [each for each in map(_listener_of, found) if each.triggers]

    def add(self, due: Due) -> None:
        """Note one more time."""
        self._client.put_item(**self._put(due)["Put"])

    def due(self, now: datetime) -> list[Due]:
        """Return what is due. One Query, as long as it fits a page."""
        behind = now.astimezone(UTC).strftime(_MINUTE) + _BEHIND
        values = {":pk": {"S": _DUE}, ":behind": {"S": behind}}
        return [_due_of(item) for item in self._query("pk = :pk AND sk < :behind", values)]

    def move(self, due: Due, following: datetime | None) -> None:
        """Take what was due away, and put its next time in its place."""
        actions = [{"Delete": {"TableName": self._table, "Key": _due_key(due)}}]
        if following is not None:
            after = Due(following, due.tenant, due.record, due.version, due.number)
            actions.append(self._put(after))
        self._client.transact_write_items(TransactItems=actions)

    def _put(self, due: Due) -> dict[str, Any]:
        parts = {
            "tenant": {"S": due.tenant},
            "record": {"S": due.record},
            "version": {"N": str(due.version)},
            "number": {"N": str(due.number)},
            "at": {"S": due.at.astimezone(UTC).isoformat()},
        }
        return {"Put": {"TableName": self._table, "Item": {**_due_key(due), **parts}}}

    def _query(
        self, condition: str, values: Mapping[str, Any], *, consistent: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ConsistentRead": consistent,
        }
        for page in self._client.get_paginator("query").paginate(**request):
            yield from page["Items"]


def _tenant_key(tenant: str) -> str:
    return f"T#{tenant}#"


def _listener_item(tenant: str, listener: Listener, scheduled: bool) -> dict[str, Any]:  # noqa: FBT001 - a fact
    item: dict[str, Any] = {
        "pk": {"S": _tenant_key(tenant)},
        "sk": {"S": listener.record},
        "version": {"N": str(listener.version)},
        "triggers": {"S": json.dumps([dict(each) for each in listener.triggers])},
    }
    if not listener.triggers and not scheduled:
        # Long after the last old record of the stream, which is kept for a day.
        item["ttl"] = {"N": str(int(datetime.now(UTC).timestamp()) + _KEPT_SECONDS)}
    return item


def _listener_of(item: Mapping[str, Any]) -> Listener:
    triggers = tuple(json.loads(item["triggers"]["S"]))
    return Listener(item["sk"]["S"], int(item["version"]["N"]), triggers)


def _due_key(due: Due) -> dict[str, Any]:
    minute = due.at.astimezone(UTC).strftime(_MINUTE)
    sort = f"{minute}#{due.tenant}#{due.record}#{due.version}#{due.number}"
    return {"pk": {"S": _DUE}, "sk": {"S": sort}}


def _due_of(item: Mapping[str, Any]) -> Due:
    return Due(
        datetime.fromisoformat(item["at"]["S"]),
        item["tenant"]["S"],
        item["record"]["S"],
        int(item["version"]["N"]),
        int(item["number"]["N"]),
    )


def _is_older(error: ClientError) -> bool:
    reasons = error.response.get("CancellationReasons") or ()
    return bool(reasons) and {r["Code"] for r in reasons} <= {"ConditionalCheckFailed", "None"}
