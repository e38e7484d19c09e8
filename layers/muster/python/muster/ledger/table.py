"""The ledger table's calls: consistent reads, and a transaction's three possible answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError

from muster.errors import TransientError
from muster.ledger.actions import Action, key_json
from muster.ledger.items import RawItem
from muster.ledger.keys import Key

_random = SystemRandom()
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.02, 0.4
_BATCH_ROUNDS = 10
_SERVER_ERROR = 500
_NO_ANSWER = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
_COME_SECOND = frozenset(
    {
        "ConditionalCheckFailed",
        "None",
        "ProvisionedThroughputExceeded",
        "ThrottlingError",
        "TransactionConflict",
    }
)


class LedgerUnavailableError(TransientError):
    """The database gave no answer: whether the change was made is not known."""

    code = "ledger_unavailable"


@dataclass(frozen=True)
class Written:
    """The transaction is in."""


@dataclass(frozen=True)
class Cancelled:
    """The transaction is not in, for these reasons, one an action.

    After a retry inside the SDK, `repeated`, the earlier try may be what it failed on.
    """

    reasons: Sequence[Mapping[str, Any]]
    repeated: bool


@dataclass(frozen=True)
class Unanswered:
    """Whether the transaction is in is not known; sending it again with its token is safe."""

    error: Exception


def unavailable() -> LedgerUnavailableError:
    """Say that there was no answer."""
    return LedgerUnavailableError(
        "The database gave no answer. If this was a change, it may have been made all the same: "
        "send it again with the same Idempotency-Key."
    )


type Answer = Written | Cancelled | Unanswered


def pause(sleep: Callable[[float], None], attempts: int) -> None:
    """Wait before the next attempt: longer each time, at random, so that rivals drift apart."""
    longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** min(attempts, 10))
    sleep(_random.uniform(0, longest))


@dataclass(frozen=True)
class Table:
    """One table, over a boto3 client."""

    client: Any
    name: str
    sleep: Callable[[float], None]

    def item(self, key: Key) -> RawItem | None:
        """Return one item."""
        answer = self._call("get_item", Key=key_json(key), ConsistentRead=True)
        found: RawItem | None = answer.get("Item")
        return found

    def set(self, key: Key, name: str, value: bytes) -> None:
        """Set an attribute of an item, if the item is there."""
        try:
            self._call(
                "update_item",
                Key=key_json(key),
                UpdateExpression="SET #name = :value",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeNames={"#name": name},
                ExpressionAttributeValues={":value": {"B": value}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def items(self, keys: Iterable[Key]) -> list[RawItem]:
        """Return those of up to 100 items that exist, in no order. One call, unless it is cut."""
        wanted = {"Keys": [key_json(key) for key in keys], "ConsistentRead": True}
        found: list[RawItem] = []
        for attempts in range(_BATCH_ROUNDS):
            answer = _answered(self.client.batch_get_item, RequestItems={self.name: wanted})
            found += answer["Responses"].get(self.name, ())
            if not answer.get("UnprocessedKeys"):
                return found
            wanted = answer["UnprocessedKeys"][self.name]
            pause(self.sleep, attempts)
        raise unavailable()

    def query(
        self, pk: str, between: tuple[str, str], *, newest_first: bool = False, limit: int = 0
    ) -> Iterator[RawItem]:
        """Yield a partition's items by sort key; `limit` is how many a call reads."""
        request: dict[str, Any] = {
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :low AND :high",
            "ExpressionAttributeValues": {
                ":pk": {"S": pk},
                ":low": {"S": between[0]},
                ":high": {"S": between[1]},
            },
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
        }
        if limit:
            request["Limit"] = limit
        while True:
            answer = self._call("query", **request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def transact(self, actions: Sequence[Action], token: str) -> Answer:
        """Send a transaction. The same actions with the same token are written once."""
        request = [{a.operation: {"TableName": self.name, **a.request}} for a in actions]
        try:
            self.client.transact_write_items(TransactItems=request, ClientRequestToken=token)
        except HTTPClientError as error:
            return Unanswered(error)
        except ClientError as error:
            return _answer(error)
        return Written()

    def _call(self, operation: str, **request: Any) -> Mapping[str, Any]:
        return _answered(getattr(self.client, operation), TableName=self.name, **request)


def _answered(call: Callable[..., Mapping[str, Any]], **request: Any) -> Mapping[str, Any]:
    try:
        return call(**request)
    except HTTPClientError as error:
        raise unavailable() from error
    except ClientError as error:
        if _is_no_answer(error):
            raise unavailable() from error
        raise


def _is_no_answer(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return error.response["Error"]["Code"] in _NO_ANSWER or status >= _SERVER_ERROR


def _answer(error: ClientError) -> Answer:
    response: Mapping[str, Any] = error.response
    code = response["Error"]["Code"]
    metadata = response.get("ResponseMetadata", {})
    if _is_no_answer(error):
        return Unanswered(error)
    reasons = response.get("CancellationReasons", ())
    if code != "TransactionCanceledException" or not {r["Code"] for r in reasons} <= _COME_SECOND:
        raise error
    return Cancelled(reasons, repeated=metadata.get("RetryAttempts", 0) > 0)
