"""The last wall between tenants: a hook in a boto3 client that refuses to reach out of one.

It holds whatever the code above it does. What is not on the list of understood operations is
refused: so is a new operation of a new SDK, until somebody has said where its keys are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote

from muster.access.model import TenantId
from muster.ledger.keys import PARTITION, SORT, object_prefix, tenant_prefix

type Params = Mapping[str, Any]
type KeyReader = Callable[[Params], Iterable[Any]]


class CrossTenantAccessError(Exception):
    """A call would leave the client's tenant, or can't be told not to: a defect of ours."""


class _Unreadable(Exception):  # noqa: N818 - never leaves this module
    """A request in whose shape no key can be found."""


def bind_tenant[Client](client: Client, tenant: TenantId) -> Client:
    """Bind a DynamoDB or S3 client to a tenant, for good, and return it.

    Only for clients of the low level: those of `boto3.resource` show other values to hooks.
    """
    service = client.meta.service_model.service_name  # type: ignore[attr-defined]
    readers, prefix = _SERVICES[service]
    check = _Check(readers, prefix(tenant))
    # Last, and after every hook that may change the parameters.
    client.meta.events.register_last(f"before-parameter-build.{service}", check)  # type: ignore[attr-defined]
    if service == "s3":
        _check_posts(client, check)
    return client


class _Check:
    def __init__(self, readers: Mapping[str, KeyReader], prefix: str) -> None:
        self._readers = readers
        self._prefix = prefix

    def __call__(self, params: Params, model: Any, **_: Any) -> None:
        if model.name == _SIGNED_AS and _post_is_checked.get():
            return
        self.require(model.name, params)

    def require(self, operation: str, params: Params) -> None:
        """Raise CrossTenantAccessError unless every key is the tenant's."""
        reader = self._readers.get(operation)
        if reader is None:
            raise CrossTenantAccessError(f"{operation} is not allowed")
        try:
            found = list(reader(params))
        except (_Unreadable, KeyError, TypeError, AttributeError) as error:
            raise CrossTenantAccessError(f"{operation} names no key") from error
        if not found or not all(map(self._is_own, found)):
            raise CrossTenantAccessError(f"{operation} leaves {self._prefix}")

    def _is_own(self, key: Any) -> bool:
        return isinstance(key, str) and key.startswith(self._prefix)


# boto3 signs a form for uploading as if it were this operation, and shows hooks no key.
_SIGNED_AS = "CreateBucket"
_post_is_checked: ContextVar[bool] = ContextVar("post_is_checked", default=False)


def _check_posts(client: Any, check: _Check) -> None:
    sign = client.generate_presigned_post

    def generate_presigned_post(Bucket: str, Key: str, **options: Any) -> Any:  # noqa: N803 - boto3's
        check.require("PutObject", {"Key": Key})
        if "${" in Key:
            raise CrossTenantAccessError("a form's key has a placeholder")
        token = _post_is_checked.set(True)
        try:
            return sign(Bucket=Bucket, Key=Key, **options)
        finally:
            _post_is_checked.reset(token)

    client.generate_presigned_post = generate_presigned_post


def _pk(attributes: Mapping[str, Any]) -> Any:
    return attributes[PARTITION]["S"]


def _of_key(params: Params) -> Iterator[Any]:
    yield _pk(params["Key"])


def _of_item(params: Params) -> Iterator[Any]:
    yield _pk(params["Item"])


def _of_update(params: Params) -> Iterator[Any]:
    yield _pk(params["Key"])
    touched = _names(params, params.get("UpdateExpression", ""))
    if "AttributeUpdates" in params or touched & {PARTITION, SORT}:
        raise _Unreadable


def _of_query(params: Params) -> Iterator[Any]:
    if params.keys() & {"IndexName", "KeyConditions", "QueryFilter"}:
        raise _Unreadable
    found = _EQUALS.fullmatch(params["KeyConditionExpression"])
    if found is None or PARTITION in _names(params, found["rest"] or ""):
        raise _Unreadable
    if _names(params, found["name"]) != {PARTITION}:
        raise _Unreadable
    yield params["ExpressionAttributeValues"][found["value"]]["S"]


def _of_batch_get(params: Params) -> Iterator[Any]:
    for request in params["RequestItems"].values():
        yield from map(_pk, request["Keys"])


def _of_batch_write(params: Params) -> Iterator[Any]:
    for requests in params["RequestItems"].values():
        for request in requests:
            yield from _of_one(request, {"PutRequest": _of_item, "DeleteRequest": _of_key})


def _of_transaction(readers: Mapping[str, KeyReader]) -> KeyReader:
    def read(params: Params) -> Iterator[Any]:
        for action in params["TransactItems"]:
            yield from _of_one(action, readers)

    return read


def _of_one(request: Params, readers: Mapping[str, KeyReader]) -> Iterable[Any]:
    if len(request) != 1:
        raise _Unreadable
    [(operation, params)] = request.items()
    return readers[operation](params)


def _names(params: Params, expression: str) -> set[str]:
    names = params.get("ExpressionAttributeNames") or {}
    return {names.get(word, word) for word in _WORD.findall(expression)}


def _of_object(params: Params) -> Iterator[Any]:
    # S3 takes a key as it stands, but what is between here and there may not.
    if ".." in params["Key"].split("/"):
        raise _Unreadable
    yield params["Key"]


def _of_copy(params: Params) -> Iterator[Any]:
    """Yield both keys. What is copied lies in the bucket that it is copied to."""
    yield from _of_object(params)
    bucket, key = _copied(params["CopySource"])
    if bucket != params["Bucket"]:
        raise _Unreadable
    yield from _of_object({"Key": key})


def _copied(source: Any) -> tuple[str, str]:
    """Return the bucket and key of a CopySource: its parts, or a path as S3 will read it."""
    if isinstance(source, Mapping):
        return source["Bucket"], source["Key"]
    path, _, _ = source.removeprefix("/").partition("?")
    bucket, _, key = unquote(path).partition("/")
    return bucket, key


def _of_listing(params: Params) -> Iterator[Any]:
    yield params["Prefix"]


_WORD = re.compile(r"[#\w]+")
_EQUALS = re.compile(r"\s*(?P<name>#?\w+)\s*=\s*(?P<value>:\w+)\s*(?P<rest>\bAND\b.*)?", re.DOTALL)
_DYNAMODB: Mapping[str, KeyReader] = {
    "GetItem": _of_key,
    "PutItem": _of_item,
    "UpdateItem": _of_update,
    "DeleteItem": _of_key,
    "Query": _of_query,
    "BatchGetItem": _of_batch_get,
    "BatchWriteItem": _of_batch_write,
    "TransactGetItems": _of_transaction({"Get": _of_key}),
    "TransactWriteItems": _of_transaction(
        {
            "Put": _of_item,
            "Update": _of_update,
            "Delete": _of_key,
            "ConditionCheck": _of_key,
        }
    ),
}
_S3: Mapping[str, KeyReader] = {
    "GetObject": _of_object,
    "PutObject": _of_object,
    "HeadObject": _of_object,
    "DeleteObject": _of_object,
    "ListObjectsV2": _of_listing,
    "CreateMultipartUpload": _of_object,
    "UploadPart": _of_object,
    "CompleteMultipartUpload": _of_object,
    "AbortMultipartUpload": _of_object,
    "ListParts": _of_object,
    "CopyObject": _of_copy,
}
_SERVICES: Mapping[str, tuple[Mapping[str, KeyReader], Callable[[TenantId], str]]] = {
    "dynamodb": (_DYNAMODB, tenant_prefix),
    "s3": (_S3, object_prefix),
}
