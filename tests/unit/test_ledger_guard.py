from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import pytest

from muster.ledger import guard
from muster.ledger.guard import CrossTenantAccessError, bind_tenant

OWN, OTHER = {"S": "T#acme#R#asset#1#"}, {"S": "T#acme-eu#R#asset#1#"}
SK = {"S": "R"}


def key(pk: Any) -> dict[str, Any]:
    return {"pk": pk, "sk": SK}


def dynamodb_calls(pk: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every understood operation, as it reaches for one partition."""
    table: dict[str, Any] = {"TableName": "t"}
    query = {"KeyConditionExpression": "#p = :p AND begins_with(sk, :s)"}
    yield "get_item", {**table, "Key": key(pk)}
    yield "put_item", {**table, "Item": {**key(pk), "x": SK}}
    yield "update_item", {**table, "Key": key(pk), "UpdateExpression": "REMOVE x"}
    yield "delete_item", {**table, "Key": key(pk)}
    yield (
        "query",
        {
            **table,
            **query,
            "ExpressionAttributeNames": {"#p": "pk"},
            "ExpressionAttributeValues": {":p": pk, ":s": SK},
        },
    )
    yield "batch_get_item", {"RequestItems": {"t": {"Keys": [key(OWN), key(pk)]}}}
    for request in ({"PutRequest": {"Item": key(pk)}}, {"DeleteRequest": {"Key": key(pk)}}):
        own = {"PutRequest": {"Item": key(OWN)}}
        yield "batch_write_item", {"RequestItems": {"t": [own, request]}}
    own_get = {"Get": {**table, "Key": key(OWN)}}
    yield (
        "transact_get_items",
        {"TransactItems": [own_get, {"Get": {**table, "Key": key(pk)}}]},
    )
    for action in (
        {"Put": {**table, "Item": key(pk)}},
        {"Delete": {**table, "Key": key(pk)}},
        {"Update": {**table, "Key": key(pk), "UpdateExpression": "SET x = :x"}},
        {"ConditionCheck": {**table, "Key": key(pk), "ConditionExpression": "x = :x"}},
    ):
        first = {"Put": {**table, "Item": key(OWN)}}
        yield "transact_write_items", {"TransactItems": [first, action]}


def s3_calls(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every understood operation, as it reaches for one object."""
    place = {"Bucket": "files", "Key": name}
    part = {**place, "UploadId": "u"}
    yield "get_object", place
    yield "put_object", {**place, "Body": b""}
    yield "head_object", place
    yield "delete_object", place
    yield "list_objects_v2", {"Bucket": "files", "Prefix": name}
    yield "create_multipart_upload", place
    yield "upload_part", {**part, "PartNumber": 1, "Body": b""}
    yield "complete_multipart_upload", {**part, "MultipartUpload": {"Parts": []}}
    yield "abort_multipart_upload", part
    yield "list_parts", part
    own = "T/acme/own"
    for source in ({"Bucket": "files", "Key": own}, f"files/{own}?versionId=1", f"/files/{own}"):
        yield "copy_object", {**place, "CopySource": source}
    yield "copy_object", {"Bucket": "files", "Key": own, "CopySource": place}


class Wire:
    """Notes what would have been sent, and sends nothing."""

    def __init__(self, client: Any) -> None:
        self.sent: list[str] = []
        self.client = client
        client.meta.events.register("before-call", self._note)

    def _note(self, model: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
        self.sent.append(model.name)
        return SimpleNamespace(status_code=200), {}


def client(service: Any) -> Any:
    return boto3.client(
        service,
        region_name="eu-central-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


@pytest.fixture
def dynamodb() -> Wire:
    return Wire(bind_tenant(client("dynamodb"), "acme"))


@pytest.fixture
def s3() -> Wire:
    return Wire(bind_tenant(client("s3"), "acme"))


def test_own_items_are_reached(dynamodb: Wire) -> None:
    """Every understood operation passes for the tenant's own keys."""
    calls = list(dynamodb_calls(OWN))

    for operation, request in calls:
        getattr(dynamodb.client, operation)(**request)

    assert len(dynamodb.sent) == len(calls)


@pytest.mark.parametrize(
    "pk",
    [
        OTHER,
        {"S": "T#acme"},
        {"S": "T#"},
        {"S": ""},
        {"S": " T#acme#R#"},
        {"B": b"T#acme#R#"},
        {},
    ],
)
def test_other_items_are_not_reached(dynamodb: Wire, pk: dict[str, Any]) -> None:
    """Every understood operation is refused for another tenant's key, also among own ones."""
    for operation, request in dynamodb_calls(pk):
        with pytest.raises(CrossTenantAccessError):
            getattr(dynamodb.client, operation)(**request)

    assert dynamodb.sent == []


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("query", {"TableName": "t", "KeyConditionExpression": "sk = :p"}),
        ("query", {"TableName": "t", "KeyConditionExpression": "pk > :p"}),
        ("query", {"TableName": "t", "KeyConditionExpression": "begins_with(pk, :p)"}),
        ("query", {"TableName": "t", "KeyConditionExpression": "pk = :p AND pk = :q"}),
        ("query", {"TableName": "t", "KeyConditionExpression": "pk = :p", "IndexName": "i"}),
        ("query", {"TableName": "t", "KeyConditions": {"pk": {"ComparisonOperator": "EQ"}}}),
        ("query", {"TableName": "t"}),
        ("batch_get_item", {"RequestItems": {}}),
        ("batch_write_item", {"RequestItems": {"t": [{}]}}),
        ("batch_write_item", {"RequestItems": {"t": [{"Odd": {"Key": key(OWN)}}]}}),
        ("transact_write_items", {"TransactItems": []}),
        ("transact_write_items", {"TransactItems": [{"Odd": {"Key": key(OWN)}}]}),
        ("get_item", {"TableName": "t"}),
        ("put_item", {"TableName": "t", "Item": {}}),
    ],
)
def test_what_shows_no_key_is_refused(
    dynamodb: Wire, operation: str, request_: dict[str, Any]
) -> None:
    """A request in which the tenant can't be read is not sent."""
    values = {":p": OWN, ":q": OTHER}

    with pytest.raises(CrossTenantAccessError):
        getattr(dynamodb.client, operation)(**request_, ExpressionAttributeValues=values)

    assert dynamodb.sent == []


@pytest.mark.parametrize(
    "change",
    [
        {"UpdateExpression": "SET pk = :x"},
        {"UpdateExpression": "SET x = :x, #k = :x", "ExpressionAttributeNames": {"#k": "sk"}},
        {"AttributeUpdates": {"x": {"Action": "DELETE"}}},
    ],
)
def test_an_update_does_not_set_keys(dynamodb: Wire, change: dict[str, Any]) -> None:
    """An item can't be moved out of its tenant by an expression."""
    with pytest.raises(CrossTenantAccessError):
        dynamodb.client.update_item(TableName="t", Key=key(OWN), **change)


def test_own_objects_are_reached(s3: Wire) -> None:
    """Every understood operation passes for the tenant's own objects."""
    for operation, request in s3_calls("T/acme/jobs/1"):
        getattr(s3.client, operation)(**request)

    assert len(s3.sent) == len(list(s3_calls("x")))


@pytest.mark.parametrize("name", ["T/acme-eu/x", "T/acme", "x", "", "T/acme/../acme-eu/x"])
def test_other_objects_are_not_reached(s3: Wire, name: str) -> None:
    """Every understood operation is refused for a name outside the tenant's."""
    for operation, request in s3_calls(name):
        if operation == "list_objects_v2" and ".." in name:
            continue
        with pytest.raises(CrossTenantAccessError):
            getattr(s3.client, operation)(**request)

    assert s3.sent == []


def test_only_own_objects_are_signed(s3: Wire) -> None:
    """Signed addresses and forms are for the tenant's own names, and for understood operations."""
    own, other = {"Bucket": "files", "Key": "T/acme/x"}, {"Bucket": "files", "Key": "T/b/x"}

    assert "T/acme/x" in s3.client.generate_presigned_url("get_object", Params=own)
    assert s3.client.generate_presigned_post(**own)["fields"]["key"] == "T/acme/x"
    with pytest.raises(CrossTenantAccessError):
        s3.client.generate_presigned_url("get_object", Params=other)
    with pytest.raises(CrossTenantAccessError):
        s3.client.generate_presigned_url("create_bucket", Params={"Bucket": "files"})
    with pytest.raises(CrossTenantAccessError):
        s3.client.generate_presigned_post(**other)
    with pytest.raises(CrossTenantAccessError):
        s3.client.generate_presigned_post(Bucket="files", Key="T/acme/${filename}")


@pytest.mark.parametrize("service", ["dynamodb", "s3"])
def test_every_other_operation_is_refused(service: str) -> None:
    """Of all that the SDK can do, what is not on the list is refused, whatever is in it."""
    wire = Wire(bind_tenant(client(service), "acme"))
    model = botocore.session.get_session().get_service_model(service)
    understood = guard._SERVICES[service][0].keys()
    others = [name for name in model.operation_names if name not in understood]
    assert len(others) > 40

    for name in others:
        request = {"Key": "T/acme/x", "Prefix": "T/acme/", "Item": key(OWN)}
        with pytest.raises(CrossTenantAccessError):
            wire.client._make_api_call(name, request)

    assert wire.sent == []


def test_the_list_names_operations_that_exist() -> None:
    """A misspelt operation would be one that is never allowed."""
    for service, (readers, _) in guard._SERVICES.items():
        model = botocore.session.get_session().get_service_model(service)
        assert readers.keys() <= set(model.operation_names)


@pytest.mark.parametrize("event", ["provide-client-params", "before-parameter-build"])
def test_the_guard_sees_what_other_hooks_made_of_a_request(event: str) -> None:
    """A hook that points a request elsewhere does not get it past the guard."""
    bound = client("dynamodb")

    def redirect(params: dict[str, Any], **_: Any) -> None:
        params["Key"] = key(OTHER)

    bind_tenant(bound, "acme")
    bound.meta.events.register(f"{event}.dynamodb", redirect)

    with pytest.raises(CrossTenantAccessError):
        bound.get_item(TableName="t", Key=key(OWN))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ({"Bucket": "files", "Key": "T/other/a"}, "T/acme/a"),
        ({"Bucket": "files", "Key": "T/acme/a"}, "T/other/a"),
        ({"Bucket": "files", "Key": "T/acme/../other/a"}, "T/acme/a"),
        ({"Bucket": "others", "Key": "T/acme/a"}, "T/acme/a"),
        ("files/T/other/a", "T/acme/a"),
        ("/files/T/acme%2F..%2Fother/a", "T/acme/a"),
        ("files/T%2Fother%2Fa?versionId=1", "T/acme/a"),
    ],
)
def test_nothing_is_copied_across(s3: Wire, source: Any, target: str) -> None:
    """Neither from another tenant nor to one, however the source is spelled."""
    with pytest.raises(CrossTenantAccessError):
        s3.client.copy_object(Bucket="files", Key=target, CopySource=source)
