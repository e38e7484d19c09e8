"""Fills the virtual environment that it is run in, and puts the `muster` command into it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = """\
#!{python}
# Made by `make`: Muster's command line, from this checkout.
import sys

sys.path[:0] = [{root!r}, {code!r}]

from muster.cli.main import app

app()
"""


def main() -> None:
    """Install the pinned requirements and write the command."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run(  # hashes make the result the same wherever the packages come from
        [*pip, "install", "-qq", "--require-hashes", "-r", str(ROOT / "requirements-dev.txt")],
        check=True,
    )
    command = Path(sys.executable).parent / "muster"
    code = ROOT / "layers" / "muster" / "python"
    text = COMMAND.format(python=sys.executable, root=str(ROOT), code=str(code))
    command.write_text(text)
    command.chmod(0o755)


if __name__ == "__main__":
    main()
