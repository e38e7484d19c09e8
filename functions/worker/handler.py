"""The worker function: takes jobs from the queue, one at a time for each tenant."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from muster.container import Container
from muster.jobs.sqs import read_message
from muster.jobs.worker import run_job
from muster.ledger.model import Actor, Cause, Reason
from muster.settings import Settings

MAX_TRIES = 5
"""As often as the queue delivers a message before it goes to the dead-letter queue."""
WORKER = Actor("system:worker", "Worker")
_MARGIN_SECONDS = 60
_AGAIN_SECONDS = 15


@cache
def tools() -> tuple[Container, Logger]:
    """Return what lives as long as this execution environment."""
    return Container(Settings.from_environment(os.environ)), Logger()


def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Run the jobs of the messages; report the first that failed and those behind it."""
    for index, message in enumerate(event["Records"]):
        if not work(message, context):
            behind = event["Records"][index:]
            return {"batchItemFailures": [{"itemIdentifier": m["messageId"]} for m in behind]}
    return {"batchItemFailures": []}


def work(message: dict[str, Any], context: Any) -> bool:
    """Run one message's job; False when the queue has to deliver it again."""
    container, logger = tools()
    tries = int(message["attributes"]["ApproximateReceiveCount"])
    logger.append_keys(request_id=message["messageId"], tries=tries)
    try:
        tenant, job_id = read_message(message["body"])
        logger.append_keys(tenant=tenant, job=job_id)
        left = timedelta(milliseconds=context.get_remaining_time_in_millis())
        until = container.clock() + left - timedelta(seconds=_MARGIN_SECONDS)
        scope = container.scope(tenant, WORKER, Reason(Cause.SYSTEM, message["messageId"]))
        run_job(scope, job_id, until=until, last_try=tries >= MAX_TRIES)
    except Exception:  # the outermost edge: whatever it is, the message must not be lost
        logger.exception("job failed")
        container.messages.change_message_visibility(  # soon, not when its long hiding is over
            QueueUrl=container.settings.jobs_queue_url,
            ReceiptHandle=message["receiptHandle"],
            VisibilityTimeout=_AGAIN_SECONDS * 2 ** (tries - 1),
        )
        return False
    logger.info("job ran")
    return True
