"""What is packed is what lies in the checkout, the same each time."""

from __future__ import annotations

import importlib.util
import marshal
import os
import re
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from infra import ROOT
from infra.archive import digest, zip_compiled, zip_folder
from infra.deploy import deploy_command, stack_name
from infra.layers import pip_command
from infra.merge import mend
from infra.requirements import SETS
from infra.validate import SKIPS, skipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    (source / "part" / "__pycache__").mkdir(parents=True)
    (source / "part" / "code.py").write_text("VALUE = 1\n")
    (source / "part" / "__pycache__" / "code.cpython-313.pyc").write_bytes(b"compiled")
    (source / ".hidden").write_text("not for the package")
    return source


def test_a_package_does_not_change_while_its_sources_do_not(folder: Path, tmp_path: Path) -> None:
    """Times, rights and order on disk do not show, so that nothing unchanged is deployed."""
    first = zip_folder(tmp_path / "first.zip", folder)
    os.utime(folder / "part" / "code.py", (0, 0))
    (folder / "part" / "code.py").chmod(0o600)

    second = zip_folder(tmp_path / "second.zip", folder)

    assert first.read_bytes() == second.read_bytes()
    assert digest([first]) == digest([second])


def test_a_changed_source_changes_the_package(folder: Path, tmp_path: Path) -> None:
    """A change is never taken for what is deployed already."""
    first = zip_folder(tmp_path / "first.zip", folder)
    (folder / "part" / "code.py").write_text("VALUE = 2\n")

    assert digest([first]) != digest([zip_folder(tmp_path / "second.zip", folder)])


def test_caches_and_hidden_files_stay_out(folder: Path, tmp_path: Path) -> None:
    """Only sources are packed."""
    packed = zip_folder(tmp_path / "packed.zip", folder, inside="python/")

    assert zipfile.ZipFile(packed).namelist() == ["python/part/code.py"]


def test_a_layer_brings_byte_code_that_runs_without_its_source(tmp_path: Path) -> None:
    """What is no Python of this version is packed as it is."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "good.py").write_text("VALUE = 6 * 7\n")
    (source / "template.py").write_text("{% not python %}\n")

    packed = zipfile.ZipFile(zip_compiled(tmp_path / "layer.zip", source, inside="python/"))

    cached = f"python/__pycache__/good.{sys.implementation.cache_tag}.pyc"
    assert packed.namelist() == ["python/good.py", "python/template.py", cached]
    header, code = packed.read(cached)[:16], packed.read(cached)[16:]
    assert header[:4] == importlib.util.MAGIC_NUMBER
    assert header[4:8] == (1).to_bytes(4, "little")  # a hash, and never compared with the source
    found: dict[str, object] = {}
    exec(marshal.loads(code), found)  # noqa: S102, S302 - compiled three lines above
    assert found["VALUE"] == 42


def test_mending_leaves_no_shared_part_and_places_all_code() -> None:
    """What YAML aliases shared is written out, and each code address is the packed one."""
    tags = [{"Key": "app", "Value": "muster"}]
    template = {
        "Resources": {
            "B": {"Type": "T", "Properties": {"CodeUri": "functions/b", "Tags": tags}},
            "A": {"Type": "T", "Properties": {"ContentUri": "./layers/a", "Tags": tags}},
            "C": {"Type": "T"},
        }
    }

    mended = mend(template, {"functions/b": "./b.zip", "layers/a": "./a.zip"})

    assert list(mended["Resources"]) == ["A", "B", "C"]
    assert mended["Resources"]["A"]["Properties"]["ContentUri"] == "./a.zip"
    assert mended["Resources"]["B"]["Properties"]["CodeUri"] == "./b.zip"
    first, second = (mended["Resources"][name]["Properties"]["Tags"] for name in "AB")
    assert first == second
    assert first is not second


def test_code_that_was_not_packed_is_noticed() -> None:
    """A function whose folder is not packed can't be deployed by mistake."""
    template = {"Resources": {"A": {"Properties": {"CodeUri": "functions/forgotten"}}}}

    with pytest.raises(KeyError, match="forgotten"):
        mend(template, {})


