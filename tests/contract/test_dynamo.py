"""What is DynamoDB's alone: calls, lost answers, contention, large bodies, paging."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from muster.ledger import dynamo, keys
from muster.ledger.committer import ROUNDS
from muster.ledger.dynamo import DynamoLedger
from muster.ledger.guard import CrossTenantAccessError
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import Actor, Cause, Commit, Mark, Number, Put, Reason, RequestMark, Write
from muster.ledger.packed import MissingBodyError
from muster.ledger.port import (
    LedgerBusyError,
    RequestSeenError,
    TooManyWritesError,
    VersionConflictError,
)
from muster.ledger.table import LedgerUnavailableError
from tests.contract.conftest import REGION, TABLE, Bench, Clock

ADA = Actor("mem_1", "Ada")
WHY = Reason(Cause.API, "req-1")
NUMBER = Number(("no",), "inventory")


def write(ledger: Any, *writes: Write, **options: Any) -> Commit:
    commit: Commit = ledger.commit(writes, actor=ADA, reason=WHY, **options)
    return commit


def put(record_id: str = "a", body: Any = None, *marks: Mark, **options: Any) -> Put:
    return Put("asset", record_id, body or {"name": "x"}, frozenset(marks), **options)


@dataclass
class Rigged:
    """A client whose transactions can be made to go wrong before or after they are sent."""

    client: Any
    before: Callable[[int], None] = lambda _: None
    after: Callable[[int], None] = lambda _: None
    tokens: list[str] = field(default_factory=list)

    def transact_write_items(self, **request: Any) -> Any:
        self.tokens.append(request["ClientRequestToken"])
        self.before(len(self.tokens))
        answer = self.client.transact_write_items(**request)
        self.after(len(self.tokens))
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


class Rig:
    """A ledger over a rigged client, and another one over the plain client."""

    def __init__(self, bench: Bench) -> None:
        self.client = Rigged(bench.client)
        self.ledger = DynamoLedger(
            self.client, TABLE, "acme", MemoryObjects("acme"), bench.clock, sleep=lambda _: None
        )
        self.rival = bench.other()

    def seqs(self) -> list[int]:
        return [commit.seq for commit in self.rival.commits_after(0)]


@pytest.fixture
def rig(dynamo_bench: Bench) -> Rig:
    return Rig(dynamo_bench)


@pytest.fixture
def calls(dynamo_bench: Bench) -> list[str]:
    made: list[str] = []

    def note(model: Any, **_: Any) -> None:
        made.append(model.name)

    dynamo_bench.client.meta.events.register("before-call", note)
    return made


def noise(size: int) -> bytes:
    """Return bytes that can't be compressed."""
    return os.urandom(size)


def lost() -> ReadTimeoutError:
    return ReadTimeoutError(endpoint_url="https://dynamodb.invalid")


def cancelled(*codes: str, attempts: int = 0) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
            "CancellationReasons": [{"Code": code} for code in codes],
            "ResponseMetadata": {"RetryAttempts": attempts, "HTTPStatusCode": 400},  # type: ignore[typeddict-item]
        },
        "TransactWriteItems",
    )


def test_reading_and_writing_cost_what_they_should(dynamo_bench: Bench, calls: list[str]) -> None:
    """A point read is one call, a change is two, and one when the head is known."""
    ledger = dynamo_bench.ledger
    uses: list[tuple[Callable[[], Any], list[str]]] = [
        (lambda: ledger.get("asset", "a"), ["GetItem"]),
        (lambda: ledger.get_for_write([("asset", "a")]), ["BatchGetItem"]),
        (lambda: write(ledger, put()), ["TransactWriteItems"]),
        (lambda: write(ledger, put("b")), ["TransactWriteItems"]),
        (lambda: write(dynamo_bench.other(), put("c")), ["GetItem", "TransactWriteItems"]),
        (lambda: write(ledger, put("d")), ["TransactWriteItems"] * 2),
        (ledger.head, ["GetItem"]),
        (lambda: list(ledger.commits_after(4)), ["Query"]),
        (lambda: list(ledger.commits_after(0)), ["Query"]),
        (lambda: ledger.history("asset", "a"), ["Query"]),
        (lambda: ledger.get_at("asset", "a", 1), ["Query"]),
        (lambda: ledger.seen_request("k"), ["GetItem"]),
    ]
    for number, (use, expected) in enumerate(uses):
        calls.clear()
        use()
        assert calls == expected, number


