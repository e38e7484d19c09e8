"""The changes and schedule functions: a batch of the stream, and a minute of the clock."""

from __future__ import annotations

import base64
import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import ROOT
from muster.container import Container
from muster.jobs.timetable import Due, MemoryTimetable
from muster.ledger.dynamo import DynamoLedger
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import Actor, Cause, Commit, Put, Reason
from muster.ledger.stream import commit_of
from muster.settings import Settings
from tests.contract.conftest import REGION, TABLE, create_table

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANNA = Actor("mem_1", "Anna")


class Tools:
    """A container whose parts keep what they are told."""

    def __init__(self) -> None:
        self.jobs = None
        self.timetable = MemoryTimetable()

    def clock(self) -> datetime:
        return NOON

    def scope(self, *_: Any) -> Any:
        raise AssertionError

    def parts(self, _: str) -> Any:
        raise AssertionError


def load(name: str, patch: pytest.MonkeyPatch) -> ModuleType:
    patch.setenv("POWERTOOLS_SERVICE_NAME", name)
    path = ROOT / "functions" / name / "handler.py"
    spec = importlib.util.spec_from_file_location(f"{name}_handler", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tools = Tools(), module.Logger()
    patch.setattr(module, "tools", lambda: tools)
    return module


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    module = load("changes", monkeypatch)
    yield module
    module.Logger().clear_state()


@pytest.fixture
def schedule(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    module = load("schedule", monkeypatch)
    yield module
    module.Logger().clear_state()


def record(number: int) -> dict[str, Any]:
    return {"eventID": f"e{number}", "dynamodb": {"SequenceNumber": f"n{number}"}}


def test_a_batch_is_told_again_from_the_first_commit_that_failed(
    changes: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes behind it waits, since a tenant's commits are followed in their order."""
    followed: list[str] = []

    def follow(_: Any, told: dict[str, Any]) -> None:
        followed.append(told["eventID"])
        if told["eventID"] == "e2":
            raise RuntimeError("broken")

    monkeypatch.setattr(changes, "follow", follow)

    answer = changes.handle({"Records": [record(1), record(2), record(3)]}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "n2"}]}
    assert followed == ["e1", "e2"]


def test_items_that_are_no_commits_are_passed_over(changes: ModuleType) -> None:
    """The filter keeps them away; if it did not, nothing would happen either."""
    image = {"pk": {"S": "T#acme#R#asset#ast_1#"}, "sk": {"S": "R"}}
    told = {**record(1), "eventName": "INSERT"}
    told["dynamodb"] |= {"NewImage": image}

    assert changes.handle({"Records": [told]}, None) == {"batchItemFailures": []}


def test_a_run_that_fails_holds_no_other_up(
    schedule: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is due is tried, and the failure is seen."""
    started: list[str] = []

    def run_due(_scope: Any, _table: Any, due: Due, _now: datetime) -> None:
        started.append(due.record)
        if due.record == "seq_1":
            raise RuntimeError("broken")

    monkeypatch.setattr(schedule, "run_due", run_due)
    container, _ = schedule.tools()
    for name in ("seq_1", "seq_2"):
        container.timetable.move(Due(NOON, "acme", name, 1, 0), NOON)

    with pytest.raises(schedule.NotAllStartedError, match="1 of 2"):
        schedule.handle({}, None)

    assert started == ["seq_1", "seq_2"]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("dynamodb", region_name=REGION)
        create_table(client)
        yield client


def as_event(item: dict[str, Any]) -> dict[str, Any]:
    """Return the item as Lambda gives it: JSON, with bytes in Base64."""
    image = {
        name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value
        for name, value in item.items()
    }
    return {"eventName": "INSERT", "dynamodb": {"NewImage": image}}


@pytest.mark.parametrize("size", [10, 1_000, 400_000])
def test_a_commit_comes_out_of_the_stream_as_it_went_in(table: Any, size: int) -> None:
    """Plain, compressed, and as an object of the tenant's; nothing else is a commit."""
    objects = MemoryObjects("acme")
    ledger = DynamoLedger(table, TABLE, "acme", objects, lambda: NOON)
    body = {"text": "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(size))}
    commit = ledger.commit(
        [Put("note", "n1", body)], actor=ANNA, reason=Reason(Cause.API, "r", message="why")
    )

    items = table.scan(TableName=TABLE)["Items"]
    found = [commit_of(as_event(item), lambda _: objects) for item in items]

    assert len(items) >= 4
    commits: list[tuple[str, Commit]] = [each for each in found if each is not None]
    assert commits == [("acme", commit)]


def test_the_real_container_has_what_the_functions_ask_of_it() -> None:
    """The stand-in above is no wider than the container."""
    settings = Settings(
        stage="t", ledger_table="l", access_table="a", files_bucket="f", jobs_queue_url="https://q"
    )
    container = Container(settings)

    asked = ("clock", "scope", "parts", "jobs", "timetable")
    assert all(hasattr(type(container), name) or name == "clock" for name in asked)
    assert container.clock().tzinfo is UTC
