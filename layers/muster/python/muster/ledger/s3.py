"""A tenant's objects in S3."""

from __future__ import annotations

import hashlib
import io
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import quote

from botocore.exceptions import ClientError

from muster.access.model import TenantId
from muster.ledger.keys import object_prefix
from muster.ledger.objects import (
    DOWNLOAD_SECONDS,
    UPLOAD_SECONDS,
    ObjectFacts,
    Upload,
    checked_name,
)
from muster.ledger.parts import Part, PartWriter, one_way

# A role that may list its own prefix only is told 403 for what is absent.
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound", "AccessDenied", "403"})
_PAST_THE_END = frozenset({"InvalidRange", "416"})
# The bucket's lifecycle rule removes what has this tag: its filter can't name the middle of a key.
_TAG = ("retention", "result")
_TAGGING = (
    f"<Tagging><TagSet><Tag><Key>{_TAG[0]}</Key><Value>{_TAG[1]}</Value></Tag></TagSet></Tagging>"
)


class S3Objects:
    """One tenant's objects in a bucket, over a client that `muster.ledger.guard` bound."""

    def __init__(self, client: Any, bucket: str, tenant: TenantId) -> None:
        self.tenant = tenant
        self._client = client
        self._bucket = bucket
        self._prefix = object_prefix(tenant)

    def put(
        self, name: str, content: bytes, *, content_type: str = "application/octet-stream"
    ) -> None:
        """Store an object."""
        self._client.put_object(
            **self._place(name),
            Body=content,
            ContentType=content_type,
            ChecksumSHA256=_sha256(content),
            **_tags(name),
        )

    def get(self, name: str) -> bytes | None:
        """Return an object's bytes, or None when there is none."""
        try:
            content: bytes = self._client.get_object(**self._place(name))["Body"].read()
        except ClientError as error:
            _require_absent(error)
            return None
        return content

    def size(self, name: str) -> int | None:
        """Return an object's size in bytes, or None when there is none."""
        found = self.facts(name)
        return None if found is None else found.size

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names that begin with `prefix`, in order."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        for page in pages:
            for found in page.get("Contents", ()):
                yield found["Key"].removeprefix(self._prefix)

    def delete(self, name: str) -> None:
        """Remove an object; removing none is no error."""
        self._client.delete_object(**self._place(name))

    def facts(self, name: str) -> ObjectFacts | None:
        """Return an object's facts, or None when there is none."""
        try:
            found = self._client.head_object(**self._place(name), ChecksumMode="ENABLED")
        except ClientError as error:
            _require_absent(error)
            return None
        return ObjectFacts(found["ContentLength"], _whole_sha256(found), found["LastModified"])

    def stream(self, name: str, *, start: int = 0, length: int | None = None) -> BinaryIO | None:
        """Return an object's bytes, or a range of them, to be read piece by piece."""
        place = self._place(name)
        if length == 0:
            return None if self.size(name) is None else one_way(io.BytesIO())
        if start or length is not None:
            place["Range"] = f"bytes={start}-{'' if length is None else start + length - 1}"
        try:
            return one_way(self._client.get_object(**place)["Body"])
        except ClientError as error:
            if error.response["Error"]["Code"] in _PAST_THE_END:
                return one_way(io.BytesIO())
            _require_absent(error)
            return None

    def writer(
        self,
        name: str,
        *,
        content_type: str = "application/octet-stream",
        state: Mapping[str, Any] | None = None,
    ) -> PartWriter:
        """Return a writer of a large object; `state` goes on with one that was begun."""
        return PartWriter(_S3Parts(self, checked_name(name), content_type), state)

    def copy(self, source: str, target: str, *, content_type: str | None = None) -> None:
        """Copy an object of up to 5 GB within the tenant; S3 keeps its SHA-256."""
        place = self._place(target)
        # The tag belongs to the name, not to the content: a file that was a job's must not expire.
        tags = {"TaggingDirective": "REPLACE", **_tags(target)}
        if content_type is not None:
            tags |= {"MetadataDirective": "REPLACE", "ContentType": content_type}
        try:
            self._client.copy_object(**place, CopySource=self._place(source), **tags)
        except ClientError as error:
            _require_absent(error)
            raise FileNotFoundError(source) from error

    def presign_upload(
        self,
        name: str,
        *,
        max_bytes: int,
        min_bytes: int = 0,
        content_type: str | None = None,
        sha256: str | None = None,
    ) -> Upload:
        """Return a form for an upload: S3 refuses another name, size, type or content."""
        fields = {} if content_type is None else {"Content-Type": content_type}
        if sha256 is not None:
            # S3 compares the content with it. ministack and moto do not, and keep no hash of what
            # came by a form: `facts` says None there. moto does not look at the policy at all.
            fields["x-amz-checksum-algorithm"] = "SHA256"
            fields["x-amz-checksum-sha256"] = b64encode(bytes.fromhex(sha256)).decode()
        if _expires(name):
            fields["tagging"] = _TAGGING
        form = self._client.generate_presigned_post(
            **self._place(name),
            Fields=fields,
            Conditions=[
                ["content-length-range", min_bytes, max_bytes],
                *({k: v} for k, v in fields.items()),
            ],
            ExpiresIn=UPLOAD_SECONDS,
        )
        return Upload(form["url"], form["fields"], UPLOAD_SECONDS)

    def presign_download(self, name: str, *, filename: str, inline_type: str | None = None) -> str:
        """Return an address that serves the object as a download, or shows it as an image."""
        disposition = "attachment" if inline_type is None else "inline"
        address: str = self._client.generate_presigned_url(
            "get_object",
            Params={
                **self._place(name),
                "ResponseContentType": inline_type or "application/octet-stream",
                "ResponseContentDisposition": (
                    f"{disposition}; filename*=UTF-8''{quote(filename, '')}"
                ),
            },
            ExpiresIn=DOWNLOAD_SECONDS,
        )
        return address

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked_name(name)}


