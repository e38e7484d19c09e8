"""The log: one structured line a request. Neither secrets nor what was searched for is in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    """Return the log; its service and level are Powertools' own settings in the environment."""
    from aws_lambda_powertools import Logger

    return Logger(utc=True, location=None)


def log_request(fields: Mapping[str, Any]) -> None:
    """Write the line of one request."""
    logger().info("request", extra=dict(fields))


def log_defect(fields: Mapping[str, Any]) -> None:
    """Write what went wrong unexpectedly, with the trace of the exception being handled."""
    logger().exception("defect", extra=dict(fields))


def is_outage(error: Exception) -> bool:
    """Tell whether AWS did not answer or asks to slow down, rather than that we are wrong."""
    from botocore.exceptions import ClientError, HTTPClientError

    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = error.response.get("Error", {}).get("Code", "")
        return status >= 500 or "Throttl" in code or code in _SLOW_DOWN  # noqa: PLR2004 - HTTP
    return isinstance(error, HTTPClientError)


_SLOW_DOWN = frozenset(
    {"ProvisionedThroughputExceededException", "RequestLimitExceeded", "SlowDown"}
)
