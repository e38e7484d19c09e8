"""A Muster whose AWS is in memory: app.py and the worker as deployed, a tenant, its assets."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import batched
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from muster.access.service import NewToken, create_tenant, create_token
from muster.container import Container
from muster.http.application import Api
from muster.ids import new_id
from muster.ledger.model import Actor, Cause, Mark, Put, Reason
from muster.settings import Settings
from tests.bench.account import Account
from tests.support import api_event

TENANT = "bench"
REGION = "eu-central-1"
_PER_COMMIT = 30
_MODELS = ("Latitude 5540", "ThinkPad T14", "EliteBook 840", "MacBook Pro 14", "XPS 13")


@dataclass
class World:
    """Sends API Gateway events through app.py, and queued jobs through the worker."""

    account: Account
    container: Container
    token: NewToken

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a request; return the answer's JSON. A refusal ends the run."""
        text = None if body is None else json.dumps(body)
        event = api_event(self._app, method, f"{path}?{urlencode(query or {})}", text)
        event["headers"] = {
            "Authorization": f"Bearer {self.token.text}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": "bench",
            **(headers or {}),
        }
        event["multiValueHeaders"] = {n: [value] for n, value in event["headers"].items()}
        answer = self._app(event, None)
        if answer["statusCode"] >= 400:
            raise RuntimeError(f"{method} {path}: {answer['statusCode']} {answer['body']}")
        return json.loads(answer["body"]) if answer["body"] else None

    def forget_token(self) -> None:
        """Let the next request look its token up, as the first one of a process does."""
        self._app.pipeline.services.gate.forget(token_id=self.token.token.id)

    def work(self) -> None:
        """Run the worker until the queue is empty."""
        while messages := self.account.take_messages():
            for number, body in enumerate(messages):
                record = {
                    "messageId": str(number),
                    "receiptHandle": "r",
                    "body": body,
                    "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": TENANT},
                    "messageAttributes": {},
                    "eventSource": "aws:sqs",
                    "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:jobs.fifo",
                    "awsRegion": REGION,
                }
                report = self._worker({"Records": [record]}, _Context())
                if report and report["batchItemFailures"]:
                    raise RuntimeError(f"the worker failed on {body}")

    def grow(self, count: int, *, kind: str = "laptop") -> list[str]:
        """Put this many assets into the ledger and return their ids; the replica is not told."""
        types = self.send("GET", "/v1/asset-types", query={"limit": "100"})["items"]
        (asset_type,) = (t for t in types if t["name"] == kind or t["name"].endswith(f".{kind}"))
        ledger = self.container.parts(TENANT).ledger
        random, actor = Random(7), Actor("mem_bench", "Bench")  # noqa: S311 - the same each time
        ids = []
        for numbers in batched(range(count), _PER_COMMIT, strict=False):
            puts = [_asset(number, asset_type["id"], random) for number in numbers]
            ledger.commit(puts, actor=actor, reason=Reason(Cause.IMPORT, "grow"))
            ids += [put.id for put in puts]
        self.account.take_calls()
        return ids

    @cached_property
    def _app(self) -> Api:
        found: Api = importlib.import_module("app").app
        return found

    @cached_property
    def _worker(self) -> Callable[[Any, Any], dict[str, Any]]:
        found = importlib.import_module("functions.worker.handler")
        handle: Callable[[Any, Any], dict[str, Any]] = found.handle
        return handle


class _Context:
    aws_request_id = "bench"
    function_name = "worker"
    memory_limit_in_mb = 1024
    invoked_function_arn = f"arn:aws:lambda:{REGION}:123456789012:function:worker"

    def get_remaining_time_in_millis(self) -> int:
        return 15 * 60 * 1000


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Give a Muster with a tenant, a starter catalog and a token; replicas lie in `folder`."""
    settings = Settings(
        stage="bench",
        ledger_table="ledger",
        access_table="access",
        files_bucket="files",
        jobs_queue_url=f"https://sqs.{REGION}.amazonaws.com/123456789012/jobs.fifo",
        replica_dir=str(folder / "replicas"),
        log_level="WARNING",
    )
    os.environ |= {
        **settings.as_environment(),
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": REGION,
    }
    with Account().installed() as account:
        container = Container(settings)
        _, admin = create_tenant(
            container.access,
            TENANT,
            name="Bench",
            region=REGION,
            admin=("Bench", "bench@example.org"),
            clock=lambda: datetime.now(UTC),
        )
        token = create_token(container.access, admin, name="bench", clock=container.clock)
        made = World(account, container, token)
        made.send("POST", "/v1/catalog:install-starter", {})
        account.take_calls()
        yield made


def _asset(number: int, type_id: str, random: Random) -> Put:
    model, tag = random.choice(_MODELS), f"IT-{number:06d}"
    body = {
        "type": type_id,
        "key": f"LAP-{number + 1}",
        "name": f"{model} {number}",
        "tag": tag,
        "serial": f"{random.getrandbits(40):010X}",
        "description": "Bought for the new office, third floor",
        "fields": {},
    }
    return Put("asset", new_id("asset"), body, marks=frozenset({Mark("tag", tag.casefold())}))
