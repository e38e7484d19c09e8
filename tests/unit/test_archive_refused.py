"""An archive that is not as an export makes it is refused, with a reason, and leaves nothing."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muster.archive.lines import canonical
from muster.archive.manifest import members_sha256
from muster.archive.model import Entry
from muster.archive.reading import check_archive
from muster.archive.refusals import ArchiveRefusedError
from muster.archive.service import upload_name
from muster.archive.tar import END, header, padding
from muster.jobs.model import JobState
from muster.jobs.running import job_of
from muster.ledger.memory import MemoryLedger
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import Actor, Cause, Reason
from muster.replica.sqlite import SqliteReplica
from muster.scope import Scope
from tests import archives
from tests.archives import Clock

type Members = dict[str, bytes]

LOG = "commits/000000.jsonl.gz"
ASSETS = "records/asset/000000.jsonl.gz"


def tenant(folder: Path, name: str) -> Scope:
    clock = Clock()
    ledger = MemoryLedger(name, clock)
    replica = SqliteReplica(folder, name, ledger)
    why = Reason(Cause.API, "req-1")
    return Scope(name, Actor("mem_1", "Ada"), why, ledger, replica, MemoryObjects(name), clock)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    old = tenant(tmp_path_factory.mktemp("old"), "old")
    archives.live_through(old)
    return archives.export(old)


def refusal(content: bytes) -> Any:
    """Return the one error of a refused archive."""
    with pytest.raises(ArchiveRefusedError) as caught:
        check_archive(io.BytesIO(content), Clock().now, abs)
    return caught.value.errors[0]


def sealed(members: Members) -> bytes:
    """Return an archive whose manifest fits, as one has it who knows how hashes are made."""
    entries = [
        Entry(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in members.items()
        if name != "manifest.json"
    ]
    lines = b"".join(gzip.decompress(c) for n, c in members.items() if n.endswith(".gz"))
    manifest = json.loads(members["manifest.json"]) | {
        "members": [entry.as_json() for entry in entries],
        "members_sha256": members_sha256(entries),
        "content_sha256": hashlib.sha256(lines).hexdigest(),
    }
    return archives.packed({**members, "manifest.json": canonical(manifest)})


def with_lines(archive: bytes, name: str, edit: Callable[[list[Any]], None]) -> bytes:
    """Return the archive with a member's lines changed, sealed."""
    members = archives.members(archive)
    lines = [json.loads(line) for line in gzip.decompress(members[name]).splitlines()]
    edit(lines)
    members[name] = gzip.compress(b"".join(canonical(line) + b"\n" for line in lines))
    return sealed(members)


def change_of(lines: list[Any], kind: str, op: str = "create") -> Any:
    return next(c for line in lines for c in line["changes"] if (c["kind"], c["op"]) == (kind, op))


def test_what_seals_an_archive_seals_a_right_one(archive: bytes) -> None:
    assert sealed(archives.members(archive)) == archive
    check_archive(io.BytesIO(archive), Clock().now, abs)


