"""`python -m infra.addresses`: writes `muster.http.addresses`, which names what is loaded later.

A test holds that file to the routes.
"""

from __future__ import annotations

import pprint
from importlib import import_module
from pathlib import Path

from infra import ROOT
from muster.http.table import RouteTable

LATER = (
    "muster.archive.routes",
    "muster.attachments.routes",
    "muster.attachments.sweep_routes",
    "muster.bulk.routes",
    "muster.comments.routes",
    "muster.exports.routes",
    "muster.files.routes",
    "muster.search.routes",
    "muster.searches.routes",
    "muster.searches.scheduled.routes",
    "muster.sequences.routes",
    "muster.transfer.routes",
    "muster.views.routes",
)
"""Features that a cold start does without, by the module that has their `routes`."""
FILE = ROOT / "layers" / "muster" / "python" / "muster" / "http" / "addresses.py"


def text() -> str:
    """Return what the file has to hold."""
    found = {name: RouteTable(import_module(name).routes.routes).resources() for name in LATER}
    told = pprint.pformat(found, width=99, sort_dicts=False)
    return f'''"""Addresses of features that wait for a first request; `make format` writes it."""

from __future__ import annotations

from collections.abc import Mapping

ADDRESSES: Mapping[str, Mapping[str, tuple[str, ...]]] = {told}
'''


def main() -> None:
    """Write the file."""
    Path(FILE).write_text(text())


if __name__ == "__main__":
    main()
