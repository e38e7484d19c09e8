"""Zip files that are equal whenever their content is, so that nothing unchanged is deployed."""

from __future__ import annotations

import hashlib
import py_compile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from importlib.util import cache_from_source
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
    return write_zip(target, _named(folder, inside))


def zip_compiled(target: Path, folder: Path, *, inside: str = "") -> Path:
    """Zip a folder's source files with their byte code, for where none can be kept.

    A layer lies on a read-only disk: without it, every cold start compiles what it imports. The
    code is not checked against its source when it is loaded (PEP 552), since both come together.
    Byte code is the same for the same Python only, so the caller keeps the zip.
    """
    files = list(_named(folder, inside))
    with tempfile.TemporaryDirectory() as scratch:
        code = (
            (compiled, _compile(path, Path(scratch, compiled), name))
            for name, path in files
            if path.suffix == ".py" and (compiled := cache_from_source(name))
        )
        return write_zip(target, [*files, *((name, path) for name, path in code if path)])


def _named(folder: Path, inside: str) -> Iterator[tuple[str, Path]]:
    return ((inside + str(path.relative_to(folder)), path) for path in source_files(folder))


def _compile(source: Path, target: Path, name: str) -> Path | None:
    """Compile a file; None where it is no Python of this version, such as a template."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    try:
        py_compile.compile(
            str(source), str(target), f"/opt/{name}", doraise=True, invalidation_mode=mode
        )
    except py_compile.PyCompileError:
        return None
    return target


def digest(paths: Iterable[Path]) -> str:
    """Return one SHA-256 over the content of files, in their order."""
    total = hashlib.sha256()
    for path in paths:
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
