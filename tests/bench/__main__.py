"""`python -m tests.bench`: measures, writes docs/benchmarks.md, fails when a limit is broken."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.bench import chapters
from tests.bench.at_scale import measure_at_scale
from tests.bench.bench_replica import measure_replica
from tests.bench.clocks import ROOT, import_ms, machine
from tests.bench.finding import measure_finding
from tests.bench.imports import measure_import
from tests.bench.report import Report, markdown, number
from tests.bench.requests import measure_requests


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    assets: int
    times: int
    rows: int
    records: int
    imports: int
    scale: tuple[int, ...]
    """Rows of the jobs that run on the emulator."""
    finding: tuple[int, ...]
    """Assets among which is searched."""

    def __str__(self) -> str:
        return (
            f"{number(self.assets)} assets under the requests, each sent {number(self.times)}"
            f" times; {number(self.rows)} rows imported, {number(self.records)} records replayed;"
            f" jobs of {' and '.join(number(rows) for rows in self.scale)} rows on the emulator;"
            f" {', '.join(number(assets) for assets in self.finding)} assets searched"
        )


FULL = Sizes(
    assets=100_000,
    times=300,
    rows=10_000,
    records=100_000,
    imports=9,
    scale=(10_000, 100_000),
    finding=(1_000, 10_000, 100_000),
)
QUICK = Sizes(
    assets=2_000,
    times=30,
    rows=500,
    records=5_000,
    imports=3,
    scale=(500, 5_000),
    finding=(1_000, 5_000),
)


def measure(sizes: Sizes) -> Report:
    """Measure everything, each part in a process of its own."""
    report = Report()
    chapters.add_requests(report, _apart(measure_requests, sizes.assets, sizes.times))
    chapters.add_import(report, _apart(measure_import, sizes.rows))
    chapters.add_replica(report, _apart(measure_replica, sizes.records))
    found = [_apart(measure_finding, assets) for assets in sizes.finding]
    chapters.add_finding(report, found)
    chapters.add_scale(report, measure_at_scale(sizes.scale))
    chapters.add_cold_start(report, import_ms("app", times=sizes.imports))
    return report


def main() -> None:
    """Measure, write, judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes; limits stay the same")
    parser.add_argument("--million", action="store_true", help="search a million assets too")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks.md")
    options = parser.parse_args()
    sizes = QUICK if options.quick else FULL
    if options.million:
        sizes = replace(sizes, finding=(*sizes.finding, 1_000_000))
    report = measure(sizes)
    options.output.write_text(markdown(report, machine=machine(), sizes=str(sizes)))
    sys.stdout.write(f"Wrote {options.output}\n")
    for promise in report.broken:
        sys.stderr.write(f"broken: {promise.what}: {promise.measured} {promise.unit}\n")
    raise SystemExit(1 if report.broken else 0)


def _apart[T](run: Callable[..., T], *arguments: Any) -> T:
    # A fresh process: nothing is warm from the part before, and its memory is its own.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(run, *arguments).result()


if __name__ == "__main__":
    main()
