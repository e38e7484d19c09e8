"""`python -m infra.local`: what `make run` starts."""

from __future__ import annotations

import sys

from infra import ROOT

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "layers" / "muster" / "python"))
    from infra.local import run_local

    run_local()
