"""Builds the two layers: third-party packages from their pinned hashes, and Muster's own code."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from infra import BUILD, ROOT
from infra.archive import digest, source_files, zip_compiled

REQUIREMENTS = ROOT / "layers" / "dependencies" / "requirements.txt"
HOST = "host"
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
# What Amazon Linux 2023, on which python3.13 functions run, can load: glibc 2.34 and older.
_GLIBC = ("_2_34", "_2_28", "_2_27", "_2_26", "_2_24", "_2_17", "2014")
_NOT_NEEDED = ("bin", "boto3/examples", "s3transfer/crt.py")


def build_dependencies(target: Path, architecture: str) -> Path:
    """Zip the packages of layers/dependencies for `x86_64`, `arm64` or this machine (`host`).

    pip runs only when the requirements changed; its result is kept under build/.
    """
    wanted = f"{REQUIREMENTS.read_text()}{architecture}{sys.version_info[:2]}compiled"
    key = hashlib.sha256(wanted.encode()).hexdigest()[:16]
    cached = BUILD / "cache" / f"dependencies-{architecture}-{key}.zip"
    if not cached.is_file():
        folder = cached.with_suffix("")
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(pip_command(folder, architecture), check=True, env=_quiet_environment())
        for name in _NOT_NEEDED:
            shutil.rmtree(folder / name, ignore_errors=True)
        partial = zip_compiled(cached.with_suffix(".part"), folder, inside="python/")
        partial.rename(cached)
        shutil.rmtree(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(cached, target)
    return target


def build_muster(target: Path) -> Path:
    """Zip layers/muster as it lies in the checkout, compiled; kept until a file changes."""
    folder = ROOT / "layers" / "muster"
    key = _fingerprint(folder)[:16]
    cached = BUILD / "cache" / f"muster-{sys.version_info.minor}-{key}.zip"
    if not cached.is_file():
        zip_compiled(cached.with_suffix(f".{os.getpid()}"), folder).rename(cached)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(cached, target)
    return target


def _fingerprint(folder: Path) -> str:
    files = list(source_files(folder))
    names = "\n".join(str(path.relative_to(folder)) for path in files)
    return hashlib.sha256(f"{names}\n{digest(files)}".encode()).hexdigest()


def pip_command(folder: Path, architecture: str) -> list[str]:
    """Return what installs the layer's packages, as wheels that its processor can load."""
    command = [
        *(sys.executable, "-m", "pip", "install", "-qq", "--no-compile"),
        *("--require-hashes", "--only-binary", ":all:"),
        *("--target", str(folder), "--requirement", str(REQUIREMENTS)),
    ]
    if architecture != HOST:
        command += ["--python-version", "3.13"]
        for version in _GLIBC:
            command += ["--platform", f"manylinux{version}_{_MACHINES[architecture]}"]
    return command


def _quiet_environment() -> dict[str, str]:
    return {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1"}
