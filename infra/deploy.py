"""`make deploy`: sends the package to AWS with sam, into the one region where its data may lie."""

from __future__ import annotations

import argparse
import re
import subprocess
from pathlib import Path

from infra import ROOT
from infra.package import PACKAGE
from infra.validate import tool

_STAGE = re.compile(r"[a-z][a-z0-9-]{1,19}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")


def main() -> None:
    """Deploy the package of build/package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--architecture", default="x86_64")
    parser.add_argument("parameters", nargs="*", help="further template parameters, Name=Value")
    given = parser.parse_args()
    parameters = [f"Architecture={given.architecture}", *given.parameters]
    command = deploy_command(tool("sam"), given.stage, given.region, parameters)
    raise SystemExit(subprocess.run(command, cwd=ROOT, check=False).returncode)


def stack_name(stage: str) -> str:
    """Return the name of a stage's stack. Raises SystemExit when it can't be a stage."""
    if not _STAGE.fullmatch(stage):
        raise SystemExit(f"STAGE={stage!r}: lower-case letters, digits and hyphens, 2 to 20.")
    return f"muster-{stage}"


def deploy_command(sam: Path, stage: str, region: str, parameters: list[str]) -> list[str]:
    """Return the sam command. Raises SystemExit when STAGE or REGION can't be one."""
    if not _REGION.fullmatch(region):
        raise SystemExit(f"REGION={region!r} is no AWS region, such as eu-central-1.")
    return [
        *(str(sam), "deploy", "--template-file", str(PACKAGE / "sam.json")),
        *("--stack-name", stack_name(stage), "--region", region),
        *("--resolve-s3", "--s3-prefix", stack_name(stage)),
        *("--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"),
        *("--tags", "app=muster", f"stage={stage}"),
        *("--no-fail-on-empty-changeset", "--parameter-overrides"),
        *(f"Stage={stage}", f"DataRegion={region}", *parameters),
    ]


if __name__ == "__main__":
    main()
