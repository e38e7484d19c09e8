"""Builds the two layers: third-party packages from their pinned hashes, and Muster's own code."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from infra import BUILD, ROOT
from infra.archive import zip_folder

REQUIREMENTS = ROOT / "layers" / "dependencies" / "requirements.txt"
HOST = "host"
_PLATFORMS = {"x86_64": "manylinux2014_x86_64", "arm64": "manylinux2014_aarch64"}
_NOT_NEEDED = ("bin", "boto3/examples", "s3transfer/crt.py")


def build_dependencies(target: Path, architecture: str) -> Path:
    """Zip the packages of layers/dependencies for `x86_64`, `arm64` or this machine (`host`).

    pip runs only when the requirements changed; its result is kept under build/.
    """
    wanted = f"{REQUIREMENTS.read_text()}{architecture}{sys.version_info[:2]}"
    key = hashlib.sha256(wanted.encode()).hexdigest()[:16]
    cached = BUILD / "cache" / f"dependencies-{architecture}-{key}.zip"
    if not cached.is_file():
        folder = cached.with_suffix("")
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(_pip_command(folder, architecture), check=True, env=_quiet_environment())
        for name in _NOT_NEEDED:
            shutil.rmtree(folder / name, ignore_errors=True)
        partial = zip_folder(cached.with_suffix(".part"), folder, inside="python/")
        partial.rename(cached)
        shutil.rmtree(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(cached, target)
    return target


def build_muster(target: Path) -> Path:
    """Zip layers/muster as it lies in the checkout, without caches."""
    return zip_folder(target, ROOT / "layers" / "muster")


def _pip_command(folder: Path, architecture: str) -> list[str]:
    command = [
        *(sys.executable, "-m", "pip", "install", "-qq", "--no-compile"),
        *("--require-hashes", "--only-binary", ":all:"),
        *("--target", str(folder), "--requirement", str(REQUIREMENTS)),
    ]
    if architecture != HOST:
        command += ["--platform", _PLATFORMS[architecture], "--python-version", "3.13"]
    return command


def _quiet_environment() -> dict[str, str]:
    return {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1"}
