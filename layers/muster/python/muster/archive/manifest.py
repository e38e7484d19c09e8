"""The archive's last member: what is in it, and the hashes by which that is checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from muster.archive.lines import canonical
from muster.archive.model import FORMAT, KINDS, VERSION, Entry
from muster.archive.state import State


def format_json() -> bytes:
    """Return the first member: what the file is."""
    return canonical({"format": FORMAT, "version": VERSION})


def manifest_json(
    entries: Sequence[Entry],
    counts: Mapping[str, Any],
    numbers: Mapping[str, int],
    content_sha256: str,
) -> bytes:
    """Return the manifest. `content_sha256` is over all lines as they are unpacked."""
    return canonical(
        {
            "content_sha256": content_sha256,
            "counts": counts,
            "format": FORMAT,
            "members": [entry.as_json() for entry in entries],
            "members_sha256": members_sha256(entries),
            "numbers": {name: number for name, number in numbers.items() if number},
            "version": VERSION,
        }
    )


def members_sha256(entries: Sequence[Entry]) -> str:
    """Return the one hash of all members: of lines as the command `sha256sum` writes them."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(f"{entry.sha256}  {entry.name}\n".encode())
    return digest.hexdigest()


def counts_of(state: State, commits: int, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return how much an archive holds."""
    files = [entry.size for entry in entries if entry.name.startswith("files/")]
    return {
        "commits": commits,
        "file_bytes": sum(files),
        "files": len(files),
        "records": {kind: state.count(kind) for kind in KINDS},
    }
