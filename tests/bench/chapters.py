"""From what was measured to the report's promises and tables."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.at_scale import Step
from tests.bench.bench_replica import ReplicaCosts
from tests.bench.finding import Finding
from tests.bench.imports import Import
from tests.bench.report import Report, Table
from tests.bench.requests import Bill, Measured, Requests

_IMPORT_MS = 150.0
_MEMORY_RATIO = 1.25
_FIND_MS = {100_000: 20.0, 1_000_000: 150.0}
"""Within which 95 of 100 questions of a kind are answered, for tenants up to so many assets."""


def add_requests(report: Report, found: Requests) -> None:
    """Add what requests cost."""
    for use in found.uses:
        if use.most_calls is not None:
            report.promise(f"{use.name}: AWS calls", use.most_calls, use.bill.number, "calls")
    for use in found.uses:
        if use.most_cpu_ms is not None:
            what = f"{use.name}: our CPU"
            report.promise(what, use.most_cpu_ms, use.cpu.median, "ms", is_time=True)
    report.counts.append(_bills(found))
    report.counts.append(_shares(found.uses))
    report.times.append(
        Table(
            "CPU of a request",
            ("use", "median ms", "95 % within ms", "of it the AWS SDK, ms"),
            [(u.name, u.cpu.median, u.cpu.p95, u.cpu.aws_sdk) for u in found.uses],
            "From the API Gateway event to the response, boto3 and all, the network left out.",
        )
    )


def add_import(report: Report, found: Import) -> None:
    """Add what an import costs."""
    rows = found.rows
    report.counts.append(
        Table(
            f"An import of {rows:,} rows",
            ("step", "AWS calls", "commits", "calls a row", "read units", "write units a row"),
            [
                (
                    step.name,
                    step.bill.number,
                    step.commits,
                    step.bill.number / rows,
                    step.bill.read_units,
                    step.bill.write_units / rows,
                )
                for step in found.steps
            ],
            "A row is a record, its history, its unique marks and its part of the commit; each"
            " write in a transaction costs two units a KB.",
        )
    )
    report.times.append(
        Table(
            f"Import of {rows:,} rows ({found.file_bytes / 1024:,.0f} KB)",
            ("step", "CPU s", "rows a CPU second"),
            [(s.name, s.cpu_seconds, rows / max(s.cpu_seconds, 1e-6)) for s in found.steps],
            f"Peak memory up to the end of applying: {found.peak_mib:,.0f} MiB, with the tables of"
            " the stand-in for AWS in the same process.",
        )
    )


def add_replica(report: Report, found: ReplicaCosts) -> None:
    """Add what the replica costs."""
    report.counts.append(
        Table(
            f"A replica of {found.assets:,} assets",
            ("what", "number"),
            [
                ("bytes of the file an asset", round(found.file_bytes / found.assets)),
                *(
                    (f"ledger calls to catch up {each.commits:,} commits", each.ledger_calls)
                    for each in found.catch_ups
                ),
            ],
            "A ledger call is one pass over the new commits: a Query for every 256 of them, or MB.",
        )
    )
    build = found.build_cpu_seconds
    report.times.append(
        Table(
            f"Replica of {found.assets:,} assets",
            ("what", "CPU ms"),
            [
                ("build from the log", build * 1000),
                *((f"catch up {c.commits:,} commits", c.cpu_ms) for c in found.catch_ups),
                ("apply a commit of this process", found.own_commit_ms),
            ],
            f"{found.assets / build:,.0f} assets a CPU second are built. Records come from memory:"
            " reading DynamoDB is not in these times.",
        )
    )
    report.times.append(
        Table(
            f"Questions to a replica of {found.assets:,} assets",
            ("50 assets …", "found", "first page, CPU ms", "next page, CPU ms"),
            [(a.name, a.rows, a.first_ms, a.next_ms) for a in found.asked],
        )
    )


def add_scale(report: Report, steps: Sequence[Step]) -> None:
    """Add what jobs cost at full size, and how little their memory grows with it."""
    sizes = sorted({step.rows for step in steps})
    least, most = sizes[0], sizes[-1]
    peaks = {(step.name, step.rows): step.peak_mib for step in steps}
    for name in dict.fromkeys(step.name for step in steps):
        what = f"{name}: peak memory of {most:,} rows to that of {least:,}"
        report.promise(what, _MEMORY_RATIO, peaks[name, most] / peaks[name, least], "times")
    report.times.append(
        Table(
            "Jobs on the emulator",
            (
                "job",
                "rows",
                "s",
                "rows a second",
                "CPU s of the worker",
                "peak MiB",
                "of it before",
            ),
            [
                (
                    s.name,
                    s.rows,
                    s.seconds,
                    s.rows / s.seconds,
                    s.cpu_seconds,
                    s.peak_mib,
                    s.idle_mib,
                )
                for s in steps
            ],
            "Each in a fresh process that is request and worker in one, against ministack, which"
            " shares the machine: AWS itself is faster, and the seconds are its as much as ours."
            " Before each job the replica is caught up.",
        )
    )


def add_finding(report: Report, found: Sequence[Finding]) -> None:
    """Add what it takes to find, and which kind of question is furthest from its aim."""
    for each in found:
        report.times.append(_finding(each))
        most = _FIND_MS.get(each.assets)
        if most is not None:
            worst = max(each.kinds, key=lambda kind: kind.p95_ms)
            what = f"find among {each.assets:,} assets, worst kind ({worst.name}): 95 % within"
            report.promise(what, most, worst.p95_ms, "ms", is_time=True)
    report.times.append(
        Table(
            "A replica that is searched",
            ("assets", "build, CPU s", "bytes an asset", "file MB", "first question, ms"),
            [
                (
                    each.assets,
                    each.build_cpu_seconds,
                    each.file_bytes / each.assets,
                    each.file_bytes / 1e6,
                    each.open_ms,
                )
                for each in found
            ],
            "A cold start builds the file from the log, unless /tmp still holds it: then it is"
            " opened, and the first question reads the catalog too. Reading DynamoDB is not in it.",
        )
    )


def _finding(found: Finding) -> Table:
    return Table(
        f"Find among {found.assets:,} assets",
        ("question", "median ms", "95 % within ms", "slowest ms"),
        [(kind.name, kind.p50_ms, kind.p95_ms, kind.most_ms) for kind in found.kinds],
        "CPU of a hundred different questions of each kind, from text to 50 assets, warm.",
    )


def add_cold_start(report: Report, import_ms: float) -> None:
    """Add what importing the application costs."""
    what = "import app, above import boto3: CPU"
    report.promise(what, _IMPORT_MS, import_ms, "ms", is_time=True)


def _bills(found: Requests) -> Table:
    rows = [(use.name, *_bill_cells(use.bill)) for use in found.uses]
    if found.first_read:
        rows.append(("read an asset, token not remembered", *_bill_cells(found.first_read)))
    return Table(
        "AWS calls of a request",
        ("use", "calls", "which", "sent KB", "received KB", "read units", "write units"),
        rows,
        f"On a warm replica of {found.assets:,} assets and with a token that is remembered (30 s).",
    )


def _bill_cells(bill: Bill) -> tuple[object, ...]:
    names = (f"{n} {name}" if n > 1 else name for name, n in sorted(bill.calls.items()))
    return (
        bill.number,
        ", ".join(names) or "none",
        _kilobytes(bill.request_bytes),
        _kilobytes(bill.response_bytes),
        bill.read_units,
        bill.write_units,
    )


def _kilobytes(size: int) -> str:
    return f"{size / 1024:.1f}"


def _shares(uses: Sequence[Measured]) -> Table:
    read = uses[0].cpu.median
    return Table(
        "CPU of a request, as ratios",
        ("use", "to reading an asset", "share of the AWS SDK"),
        [
            (u.name, f"{u.cpu.median / read:.1f}", f"{100 * u.cpu.aws_sdk / u.cpu.median:.0f} %")
            for u in uses
        ],
    )