@pytest.mark.parametrize("name", [f"{name}.txt" for name in SETS])
def test_requirements_are_pinned_with_hashes_and_name_no_index(name: str) -> None:
    """What is installed is the same everywhere, wherever it is installed from."""
    text = (ROOT / name).read_text()
    entries = re.findall(r"^[A-Za-z0-9].*?(?=^[A-Za-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)

    assert entries
    for entry in entries:
        assert re.match(r"[\w.\[\],-]+==[\w.]+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", text)


def test_the_layer_and_the_tools_agree_on_every_version() -> None:
    """Tests run with the very versions that functions run with."""
    pinned = r"^([A-Za-z0-9._-]+)==([\w.]+)"
    layer = (ROOT / "layers" / "dependencies" / "requirements.txt").read_text()
    tools = dict(re.findall(pinned, (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE))

    for name, version in re.findall(pinned, layer, re.MULTILINE):
        assert tools[name] == version


def test_chalice_packs_no_dependency_into_the_api() -> None:
    """The API's zip is small; what it needs is in the layers."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []


def test_ci_calls_what_the_readme_tells_a_newcomer() -> None:
    """There is no second, hidden way to test."""
    commands = [
        line.removeprefix("exec ").strip()
        for line in (ROOT / ".ci" / "run").read_text().splitlines()
        if line.strip() and not line.startswith(("#", "set ", "cd "))
    ]

    assert commands == ["make test"]
    assert "$ make test" in (ROOT / "README.md").read_text()


def test_make_help_lists_every_command() -> None:
    """`make help` explains itself."""
    text = (ROOT / "Makefile").read_text()
    [phony] = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)

    explained = re.findall(r"^([a-z-]+):.*## \w", text, re.MULTILINE)

    assert sorted(explained) == sorted(phony.split())


def test_every_exception_from_a_security_rule_has_a_reason() -> None:
    """No rule is skipped without saying for what and why."""
    text = SKIPS.read_text()

    assert skipped()
    assert text.count('"reason": "') == text.count('"CKV_')


@pytest.mark.parametrize("stage", ["", "Prod", "p", "prod;rm", "x" * 21])
def test_a_stage_that_can_not_be_a_name_is_refused(stage: str) -> None:
    """Nothing is sent to AWS under a name that does not fit."""
    with pytest.raises(SystemExit, match="STAGE"):
        stack_name(stage)


def test_a_deployment_pins_the_data_to_its_own_region() -> None:
    """The region that is deployed to is the one that the data is pinned to."""
    command = deploy_command(Path("sam"), "prod", "eu-central-1", ["Tracing=Active"])

    assert command[command.index("--region") + 1] == "eu-central-1"
    given = command[command.index("--parameter-overrides") + 1 :]
    assert given == ["Stage=prod", "DataRegion=eu-central-1", "Tracing=Active"]


def test_what_is_no_region_is_refused() -> None:
    """A name that people use is not what AWS calls it."""
    with pytest.raises(SystemExit, match="REGION"):
        deploy_command(Path("sam"), "prod", "Frankfurt", [])


@pytest.mark.parametrize(("architecture", "machine"), [("x86_64", "x86_64"), ("arm64", "aarch64")])
def test_the_layer_holds_wheels_that_lambda_can_load(architecture: str, machine: str) -> None:
    """For AWS no wheel is of this machine, built on it, or for a newer glibc than Lambda's 2.34."""
    command = pip_command(Path("layer"), architecture)

    wanted = [after for option, after in pairwise(command) if option == "--platform"]
    glibc = [int(found[1]) for tag in wanted if (found := re.match(r"manylinux_2_(\d+)_", tag))]
    assert wanted
    assert all(tag.endswith(f"_{machine}") for tag in wanted)
    assert {17, 27, 28} <= set(glibc)
    assert max(glibc) <= 34
    assert "--require-hashes" in command
    assert command[command.index("--only-binary") + 1] == ":all:"
