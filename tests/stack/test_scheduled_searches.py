"""A scheduled search on the running stack: due by the clock, told to a webhook on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import urllib3

from infra.local.deploy import Clients
from tests.stack.running import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]

_PATIENCE_SECONDS = 80


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what comes; the first one is told to come again."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        server: Any = self.server
        server.seen.append((dict(self.headers), self.rfile.read(length)))
        self.send_response(server.answers.pop(0) if server.answers else 204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Any]:
    server: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.seen, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def call(stack: Stack) -> Callable[..., Any]:
    pool = urllib3.PoolManager(retries=False, timeout=60)

    def send(method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {stack.token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        answer = pool.request(method, f"{stack.url}{path}", body=content, headers=given | headers)
        assert answer.status < 300, answer.data
        return answer.json() if answer.data else None

    return send


def wait_for(look: Callable[[], Any]) -> Any:
    pause, last = threading.Event(), time.monotonic() + _PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < last
        pause.wait(0.3)
    return found


def make_due(stack: Stack, record_id: str) -> bool:
    """Put what is due later into the minute before this one; False when there is nothing yet."""
    table = Clients(stack.place).resources()["ScheduleTable"]
    client = boto3.client("dynamodb")
    found = client.query(
        TableName=table,
        KeyConditionExpression="pk = :due",
        FilterExpression="#record = :record",
        ExpressionAttributeNames={"#record": "record"},
        ExpressionAttributeValues={":due": {"S": "DUE"}, ":record": {"S": record_id}},
    )["Items"]
    earlier = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1)
    for item in found:
        _, _, rest = item["sk"]["S"].partition("#")
        moved = {**item, "at": {"S": earlier.isoformat()}}
        moved["sk"] = {"S": f"{earlier:%Y-%m-%dT%H:%MZ}#{rest}"}
        client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
        client.put_item(TableName=table, Item=moved)
    return bool(found)


def tick(stack: Stack) -> None:
    """Do as EventBridge does every minute."""
    clients = Clients(stack.place)
    function = clients.resources()["ScheduleFunction"]
    clients.client("lambda").invoke(FunctionName=function, Payload=b"{}")


def scheduled(call: Callable[..., Any], name: str, deliver: list[Any], **members: Any) -> Any:
    """Make a type with an asset, a search that finds it, and the schedule of it."""
    kind = {"name": f"type.{name}", "label": name, "key_prefix": name.upper(), "fields": []}
    call("POST", "/v1/asset-types", kind)
    call("POST", "/v1/assets", {"type": f"type.{name}", "name": f"The {name}"})
    search = call("POST", "/v1/saved-searches", {"name": name, "query": f"type = {name}"})
    body = {"name": name, "saved_search": search["id"], "cron": "0 7 * * *", "deliver": deliver}
    return call("POST", "/v1/scheduled-searches", {**body, **members})


def last_run(call: Callable[..., Any], schedule: Any, state: str) -> Any:
    runs = call("GET", f"/v1/scheduled-searches/{schedule['id']}/runs")["items"]
    return runs[0] if runs and runs[0]["state"] == state else None


def test_what_a_search_finds_reaches_a_webhook(
    stack: Stack, call: Callable[..., Any], receiver: Any
) -> None:
    """By the clock, signed; and once more when the receiver was down."""
    receiver.answers.append(503)
    hook = {"to": "webhook", "url": f"http://127.0.0.1:{receiver.server_port}/in"}
    schedule = scheduled(call, "hooked", [hook, {"to": "file"}], when="new")

    wait_for(lambda: make_due(stack, schedule["id"]))
    tick(stack)
    waiting = wait_for(lambda: last_run(call, schedule, "waiting"))
    wait_for(lambda: make_due(stack, waiting["job"]))
    tick(stack)
    run = wait_for(lambda: last_run(call, schedule, "done"))

    (first, body), (headers, again) = receiver.seen
    key = base64.b64decode(schedule["secret"].removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    told = json.loads(body)
    assert body == again
    assert first["webhook-id"] == headers["webhook-id"] == run["job"] == told["run"]
    assert headers["webhook-signature"] == f"v1,{signature}"
    assert [each["name"] for each in told["items"]] == ["The hooked"]
    assert told["link"].startswith(stack.url)
    assert (run["found"], run["new"]) == (1, 1)
    assert [each["tries"] for each in run["deliveries"]] == [2, 1]
    assert run["file"]["size"] > 0


def test_e_mail_has_a_topic_as_long_as_the_schedule(stack: Stack, call: Callable[..., Any]) -> None:
    """Made and removed by the worker, which the stream tells of the change."""
    address = "desk@topics.example"
    schedule = scheduled(call, "mailed", [{"to": "email", "address": address}])
    topics = Clients(stack.place).client("sns")

    def subscribed() -> list[str]:
        found = topics.list_subscriptions()["Subscriptions"]
        return [each["TopicArn"] for each in found if each["Endpoint"] == address]

    [topic] = wait_for(subscribed)
    path = f"/v1/scheduled-searches/{schedule['id']}"
    call("POST", f"{path}:run")
    run = wait_for(lambda: last_run(call, schedule, "done"))
    call("DELETE", path, **{"If-Match": "*"})
    wait_for(lambda: not subscribed())

    assert topic.rpartition(":")[2].startswith("muster-local-search-")
    assert run["deliveries"][0]["outcome"] in {"not_confirmed", "delivered"}
