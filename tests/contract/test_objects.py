"""What every tenant's objects do, in memory as in S3."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from muster.ledger.memory import MemoryObjects
from muster.ledger.objects import ObjectNameError, Objects
from muster.ledger.s3 import S3Objects
from tests.contract.conftest import BUCKET


def test_an_object_is_read_as_it_was_stored(objects: Objects) -> None:
    """Bytes come back, with their size; a second put replaces them."""
    objects.put("jobs/j 1/sourcé.csv", b"\x00first")
    objects.put("jobs/j 1/sourcé.csv", b"\x00second", content_type="text/csv")

    assert objects.get("jobs/j 1/sourcé.csv") == b"\x00second"
    assert objects.size("jobs/j 1/sourcé.csv") == 7


def test_an_absent_object_is_none(objects: Objects) -> None:
    """Absence is an answer, and removing what is absent no error."""
    objects.put("a", b"x")
    objects.delete("a")
    objects.delete("a")

    assert objects.get("a") is None
    assert objects.size("a") is None


def test_names_are_listed_by_prefix_in_order(objects: Objects) -> None:
    """A prefix is one of text, as in S3, and the names are the tenant's own."""
    for name in ("jobs/2/b", "jobs/1/a", "jobs/1", "plans/1"):
        objects.put(name, b"")

    assert list(objects.names("jobs/1")) == ["jobs/1", "jobs/1/a"]
    assert list(objects.names("")) == ["jobs/1", "jobs/1/a", "jobs/2/b", "plans/1"]
    assert list(objects.names("none")) == []


@pytest.mark.parametrize(
    "name", ["", "/a", "a/", "a//b", "../b", "a/../b", "a/.", "a/${filename}", "a\n", "x" * 901]
)
def test_a_name_that_leads_elsewhere_is_refused(objects: Objects, name: str) -> None:
    """By every method that takes one."""
    for use in (
        lambda: objects.put(name, b""),
        lambda: objects.get(name),
        lambda: objects.size(name),
        lambda: objects.delete(name),
        lambda: objects.presign_upload(name, max_bytes=1),
        lambda: objects.presign_download(name, filename="x"),
    ):
        with pytest.raises(ObjectNameError):
            use()


def test_an_upload_is_bound_to_its_name(objects: Objects) -> None:
    """The form has the tenant's key and lives for a quarter of an hour."""
    upload = objects.presign_upload("jobs/1/source", max_bytes=10, content_type="text/csv")

    assert upload.fields["key"] == "T/acme/jobs/1/source"
    assert upload.fields["Content-Type"] == "text/csv"
    assert upload.expires_seconds == 900


def test_a_download_has_an_address(objects: Objects) -> None:
    """It names the tenant's object."""
    assert "T/acme/jobs/1/result" in objects.presign_download("jobs/1/result", filename="r.csv")


def test_two_tenants_objects_are_apart() -> None:
    """One tenant's names mean nothing to another."""
    objects = MemoryObjects("acme")
    objects.put("a", b"x")

    assert MemoryObjects("other").get("a") is None


def test_s3_keeps_a_tenants_objects_under_its_prefix(s3_objects: S3Objects) -> None:
    """The key is the tenant's prefix and the name."""
    s3_objects.put("a/b", b"x", content_type="text/csv")

    found = s3_objects._client.get_object(Bucket=BUCKET, Key="T/acme/a/b")
    assert found["ContentType"] == "text/csv"


def test_s3_refuses_what_the_form_does_not_allow(s3_objects: S3Objects) -> None:
    """The signed policy holds the bucket, the key, the size and the type."""
    upload = s3_objects.presign_upload("a", max_bytes=10, content_type="text/csv")

    policy = json.loads(base64.b64decode(upload.fields["policy"]))
    assert ["content-length-range", 0, 10] in policy["conditions"]
    assert {"Content-Type": "text/csv"} in policy["conditions"]
    assert {"key": "T/acme/a"} in policy["conditions"]
    assert {"bucket": BUCKET} in policy["conditions"]


def test_s3_serves_a_download_never_as_a_page(s3_objects: S3Objects) -> None:
    """What a user uploaded is not shown by a browser under the bucket's name."""
    address = s3_objects.presign_download("a", filename='b"ö.html')

    query = parse_qs(urlsplit(address).query)
    assert query["response-content-type"] == ["application/octet-stream"]
    assert query["response-content-disposition"] == ["attachment; filename*=UTF-8''b%22%C3%B6.html"]


def test_s3_lists_more_than_a_page(s3_objects: S3Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing goes on beyond what one answer holds."""
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    for number in range(5):
        s3_objects.put(f"many/{number}", b"")

    assert list(s3_objects.names("many/")) == [f"many/{number}" for number in range(5)]
