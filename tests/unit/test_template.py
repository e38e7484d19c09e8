"""template.yaml, merged as it is deployed, keeps what the documents promise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import ROOT
from infra.merge import mend, run_chalice, statements
from muster.files import imaging
from muster.settings import described

Resources = dict[str, dict[str, Any]]
FORBIDDEN_ACTIONS = re.compile(r"\*|:Scan$|PartiQL|ExecuteStatement|BatchExecute")
# Variables that Powertools reads, not Muster.
NOT_OURS = {"POWERTOOLS_METRICS_NAMESPACE"}
# Variables that only the worker is given, since it alone sends anything out.
WORKERS = {"MUSTER_TOPIC_KEY", "MUSTER_PUBLIC_URL"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    merged, _ = run_chalice(tmp_path_factory.mktemp("merged"))
    functions = (f"functions/{each.name}" for each in (ROOT / "functions").iterdir())
    names = ("deployment.zip", "layers/dependencies", "layers/muster", *functions)
    return mend(merged, {name: f"./{name}" for name in names})


@pytest.fixture(scope="module")
def resources(template: dict[str, Any]) -> Resources:
    found: Resources = template["Resources"]
    return found


def of_type(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    found = {name: r["Properties"] for name, r in resources.items() if r["Type"] == kind}
    assert found
    return found


def role_statements(resources: Resources) -> Iterator[tuple[str, Any]]:
    """Yield every statement of the roles' permissions, with the name of its resource."""
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        documents = [item["PolicyDocument"] for item in properties.get("Policies", ())]
        if resource["Type"] == "AWS::IAM::Policy":
            documents.append(properties["PolicyDocument"])
        for document in documents:
            yield from ((name, statement) for statement in statements(document))


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_permission_names_every_resource_or_every_action(resources: Resources) -> None:
    """Each permission spells its actions and says on what."""
    found = list(role_statements(resources))

    assert len(found) > 10
    for name, statement in found:
        assert statement["Effect"] == "Allow"
        assert "*" not in as_list(statement["Resource"]), name
        for action in as_list(statement["Action"]):
            assert not FORBIDDEN_ACTIONS.search(action), (name, action)


def test_every_function_has_a_role_of_its_own(resources: Resources) -> None:
    """Two functions never share what they may do."""
    functions = of_type(resources, "AWS::Serverless::Function")

    roles = [json.dumps(properties["Role"]) for properties in functions.values()]

    assert len(functions) >= 2
    assert len(set(roles)) == len(roles)


def test_the_tenant_role_reaches_keys_of_its_own_tenant_alone(resources: Resources) -> None:
    """Every statement of the role that serves one tenant is bound to the session's tag."""
    bound = dict(role_statements(resources))
    own = [s for name, s in role_statements(resources) if name == "TenantDataRole"]

    assert "TenantDataRole" in bound
    for statement in own:
        service = as_list(statement["Action"])[0].split(":")[0]
        where = json.dumps(statement)
        assert service == "kms" or "${aws:PrincipalTag/TenantId}" in where
        if service == "dynamodb":
            condition = statement["Condition"]
            assert condition["ForAllValues:StringLike"] == {
                "dynamodb:LeadingKeys": ["T#${aws:PrincipalTag/TenantId}#*"]
            }
            assert condition["Null"] == {"dynamodb:LeadingKeys": "false"}


