"""Planning holds as much of a large file in memory as of a small one."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from muster.catalog.starter import install_starter
from muster.ledger.memory_objects import MemoryObjects
from muster.scope import Scope
from muster.transfer import service
from muster.transfer.api import ImportRequest, PlanRequest
from tests.bench.imports import make_file
from tests.support import TENANT, Stand


class Disk(MemoryObjects):
    """Objects of which the source lies on disk, and the plan nowhere."""

    def __init__(self, source: Path) -> None:
        super().__init__(TENANT)
        self._source = source

    def put(self, name: str, content: bytes, *, content_type: str = "") -> None:
        """Keep nothing."""

    def stream(self, name: str, *, start: int = 0, length: int | None = None) -> BinaryIO | None:
        del name, start, length
        return self._source.open("rb")


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    made = Stand(tmp_path).scope()
    install_starter(made)
    return made


def peak_of_planning(scope: Scope, folder: Path, rows: int, **request: Any) -> int:
    """Return how many bytes were allocated at most while a file was planned."""
    source = folder / f"{rows}.csv"
    source.write_bytes(make_file(rows))
    there = replace(scope, objects=Disk(source))
    size = source.stat().st_size
    record, _ = service.create_import(there, ImportRequest(filename="a.csv", size=size))
    gc.collect()
    tracemalloc.start()
    try:
        made = service.planned(there, record, PlanRequest.model_validate(request))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert made["result"]["counts"]["create"] == rows
    return peak


def test_ten_times_the_rows_take_no_more_memory(scope: Scope, tmp_path: Path) -> None:
    """Keys and unique values of earlier rows are not in it, nor is the file."""
    request = {"type": "laptop", "key": "tag"}
    peak_of_planning(scope, tmp_path, 100, **request)  # loads what planning needs

    small = peak_of_planning(scope, tmp_path, 2_000, **request)
    large = peak_of_planning(scope, tmp_path, 20_000, **request)

    assert large < small * 1.2


def test_rows_without_a_key_take_no_more_memory_either(scope: Scope, tmp_path: Path) -> None:
    """How often each of them came is not in it."""
    request = {"type": "laptop", "columns": {"Asset Tag": None, "Serial": None}}
    peak_of_planning(scope, tmp_path, 100, **request)

    small = peak_of_planning(scope, tmp_path, 2_000, **request)
    large = peak_of_planning(scope, tmp_path, 8_000, **request)

    assert large < small * 1.2
