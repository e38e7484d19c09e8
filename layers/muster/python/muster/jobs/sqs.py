"""The queue of jobs in SQS: first in, first out for each tenant, and tenants side by side."""

from __future__ import annotations

import json
from typing import Any


class SqsQueue:
    """Sends jobs to a FIFO queue, under the contract of `muster.jobs.model.JobQueue`."""

    def __init__(self, client: Any, url: str) -> None:
        """`client` is a boto3 client of SQS."""
        self._client = client
        self._url = url

    def send(self, tenant: str, job_id: str, version: int) -> None:
        """Queue a job behind the tenant's others."""
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=json.dumps({"tenant": tenant, "job": job_id}),
            MessageGroupId=tenant,
            # Whoever starts a job sends it, and so does the reader of the ledger's stream, in case
            # the first message was lost. A job that is queued again to go on has a new version.
            MessageDeduplicationId=f"{job_id}:{version}",
        )


def read_message(body: str) -> tuple[str, str]:
    """Return tenant and job id of a message; raises ValueError for what is none of ours."""
    message = json.loads(body)
    if not isinstance(message, dict):
        raise TypeError("the message is no object")
    tenant, job_id = message.get("tenant"), message.get("job")
    if not isinstance(tenant, str) or not isinstance(job_id, str):
        raise ValueError("the message names no job")  # noqa: TRY004 - its content is wrong
    return tenant, job_id
