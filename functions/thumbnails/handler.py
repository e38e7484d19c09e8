"""The thumbnails function: S3 tells it of each content that has arrived."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from muster.attachments.arrival import take_in, upload_of
from muster.attachments.refusals import UploadMissingError, UploadNotFoundError
from muster.container import Container
from muster.ledger.model import Actor, Cause, Reason
from muster.settings import Settings

THUMBNAILS = Actor("system:thumbnails", "Thumbnails")


@cache
def tools() -> tuple[Container, Logger]:
    """Return what lives as long as this execution environment."""
    return Container(Settings.from_environment(os.environ)), Logger()


def handle(event: dict[str, Any], _context: Any) -> dict[str, str]:
    """Make the content that has arrived its asset's, with thumbnails.

    An image that is none is refused, and that is no error. What can't be reached just now is
    raised: Lambda tries twice more, and then leaves the event in the dead-letter queue.
    """
    container, logger = tools()
    detail = event["detail"]
    key = detail["object"]["key"]
    logger.append_keys(request_id=event["id"], key=key)
    named = upload_of(key)
    if named is None or detail["bucket"]["name"] != container.settings.files_bucket:
        logger.warning("not an upload")
        return {"state": "ignored"}
    tenant, upload_id = named
    scope = container.scope(tenant, THUMBNAILS, Reason(Cause.SYSTEM, event["id"]))
    try:
        upload = take_in(scope, upload_id)
    except (UploadNotFoundError, UploadMissingError) as gone:
        logger.warning("nothing to take in", extra={"code": gone.code})
        return {"state": "ignored"}
    state: str = upload.body["state"]
    logger.info("taken in", extra={"state": state, "problem": upload.body.get("problem")})
    return {"state": state}