def test_any_turned_bit_is_found(archive: bytes) -> None:
    """In each member, and in its header."""
    position = 0
    for name, content in archives.members(archive).items():
        for at in (position + 3, position + 130, position + 512 + len(content) // 2):
            refusal(archives.flipped(archive, at))
        position += 512 + len(content) + len(padding(len(content)))
        assert archive[position - 512 - len(content) : position]
        assert name in archive.decode("latin-1")
    refusal(archives.flipped(archive, len(archive) - 1))


def test_any_missing_member_is_found(archive: bytes) -> None:
    members = archives.members(archive)
    for name in members:
        rest = {n: c for n, c in members.items() if n != name}

        refusal(archives.packed(rest))
        if name != "manifest.json":
            refusal(sealed(rest))


def test_members_out_of_place_are_found(archive: bytes) -> None:
    members = list(archives.members(archive).items())
    for at in range(len(members) - 1):
        swapped = [*members]
        swapped[at : at + 2] = reversed(swapped[at : at + 2])

        refusal(sealed(dict(swapped)))


@pytest.mark.parametrize("size", [0, 1, 511, 700, 5_000])
def test_a_cut_off_archive_is_found(archive: bytes, size: int) -> None:
    refusal(archive[:size])
    refusal(archive[: len(archive) - 512])


@pytest.mark.parametrize(
    "name",
    [
        "files/../../T/other/files/" + "0" * 64,
        "/etc/passwd",
        "T/other/files/" + "0" * 64,
        "commits/0.jsonl.gz",
        "records/job/000000.jsonl.gz",
        "notes.txt",
    ],
)
def test_a_name_that_leads_elsewhere_is_found(archive: bytes, name: str) -> None:
    members = archives.members(archive)
    manifest = members.pop("manifest.json")
    odd = header(name, 1) + b"x" + padding(1)

    error = refusal(archives.packed(members)[: -len(END)] + odd + header("manifest.json", 0) + END)

    assert error.code in {"unknown_member", "unknown_kind", "out_of_order"}
    assert manifest


def test_a_link_or_a_folder_in_the_tar_is_found() -> None:
    block = bytearray(header("format.json", 0))
    block[156:157] = b"2"
    refusal(bytes(block) + END)


def test_a_bomb_is_let_go_before_it_bursts(archive: bytes) -> None:
    """A line of zeros without end is refused within the bounds of a line."""
    members = archives.members(archive)
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(8 * 1024**2)
    bomb = b"".join(packer.compress(zeros) for _ in range(64)) + packer.flush()

    error = refusal(archives.packed({**members, LOG: bomb}))

    assert error.code in {"line_too_long", "too_large_unpacked"}
    assert error.extra["member"] == LOG


@pytest.mark.parametrize("content", [b"", b"nonsense", gzip.compress(b""), gzip.compress(b"{}")])
def test_what_is_no_packed_lines_is_found(archive: bytes, content: bytes) -> None:
    members = archives.members(archive)

    refusal(archives.packed({**members, LOG: content}))
    refusal(archives.packed({**members, LOG: members[LOG] + content + b"x"}))


@pytest.mark.parametrize(
    "line",
    [b"[1]", b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a":1e999}', b"[" * 100_000],
)
def test_a_line_of_another_spelling_is_found(archive: bytes, line: bytes) -> None:
    members = archives.members(archive)

    error = refusal(archives.packed({**members, LOG: gzip.compress(line + b"\n")}))

    assert error.code in {"not_canonical", "not_json"}
    assert error.extra == {"member": LOG, "line": 1}


def _of_another_kind(lines: list[Any]) -> None:
    change_of(lines, "asset")["kind"] = "job"


def _with_a_short_id(lines: list[Any]) -> None:
    change_of(lines, "asset")["id"] = "ast_1"


def _with_another_id(lines: list[Any]) -> None:
    change_of(lines, "asset")["id"] = change_of(lines, "asset_type")["id"]


def _of_a_later_version(lines: list[Any]) -> None:
    change_of(lines, "asset", "update")["version"] += 1


def _made_twice(lines: list[Any]) -> None:
    change_of(lines, "asset", "update")["op"] = "create"


def _with_a_gap(lines: list[Any]) -> None:
    del lines[3]


def _in_the_future(lines: list[Any]) -> None:
    lines[-1]["at"] = "2199-01-01T00:00:00.000000Z"


def _of_nobody(lines: list[Any]) -> None:
    lines[0]["actor"] = {"id": "mem_1"}


def _for_no_cause(lines: list[Any]) -> None:
    lines[0]["reason"]["cause"] = "whim"


def _taking_back_what_comes(lines: list[Any]) -> None:
    lines[1]["reason"]["reverts"] = 2


def _holding_a_taken_tag(lines: list[Any]) -> None:
    asset = change_of(lines, "asset", "update")
    asset["marks"] = [["tag", "t-2"]]


def _holding_an_odd_mark(lines: list[Any]) -> None:
    change_of(lines, "asset")["marks"] = [["folder:root", "x"]]


def _of_another_shape(lines: list[Any]) -> None:
    change_of(lines, "asset")["body"]["fields"] = [1]


def _of_no_type(lines: list[Any]) -> None:
    change_of(lines, "asset")["body"]["type"] = "../other"


def _with_a_field_of_no_kind(lines: list[Any]) -> None:
    change_of(lines, "field_type")["body"]["kind"] = "poem"


def _with_a_path_for_a_hash(lines: list[Any]) -> None:
    change_of(lines, "file")["body"]["image"]["thumbnails"] = {"1": "../../T/other/x"}


def _with_a_body_that_is_gone(lines: list[Any]) -> None:
    change_of(lines, "asset", "delete")["body"] = {}


@pytest.mark.parametrize(
    "edit",
    [
        _of_another_kind,
        _with_a_short_id,
        _with_another_id,
        _of_a_later_version,
        _made_twice,
        _with_a_gap,
        _in_the_future,
        _of_nobody,
        _for_no_cause,
        _taking_back_what_comes,
        _holding_a_taken_tag,
        _holding_an_odd_mark,
        _of_another_shape,
        _of_no_type,
        _with_a_field_of_no_kind,
        _with_a_path_for_a_hash,
        _with_a_body_that_is_gone,
    ],
)
def test_a_log_that_no_ledger_wrote_is_found(
    archive: bytes, edit: Callable[[list[Any]], None]
) -> None:
    """Also by one who makes all hashes fit; the member and the line are told."""
    error = refusal(with_lines(archive, LOG, edit))

    assert error.extra["member"] == LOG
    assert error.extra["line"] >= 1


def test_a_record_that_the_log_does_not_end_in_is_found(archive: bytes) -> None:
    def rename(lines: list[Any]) -> None:
        lines[1]["body"]["name"] = "Another"

    error = refusal(with_lines(archive, ASSETS, rename))

    assert (error.code, error.extra) == ("record_differs", {"member": ASSETS, "line": 2})


def test_a_value_that_could_not_be_shown_is_found(archive: bytes) -> None:
    """A money field with a text in it would break each page that shows the asset."""
    members = archives.members(archive)
    fields = gzip.decompress(members["records/field_type/000000.jsonl.gz"]).splitlines()
    money = next(b["name"] for b in (json.loads(f)["body"] for f in fields) if b["kind"] == "money")

    def spoil(lines: list[Any]) -> None:
        for line in lines:
            changes = line.get("changes", [line])
            for change in changes:
                if change["kind"] == "asset" and change["body"]:
                    change["body"]["fields"][money] = "dear"

    spoiled = archives.members(with_lines(archive, LOG, spoil))
    error = refusal(with_lines(archives.packed(spoiled), ASSETS, spoil))

    assert error.code == "value"


def test_a_newer_archive_says_so(archive: bytes) -> None:
    newer = canonical({"format": "muster-archive", "version": 2})

    error = refusal(archives.packed({**archives.members(archive), "format.json": newer}))

    assert error.code == "newer_version"


def test_numbers_out_of_bounds_are_found(archive: bytes) -> None:
    members = archives.members(archive)
    for number in (-1, 2**60, "7", True):
        manifest = json.loads(members["manifest.json"])
        manifest["numbers"]["key:LAP"] = number

        error = refusal(archives.packed({**members, "manifest.json": canonical(manifest)}))

        assert error.code == "numbers"


def test_a_refused_archive_leaves_nothing(archive: bytes, tmp_path: Path) -> None:
    """The import says what is wrong and where, and its archive is gone."""
    new = tenant(tmp_path, "new")

    record = archives.plan(new, archives.flipped(archive, len(archive) // 2))

    job = job_of(record)
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert job.error["code"] == "archive_refused"
    assert job.error["errors"][0]["member"].startswith("files/")
    assert list(new.objects.names("")) == []
    assert new.ledger.head().fences == {}
    assert new.objects.size(upload_name(record.id)) is None


def test_another_archive_than_the_announced_one_is_refused(archive: bytes, tmp_path: Path) -> None:
    new = tenant(tmp_path, "new")
    record = archives.begin_import(new, archive)
    new.objects.put(upload_name(record.id), archive + b"x")

    record = archives.planned_again(new, record)

    assert (job_of(record).error or {})["code"] == "archive_changed"
