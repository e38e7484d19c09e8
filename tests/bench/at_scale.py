"""Import, export and bulk work at full size on the emulator: rows a second, and memory at its peak.

Each step runs in a process of its own, as a cold worker does, so that its peak is its own.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import httpx

from infra.local.emulator import Emulator
from infra.local.place import REGION, Place
from muster.access.service import create_tenant, create_token
from muster.container import Container
from muster.settings import Settings
from tests.bench.clocks import peak_memory_mib
from tests.bench.imports import make_file
from tests.stack.running import free_port
from tests.support import api_event

_LAPTOPS = {"filter": {"type": "laptop"}}
_STEPS: Mapping[str, Mapping[str, Any]] = {
    "export as CSV": {
        "path": "/v1/exports",
        "body": {"selection": _LAPTOPS, "format": "csv", "fields": "all"},
    },
    "export as XLSX": {
        "path": "/v1/exports",
        "body": {"selection": _LAPTOPS, "format": "xlsx", "fields": "all"},
    },
    "export as JSON lines": {
        "path": "/v1/exports",
        "body": {"selection": _LAPTOPS, "format": "jsonl", "fields": "all"},
    },
    "export of the whole tenant": {"path": "/v1/archives", "body": {}},
    "bulk edit": {
        "path": "/v1/bulk",
        "body": {
            "selection": _LAPTOPS,
            "operations": [{"op": "set", "field": "description", "value": "Seen in May"}],
            "apply": True,
        },
    },
}


@dataclass(frozen=True)
class Step:
    """One job: its rows, what its process took, and what the process held before it began."""

    name: str
    rows: int
    seconds: float
    cpu_seconds: float
    idle_mib: float
    peak_mib: float


@dataclass(frozen=True)
class Bench:
    """Where the steps find their AWS."""

    settings: Settings
    environment: Mapping[str, str]


def measure_at_scale(sizes: tuple[int, ...]) -> list[Step]:
    """Return the steps of each size, smallest first."""
    with tempfile.TemporaryDirectory() as folder, _aws(Path(folder)) as bench:
        return [step for rows in sizes for step in _measure(bench, rows)]


def _measure(bench: Bench, rows: int) -> Iterator[Step]:
    tenant = f"rows-{rows}"
    token = _apart(_begin, bench, tenant)
    import_id = _apart(_upload, bench, tenant, token, rows)
    for action, name in (("plan", "plan an import"), ("apply", "import")):
        body = {"type": "laptop", "key": "tag"} if action == "plan" else {}
        path = f"/v1/imports/{import_id}:{action}"
        yield _apart(_run, bench, tenant, token, name, {"path": path, "body": body, "rows": rows})
    for name, request in _STEPS.items():
        yield _apart(_run, bench, tenant, token, name, {**request, "rows": rows})


def _begin(bench: Bench, tenant: str) -> str:
    container = _container(bench)
    _, admin = create_tenant(
        container.access,
        tenant,
        name=tenant,
        region=REGION,
        admin=("Bench", f"bench@{tenant}.example"),
        clock=lambda: datetime.now(UTC),
    )
    token = create_token(container.access, admin, name="bench", clock=container.clock).text
    _send(token, "POST", "/v1/catalog:install-starter", {})
    return token


def _upload(bench: Bench, tenant: str, token: str, rows: int) -> str:
    _container(bench)
    content = make_file(rows)
    made = _send(token, "POST", "/v1/imports", {"filename": f"{tenant}.csv", "size": len(content)})
    form = made["upload"]
    sent = httpx.post(form["url"], data=form["fields"], files={"file": content}, timeout=60)
    sent.raise_for_status()
    return str(made["id"])


def _run(bench: Bench, tenant: str, token: str, name: str, request: Mapping[str, Any]) -> Step:
    container = _container(bench)
    _send(token, "GET", "/v1/jobs", None)  # loads the code, catches the replica up
    idle, began, cpu = peak_memory_mib(), time.perf_counter(), time.process_time()
    job = _send(token, "POST", request["path"], request["body"])
    _work(container, bench.settings.jobs_queue_url)
    seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    told = _send(token, "GET", f"/v1/jobs/{job['id']}", None)
    if told["state"] not in {"done", "waiting"} or told["progress"]["failed"]:
        raise RuntimeError(f"{name} for {tenant}: {json.dumps(told)}")
    return Step(name, request["rows"], seconds, spent, idle, peak_memory_mib())


def _work(container: Container, queue_url: str) -> None:
    """Run the worker until the queue is empty."""
    handle = importlib.import_module("functions.worker.handler").handle
    while messages := container.messages.receive_message(
        QueueUrl=queue_url, AttributeNames=["All"], MaxNumberOfMessages=1
    ).get("Messages"):
        (message,) = messages
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
        }
        if handle({"Records": [record]}, _Context())["batchItemFailures"]:
            raise RuntimeError(f"the worker failed on {message['Body']}")
        container.messages.delete_message(
            QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"]
        )


class _Context:
    aws_request_id = "bench"
    function_name = "worker"
    memory_limit_in_mb = 1769
    invoked_function_arn = f"arn:aws:lambda:{REGION}:000000000000:function:worker"

    def get_remaining_time_in_millis(self) -> int:
        return 24 * 60 * 60 * 1000


def _send(token: str, method: str, path: str, body: Any) -> Any:
    app = importlib.import_module("app").app
    event = api_event(app, method, path, None if body is None else json.dumps(body))
    event["headers"] = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    event["multiValueHeaders"] = {name: [value] for name, value in event["headers"].items()}
    answer = app(event, None)
    if answer["statusCode"] >= 400:
        raise RuntimeError(f"{method} {path}: {answer['statusCode']} {answer['body']}")
    return json.loads(answer["body"])


@contextmanager
def _aws(folder: Path) -> Iterator[Bench]:
    """Start the emulator with the tables, the bucket and the queue, and nothing that takes jobs."""
    place = Place(folder / "emulator", free_port(), autosave_seconds=0)
    with Emulator(place):
        session = boto3.Session("test", "test", region_name=REGION)
        dynamodb, s3, sqs = (
            session.client(name, endpoint_url=place.url) for name in ("dynamodb", "s3", "sqs")
        )
        for table in ("ledger", "access"):
            dynamodb.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[
                    {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")
                ],
                KeySchema=[
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
            )
        s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": REGION})
        queue = sqs.create_queue(QueueName="jobs.fifo", Attributes={"FifoQueue": "true"})
        settings = Settings(
            stage="bench",
            ledger_table="ledger",
            access_table="access",
            files_bucket="files",
            jobs_queue_url=queue["QueueUrl"],
            replica_dir=str(folder / "replicas"),
            log_level="WARNING",
        )
        yield Bench(settings, place.aws_environment())


def _container(bench: Bench) -> Container:
    os.environ |= {**bench.settings.as_environment(), **bench.environment}
    return Container(bench.settings)


def _apart[T](run: Callable[..., T], *arguments: Any) -> T:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(run, *arguments).result()
