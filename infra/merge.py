"""Merges template.yaml with what Chalice generates, and mends what the merge leaves wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from infra import ROOT

Template = dict[str, Any]
CODE_KEYS = ("CodeUri", "ContentUri")
_CHALICE = (sys.executable, "-c", "import sys; from chalice.cli import main; sys.exit(main())")
_READ_BY_CHALICE = (
    "app.py",
    "requirements.txt",
    "template.yaml",
    ".chalice/config.json",
    ".chalice/no-policy.json",
)


def run_chalice(folder: Path) -> tuple[Template, Path]:
    """Return the merged template and the zip of the API function, made in `folder`.

    Chalice works on a copy of what it reads, since it leaves packages in its project's folder and
    would take one up again that another run is still writing.
    """
    project, result = folder / "project", folder / "result"
    (project / ".chalice").mkdir(parents=True)
    for name in _READ_BY_CHALICE:
        shutil.copyfile(ROOT / name, project / name)
    environment = {
        "AWS_DEFAULT_REGION": "us-east-1",  # Chalice wants one even to write a file
        **os.environ,
        "PYTHONPATH": str(ROOT / "layers" / "muster" / "python"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [*_CHALICE, "package", "--merge-template", "template.yaml", str(result)],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"chalice package failed:\n{done.stdout}{done.stderr}")
    return yaml.safe_load((result / "sam.yaml").read_text()), result / "deployment.zip"


def mend(template: Template, code: Mapping[str, str]) -> Template:
    """Return the template with its code's addresses in place, and a permission that names the API.

    `code` maps what the template calls a code folder to where the packed code lies; an address
    that it does not know raises KeyError, since it would be missing on deployment.
    """
    mended: Template = json.loads(json.dumps(template))  # no aliases, no shared parts
    for resource in mended["Resources"].values():
        properties = resource.get("Properties", {})
        for key in CODE_KEYS:
            if key in properties:
                properties[key] = code[properties[key].removeprefix("./")]
    mended["Resources"] = dict(sorted(mended["Resources"].items()))
    return mended


def statements(policy: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a policy document's statements, those inside `Fn::If` too."""
    listed = policy["Statement"]
    for statement in listed if isinstance(listed, list) else [listed]:
        choice = statement.get("Fn::If")
        for chosen in choice[1:] if choice else [statement]:
            if "Ref" not in chosen:
                yield chosen
