"""`make package`: everything that a deployment needs, in one folder."""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from infra import BUILD, ROOT
from infra.archive import digest, zip_folder
from infra.layers import HOST, build_dependencies, build_muster
from infra.merge import mend, run_chalice

PACKAGE = BUILD / "package"


@dataclass(frozen=True)
class Package:
    """A packed stack: `template` names the zips beside it; `fingerprint` covers all of them."""

    template: Path
    code: tuple[Path, ...]
    fingerprint: str


def build(target: Path = PACKAGE, *, architecture: str = HOST) -> Package:
    """Pack the stack into `target` for AWS (`x86_64`, `arm64`) or for this machine (`host`)."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    merged, api = run_chalice(target / "chalice")
    code = {
        "deployment.zip": _repack(api, target / "api.zip"),
        "layers/dependencies": build_dependencies(target / "dependencies.zip", architecture),
        "layers/muster": build_muster(target / "muster.zip"),
        **{
            f"functions/{folder.name}": zip_folder(target / f"{folder.name}.zip", folder)
            for folder in sorted((ROOT / "functions").iterdir())
            if (folder / "handler.py").is_file()
        },
    }
    shutil.rmtree(target / "chalice")
    template = target / "sam.json"
    mended = mend(merged, {name: f"./{path.name}" for name, path in code.items()})
    template.write_text(json.dumps(mended, indent=1) + "\n")
    files = tuple(code.values())
    return Package(template, files, digest([template, *files]))


def _repack(source: Path, target: Path) -> Path:
    unpacked = target.with_suffix("")
    shutil.unpack_archive(source, unpacked)
    zip_folder(target, unpacked)
    shutil.rmtree(unpacked)
    return target


def main() -> None:
    """Pack, and say where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", choices=["x86_64", "arm64", HOST], default="x86_64")
    package = build(architecture=parser.parse_args().architecture)
    print(f"{package.template.relative_to(ROOT)} {package.fingerprint[:16]}")
    for path in package.code:
        print(f"  {path.name}: {path.stat().st_size / 1_000_000:.2f} MB")


if __name__ == "__main__":
    main()
