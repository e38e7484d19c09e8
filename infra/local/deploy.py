"""Deploys the package to the emulator, and does by API what its CloudFormation leaves out."""

from __future__ import annotations

import json
import urllib.request
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import boto3

from infra.archive import digest
from infra.local.gateway import SAVE_PATH, STAGE
from infra.local.place import REGION, Place
from infra.local.waiting import wait_until
from infra.package import Package

if TYPE_CHECKING:
    from collections.abc import Mapping

STACK = "muster"
_CODE_BUCKET = "muster-packages"
_DEPLOY_SECONDS = 120
_SAVE_SECONDS = 60
PARAMETERS = {
    "Stage": "local",
    "DataRegion": REGION,
    "BackupSchedule": "",  # the emulator has no AWS Backup selections
    "LogRetentionDays": "30",
    "RequestsPerSecond": "10000",
    "RequestBurst": "5000",
    "WebhookPrivate": "on",  # whoever tries it has a receiver on this machine
}


class DeployError(Exception):
    """CloudFormation refused the stack; the message holds its reasons."""


def deploy(
    place: Place, package: Package, parameters: Mapping[str, str] = MappingProxyType({})
) -> bool:
    """Bring the emulator to this package; False when it is there already.

    `parameters` are the template's, beside those of every local stack.
    """
    deployed = place.read_stack()
    clients = Clients(place)
    exists = clients.stack() is not None
    if exists and deployed.get("fingerprint") == package.fingerprint:
        return False
    template = _with_uploaded_code(clients, package)
    _apply(clients, template, {**PARAMETERS, "PublicUrl": place.url, **parameters}, exists=exists)
    _forget_old_code(clients, template)
    resources = clients.resources()
    _mend_tables(clients, template, resources)
    _mend_api(clients, template, resources["RestAPI"])
    save(place)
    # Written when the rest is on disk: what it names is there, whenever the power fails.
    stack = {
        "api_id": resources["RestAPI"],
        "fingerprint": package.fingerprint,
        "outputs": clients.outputs(),
    }
    place.stack.write_text(json.dumps(stack, indent=1) + "\n")
    return True


def save(place: Place) -> None:
    """Have the emulator write all its state to disk."""
    request = urllib.request.Request(f"{place.url}{SAVE_PATH}", method="POST")  # noqa: S310 - always http://
    with urllib.request.urlopen(request, timeout=_SAVE_SECONDS):  # noqa: S310 - as above
        pass


class Clients:
    """AWS clients of the emulator, and what the stack says about itself."""

    def __init__(self, place: Place) -> None:
        self._session = boto3.Session("test", "test", region_name=REGION)
        self._url = place.url

    def client(self, service: str) -> Any:
        """Return a client of an AWS service."""
        return self._session.client(service, endpoint_url=self._url)  # type: ignore[call-overload]

    def stack(self) -> dict[str, Any] | None:
        """Return the stack's description, None when there is none."""
        formation = self.client("cloudformation")
        stacks = formation.describe_stacks().get("Stacks", [])
        live = (item for item in stacks if item["StackStatus"] != "DELETE_COMPLETE")
        return next((item for item in live if item["StackName"] == STACK), None)

    def resources(self) -> dict[str, str]:
        """Return physical ids by logical ids."""
        found = self.client("cloudformation").describe_stack_resources(StackName=STACK)
        return {
            item["LogicalResourceId"]: item.get("PhysicalResourceId", "")
            for item in found["StackResources"]
        }

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs."""
        stack = self.stack() or {}
        return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}

    def failures(self) -> str:
        """Return what CloudFormation said about the resources that failed."""
        events = self.client("cloudformation").describe_stack_events(StackName=STACK)
        return "\n".join(
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
            for event in events["StackEvents"]
            if event["ResourceStatus"].endswith("FAILED")
        )


def _with_uploaded_code(clients: Clients, package: Package) -> dict[str, Any]:
    template: dict[str, Any] = json.loads(package.template.read_text())
    store = clients.client("s3")
    if _CODE_BUCKET not in {item["Name"] for item in store.list_buckets()["Buckets"]}:
        store.create_bucket(
            Bucket=_CODE_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    for path in package.code:
        # CloudFormation takes code for another when its address is, so this follows the content.
        key = f"{digest([path])[:16]}/{path.name}"
        _upload(clients, key, path.read_bytes())
        for resource in template["Resources"].values():
            properties = resource.get("Properties", {})
            for name in ("CodeUri", "ContentUri"):
                if properties.get(name) == f"./{path.name}":
                    properties[name] = f"s3://{_CODE_BUCKET}/{key}"
    return template


def _forget_old_code(clients: Clients, template: Mapping[str, Any]) -> None:
    """Remove packages that the stack no longer names: a layer is 20 MB."""
    store, named = clients.client("s3"), json.dumps(template)
    for item in store.list_objects_v2(Bucket=_CODE_BUCKET)["Contents"]:
        if item["Key"] not in named:
            store.delete_object(Bucket=_CODE_BUCKET, Key=item["Key"])


def _upload(clients: Clients, key: str, content: bytes) -> str:
    """Put an object where CloudFormation finds it, and return its address."""
    store = clients.client("s3")
    store.put_object(Bucket=_CODE_BUCKET, Key=key, Body=content)
    place = {"Bucket": _CODE_BUCKET, "Key": key}
    address: str = store.generate_presigned_url("get_object", Params=place)
    return address.split("?", 1)[0]


def _apply(
    clients: Clients, template: Mapping[str, Any], parameters: Mapping[str, str], *, exists: bool
) -> None:
    formation = clients.client("cloudformation")
    change = formation.update_stack if exists else formation.create_stack
    change(  # by address: as a parameter a template may have 51,200 bytes only
        StackName=STACK,
        TemplateURL=_upload(clients, "template.json", json.dumps(template).encode()),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ],
    )

    def settled() -> bool:
        stack = clients.stack()
        return stack is not None and not stack["StackStatus"].endswith("IN_PROGRESS")

    wait_until(settled, seconds=_DEPLOY_SECONDS)
    status = (clients.stack() or {}).get("StackStatus", "gone")
    if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise DeployError(f"The stack is {status}.\n{clients.failures()}")


def _mend_tables(
    clients: Clients, template: Mapping[str, Any], resources: Mapping[str, str]
) -> None:
    tables = clients.client("dynamodb")
    for logical, resource in template["Resources"].items():
        if resource.get("Type") != "AWS::DynamoDB::Table":
            continue
        name, properties = resources[logical], resource["Properties"]
        tables.update_time_to_live(
            TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
        )
        tables.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"],
        )


def _mend_api(clients: Clients, template: Mapping[str, Any], api_id: str) -> None:
    gateway = clients.client("apigateway")
    responses = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
    for kind, response in responses.items():
        headers = response.get("ResponseParameters", {}).get("Headers", {})
        given = {"statusCode": response["StatusCode"]} if "StatusCode" in response else {}
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseParameters={
                f"gatewayresponse.header.{name}": value for name, value in headers.items()
            },
            responseTemplates=response["ResponseTemplates"],
            **given,
        )
    gateway.create_deployment(restApiId=api_id, stageName=STAGE)
