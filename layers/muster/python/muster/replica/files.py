"""The replicas' files in their directory: names, rights, and which have to go."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from muster.access.model import TenantId

_NAME = re.compile(r"replica-v(\d+)-([a-z0-9-]+)\.sqlite")
_COMPANIONS = ("", "-wal", "-shm", "-journal")


def path_of(directory: Path, tenant: TenantId, version: int) -> Path:
    """Return the path of a tenant's file. Raises ValueError for what is no tenant's id."""
    name = f"replica-v{version}-{tenant}.sqlite"
    if not _NAME.fullmatch(name):
        raise ValueError(f"{tenant!r} is no tenant's id")
    return directory / name


def create(path: Path) -> None:
    """Make the file if there is none, for its owner alone, and mark it as the last one used."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        os.utime(descriptor)
    finally:
        os.close(descriptor)


def identity(path: Path) -> tuple[int, int] | None:
    """Return what tells this file from another one that took its name; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def remove(path: Path) -> None:
    """Remove a file and what SQLite keeps beside it."""
    # The file goes first: beside an empty file SQLite discards a log that was left behind, while a
    # file without its log may be cut short.
    for companion in _COMPANIONS:
        with suppress(OSError):
            Path(f"{path}{companion}").unlink()


def _empty(path: Path) -> None:
    # Not the shared memory beside them: it is mapped, and a process would be killed over it.
    with ExitStack() as stack:
        opened = []
        for companion in ("", "-wal"):
            with suppress(OSError):
                opened.append(stack.enter_context(Path(f"{path}{companion}").open("r+b")))
        remove(path)
        for file in opened:
            file.truncate()


def remove_outdated(directory: Path, version: int) -> None:
    """Remove the files of all older versions."""
    for path, found in list(_files(directory)):
        if found < version:
            remove(path)


def make_room(directory: Path, keep: Path, budget_bytes: int) -> None:
    """Remove the files that were opened longest ago, until all take no more than the budget.

    The file `keep` stays. Files are emptied too, since one that this or another process has open
    would keep its place on the disk; whoever has it open builds another when it is next asked.
    """
    sizes = {path: _size(path) for path, _ in _files(directory)}
    excess = sum(sizes.values()) - budget_bytes
    for path in sorted(sizes.keys() - {keep}, key=_age):
        if excess <= 0:
            break
        _empty(path)
        excess -= sizes[path]


def _files(directory: Path) -> Iterator[tuple[Path, int]]:
    for path in directory.iterdir():
        if found := _NAME.fullmatch(path.name):
            yield path, int(found[1])


def _size(path: Path) -> int:
    total = 0
    for companion in _COMPANIONS:
        with suppress(FileNotFoundError):
            total += Path(f"{path}{companion}").stat().st_size
    return total


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
