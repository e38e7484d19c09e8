"""What every tenant's objects do, in memory as in S3."""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest

from muster.ledger.memory_objects import MemoryObjects
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
        lambda: objects.facts(name),
        lambda: objects.stream(name),
        lambda: objects.writer(name),
        lambda: objects.copy(name, "a"),
        lambda: objects.copy("a", name),
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


def test_facts_tell_size_and_hash_without_reading(objects: Objects) -> None:
    """What is put has its SHA-256; what is absent has no facts."""
    objects.put("files/a", b"content")

    found = objects.facts("files/a")

    assert found is not None
    assert found.size == 7
    # moto does not tell it; a wrong one would be a lie.
    assert found.sha256 in {None, hashlib.sha256(b"content").hexdigest()}
    assert found.modified.tzinfo is not None
    assert objects.facts("files/b") is None


def test_an_object_is_read_in_pieces(objects: Objects) -> None:
    """As a whole, from a place on, and a range of it."""
    objects.put("a", b"0123456789")

    def read(**part: int) -> bytes:
        stream = objects.stream("a", **part)
        assert stream is not None
        with closing(stream):
            return stream.read(2) + stream.read()

    assert read() == b"0123456789"
    assert read(start=4) == b"456789"
    assert read(start=4, length=3) == b"456"
    assert objects.stream("b") is None


def test_a_copy_is_the_same_content(objects: Objects) -> None:
    """Under another name, with its hash; there has to be something to copy."""
    objects.put("uploads/a", b"content")

    objects.copy("uploads/a", "files/ä b", content_type="image/png")

    assert objects.get("files/ä b") == b"content"
    found, source = objects.facts("files/ä b"), objects.facts("uploads/a")
    assert found is not None
    assert source is not None
    assert found.sha256 == source.sha256
    with pytest.raises(FileNotFoundError):
        objects.copy("uploads/b", "files/b")


@pytest.mark.parametrize("size", [0, 10, 9 * 1024 * 1024])
def test_an_object_written_in_parts_appears_at_the_end(objects: Objects, size: int) -> None:
    """Not before it is closed; empty ones and small ones, too."""
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    writer = objects.writer("jobs/1/big", content_type="text/csv")
    for start in range(0, size, 1_000_003):
        writer.write(content[start : start + 1_000_003])
    before = objects.size("jobs/1/big")

    writer.close()
    writer.close()

    assert before is None
    assert writer.size == size
    assert objects.get("jobs/1/big") == content


def test_a_writer_goes_on_where_another_one_stopped(objects: Objects) -> None:
    """Behind the last stored part; what the other wrote after it is written again, once."""
    first, second = b"a" * (9 << 20), b"b" * (9 << 20)
    killed = objects.writer("a")
    killed.write(first)
    flushed = killed.flush()
    stored = killed.state()
    kept = killed.size if flushed else 8 << 20
    killed.write(b"lost" * (2 << 20))

    successor = objects.writer("a", state=json.loads(json.dumps(stored)))
    assert successor.size == kept
    successor.write(first[kept:] + second)
    successor.close()

    assert objects.get("a") == first + second


def test_a_writer_that_gives_up_leaves_nothing(objects: Objects) -> None:
    """No object, however much was written."""
    writer = objects.writer("a")
    writer.write(b"x" * (9 << 20))

    writer.abort()

    assert objects.get("a") is None


def test_an_upload_may_be_bound_to_size_and_hash(objects: Objects) -> None:
    """The form says so; S3 refuses the rest."""
    sha256 = hashlib.sha256(b"content").hexdigest()

    upload = objects.presign_upload("uploads/a", max_bytes=7, min_bytes=7, sha256=sha256)

    told = json.dumps(dict(upload.fields))
    assert sha256 in told or base64.b64encode(bytes.fromhex(sha256)).decode() in told


def test_an_object_in_parts_has_no_hash_of_its_whole(objects: Objects) -> None:
    """What S3 knows of it is a hash of hashes, which is none of the content."""
    writer = objects.writer("a")
    writer.write(b"x" * (9 << 20))
    writer.close()

    found = objects.facts("a")

    assert found is not None
    assert (found.size, found.sha256) == (9 << 20, None)


def test_an_object_may_be_closed_again_by_a_successor(objects: Objects) -> None:
    """Whoever closed it may have been killed before it could say so."""
    writer = objects.writer("a")
    writer.write(b"x" * (16 << 20))
    state = writer.state()
    writer.close()

    objects.writer("a", state=state).close()

    assert objects.size("a") == 16 << 20


def test_a_range_ends_where_the_object_does(objects: Objects) -> None:
    """What lies beyond is empty, and so is a range of nothing; none of it can be sought in."""
    objects.put("a", b"0123456789")

    def read(**part: int) -> bytes:
        stream = objects.stream("a", **part)
        assert stream is not None
        with closing(stream):
            assert not stream.seekable()
            return stream.read()

    assert read(start=8, length=10) == b"89"
    assert read(start=10) == b""
    assert read(start=3, length=0) == b""


def test_an_image_is_shown_as_the_type_that_it_was_written_in(s3_objects: S3Objects) -> None:
    """Inline, and never as what a browser takes it for."""
    address = s3_objects.presign_download("a", filename="a.webp", inline_type="image/webp")

    query = parse_qs(urlsplit(address).query)
    assert query["response-content-type"] == ["image/webp"]
    assert query["response-content-disposition"] == ["inline; filename*=UTF-8''a.webp"]


def test_s3_takes_no_other_content_than_was_announced(s3_objects: S3Objects) -> None:
    """Size and SHA-256 are conditions of the signed policy, exact ones."""
    sha256 = hashlib.sha256(b"content").hexdigest()
    upload = s3_objects.presign_upload("uploads/a", max_bytes=7, min_bytes=7, sha256=sha256)

    policy = json.loads(base64.b64decode(upload.fields["policy"]))
    told = base64.b64encode(bytes.fromhex(sha256)).decode()
    assert ["content-length-range", 7, 7] in policy["conditions"]
    assert {"x-amz-checksum-sha256": told} in policy["conditions"]
    assert {"x-amz-checksum-algorithm": "SHA256"} in policy["conditions"]
