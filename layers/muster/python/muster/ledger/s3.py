"""A tenant's objects in S3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from botocore.exceptions import ClientError

from muster.access.model import TenantId
from muster.ledger.keys import object_prefix
from muster.ledger.objects import DOWNLOAD_SECONDS, UPLOAD_SECONDS, Upload, checked_name

# A role that may list its own prefix only is told 403 for what is absent.
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound", "AccessDenied", "403"})
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
        tags = {"Tagging": f"{_TAG[0]}={_TAG[1]}"} if _expires(name) else {}
        self._client.put_object(**self._place(name), Body=content, ContentType=content_type, **tags)

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
        try:
            size: int = self._client.head_object(**self._place(name))["ContentLength"]
        except ClientError as error:
            _require_absent(error)
            return None
        return size

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

    def presign_upload(
        self, name: str, *, max_bytes: int, content_type: str | None = None
    ) -> Upload:
        """Return a form for an upload: S3 refuses another name, a larger file or another type."""
        fields = {} if content_type is None else {"Content-Type": content_type}
        if _expires(name):
            fields["tagging"] = _TAGGING
        form = self._client.generate_presigned_post(
            **self._place(name),
            Fields=fields,
            Conditions=[
                ["content-length-range", 0, max_bytes],
                *({k: v} for k, v in fields.items()),
            ],
            ExpiresIn=UPLOAD_SECONDS,
        )
        return Upload(form["url"], form["fields"], UPLOAD_SECONDS)

    def presign_download(self, name: str, *, filename: str) -> str:
        """Return an address that serves the object as a download, never as a page."""
        address: str = self._client.generate_presigned_url(
            "get_object",
            Params={
                **self._place(name),
                "ResponseContentType": "application/octet-stream",
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(filename, '')}",
            },
            ExpiresIn=DOWNLOAD_SECONDS,
        )
        return address

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked_name(name)}


def _require_absent(error: ClientError) -> None:
    if error.response["Error"]["Code"] not in _ABSENT:
        raise error


def _expires(name: str) -> bool:
    """Tell whether an object is a job's: its source, its plan or its results."""
    return name.startswith("jobs/")
