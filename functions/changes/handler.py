"""The changes function: follows the ledger's stream, commit by commit."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from muster.container import Container
from muster.ledger.stream import commit_of
from muster.sequences.follow import Follower
from muster.settings import Settings


@cache
def tools() -> tuple[Container, Logger]:
    """Return what lives as long as this execution environment."""
    return Container(Settings.from_environment(os.environ)), Logger()


def handle(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Follow the commits of a batch; report the first that failed, from which it is told again."""
    container, logger = tools()
    follower = Follower(container.scope, container.jobs, container.timetable)
    for record in event["Records"]:
        number = record["dynamodb"]["SequenceNumber"]
        logger.append_keys(request_id=record.get("eventID", number))
        try:
            follow(follower, record)
        except Exception:  # the outermost edge: the stream tells it again, and parks it at last
            logger.exception("commit not followed")
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}


def follow(follower: Follower, record: dict[str, Any]) -> None:
    """Follow the commit that a stream record tells of; other items are passed over."""
    container, logger = tools()
    found = commit_of(record, lambda tenant: container.parts(tenant).objects)
    if found is None:
        return
    tenant, commit = found
    logger.append_keys(tenant=tenant, seq=commit.seq)
    follower.follow(tenant, commit)
