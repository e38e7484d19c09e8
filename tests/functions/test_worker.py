"""The worker function: an SQS event in, jobs run, failures reported."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from infra import ROOT
from infra.merge import run_chalice
from muster.container import Container
from muster.settings import Settings

SETTINGS = Settings(
    stage="test", ledger_table="l", access_table="a", files_bucket="f", jobs_queue_url="https://q"
)


class Messages:
    """A client of SQS that keeps what it was told."""

    def __init__(self) -> None:
        self.put_off: list[dict[str, Any]] = []

    def change_message_visibility(self, **request: Any) -> None:
        self.put_off.append(request)


class Tools:
    """A container whose scopes are their arguments."""

    settings = SETTINGS

    def __init__(self) -> None:
        self.messages = Messages()

    def clock(self) -> datetime:
        return datetime(2026, 5, 1, 12, tzinfo=UTC)

    def scope(self, tenant: str, *_: Any) -> str:
        return tenant


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 300_000


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "worker")
    path = ROOT / "functions" / "worker" / "handler.py"
    spec = importlib.util.spec_from_file_location("worker_handler", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tools = Tools(), module.Logger()
    monkeypatch.setattr(module, "tools", lambda: tools)
    yield module
    module.Logger().clear_state()


def message(number: int, body: str, tries: int = 1) -> dict[str, Any]:
    return {
        "messageId": f"m{number}",
        "receiptHandle": f"r{number}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(tries)},
    }


def job(name: str) -> str:
    return json.dumps({"tenant": "acme", "job": name})


def test_a_job_runs_as_its_tenant_until_shortly_before_the_time_is_over(
    handler: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker stops a minute early, so that a job is queued again and not cut off."""
    ran: list[Any] = []
    monkeypatch.setattr(handler, "run_job", lambda *given, **options: ran.append((given, options)))

    answer = handler.handle({"Records": [message(1, job("job_1"))]}, Context())

    until = datetime(2026, 5, 1, 12, 4, tzinfo=UTC)
    assert ran == [(("acme", "job_1"), {"until": until, "last_try": False})]
    assert answer == {"batchItemFailures": []}


def test_a_failed_job_holds_those_behind_it_and_is_tried_again_soon(
    handler: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Order within a tenant holds, and a try that failed does not hide the tenant for an hour."""

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(handler, "run_job", fail)
    event = {"Records": [message(1, job("job_1"), tries=3), message(2, job("job_2"))]}

    answer = handler.handle(event, Context())

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m2"}]}
    container, _ = handler.tools()
    assert container.messages.put_off == [
        {"QueueUrl": "https://q", "ReceiptHandle": "r1", "VisibilityTimeout": 60}
    ]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"tenant": 1, "job": "x"}', "\x00"])
def test_a_message_that_is_none_of_ours_is_reported_not_swallowed(
    handler: ModuleType, body: str
) -> None:
    """What can't be read goes to the dead-letter queue, where somebody looks at it."""
    answer = handler.handle({"Records": [message(1, body)]}, Context())

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}


def test_the_last_try_is_the_queues_last(
    handler: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The job is ended as failed on the very try after which the template moves it away."""
    tries: list[bool] = []
    monkeypatch.setattr(handler, "run_job", lambda *_, last_try, **__: tries.append(last_try))
    template, _ = run_chalice(tmp_path_factory.mktemp("merged"))
    limit = template["Resources"]["JobsQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"]

    for count in range(1, limit + 1):
        handler.handle({"Records": [message(1, job("job_1"), tries=count)]}, Context())

    assert tries == [False] * (limit - 1) + [True]


def test_the_real_container_has_what_the_worker_asks_of_it() -> None:
    """The stand-in above is no wider than the container."""
    container = Container(SETTINGS)

    assert all(hasattr(type(container), name) for name in ("scope", "messages"))
    assert container.clock().tzinfo is UTC
    assert container.settings is SETTINGS
