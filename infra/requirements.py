"""`make requirements`: pins with hashes, and without the address of any index."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from infra import ROOT

SETS = (
    "layers/dependencies/requirements",
    "requirements-dev",
    "infra/tools/sam",
    "infra/tools/checkov",
)


def main() -> None:
    """Compile all sets, the layer's first, since the second one is bound to it."""
    for name in SETS:
        subprocess.run(
            [
                *(Path(sys.executable).parent / "uv", "pip", "compile", f"{name}.in"),
                *("--output-file", f"{name}.txt", "--python-version", "3.13", "--universal"),
                *("--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet"),
                "--upgrade",
            ],
            cwd=ROOT,
            check=True,
        )
        print(f"{name}.txt is up to date")


if __name__ == "__main__":
    main()
