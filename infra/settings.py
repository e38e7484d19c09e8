"""`make settings`: what a command line has to know of a stack on AWS, for a shell to evaluate."""

from __future__ import annotations

import argparse
import shlex

import boto3

from infra.deploy import stack_name

_OUTPUTS = {
    "MUSTER_URL": "EndpointURL",
    "MUSTER_LEDGER_TABLE": "LedgerTableName",
    "MUSTER_ACCESS_TABLE": "AccessTableName",
    "MUSTER_FILES_BUCKET": "FilesBucketName",
    "MUSTER_JOBS_QUEUE_URL": "JobsQueueUrl",
}


def main() -> None:
    """Print `export` lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--region", required=True)
    given = parser.parse_args()
    formation = boto3.client("cloudformation", region_name=given.region)
    stacks = formation.describe_stacks(StackName=stack_name(given.stage))["Stacks"]
    outputs = {item["OutputKey"]: item["OutputValue"] for item in stacks[0]["Outputs"]}
    found = {name: outputs[output] for name, output in _OUTPUTS.items()}
    for name, value in {
        **found,
        "MUSTER_STAGE": given.stage,
        "AWS_DEFAULT_REGION": given.region,
    }.items():
        print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