def test_every_read_is_consistent(dynamo_bench: Bench) -> None:
    """No read may miss what was written before it."""
    asked: list[Any] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        tables = params.get("RequestItems", {}).values()
        asked.extend(request.get("ConsistentRead") for request in tables or [params])

    for operation in ("GetItem", "BatchGetItem", "Query"):
        dynamo_bench.client.meta.events.register(f"provide-client-params.*.{operation}", note)
    ledger = dynamo_bench.ledger
    ledger.get("asset", "a")
    ledger.get_for_write([])
    ledger.head()
    list(ledger.commits_after(0))
    ledger.history("asset", "a")
    ledger.seen_request("k")

    assert asked == [True] * 6


def test_a_lost_answer_writes_once(rig: Rig) -> None:
    """A transaction whose answer was lost is sent again, and recognised as its own."""

    def lose_first(sent: int) -> None:
        if sent == 1:
            raise lost()

    rig.client.after = lose_first

    commit = write(rig.ledger, put("a", None, Mark("tag", "1"), numbers=(NUMBER,)))

    assert commit.seq == 1
    assert rig.seqs() == [1]
    assert next(iter(rig.rival.commits_after(0))) == commit
    assert rig.client.tokens[0] == rig.client.tokens[1]
    assert write(rig.ledger, put("b")).seq == 2


def test_a_lost_answer_is_recognised_behind_others(rig: Rig) -> None:
    """Also when somebody else has committed before it was sent again."""

    def lose_first(sent: int) -> None:
        if sent == 1:
            write(rig.rival, put("theirs"))
            raise lost()

    rig.client.after = lose_first

    commit = write(rig.ledger, put("a", None, Mark("tag", "1")))

    assert commit.seq == 1
    assert rig.seqs() == [1, 2]


def test_a_repetition_inside_the_sdk_is_recognised(rig: Rig) -> None:
    """The SDK sends again by itself, and only says how often."""

    def cancel(sent: int) -> None:
        if sent == 1:
            write(rig.rival, put("theirs"))
            raise cancelled("ConditionalCheckFailed", *["None"] * 4, attempts=1)

    rig.client.after = cancel

    assert write(rig.ledger, put("a", None, Mark("tag", "1"))).seq == 1
    assert rig.seqs() == [1, 2]


def test_a_head_of_its_own_making_is_recognised(rig: Rig) -> None:
    """A writer that fails on what it wrote itself knows it, even where nobody says it was sent
    twice.
    """

    def cancel(_: int) -> None:
        failed: Any = cancelled("ConditionalCheckFailed", "None", "None", "None")
        key = {"pk": {"S": "T#acme#HEAD#"}, "sk": {"S": "HEAD"}}
        head = rig.client.client.get_item(TableName=TABLE, Key=key)["Item"]
        failed.response["CancellationReasons"][0]["Item"] = head
        raise failed

    rig.client.after = cancel

    assert write(rig.ledger, put()).seq == 1
    assert len(rig.client.tokens) == 1


def test_what_never_arrived_is_sent_again(rig: Rig) -> None:
    """A lost question is repeated with its token; if somebody came first, it is numbered again."""

    def lose_two(sent: int) -> None:
        if sent == 2:
            write(rig.rival, put("theirs", numbers=(NUMBER,)))
        if sent <= 2:
            raise lost()

    rig.client.before = lose_two

    commit = write(rig.ledger, put(numbers=(NUMBER,)))

    assert commit.seq == 2
    assert commit.changes[0].after == {"name": "x", "no": 2}
    assert rig.seqs() == [1, 2]
    assert len(set(rig.client.tokens)) == 2


def test_no_answer_at_all_says_that_nothing_is_known(rig: Rig) -> None:
    """It doesn't claim that nothing was written."""

    def lose(_: int) -> None:
        raise lost()

    rig.client.before = lose

    with pytest.raises(LedgerUnavailableError):
        write(rig.ledger, put())

    assert len(rig.client.tokens) == ROUNDS


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError"])
def test_conflicts_and_throttling_are_tried_again(rig: Rig, code: str) -> None:
    """They say nothing about the data; each try has a token of its own."""

    def cancel(sent: int) -> None:
        if sent < 4:
            raise cancelled(code, "None", "None", "None")

    rig.client.before = cancel

    assert write(rig.ledger, put()).seq == 1
    assert len(set(rig.client.tokens)) == 4


def test_an_unforeseen_cancellation_is_an_error(rig: Rig) -> None:
    """What can't pass later is not tried again."""

    def cancel(_: int) -> None:
        raise cancelled("ValidationError", "None", "None", "None")

    rig.client.before = cancel

    with pytest.raises(ClientError):
        write(rig.ledger, put())

    assert len(rig.client.tokens) == 1


