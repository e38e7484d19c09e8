"""What jobs leave in the bucket is what the template's lifecycle rule removes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.merge import run_chalice
from muster.ledger.s3 import S3Objects
from tests.contract.conftest import BUCKET, REGION


def tags_of(key: str) -> list[dict[str, str]]:
    client = boto3.client("s3", region_name=REGION)
    tags: list[dict[str, str]] = client.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
    return tags


@pytest.fixture
def rules(tmp_path: Path) -> list[dict[str, Any]]:
    """Return the rules of the files bucket."""
    template, _ = run_chalice(tmp_path)
    bucket = template["Resources"]["FilesBucket"]["Properties"]
    found: list[dict[str, Any]] = bucket["LifecycleConfiguration"]["Rules"]
    return found


def test_results_of_jobs_expire_and_bodies_stay(
    s3_objects: S3Objects, rules: list[dict[str, Any]]
) -> None:
    """The tag of a job's objects is the one that a rule expires; no other object has it."""
    s3_objects.put("jobs/job_1/result", b"x")
    s3_objects.put("bodies/1", b"x")

    [rule] = [rule for rule in rules if "ExpirationInDays" in rule]

    assert rule["ExpirationInDays"] == {"Ref": "ResultRetentionDays"}
    assert tags_of("T/acme/jobs/job_1/result") == rule["TagFilters"]
    assert tags_of("T/acme/bodies/1") == []


def test_an_upload_for_a_job_expires_like_its_results(
    s3_objects: S3Objects, rules: list[dict[str, Any]]
) -> None:
    """The signed form holds the tag, so that who uploads can't leave it out."""
    upload = s3_objects.presign_upload("jobs/job_1/source", max_bytes=10)

    [rule] = [rule for rule in rules if "ExpirationInDays" in rule]
    [tag] = rule["TagFilters"]
    assert f"<Key>{tag['Key']}</Key><Value>{tag['Value']}</Value>" in upload.fields["tagging"]
    assert "tagging" not in s3_objects.presign_upload("bodies/1", max_bytes=10).fields


def test_what_is_written_in_parts_expires_where_it_lies(s3_objects: S3Objects) -> None:
    """A large result of a job does, and a large file does not."""
    for name in ("jobs/job_1/result", "files/1"):
        writer = s3_objects.writer(name)
        writer.write(b"x" * (9 << 20))
        writer.close()

    assert tags_of("T/acme/jobs/job_1/result") == [{"Key": "retention", "Value": "result"}]
    assert tags_of("T/acme/files/1") == []


def test_a_copy_expires_where_it_lies(s3_objects: S3Objects) -> None:
    """A file that was taken from a job's objects stays; what was put among them does not."""
    s3_objects.put("jobs/job_1/result", b"x")

    s3_objects.copy("jobs/job_1/result", "files/1")
    s3_objects.copy("files/1", "jobs/job_2/result")

    assert tags_of("T/acme/files/1") == []
    assert tags_of("T/acme/jobs/job_2/result") == [{"Key": "retention", "Value": "result"}]