def test_a_tenant_session_carries_one_tag_and_only_that(resources: Resources) -> None:
    """Nobody assumes the tenant role without saying for whom."""
    [trust] = resources["TenantDataRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert set(trust["Action"]) == {"sts:AssumeRole", "sts:TagSession"}
    assert trust["Condition"]["StringLike"] == {"aws:RequestTag/TenantId": "?*"}
    assert trust["Condition"]["ForAllValues:StringEquals"] == {"aws:TagKeys": ["TenantId"]}


@pytest.mark.parametrize("table", ["LedgerTable", "AccessTable", "ScheduleTable"])
def test_tables_are_encrypted_recoverable_and_protected(resources: Resources, table: str) -> None:
    """A table can't be lost by a mistake, nor read off a disk."""
    resource = resources[table]
    properties = resource["Properties"]

    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"]["SSEType"] == "KMS"
    assert properties["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": ["DataKey", "Arn"]}
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_buckets_are_private_encrypted_versioned_and_tls_only(resources: Resources) -> None:
    """No file is public, in the clear, or lost when it is replaced."""
    policies = of_type(resources, "AWS::S3::BucketPolicy").values()
    for name, properties in of_type(resources, "AWS::S3::Bucket").items():
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
        [policy] = [p for p in policies if p["Bucket"] == {"Ref": name}]
        deny = next(s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny")
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert deny["Principal"] == "*"


def test_every_asynchronous_edge_ends_in_a_dead_letter_queue(resources: Resources) -> None:
    """What a function can't do waits where an alarm sees it."""
    queues = of_type(resources, "AWS::SQS::Queue")
    functions = of_type(resources, "AWS::Serverless::Function").values()
    events = [(f, event) for f in functions for event in f.get("Events", {}).values()]

    assert events
    for function, event in events:
        dead = DEAD_LETTERS[event["Type"]](function, event["Properties"], queues)
        alarms = json.dumps(of_type(resources, "AWS::CloudWatch::Alarm"))
        assert json.dumps({"Fn::GetAtt": [dead, "QueueName"]}) in alarms


def _of_queue(_: Any, event: dict[str, Any], queues: Resources) -> str:
    source = queues[event["Queue"]["Fn::GetAtt"][0]]
    dead: str = source["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    assert queues[dead].get("FifoQueue") == source.get("FifoQueue")
    return dead


def _of_stream(_: Any, event: dict[str, Any], queues: Resources) -> str:
    assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert event["MaximumRetryAttempts"] > 0
    dead: str = event["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
    return dead


def _of_invocation(function: dict[str, Any], _: Any, queues: Resources) -> str:
    dead: str = function["DeadLetterQueue"]["TargetArn"]["Fn::GetAtt"][0]
    return dead


DEAD_LETTERS = {
    "SQS": _of_queue,
    "DynamoDB": _of_stream,
    "EventBridgeRule": _of_invocation,
    "Schedule": _of_invocation,
}
"""Where each kind of event leaves what failed; another kind needs a reader here."""


def test_a_job_stays_hidden_longer_than_its_worker_may_run(resources: Resources) -> None:
    """AWS asks for six times the function's timeout."""
    queue, worker = resources["JobsQueue"]["Properties"], resources["WorkerFunction"]["Properties"]

    assert queue["VisibilityTimeout"] >= 6 * worker["Timeout"]
    source = worker["Events"]["Jobs"]["Properties"]
    assert source["BatchSize"] == 1
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_thumbnails_function_hears_of_uploads_and_of_nothing_else(
    resources: Resources,
) -> None:
    """What it writes itself lies elsewhere in the bucket: it does not call itself."""
    bucket, function = resources["FilesBucket"], resources["ThumbnailsFunction"]["Properties"]
    pattern = function["Events"]["Arrival"]["Properties"]["Pattern"]

    assert bucket["Properties"]["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    assert pattern["detail"] == {
        "bucket": {"name": [{"Ref": "FilesBucket"}]},
        "object": {"key": [{"wildcard": "T/*/uploads/*"}]},
    }
    assert function["Timeout"] > imaging.WALL_SECONDS
    assert function["MemorySize"] * 1024**2 > imaging.MEMORY_BYTES + 256 * 1024**2


def test_functions_are_told_what_the_code_reads(template: dict[str, Any]) -> None:
    """Every variable of the template is a setting, and every setting without default is given."""
    functions = of_type(template["Resources"], "AWS::Serverless::Function")
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    for properties in functions.values():
        given = {**shared, **properties["Environment"]["Variables"]}.keys() - NOT_OURS
        assert given <= described().keys()
        assert described().keys() - given - WORKERS == {"MUSTER_REPLICA_DIR"}


def test_logs_are_encrypted_and_end(resources: Resources) -> None:
    """Every function and the API write to a log with a key and an end."""
    groups = of_type(resources, "AWS::Logs::LogGroup")
    for properties in groups.values():
        assert properties["KmsKeyId"] == {"Fn::GetAtt": ["LogsKey", "Arn"]}
        assert properties["RetentionInDays"] == {"Ref": "LogRetentionDays"}

    functions = of_type(resources, "AWS::Serverless::Function").values()
    written = {properties["LoggingConfig"]["LogGroup"]["Ref"] for properties in functions}
    written.add(
        resources["RestAPI"]["Properties"]["AccessLogSetting"]["DestinationArn"]["Fn::GetAtt"][0]
    )
    assert written == groups.keys()


def test_the_api_is_throttled_traced_and_keeps_bodies_out_of_its_log(resources: Resources) -> None:
    """The stage has limits, and its log holds no request."""
    [settings] = resources["RestAPI"]["Properties"]["MethodSettings"]

    assert settings["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}
    assert settings["DataTraceEnabled"] is False
    assert resources["RestAPI"]["Properties"]["TracingEnabled"] is True
    plan = resources["UsagePlan"]["Properties"]
    assert plan["ApiStages"] == [{"ApiId": {"Ref": "RestAPI"}, "Stage": "live"}]
    assert resources["RestAPI"]["Properties"]["StageName"] == "live"
    assert {"Throttle", "Quota"} <= plan.keys()


def test_what_the_gateway_says_by_itself_is_a_problem_document(resources: Resources) -> None:
    """Every response of API Gateway's own parses and has a stable code."""
    responses = resources["RestAPI"]["Properties"]["GatewayResponses"]

    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"} <= responses.keys()
    for response in responses.values():
        filled = response["ResponseTemplates"]["application/json"]
        filled = filled.replace("$context.error.messageString", '"words"')
        body = json.loads(filled.replace("$context.requestId", "id"))
        assert {"type", "title", "code", "detail", "request_id"} <= body.keys()
        assert body["type"].endswith("/" + body["code"])
        kind = response["ResponseParameters"]["Headers"]["Content-Type"]
        assert kind == "'application/problem+json'"


def test_data_is_pinned_to_one_region(template: dict[str, Any]) -> None:
    """A deployment to another region is refused before anything is made."""
    [assertion] = template["Rules"]["DataStaysInItsRegion"]["Assertions"]

    assert assertion["Assert"] == {"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": "DataRegion"}]}
    assert "Default" not in template["Parameters"]["DataRegion"]


def test_what_costs_money_is_tagged(resources: Resources) -> None:
    """The bill can be read by stage."""
    for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::KMS::Key"):
        for properties in of_type(resources, kind).values():
            assert {"app", "stage"} <= {tag["Key"] for tag in properties["Tags"]}


def test_every_parameter_says_what_it_does(template: dict[str, Any]) -> None:
    """Who deploys is not left to guess, and finds each parameter in a group."""
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    listed = [name for group in groups for name in group["Parameters"]]

    assert sorted(listed) == sorted(template["Parameters"])
    assert all(parameter["Description"] for parameter in template["Parameters"].values())


def test_operations_document_names_every_parameter(template: dict[str, Any]) -> None:
    """docs/operations.md holds the parameters that the template takes."""
    document = (ROOT / "docs" / "operations.md").read_text()

    assert [name for name in template["Parameters"] if f"`{name}`" not in document] == []


def test_the_source_has_no_address_of_its_own(template: dict[str, Any]) -> None:
    """No account, no region and no path of a machine is written into what is deployed."""
    text = json.dumps(template)

    assert not re.search(r"\b\d{12}\b|(?:us|eu|ap)-[a-z]+-\d\b", text)
    assert str(Path.home()) not in text
    assert str(ROOT) not in text


def test_the_gateways_own_codes_are_documented(resources: Resources) -> None:
    """docs/errors.md names every code that a caller can be shown, this side of the function too."""
    document = (ROOT / "docs" / "errors.md").read_text()
    responses = resources["RestAPI"]["Properties"]["GatewayResponses"].values()
    templates = [response["ResponseTemplates"]["application/json"] for response in responses]

    codes = {code for text in templates for code in re.findall(r'"code":"(\w+)"', text)}

    assert len(codes) >= 5
    assert {code for code in codes if f"`{code}`" not in document} == set()