def test_a_writer_who_is_always_late_gives_up(rig: Rig) -> None:
    """After all rounds it says so, and nothing of it is written."""

    def overtake(sent: int) -> None:
        write(rig.rival, put(f"theirs-{sent}"))

    rig.client.before = overtake

    with pytest.raises(LedgerBusyError):
        write(rig.ledger, put("mine"))

    assert rig.rival.get("asset", "mine") is None
    assert rig.rival.head().seq == ROUNDS


def test_a_conflict_wins_over_a_moved_head(rig: Rig) -> None:
    """A record that was changed with the head conflicts at once."""
    write(rig.ledger, put())
    mine, theirs = rig.ledger.get("asset", "a"), rig.rival.get("asset", "a")
    write(rig.rival, put(before=theirs))
    rig.client.tokens.clear()

    with pytest.raises(VersionConflictError):
        write(rig.ledger, put(before=mine))

    assert len(rig.client.tokens) == 1


def test_a_request_is_seen_though_another_reason_was_named(rig: Rig) -> None:
    """A cancelled transaction need not name every failed condition: the mark is looked up."""
    request = RequestMark("k", "h")
    write(rig.rival, put("a", None, Mark("tag", "1")), request=request)

    def cancel(_: int) -> None:
        failed: Any = cancelled("None", "None", "None", "ConditionalCheckFailed", "None")
        failed.response["CancellationReasons"][3]["Item"] = {"version": {"N": "1"}}
        raise failed

    rig.client.before = cancel

    with pytest.raises(RequestSeenError):
        write(rig.ledger, put("a"), request=request)


def test_large_bodies_are_kept_as_objects(dynamo_bench: Bench) -> None:
    """A body beyond an item's size is the same from record, log, history and past."""
    body = {"raw": noise(250_000).hex()}
    ledger = dynamo_bench.ledger

    commit = write(ledger, put("a", body), put("small"))
    write(ledger, put("a", {"raw": ""}, before=ledger.get("asset", "a")))

    assert dynamo_bench.objects is not None
    assert len(list(dynamo_bench.objects.names("ledger/"))) == 5
    other = dynamo_bench.other()
    was = other.get_at("asset", "a", 1)
    assert was is not None
    assert was.body == body
    assert next(iter(other.commits_after(0))) == commit
    assert other.history("asset", "a")[0].fields[0].old == body["raw"]


def test_an_altered_object_is_noticed(dynamo_bench: Bench) -> None:
    """A body that isn't what its name says is not given out."""
    write(dynamo_bench.ledger, put("a", {"raw": noise(250_000).hex()}))
    assert dynamo_bench.objects is not None
    for name in dynamo_bench.objects.names("ledger/"):
        dynamo_bench.objects.put(name, b"\x00{}")

    with pytest.raises(MissingBodyError):
        dynamo_bench.ledger.get("asset", "a")


def test_a_large_response_is_kept(dynamo_bench: Bench) -> None:
    """A response may be larger than an item."""
    response = noise(500_000)
    write(dynamo_bench.ledger, put(), request=RequestMark("k", "h"))

    dynamo_bench.ledger.keep_response("k", response)

    seen = dynamo_bench.ledger.seen_request("k")
    assert seen is not None
    assert seen.response == response


def test_a_commit_of_more_than_4_mb_is_refused(dynamo_bench: Bench) -> None:
    """Many bodies that each fit an item can be too much for one transaction."""
    writes = [put(f"r{number}", {"raw": noise(100_000).hex()}) for number in range(25)]

    with pytest.raises(TooManyWritesError) as refused:
        write(dynamo_bench.ledger, *writes)

    assert refused.value.extra["bytes"] > refused.value.extra["max_bytes"]
    assert dynamo_bench.ledger.head().seq == 0


def test_reading_together_goes_on_where_it_was_cut(dynamo_bench: Bench) -> None:
    """Keys that DynamoDB left out are asked for again."""
    write(dynamo_bench.ledger, put("a"), put("b"))

    class Cutting(Rigged):
        def batch_get_item(self, **request: Any) -> Any:
            wanted = request["RequestItems"][TABLE]
            first, rest = wanted["Keys"][:1], wanted["Keys"][1:]
            answer = self.client.batch_get_item(RequestItems={TABLE: {**wanted, "Keys": first}})
            left = {TABLE: {**wanted, "Keys": rest}} if rest else {}
            return {**answer, "UnprocessedKeys": left}

    client = Cutting(dynamo_bench.client)
    objects = MemoryObjects("acme")
    ledger = DynamoLedger(client, TABLE, "acme", objects, sleep=lambda _: None)

    assert len(ledger.get_for_write([("asset", "a"), ("asset", "b")])) == 2
    assert write(ledger, put("c")).seq == 2


