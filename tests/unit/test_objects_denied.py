"""What S3 says of an absent object to a role that may not list the whole bucket."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from muster.ledger.s3 import S3Objects


class Bucket:
    """A client of S3 that refuses everything with one code."""

    def __init__(self, code: str) -> None:
        self.code = code

    def head_object(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": self.code}}, "HeadObject")

    def get_object(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": self.code}}, "GetObject")


@pytest.mark.parametrize("code", ["403", "AccessDenied", "404", "NoSuchKey"])
def test_an_absent_object_is_none_whichever_way_s3_says_so(code: str) -> None:
    """An upload that has not come yet is no fault of ours."""
    objects = S3Objects(Bucket(code), "bucket", "acme")

    assert objects.size("jobs/1/source") is None
    assert objects.get("jobs/1/source") is None


def test_a_fault_of_the_bucket_is_not_absence() -> None:
    """What S3 can't answer is raised."""
    objects = S3Objects(Bucket("InternalError"), "bucket", "acme")

    with pytest.raises(ClientError):
        objects.get("jobs/1/source")
