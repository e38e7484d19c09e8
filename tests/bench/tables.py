"""DynamoDB tables in memory: items as on the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.bench.conditions import holds
from tests.bench.units import item_bytes, read_units, write_units

type Item = dict[str, dict[str, Any]]
type Asked = Mapping[str, Any]
_PAGE_BYTES = 1 << 20


@dataclass
class Answer:
    """A response's body, and what it costs."""

    body: dict[str, Any] = field(default_factory=dict)
    read_units: float = 0.0
    write_units: float = 0.0
    status: int = 200


@dataclass
class Tables:
    """Answers the operations that Muster uses."""

    items: dict[str, dict[str, dict[str, Item]]] = field(default_factory=dict)
    """Table → partition key → sort key → item."""

    def answer(self, operation: str, asked: Asked) -> Answer:
        """Carry out one call."""
        return _OPERATIONS[operation](self, asked)

    def find(self, table: str, key: Asked) -> Item | None:
        """Return one item."""
        return self.items.get(table, {}).get(key["pk"]["S"], {}).get(_sort(key))

    def store(self, table: str, item: Item) -> float:
        """Write one item; return its units."""
        partition = self.items.setdefault(table, {}).setdefault(item["pk"]["S"], {})
        old = partition.get(_sort(item))
        partition[_sort(item)] = item
        return write_units(item_bytes(item), item_bytes(old or {}))

    def remove(self, table: str, key: Asked) -> float:
        """Delete one item; return its units."""
        old = self.items.get(table, {}).get(key["pk"]["S"], {}).pop(_sort(key), {})
        return write_units(item_bytes(old))

    def update(self, asked: Asked) -> tuple[Item, float]:
        """Carry out an update; return the item after it, and its units."""
        old = self.find(asked["TableName"], asked["Key"])
        item = updated(old or dict(asked["Key"]), asked)
        return item, self.store(asked["TableName"], item)

    def partition(self, asked: Asked) -> Iterator[Item]:
        """Yield what a query asks for, in its order."""
        names = asked.get("ExpressionAttributeNames", {})
        values = asked["ExpressionAttributeValues"]
        pk, low, high = key_range(asked["KeyConditionExpression"], names, values)
        found = self.items.get(asked["TableName"], {}).get(pk, {})
        backwards = not asked.get("ScanIndexForward", True)
        start = _sort(asked["ExclusiveStartKey"]) if "ExclusiveStartKey" in asked else None
        for sort in sorted((s for s in found if low <= s <= high), reverse=backwards):
            if start is None or (sort < start if backwards else sort > start):
                yield found[sort]


def updated(item: Item, asked: Asked) -> Item:
    """Return the item after an update of the form `SET a = :a, #b = :b`."""
    names = asked.get("ExpressionAttributeNames", {})
    values = asked.get("ExpressionAttributeValues", {})
    verb, _, rest = asked["UpdateExpression"].strip().partition(" ")
    if verb.upper() != "SET":
        raise ValueError(f"only SET is known here: {asked['UpdateExpression']}")
    changed = dict(item)
    for assignment in rest.split(","):
        name, _, value = (part.strip() for part in assignment.partition("="))
        changed[names.get(name, name)] = values[value]
    return changed


def key_range(
    expression: str, names: Mapping[str, str], values: Mapping[str, Any]
) -> tuple[str, str, str]:
    """Return partition, lowest and highest sort key of `pk = :a [AND sk BETWEEN :b AND :c]`."""
    words = [names.get(word, word) for word in expression.split()]
    if words[:2] != ["pk", "="] or words[3:6] not in ([], ["AND", "sk", "BETWEEN"]):
        raise ValueError(f"only pk and BETWEEN are known here: {expression}")
    pk = values[words[2]]["S"]
    if len(words) == 3:
        return pk, "", "\U0010ffff"
    return pk, values[words[6]]["S"], values[words[8]]["S"]


def _sort(key: Asked) -> str:
    found: str = key.get("sk", {"S": ""})["S"]
    return found


def _get(tables: Tables, asked: Asked) -> Answer:
    item = tables.find(asked["TableName"], asked["Key"])
    units = read_units(item_bytes(item or {}), consistent=asked.get("ConsistentRead", False))
    return Answer({"Item": item} if item else {}, units)


def _batch_get(tables: Tables, asked: Asked) -> Answer:
    answer = Answer({"Responses": {}, "UnprocessedKeys": {}})
    for table, wanted in asked["RequestItems"].items():
        found = [tables.find(table, key) for key in wanted["Keys"]]
        answer.body["Responses"][table] = [item for item in found if item]
        consistent = wanted.get("ConsistentRead", False)
        for item in found:
            answer.read_units += read_units(item_bytes(item or {}), consistent=consistent)
    return answer


def _query(tables: Tables, asked: Asked) -> Answer:
    items: list[Item] = []
    size, more = 0, False
    for item in tables.partition(asked):
        if len(items) == asked.get("Limit") or size > _PAGE_BYTES:
            more = True
            break
        items.append(item)
        size += item_bytes(item)
    body: dict[str, Any] = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
    if more:
        body["LastEvaluatedKey"] = {name: items[-1][name] for name in ("pk", "sk")}
    return Answer(body, read_units(size, consistent=asked.get("ConsistentRead", False)))


def _put(tables: Tables, asked: Asked) -> Answer:
    if not holds(asked, tables.find(asked["TableName"], asked["Item"])):
        return _refusal("ConditionalCheckFailedException")
    return Answer(write_units=tables.store(asked["TableName"], asked["Item"]))


def _update(tables: Tables, asked: Asked) -> Answer:
    if not holds(asked, tables.find(asked["TableName"], asked["Key"])):
        return _refusal("ConditionalCheckFailedException")
    item, units = tables.update(asked)
    wanted = asked.get("ReturnValues", "NONE").endswith("_NEW")
    return Answer({"Attributes": item} if wanted else {}, write_units=units)


def _delete(tables: Tables, asked: Asked) -> Answer:
    if not holds(asked, tables.find(asked["TableName"], asked["Key"])):
        return _refusal("ConditionalCheckFailedException")
    return Answer(write_units=tables.remove(asked["TableName"], asked["Key"]))


def _transact(tables: Tables, asked: Asked) -> Answer:
    reasons = [
        _reason(tables, what) for action in asked["TransactItems"] for what in action.values()
    ]
    if any(reason["Code"] != "None" for reason in reasons):
        return _refusal("TransactionCanceledException", CancellationReasons=reasons)
    units = 0.0
    for action in asked["TransactItems"]:
        ((name, what),) = action.items()
        if name == "ConditionCheck":
            units += 1
        else:
            units += _OPERATIONS[f"{name}Item"](tables, what).write_units
    return Answer(write_units=2 * units)


def _reason(tables: Tables, what: Asked) -> dict[str, Any]:
    found = tables.find(what["TableName"], what.get("Key") or what["Item"])
    if holds(what, found):
        return {"Code": "None"}
    wanted = what.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    return {"Code": "ConditionalCheckFailed"} | ({"Item": found} if found and wanted else {})


def _refusal(code: str, **members: Any) -> Answer:
    return Answer({"__type": f"dynamodb#{code}", "Message": code, **members}, status=400)


_OPERATIONS: Mapping[str, Callable[[Tables, Asked], Answer]] = {
    "GetItem": _get,
    "BatchGetItem": _batch_get,
    "Query": _query,
    "PutItem": _put,
    "UpdateItem": _update,
    "DeleteItem": _delete,
    "TransactWriteItems": _transact,
}
