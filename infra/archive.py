"""Zip files that are equal whenever their content is, so that nothing unchanged is deployed."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


def source_files(folder: Path) -> Iterator[Path]:
    """Yield the files that belong into a package, in a fixed order: no caches, no hidden files."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in inside.parts)
        if path.is_file() and not hidden and path.suffix != ".pyc":
            yield path


def write_zip(target: Path, files: Iterable[tuple[str, Path]]) -> Path:
    """Write `files` (name in the zip, path on disk) to `target`, without times and owners."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, path in files:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = _MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return target


def zip_folder(target: Path, folder: Path, *, inside: str = "") -> Path:
    """Zip a folder's source files, under `inside` of the zip."""
    names = ((inside + str(path.relative_to(folder)), path) for path in source_files(folder))
    return write_zip(target, names)


def digest(paths: Iterable[Path]) -> str:
    """Return one SHA-256 over the content of files, in their order."""
    total = hashlib.sha256()
    for path in paths:
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