def test_a_read_without_an_answer_may_pass_later(dynamo_bench: Bench) -> None:
    """A dead connection is a refusal that says to try again, and no defect."""

    class Dead(Rigged):
        def get_item(self, **_: Any) -> Any:
            raise lost()

    objects = MemoryObjects("acme")
    ledger = DynamoLedger(Dead(dynamo_bench.client), TABLE, "acme", objects)

    with pytest.raises(LedgerUnavailableError):
        ledger.get("asset", "a")


def test_the_log_spreads_over_partitions(
    dynamo_bench: Bench, monkeypatch: pytest.MonkeyPatch, calls: list[str]
) -> None:
    """Reading goes from page to page, and asks no further than it must."""
    monkeypatch.setattr(keys, "_COMMITS_PER_PAGE_BITS", 2)
    ledger = dynamo_bench.ledger
    for number in range(9):
        write(ledger, put(f"r{number}"))

    for after, queries in ((0, 3), (3, 2), (4, 2), (9, 1), (7, 1)):
        calls.clear()
        assert [c.seq for c in ledger.commits_after(after)] == list(range(after + 1, 10))
        assert calls == ["Query"] * queries, after


def test_the_past_is_read_in_steps(
    dynamo_bench: Bench, monkeypatch: pytest.MonkeyPatch, calls: list[str]
) -> None:
    """No more of a long history is read than lies after the moment."""
    monkeypatch.setattr(dynamo, "_STEPS_PER_CALL", 3)
    ledger = dynamo_bench.ledger
    write(ledger, put("a", {"n": 1}))
    for number in range(2, 8):
        write(ledger, put("a", {"n": number}, before=ledger.get("asset", "a")))
    calls.clear()

    assert [getattr(ledger.get_at("asset", "a", n), "body", None) for n in (6, 1)] == [
        {"n": 6},
        {"n": 1},
    ]
    assert calls == ["Query"] * 4


def test_what_others_keep_in_the_head_stays(dynamo_bench: Bench) -> None:
    """A commit changes only its own attributes of the head."""
    write(dynamo_bench.ledger, put())
    key = {"pk": {"S": "T#acme#HEAD#"}, "sk": {"S": "HEAD"}}
    dynamo_bench.client.update_item(
        TableName=TABLE,
        Key=key,
        UpdateExpression="SET kept = :s",
        ExpressionAttributeValues={":s": {"N": "7"}},
    )

    write(dynamo_bench.ledger, put("b"))

    head = dynamo_bench.client.get_item(TableName=TABLE, Key=key)["Item"]
    assert head["kept"] == {"N": "7"}
    assert head["seq"] == {"N": "2"}


def test_two_tenants_share_a_table_and_nothing_else(aws: None, dynamo_bench: Bench) -> None:
    """Equal ids, marks and numbers of two tenants have nothing to do with each other."""
    client = boto3.client("dynamodb", region_name=REGION)
    ledgers = [
        DynamoLedger(client, TABLE, tenant, MemoryObjects(tenant), Clock())
        for tenant in ("acme", "acme-eu")
    ]
    for number, ledger in enumerate(ledgers):
        body = {"of": number}
        assert write(ledger, put("a", body, Mark("tag", "1"), numbers=(NUMBER,))).seq == 1

    for number, ledger in enumerate(ledgers):
        record = ledger.get("asset", "a")
        assert record is not None
        assert record.body == {"of": number, "no": 1}
        assert len(list(ledger.commits_after(0))) == 1


def test_the_clients_tenant_is_the_only_one(dynamo_bench: Bench) -> None:
    """A ledger for another tenant over a bound client reaches nothing."""
    ledger = DynamoLedger(dynamo_bench.client, TABLE, "other", MemoryObjects("other"))

    for use in (
        lambda: ledger.get("asset", "a"),
        lambda: ledger.get_for_write([]),
        lambda: write(ledger, put()),
        lambda: list(ledger.commits_after(0)),
        lambda: ledger.history("asset", "a"),
        lambda: ledger.keep_response("k", b""),
    ):
        with pytest.raises(CrossTenantAccessError):
            use()
