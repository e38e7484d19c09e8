"""`muster up`: starts the local stack from a checkout."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from muster.cli.exits import refused


def up() -> None:
    """Start Muster on this machine: the stack of template.yaml on an embedded AWS emulator.

    The same as `make run`; PORT and MUSTER_HOME move it. Ctrl-C ends it, and everything is there at
    the next start.
    """
    root = _checkout(Path.cwd())
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    if importlib.util.find_spec("infra.local") is None:
        raise _no_checkout()
    from infra.local import run_local

    run_local()


def _checkout(folder: Path) -> Path:
    for place in (folder, *folder.parents, *Path(__file__).resolve().parents):
        if (place / "template.yaml").is_file() and (place / "infra" / "local").is_dir():
            return place
    raise _no_checkout()


def _no_checkout() -> Exception:
    return refused(
        "There is no checkout here",
        "`muster up` builds the stack from Muster's sources: run it inside a checkout."
        " To use a Muster that runs elsewhere, set MUSTER_URL and MUSTER_TOKEN.",
        code="no_checkout",
    )