class _S3Parts:
    """One object's parts in S3. Each is sent with its SHA-256, and S3 compares."""

    def __init__(self, objects: S3Objects, name: str, content_type: str) -> None:
        self._objects = objects
        self._client = objects._client  # noqa: SLF001 - the same module's
        self._place = objects._place(name)  # noqa: SLF001 - the same module's
        self._name = name
        self._content_type = content_type

    def put(self, content: bytes) -> None:
        self._objects.put(self._name, content, content_type=self._content_type)

    def begin(self) -> str:
        begun = self._client.create_multipart_upload(
            **self._place,
            ContentType=self._content_type,
            ChecksumAlgorithm="SHA256",
            **_tags(self._name),
        )
        upload_id: str = begun["UploadId"]
        return upload_id

    def store(self, upload_id: str, number: int, content: bytes) -> Part:
        checksum = _sha256(content)
        stored = self._client.upload_part(
            **self._place,
            UploadId=upload_id,
            PartNumber=number,
            Body=content,
            ChecksumSHA256=checksum,
        )
        return [stored["ETag"], len(content), checksum]

    def finish(self, upload_id: str, parts: list[Part]) -> None:
        listed = [
            {"PartNumber": number, "ETag": etag, "ChecksumSHA256": checksum}
            for number, (etag, _, checksum) in enumerate(parts, start=1)
        ]
        try:
            self._client.complete_multipart_upload(
                **self._place, UploadId=upload_id, MultipartUpload={"Parts": listed}
            )
        except ClientError as error:
            # The answer to an earlier try may have been lost, or whoever had it been killed.
            size = sum(part[1] for part in parts)
            if not _is_gone(error) or self._objects.size(self._name) != size:
                raise

    def abandon(self, upload_id: str) -> None:
        try:
            self._client.abort_multipart_upload(**self._place, UploadId=upload_id)
        except ClientError as error:
            if not _is_gone(error):
                raise


def _is_gone(error: ClientError) -> bool:
    code: str = error.response["Error"]["Code"]
    return code == "NoSuchUpload"


def _sha256(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()


def _whole_sha256(found: Mapping[str, Any]) -> str | None:
    """Return the hash in hex; that of an object in parts is one of hashes, and no answer."""
    encoded: str | None = found.get("ChecksumSHA256")
    # S3 writes such a hash as "…-3" and says COMPOSITE; moto shows it in the ETag alone.
    told = encoded or "-"
    in_parts = "-" in told or "-" in found["ETag"] or found.get("ChecksumType") == "COMPOSITE"
    return None if in_parts else b64decode(told).hex()


def _tags(name: str) -> dict[str, str]:
    return {"Tagging": f"{_TAG[0]}={_TAG[1]}"} if _expires(name) else {}


def _require_absent(error: ClientError) -> None:
    if error.response["Error"]["Code"] not in _ABSENT:
        raise error


def _expires(name: str) -> bool:
    """Tell whether an object is a job's: its source, its plan or its results."""
    return name.startswith("jobs/")
