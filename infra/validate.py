"""`make validate`: asks cfn-lint, `sam validate` and checkov about the package.

sam and checkov want versions of their own of what Muster uses, so each lives in a virtual
environment of its own under build/, made when it is first needed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from infra import BUILD, ROOT
from infra.archive import digest
from infra.merge import mend, run_chalice
from infra.package import PACKAGE

SKIPS = ROOT / "infra" / "checkov-skips.json"
TOOLS = ROOT / "infra" / "tools"


def main() -> None:
    """Validate; with --quick only what needs no further tools, on a fresh merge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    if parser.parse_args().quick:
        with tempfile.TemporaryDirectory() as folder:
            raise SystemExit(lint(merged_template(Path(folder))))
    template = PACKAGE / "sam.json"
    if not template.is_file():
        raise SystemExit("There is no package: run `make package`.")
    failures = [check.__name__ for check in (lint, sam_validate, checkov) if check(template)]
    if failures:
        raise SystemExit(f"failed: {', '.join(failures)}")
    print("The template is valid.")


def merged_template(folder: Path) -> Path:
    """Write the merged and mended template, without packing code."""
    merged, _ = run_chalice(folder)
    functions = (f"functions/{each.name}" for each in (ROOT / "functions").iterdir())
    names = ["deployment.zip", "layers/dependencies", "layers/muster", *functions]
    template = folder / "template.json"
    template.write_text(json.dumps(mend(merged, {name: f"./{name}" for name in names})))
    return template


def lint(template: Path) -> int:
    """Run cfn-lint: the resource specification, after the SAM transform."""
    return _run([str(Path(sys.executable).parent / "cfn-lint"), "-t", str(template)])


def sam_validate(template: Path) -> int:
    """Run `sam validate`: what `sam deploy` will accept."""
    command = [str(tool("sam")), "validate", "--template-file", str(template)]
    return _run([*command, "--region", "eu-central-1"])


def checkov(template: Path) -> int:
    """Run checkov: security rules. Each exception has its resource and reason in SKIPS."""
    command = [str(tool("checkov")), "--file", str(template), "--framework", "cloudformation"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    print("$ checkov")
    done = subprocess.run(
        [*command, "--skip-download", "--output", "json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = {
        (item["check_id"], item["resource"])
        for item in json.loads(done.stdout)["results"]["failed_checks"]
    }
    excepted = skipped()
    for check, resource in sorted(failed - excepted):
        print(f"{check} fails for {resource}")
    for check, resource in sorted(excepted - failed):
        print(f"{check} holds for {resource}: take it out of {SKIPS.name}")
    return int(failed != excepted)


def skipped() -> set[tuple[str, str]]:
    """Return the exceptions: check and resource."""
    listed = json.loads(SKIPS.read_text())
    return {(check, resource) for check, skip in listed.items() for resource in skip["resources"]}


def _run(command: list[str]) -> int:
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-central-1"}
    environment.pop("PYTHONPATH", None)
    print("$", " ".join(Path(part).name if part.startswith("/") else part for part in command))
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def tool(name: str) -> Path:
    """Return the program of infra/tools/<name>.txt, installed when it is first used or changed."""
    pinned = TOOLS / f"{name}.txt"
    folder = BUILD / "tools" / f"{name}-{digest([pinned])[:12]}"
    program = folder / "bin" / name
    if not program.is_file():
        print(f"Installing {name} (a minute, once) …", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        command = [*pip, "install", "-qq", "--require-hashes", "-r", str(pinned)]
        if subprocess.run(command, check=False).returncode:
            shutil.rmtree(folder)
            raise SystemExit(f"{name} can't be installed; the lines above say why.")
    return program


if __name__ == "__main__":
    main()
